"""Records a provider's pages as capture folders: what a refresh would fetch, ready for review and commit."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from pipelines.ingest.parse_file import OFFER_COLUMNS, parse_file_as
from pipelines.serialize import rows_as_json
from scrapers import registry
from scrapers.fetching.archive import Archive
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.replay import Replay
from scrapers.model import Failure, Page, Provider
from warehouse.storage.state_dir import Home

_SUFFIXES = {"html": "html", "json": "json", "csv": "csv", "yaml": "yml", "javascript": "js"}


def record_capture(slug: str, out: Path, home: Home, replay: Path | None = None) -> tuple[list[Path], list[str]]:
    """Fetch every page of a provider and write one folder each (page, meta.json, offers.json).

    Returns the folders and the failures. Review offers.json by hand before committing: it becomes the golden file.
    """
    provider = registry.get(slug)
    written, failed = [], []
    with Fetcher(Archive(home.root), Replay(replay) if replay else None) as fetcher:
        for number, result in enumerate(fetcher.crawl(provider)):
            if isinstance(result, Failure):
                failed.append(result.error)
            else:
                written.append(write_capture(out / slug, result, number))
    return written, failed


def write_capture(folder: Path, page: Page, number: int | None, provider: Provider | None = None) -> Path:
    """Write a page as the capture folder <date>_<number>_<name>, without a number where there is none; return it.

    `provider`: whose page it is, where the registry does not know it yet. Raises LayoutError, KeyError and OSError; of
    a page that cannot be read, all but offers.json is written.
    """
    provider = provider or registry.get(page.provider)
    stem = re.sub(r"[^a-z0-9]+", "-", urlsplit(page.url).path.lower()).strip("-")[-40:].strip("-") or "page"
    parts = (f"{page.captured_at:%Y-%m-%d}", *([] if number is None else [str(number)]), stem)
    target = folder / "_".join(parts)
    target.mkdir(parents=True, exist_ok=True)
    kind = page.headers.get("content-type", "text/html")
    suffix = next((s for word, s in _SUFFIXES.items() if word in kind), "html")
    body = target / f"page.{suffix}"
    body.write_bytes(without_loaders(page.read()) if page.fetched_by.endswith("browser") else page.read())
    meta = {
        "url": page.url,
        "method": next((r.method for r in provider.requests if r.url == page.url), "GET"),
        "source": page.source,
        "fetched_by": "http" if page.fetched_by == "file" else page.fetched_by.removeprefix("replay-"),
        "status": page.status,
        "content_type": kind,
        "captured_at": page.captured_at.isoformat().replace("+00:00", "Z"),
        "is_excerpt": page.is_excerpt,
        "note": "Written by hand: a copy of a sample." if page.is_sample else "Recorded by `gpuhour capture`.",
    }
    if page.is_index:
        meta["is_index"] = True
    (target / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
    if not page.is_index:
        reading = parse_file_as(provider, body, page.url, page.captured_at)
        (target / "offers.json").write_text(rows_as_json(OFFER_COLUMNS, reading.offers()))
    return target


def without_loaders(html: bytes) -> bytes:
    """Return a rendered page without the scripts that it loads: they have run, and nobody has recorded them.

    Data within the page stays, and so does what the page shows.
    """
    return _LOADER.sub(b"", html)


_LOADER = re.compile(rb"<script\b[^>]{0,2000}\ssrc\s*=[^>]{0,2000}>\s*</script\s*>", re.IGNORECASE)
