"""Queries that alert rules ask of the published database."""
