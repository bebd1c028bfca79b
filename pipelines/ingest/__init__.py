"""Turns fetched pages into landed facts: scraping, reparsing, recording captures, watching layouts."""
