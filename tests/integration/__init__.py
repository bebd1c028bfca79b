"""Tests that need the demo, Dagster, a browser or processes of their own."""
