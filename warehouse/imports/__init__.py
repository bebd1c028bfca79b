"""Reads price history from other people's files and catalogs."""
