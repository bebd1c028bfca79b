"""Tests of scrapers/parsing/."""
