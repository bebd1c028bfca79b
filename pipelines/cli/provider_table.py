"""Prints the README's table of providers from the registry, or writes it there with --write: make providers."""

from __future__ import annotations

import sys
from pathlib import Path

from scrapers import registry

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- providers -->", "<!-- /providers -->"


def provider_table() -> str:
    """Return a Markdown table with one row per provider, ordered by slug."""
    rows = [("Provider", "Source", "Publishes", "Units"), ("---",) * 4]
    rows += [(p.name, p.access, p.publishes, p.units) for p in registry.all_providers()]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


def with_table(text: str) -> str:
    """Return a document with today's table between its marks.

    Raises:
        ValueError: The marks do not stand there once, in this order.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError(f"the table's place is not marked: write {BEGIN} and {END} once, each on a line of its own")
    return f"{before}{BEGIN}\n{provider_table()}\n{END}{after}"


def write(path: Path = README) -> bool:
    """Bring the table in a document up to date; return whether it changed."""
    old = path.read_text(encoding="utf-8")
    new = with_table(old)
    if new != old:
        path.write_text(new, encoding="utf-8")
    return new != old


if __name__ == "__main__":
    if "--write" not in sys.argv[1:]:
        print(provider_table())
    elif write():
        print(f"{README.name}: the table of providers is up to date again")
