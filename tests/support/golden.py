"""Writes every capture's golden file anew (`python -m tests.support.golden`); its diff, read beside the page, is the review."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from pipelines.ingest.parse_file import COLUMNS, parse_file
from pipelines.serialize import rows_as_json

ROOT = Path(__file__).parents[1] / "captures"


@dataclass(frozen=True)
class Capture:
    """One recorded page of a provider: tests/captures/<slug>/<name>/{page.*, meta.json, offers.json}."""

    slug: str
    folder: Path

    @property
    def page(self) -> Path:
        """The recorded bytes."""
        (found,) = self.folder.glob("page.*")
        return found

    @cached_property
    def meta(self) -> dict[str, Any]:
        """Where and when it was recorded."""
        found: dict[str, Any] = json.loads((self.folder / "meta.json").read_text())
        return found

    @property
    def captured_at(self) -> datetime:
        """When the page says these prices."""
        return datetime.fromisoformat(self.meta["captured_at"])

    @property
    def golden(self) -> Path:
        """What it must parse to; an index of other pages has none."""
        return self.folder / "offers.json"

    def text(self) -> str:
        """What `gpuhour parse` prints of the page."""
        found, _ = parse_file(self.slug, self.page, self.meta["url"], self.captured_at)
        return rows_as_json(COLUMNS, found)

    def rows(self) -> list[dict[str, Any]]:
        """The same as objects."""
        found: list[dict[str, Any]] = json.loads(self.text())
        return found


def captures() -> Iterator[Capture]:
    """Every capture, sorted."""
    for meta in sorted(ROOT.glob("*/*/meta.json")):
        yield Capture(meta.parents[1].name, meta.parent)


def main() -> None:
    """Rewrite the golden files that changed, and say which."""
    for capture in captures():
        if not capture.meta.get("is_index"):
            text = capture.text()
            if not capture.golden.exists() or capture.golden.read_text() != text:
                capture.golden.write_text(text)
                print("rewritten:", capture.golden.relative_to(ROOT.parents[1]))


if __name__ == "__main__":
    main()
