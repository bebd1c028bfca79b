"""Alert rules as people write them: schema, loading and secrets."""
