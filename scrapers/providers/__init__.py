"""One file per provider; `scrapers.registry` discovers them, so nobody edits a list."""
