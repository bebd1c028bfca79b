"""Copies what is published to Postgres, for BI tools: v1 and marts with keys, comments and a read-only role."""
