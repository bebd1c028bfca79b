"""Tests of scrapers/."""
