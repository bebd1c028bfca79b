"""Rewrites every capture's golden file (`python -m tests.support.golden`); reviewing means reading the diff beside the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.ingest.parse_file import OFFER_COLUMNS, parse_file
from pipelines.serialize import rows_as_json
from scrapers.reference import throughput_lists

ROOT = Path(__file__).parents[1] / "captures"


@dataclass(frozen=True)
class Capture:
    """One recorded page of a provider: tests/captures/<slug>/<name>/{page.*, meta.json, offers.json}."""

    slug: str
    folder: Path

    @property
    def page(self) -> Path:
        """Return the file with the recorded bytes."""
        (file,) = self.folder.glob("page.*")
        return file

    @cached_property
    def meta(self) -> dict[str, Any]:
        """Read where and when it was recorded."""
        facts: dict[str, Any] = json.loads((self.folder / "meta.json").read_text())
        return facts

    @property
    def captured_at(self) -> datetime:
        """Return when the page stated these prices."""
        return datetime.fromisoformat(self.meta["captured_at"])

    @property
    def golden(self) -> Path:
        """Return the file with the expected rows; an index of other pages has none."""
        return self.folder / "offers.json"

    def text(self) -> str:
        """Return the rows as `gpuhour parse --json` prints them."""
        rows = parse_file(self.slug, self.page, self.meta["url"], self.captured_at).offers()
        return rows_as_json(OFFER_COLUMNS, rows)

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as objects."""
        rows: list[dict[str, Any]] = json.loads(self.text())
        return rows


def captures() -> Iterator[Capture]:
    """Yield every capture of a provider, sorted; the template's and those of lists belong to none."""
    for meta in sorted(ROOT.glob("[!_]*/*/meta.json")):
        if meta.parents[1].name not in throughput_lists.SLUGS:
            yield Capture(meta.parents[1].name, meta.parent)


def main() -> None:
    """Rewrite the golden files that changed, and print their names."""
    for capture in captures():
        if not capture.meta.get("is_index"):
            text = capture.text()
            if not capture.golden.exists() or capture.golden.read_text() != text:
                capture.golden.write_text(text)
                print("rewritten:", capture.golden.relative_to(ROOT.parents[1]))


if __name__ == "__main__":
    main()
