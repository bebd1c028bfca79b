"""How Google publishes prices: one pure reader per layout, kept apart from the provider that chooses among them."""
