"""Builds the site from the published database: pages, feeds, files, in an order in which each knows what it cites."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.reports import files, shell
from pipelines.reports.feeds import feeds
from pipelines.reports.machine import documents
from pipelines.reports.pages import (
    about,
    changes,
    compare,
    deciding,
    gpu,
    indices,
    provider,
    receipts,
    seed,
    today,
    tokens,
)
from pipelines.reports.render import Renderer, dumps
from pipelines.reports.site import Page
from pipelines.reports.world import World
from pipelines.reports.writing import Folder, folder
from warehouse.extract import extracting
from warehouse.home import Home

log = logging.getLogger("gpuhour.report")
_KINDS: tuple[Callable[[World], Iterator[Page]], ...] = (
    today.today_pages, gpu.gpu_pages, provider.provider_pages, compare.compare_pages, tokens.token_pages, deciding.deciding_pages,
    indices.index_pages, changes.change_pages, seed.seed_pages, receipts.receipt_pages,
)  # fmt: skip


class BadAddress(Exception):
    """The base URL is no web address."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made: where, how many pages and files, how many of them were written, and whether the SQL shell is there."""

    root: Path
    pages: int
    files: int
    written: int
    has_shell: bool
    seconds: float


def build(home: Home, out: Path, base_url: str = "") -> Built:
    """Build the site of a state folder's published database into `out`.

    Raises NothingPublished without a database, NotOurs for a folder that holds something else, BadAddress.
    """
    began = time.monotonic()
    base_url = _checked(base_url)
    with extracting(home) as con, folder(out) as site:
        log.info("reading prices")
        world = World(con)
        files.prepare(world)
        renderer = Renderer(world, base_url, has_seed=bool(world.rows("seed")))
        for asset in renderer.assets.values():
            site.put(asset.path, _key(asset.content), lambda a=asset: a.content)  # type: ignore[misc]
        found_shell = shell.found()
        for path, source in found_shell.files if found_shell else ():
            site.copy(path, f"{source.stat().st_size} {shell.VERSION}", lambda to, source=source: to.write_bytes(source.read_bytes()))  # type: ignore[misc]
        log.info("files")
        absent = _write_files(site, files.page_files(world))
        listed = _whole_files(site, world)
        pages = _write_pages(site, world, renderer, absent, listed, found_shell)
        log.info("feeds and JSON")
        for path, content in (*feeds(world, renderer), *documents(world, renderer), *_for_machines(world, renderer, pages, listed)):
            site.put(path, _key(content), lambda content=content: content)  # type: ignore[misc]
        count = len(site.paths)
    return Built(out, len(pages), count, site.written, found_shell is not None, time.monotonic() - began)


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if base_url and (parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s\"'<>?#]", base_url)):
        raise BadAddress(f"not a web address to publish at: {base_url!r}; say https://example.org/gpu")
    return base_url.rstrip("/")


def _write_files(site: Folder, found: Iterator[files.File]) -> set[str]:
    """Write files; returns the paths of those that are too long to be written."""
    absent = set()
    for file in found:
        if files.is_written(file):
            site.copy(file.path, _key(file.key.encode()), file.write)
        else:
            absent.add(file.path)
    return absent


def _whole_files(site: Folder, world: World) -> list[dict[str, Any]]:
    """Write the files of the whole database; returns a row of each."""
    found = [f for f in files.whole_files(world) if files.is_written(f)]
    _write_files(site, iter(found))
    return [{"path": f.path, "about": f.about, "rows": f.rows, "bytes": site.size(f.path)} for f in found]


def _write_pages(
    site: Folder, world: World, renderer: Renderer, absent: set[str], listed: list[dict[str, Any]], found_shell: shell.Shell | None
) -> list[Page]:
    offered = absent | ({f"data/{name}.csv" for name in ("offers_latest", "price_changes", "index_daily")} - {f["path"] for f in listed})
    pages: list[Page] = []
    last = time.monotonic()
    facts = found_shell.facts | {"cut": files.CUT} if found_shell else {}
    kinds = [lambda w: about.about_pages(w, listed, facts), *_KINDS]
    for kind in kinds:
        for page in kind(world):
            kept = _without(page, offered)
            site.put(page.path, renderer.key(kept), lambda kept=kept: renderer.render(kept))  # type: ignore[misc]
            pages.append(Page(kept.path, kept.template, kept.title, kept.about, as_of=kept.as_of))
            if time.monotonic() - last > 2:
                last = time.monotonic()
                log.info("%d pages", len(pages))
    return pages


def _without(page: Page, absent: set[str]) -> Page:
    """The page without the downloads that are not written."""
    kept = tuple(f for f in page.downloads if f.path not in absent)
    names = ("path", "template", "title", "about", "facts", "as_of", "section", "feed", "is_dataset")
    return page if len(kept) == len(page.downloads) else Page(downloads=kept, **{n: getattr(page, n) for n in names})


def _for_machines(
    world: World, renderer: Renderer, pages: list[Page], listed: list[dict[str, Any]]
) -> Iterator[tuple[str, bytes]]:
    base = renderer.site["base_url"]
    yield "llms.txt", renderer.text("llms.txt", world=world, pages=pages, files=listed)
    yield "datapackage.json", dumps(_datapackage(world, listed, base))
    yield "assets/icon.svg", (Path(__file__).parent / "static" / "icon.svg").read_bytes()
    if base:  # a site map knows whole addresses only
        yield "sitemap.xml", renderer.text("sitemap.xml", pages=pages)


def _datapackage(world: World, listed: list[dict[str, Any]], base: str) -> dict[str, Any]:
    """A Data Package: what each file is, and what its columns mean."""
    meanings: dict[str, list[dict[str, Any]]] = {}
    for row in world.rows("schema"):
        meanings.setdefault(row["relation"], []).append(
            {"name": row["name"], "type": _frictionless(row["type"]), "description": row["meaning"] or ""}
        )
    resources = []
    for file in listed:
        name, _, form = file["path"].removeprefix("data/").rpartition(".")
        resources.append({
            "name": f"{name}-{form}".replace("_", "-"), "path": file["path"], "format": form, "bytes": file["bytes"],
            "description": file["about"],
            "mediatype": {"csv": "text/csv", "parquet": "application/vnd.apache.parquet"}.get(form, "application/octet-stream"),
            **({"schema": {"fields": meanings[name]}} if name in meanings and form == "csv" else {}),
        })  # fmt: skip
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "gpuhour",
        "title": "List prices of GPUs in the cloud, in USD per GPU-hour",
        "version": f"{world.meta['schema_version']}+{world.as_of:%Y%m%d}",
        "licenses": [{"name": "MIT", "path": "https://spdx.org/licenses/MIT.html"}],
        **({"homepage": base} if base else {}),
        "resources": resources,
    }


def _frictionless(kind: str) -> str:
    names = {"DATE": "date", "BOOLEAN": "boolean", "VARCHAR": "string", "TIMESTAMP WITH TIME ZONE": "datetime", "TIMESTAMP": "datetime"}
    return names.get(kind, "integer" if "INT" in kind else "number" if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")) else "any")


def _key(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:24]


