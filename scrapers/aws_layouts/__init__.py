"""The shapes in which AWS publishes prices, one reader each; `scrapers.providers.aws` picks by content."""
