"""Tests of scrapers/reference/."""
