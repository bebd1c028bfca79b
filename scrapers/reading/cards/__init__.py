"""Cards, lists and lines outside of tables, as records."""
