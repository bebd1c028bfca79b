"""Builds the warehouse: model graph, build plan, incremental state."""
