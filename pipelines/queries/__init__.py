"""Typed queries on the published database and the page archive, shared by commands and reports."""
