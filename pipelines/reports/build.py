"""Builds the site from the published database: pages, feeds, files, in an order in which each knows what it cites."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from shutil import copyfile
from urllib.parse import urlsplit

from pipelines.reports import downloads, sql_shell
from pipelines.reports.feeds import feeds
from pipelines.reports.json_api import documents
from pipelines.reports.output_folder import Folder, folder
from pipelines.reports.page_model import Page
from pipelines.reports.pages import (
    about,
    compare,
    gpu,
    home,
    indices,
    own_or_rent,
    price_changes,
    provider,
    receipts,
    reference_2023,
    tokens,
)
from pipelines.reports.render import Renderer, hashed
from pipelines.reports.site_data import World
from pipelines.reports.site_index import lists
from warehouse.publish.extract import beside, extracting
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.report")
_KINDS: tuple[Callable[[World], Iterator[Page]], ...] = (
    home.today_pages,
    gpu.gpu_pages,
    provider.provider_pages,
    compare.compare_pages,
    tokens.token_pages,
    own_or_rent.deciding_pages,
    indices.index_pages,
    price_changes.change_pages,
    reference_2023.seed_pages,
    receipts.receipt_pages,
)


class BadAddress(Exception):
    """The base URL is no web address."""


@dataclass(frozen=True, slots=True)
class Built:
    """A built site: where, how many pages and files, how many it had to write, and whether it has a SQL shell."""

    root: Path
    pages: int
    files: int
    written: int
    has_shell: bool
    seconds: float


def build(state: Home, out: Path, base_url: str = "") -> Built:
    """Build the site of a state folder's published database into `out`.

    Raises NothingPublished without a database, NotOurs for a folder that holds something else, BadAddress.
    """
    began = time.monotonic()
    base_url = _checked(base_url)
    with extracting(state) as con, folder(out) as site:
        log.info("reading prices")
        world = World(con)
        downloads.prepare(world)
        renderer = Renderer(world, base_url, has_seed=bool(world.rows("seed")))
        for asset in renderer.assets:
            site.have(asset.path, asset.content)
        found_shell = sql_shell.found()
        for path, source in found_shell.files if found_shell else ():
            site.copy(path, f"{source.stat().st_size} {sql_shell.VERSION}", partial(copyfile, source))
        found = [*downloads.page_files(world), *downloads.whole_files(world)]
        absent = {file.path for file in found if not downloads.is_written(file)}
        with ThreadPoolExecutor(1) as pool:  # DuckDB writes files while Python writes pages
            writing = pool.submit(_write_files, site, [file for file in found if file.path not in absent], beside(con))
            pages = [page for kind in _KINDS for page in _write_pages(site, renderer, kind(world), absent)]
            writing.result()
        listed = [{"path": f.path, "about": f.about, "rows": f.rows, "bytes": site.size(f.path)} for f in found
                  if f.about and f.path not in absent]  # fmt: skip
        facts = found_shell.facts | {"cut": downloads.CUT} if found_shell else {}
        pages += _write_pages(site, renderer, about.about_pages(world, listed, facts), absent)
        log.info("feeds and JSON")
        for path, content in chain(
            feeds(world, renderer), documents(world, renderer), lists(world, renderer, pages, listed)
        ):
            site.have(path, content)
        count = len(site.paths)
    return Built(out, len(pages), count, site.written, found_shell is not None, time.monotonic() - began)


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if base_url and (parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s\"'<>?#]", base_url)):
        raise BadAddress(f"not a web address to publish at: {base_url!r}; say https://example.org/gpu")
    return base_url.rstrip("/")


def _write_files(site: Folder, found: list[downloads.File], con: Connection) -> None:
    with closing(con):
        for file in found:
            site.copy(file.path, hashed(file.key.encode()), partial(file.write, con))
    log.info("%d files", len(found))


def _write_pages(site: Folder, renderer: Renderer, found: Iterator[Page], absent: set[str]) -> list[Page]:
    """Write pages; returns them without their facts, which are many. `absent`: downloads that there are none of."""
    pages: list[Page] = []
    last = time.monotonic()
    for page in found:
        kept = _without(page, absent)
        site.put(page.path, renderer.key(kept), partial(renderer.render, kept))
        pages.append(Page(kept.path, kept.template, kept.title, kept.about, as_of=kept.as_of))
        if time.monotonic() - last > 2:
            last = time.monotonic()
            log.info("%s", page.path)
    return pages


def _without(page: Page, absent: set[str]) -> Page:
    """The page without the downloads that are not written."""
    kept = tuple(f for f in page.downloads if f.path not in absent)
    names = ("path", "template", "title", "about", "facts", "as_of", "section", "feed", "is_dataset")
    return page if len(kept) == len(page.downloads) else Page(downloads=kept, **{n: getattr(page, n) for n in names})
