"""Tests that break things: faults, kills, mutated pages and mutated code."""
