"""Tests of scrapers/fetching/."""
