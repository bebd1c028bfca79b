"""Milliseconds to parse every capture in one process, by provider: ours, and the recorded ones where they are."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.ingest.parse_file import open_page
from scrapers import registry
from scrapers.model import Page, ScrapeError
from tests.support.golden import captures
from tests.support.reference_data import SHARED

CAPTURES = SHARED / "captures"
MOST = 2.0  # seconds for one file; more is allowed to AWS's and Google's largest only


@dataclass
class Times:
    """Parse times of one provider's files."""

    files: int = 0
    rows: int = 0
    size: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    refused: list[str] = field(default_factory=list)


def pages() -> Iterator[tuple[str, Path, Page]]:
    """Yield every capture with its provider's slug."""
    for capture in captures():
        if not capture.meta.get("is_index"):
            yield (
                capture.slug,
                capture.page,
                open_page(capture.slug, capture.page, capture.meta["url"], capture.captured_at),
            )
    for path in sorted(CAPTURES.glob("*/*")) if CAPTURES.is_dir() else ():
        try:
            slug = registry.get(path.parent.name).slug
        except KeyError:
            continue  # lists of third parties
        yield slug, path, open_page(slug, path, None, None)


def measure() -> dict[str, Times]:
    """Parse everything once, provider by provider."""
    found: defaultdict[str, Times] = defaultdict(Times)
    for slug, path, page in pages():
        parse, times = registry.get(slug).parse, found[slug]
        begun = time.perf_counter()
        try:
            times.rows += sum(1 for _ in parse(page))
        except ScrapeError as refused:
            times.refused.append(f"{path.name}: {type(refused).__name__}")
        took = time.perf_counter() - begun
        times.files, times.size = times.files + 1, times.size + path.stat().st_size
        times.seconds, times.slowest = times.seconds + took, max(times.slowest, took)
    return dict(found)


def main() -> None:
    """Print the table, and the files over the time limit below it."""
    registry.all_providers()  # importing is not parsing
    print(f"{'provider':14} {'files':>5} {'KB':>7} {'offers':>7} {'ms':>8} {'slowest':>8}  refused")
    found = measure()
    for slug, t in sorted(found.items()):
        refused = ", ".join(t.refused)
        print(
            f"{slug:14} {t.files:5} {t.size / 1024:7.0f} {t.rows:7} {t.seconds * 1e3:8.1f} {t.slowest * 1e3:8.1f}  {refused}"
        )
    total = sum(t.seconds for t in found.values())
    print(
        f"{'all':14} {sum(t.files for t in found.values()):5} {'':7} {sum(t.rows for t in found.values()):7} {total * 1e3:8.1f}"
    )
    slow = [slug for slug, t in found.items() if t.slowest > MOST and slug not in ("aws", "gcp")]
    if slow:
        print(f"slower than {MOST} s a file: {', '.join(slow)}", file=sys.stderr)


if __name__ == "__main__":
    main()
