"""Holds everything known about prices: GPU identity, history, cost tables; DuckDB and SQL files."""
