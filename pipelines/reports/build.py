"""Builds the site from the published database: pages, receipts, feeds, downloads and files for programs."""

from __future__ import annotations

import hashlib
import logging
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from shutil import copyfile
from urllib.parse import urlsplit

from pipelines.reports import downloads, sql_shell
from pipelines.reports.data_terms import data_terms
from pipelines.reports.explorer_data import explorer
from pipelines.reports.feeds import feeds
from pipelines.reports.json_api import documents
from pipelines.reports.output_folder import SiteFolder, folder
from pipelines.reports.page_model import SitePage
from pipelines.reports.pages import (
    about,
    compare,
    explore,
    gpu,
    gpu_history,
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
from pipelines.reports.site_data import SiteData
from pipelines.reports.site_index import index_files
from pipelines.settings import CHECKOUT
from warehouse.publish.extract import beside, extracting
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

log = logging.getLogger("gpuhour.report")
_PROGRESS_EVERY = 2  # seconds
_SECTIONS: tuple[Callable[[SiteData], Iterator[SitePage]], ...] = (
    home.home_pages,
    gpu.gpu_pages,
    gpu_history.gpu_history_pages,
    provider.provider_pages,
    compare.compare_pages,
    tokens.token_pages,
    own_or_rent.own_or_rent_pages,
    indices.index_pages,
    price_changes.change_pages,
    reference_2023.reference_pages,
)


class InvalidBaseUrl(Exception):
    """The base URL is not a web address."""


@dataclass(frozen=True, slots=True)
class BuiltSite:
    """A built site: where, how many pages and files, how many of them were written, and whether it has a SQL shell."""

    root: Path
    pages: int
    files: int
    written: int
    has_shell: bool
    seconds: float


class _PageWriter:
    """Renders pages into a folder and remembers which receipts they cite."""

    def __init__(self, site: SiteFolder, renderer: Renderer, missing: set[str]) -> None:
        """`missing`: downloads that are not written, so that no page may offer them."""
        self._site, self._renderer, self._missing = site, renderer, missing
        self._last_progress = time.monotonic()
        self.pages: list[SitePage] = []
        self.cited: set[str] = set()

    def write(self, pages: Iterable[SitePage]) -> None:
        """Write pages and keep them without their facts, which are large."""
        for page in pages:
            page = replace(page, downloads=tuple(d for d in page.downloads if d.path not in self._missing))
            self._site.put(page.path, self._renderer.key(page), partial(self._renderer.render, page))
            self.cited |= page.cited_receipts()
            self.pages.append(replace(page, facts={}))
            if time.monotonic() - self._last_progress > _PROGRESS_EVERY:
                self._last_progress = time.monotonic()
                log.info("%s", page.path)


def build(state: Home, out: Path, base_url: str = "", terms: str = "") -> BuiltSite:
    """Build the site of a state folder's published database into `out`. `terms`: see data_terms.

    Raises NothingPublished without a database, ForeignFolder for a folder with other files in it, InvalidBaseUrl.
    """
    began = time.monotonic()
    base_url, shell = _checked(base_url), sql_shell.installed()
    key = _key(state, base_url, terms, shell)
    with extracting(state) as con, folder(out) as site:
        if (n_pages := site.finished(key)) is not None:
            return BuiltSite(out, n_pages, len(site.paths), 0, shell is not None, time.monotonic() - began)
        log.info("reading prices")
        data = SiteData(con)
        downloads.prepare(data)
        kinds = [list(downloads.whole_files(data)), list(downloads.page_files(data))]
        files = [file for kind in kinds for file in kind]
        written = [file for file in files if downloads.is_written(file)]
        with ThreadPoolExecutor(len(kinds)) as pool:  # DuckDB writes files while Python writes pages
            writing = [
                pool.submit(_write_files, site, list(filter(downloads.is_written, kind)), beside(con)) for kind in kinds
            ]
            renderer = Renderer(
                data, base_url, has_reference=bool(data.rows("reference_prices")), terms=data_terms(terms)
            )
            for asset in renderer.assets:
                site.put_bytes(asset.path, asset.content)
            for path, source in shell.files if shell else ():
                site.copy(path, f"{source.stat().st_size} {sql_shell.VERSION}", partial(copyfile, source))
            writer = _PageWriter(site, renderer, {file.path for file in files} - {file.path for file in written})
            for pages in _SECTIONS:
                writer.write(pages(data))
            offers = explorer(data)
            site.put_bytes(offers.asset.path, offers.asset.content)
            writer.write(explore.explore_pages(data, offers))
            writer.write(receipts.receipt_pages(data, writer.cited))
            for kind in writing:
                kind.result()
        listed = [downloads.listed(data, file, site.size(file.path)) for file in written if file.about]
        facts = shell.facts | {"cut": downloads.CUT} if shell else {}
        writer.write(about.about_pages(data, listed, facts))
        log.info("feeds and JSON")
        for path, content in chain(
            feeds(data, renderer), documents(data, renderer), index_files(data, renderer, writer.pages, listed)
        ):
            site.put_bytes(path, content)
        n_files = len(site.paths)
        site.stamp(key, len(writer.pages))
    return BuiltSite(out, len(writer.pages), n_files, site.written, shell is not None, time.monotonic() - began)


def _key(state: Home, base_url: str, terms: str, shell: sql_shell.SqlShell | None) -> str:
    """Return a hash of all that a report depends on: the published file, the code, and how it is asked for."""
    digest = hashlib.sha256(repr((base_url, terms, shell)).encode())
    if state.published.exists():
        stat = state.published.stat()
        digest.update(f"{stat.st_size} {stat.st_mtime_ns}".encode())
    for station in ("pipelines", "scrapers", "warehouse"):
        for path in sorted((CHECKOUT / station).rglob("*.*")):
            if path.suffix != ".pyc" and path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _checked(base_url: str) -> str:
    parts = urlsplit(base_url)
    if base_url and (parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"[\s\"'<>?#]", base_url)):
        raise InvalidBaseUrl(f"{base_url!r} is not a web address; expected something like https://example.org/gpu")
    return base_url.rstrip("/")


def _write_files(site: SiteFolder, files: Sequence[downloads.DownloadFile], con: Connection) -> None:
    with closing(con):
        for file in files:
            site.copy(file.path, hashed(file.key.encode()), partial(file.write, con))
    log.info("%d files", len(files))
