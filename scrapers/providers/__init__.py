"""One file per provider; `scrapers.registry` finds them, nobody edits a list."""
