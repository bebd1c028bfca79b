"""Shared by tests: small worlds, servers, golden files and scorecards."""
