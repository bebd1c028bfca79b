"""Reads facts about providers from recorded pages and brings seeds/provider_facts.csv up to date with them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

from scrapers import registry
from scrapers.model import clip
from scrapers.parsing.provider_statements import find_statements
from scrapers.reading.documents import from_markdown, kind
from scrapers.reading.page_tree import parse_tree
from warehouse.identity.providers import provider_slug
from warehouse.storage.files import replacing

COLUMNS: Final = ("provider", "fact", "from_gb", "value", "note", "how", "source", "stated_on")
_LARGEST: Final = 4 * 1024 * 1024  # bytes of a page that is read for facts
_SUFFIXES: Final = (".html", ".htm", ".md", ".json")
_ADDRESS: Final = re.compile(r"https?://[^\s\"'<>]{4,300}")
_BY_HAND: Final = re.compile(r"by hand|transcribed|partly synthetic", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RecordedPage:
    """A page on disk: whose it is, its source, and the day on which it said so."""

    provider: str
    source: str  # its address, else the name of the file
    day: date
    text: str


def recorded_pages(folder: Path) -> Iterator[RecordedPage]:
    """Yield the pages below <folder>/<provider>/, as files named by their date or as capture folders with a meta.json.

    Pages of unknown providers are left out, and so are those rebuilt by hand: nobody ever stated what they say.
    """
    slugs = registry.modules()
    for path in sorted(folder.glob("*/**/*")):
        slug = provider_slug(path.relative_to(folder).parts[0])
        if slug not in slugs or path.suffix not in _SUFFIXES or path.name == "meta.json" or not path.is_file():
            continue
        if path.stat().st_size > _LARGEST or path.name == "offers.json":
            continue
        if page := _page(slug, path):
            yield page


def _page(slug: str, path: Path) -> RecordedPage | None:
    text = path.read_text(encoding="utf-8", errors="replace")
    note = text.partition("-->")[0] if text.lstrip().startswith("<!-- FIXTURE") else ""
    meta_file = path.with_name("meta.json")
    meta: dict[str, Any] = json.loads(meta_file.read_text(encoding="utf-8")) if meta_file.is_file() else {}
    if _BY_HAND.search(f"{note} {meta.get('note', '')} {path.name}"):
        return None
    day = _day(str(meta.get("captured_at", "")) or path.name)
    stated = _ADDRESS.search(note) or re.search(r"(?<=source: )[^\s;]+", note)
    source = str(meta.get("url", "")) or (stated[0] if stated else f"recorded page {slug}/{path.name}")
    return RecordedPage(slug, source, day, text[len(note) :]) if day else None


def _day(text: str) -> date | None:
    """Return the day, or the first of the month or year, that a name or a time begins with."""
    hit = re.match(r"(20\d\d)(?:-(\d\d))?(?:-(\d\d))?", text)
    return date(int(hit[1]), int(hit[2] or 1), int(hit[3] or 1)) if hit else None


def page_lines(text: str) -> list[str]:
    """Return what a page says, line by line; of JSON, "key: value" where the key speaks of a machine or its network.

    Other texts of a feed name products, and a product's name states nothing of the provider.
    """
    form = kind(text)
    if form == "json":
        try:
            return list(_json_lines(json.loads(text)))
        except (ValueError, RecursionError):
            return []
    top, _ = parse_tree(from_markdown(text) if form == "markdown" else text)
    return [line.text for line in top.lines()]


def _json_lines(value: Any) -> Iterator[str]:
    stack: list[tuple[str, Any]] = [("", value)]
    while stack:
        key, item = stack.pop()
        if isinstance(item, dict):
            stack += [(str(k), v) for k, v in reversed(item.items())]
        elif isinstance(item, list):
            stack += [(key, v) for v in reversed(item)]
        elif isinstance(item, str) and _KEY.search(key):
            yield f"{re.sub(r'(?<=[a-z])(?=[A-Z])|_', ' ', key)}: {item}"


_KEY: Final = re.compile(
    r"interconnect|connection_?type|ethernet_?variant|network|machine_?type|workload_?type", re.IGNORECASE
)


def facts_of(pages: Sequence[RecordedPage]) -> list[dict[str, str]]:
    """Return rows of COLUMNS: of each provider and fact what its newest page with such a statement says."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for page in sorted(pages, key=lambda page: page.day):
        for statement in find_statements(page_lines(page.text)):
            values = (
                page.provider, statement.fact, "0" if statement.fact == "egress_usd_per_gb" else "", statement.value,
                f"'{_quotable(statement.words)}'", "read", page.source, page.day.isoformat(),
            )  # fmt: skip
            rows[page.provider, statement.fact] = dict(zip(COLUMNS, values, strict=True))
    return [rows[key] for key in sorted(rows)]


def _quotable(words: str) -> str:
    return clip(words.replace("'", "’"), 220)


def merged(seed: Sequence[dict[str, str]], read: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return the seed with what was read: in place of unverified rows, and after its provider's where it has none.

    A fact that a person has read already stays: theirs may be of several rates, or of a better page.
    """
    stated = {(row["provider"], row["fact"]) for row in seed if row["how"] == "read"}
    new = {(row["provider"], row["fact"]): row for row in read if (row["provider"], row["fact"]) not in stated}
    rows: list[dict[str, str]] = []
    for row in seed:
        key = (row["provider"], row["fact"])
        if key not in new:
            rows.append(row)
        elif new[key] not in rows:
            rows.append(new[key])
    present = {(row["provider"], row["fact"]) for row in rows}
    for key, row in new.items():
        if key not in present:
            last = max((n for n, other in enumerate(rows) if other["provider"] == key[0]), default=len(rows) - 1)
            rows.insert(last + 1, row)
    return rows


def read_seed(path: Path) -> list[dict[str, str]]:
    """Return the rows of the seed."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def as_csv(rows: Sequence[dict[str, str]]) -> str:
    """Return rows as the text of the seed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def write_seed(path: Path, rows: Sequence[dict[str, str]]) -> bool:
    """Bring the seed up to date; return whether it changed."""
    text = as_csv(rows)
    if path.read_text(encoding="utf-8") == text:
        return False
    with replacing(path) as part:
        part.write_text(text, encoding="utf-8")
    return True
