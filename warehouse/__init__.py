"""What we know: identity of GPUs, prices over time, cost tables; DuckDB and SQL files."""
