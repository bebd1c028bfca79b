"""Publishes the warehouse as one read-only database and as export files."""
