"""Tests of scrapers/providers/."""
