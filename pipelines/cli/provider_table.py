"""Prints the README's table of providers from the registry: python -m pipelines.cli.provider_table."""

from __future__ import annotations

from scrapers import registry

BEGIN, END = "<!-- providers -->", "<!-- /providers -->"


def provider_table() -> str:
    """Return a Markdown table with one row per provider, ordered by slug."""
    rows = [("Provider", "Source", "Publishes", "Units"), ("---",) * 4]
    rows += [(p.name, p.access, p.publishes, p.units) for p in registry.all_providers()]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


if __name__ == "__main__":
    print(provider_table())
