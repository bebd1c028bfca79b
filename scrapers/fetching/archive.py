"""Archives every page unchanged, so that a price can be parsed again from its source at any later time.

A page is a record in `pages/<provider>/<UTC day>/`, written last, and the bytes that it names by their SHA-256, in
`pages/<provider>/bodies/` (older archives have them beside the record). Only the record makes a page: bytes that a
crash leaves behind without one do not count. Retention may remove bytes, or keep the lines that were read of them;
records stay.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from scrapers.fetching import page_bodies
from scrapers.fetching.completeness import EDGE, ResponseBody
from scrapers.model import FetchError, Page, clip

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_LOG = logging.getLogger(__name__)
_LEFTOVER = 86400.0  # seconds after which an unfinished file is abandoned
_FACTS = ("provider", "url", "final_url", "source", "status", "sha256", "fetched_by", "is_excerpt", "is_index")
_TEXTS = ("provider", "url", "final_url", "source", "sha256", "fetched_by")
_PARAMETER = zstd.CompressionParameter
# No name and no time inside: equal bytes give equal files.
_PACKING = {int(_PARAMETER.compression_level): 3, int(_PARAMETER.checksum_flag): 1}
_LATER_FACTS = {"is_sample": False}  # what records of earlier versions lack, and what it was then


@contextmanager
def _name_path_in_errors(path: Path) -> Iterator[None]:
    """Turn an OSError, such as a full disk, into a FetchError that names the path."""
    try:
        yield
    except OSError as error:
        raise FetchError(f"cannot write {path}: {error.strerror or error}") from error


class Draft:
    """Bytes on their way into the archive: counted, hashed and compressed as they arrive. Discarded unless kept."""

    def __init__(self, folder: Path) -> None:
        self.size, self.head, self.tail, self._hash = 0, b"", b"", hashlib.sha256()
        with _name_path_in_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(suffix=".zst", dir=folder)
        self.path = Path(name)
        self._file = os.fdopen(handle, "wb")
        self._packed = zstd.ZstdFile(self._file, "wb", options=_PACKING)

    def write(self, chunk: bytes) -> None:
        """Add bytes. Raises FetchError when the disk is full."""
        with _name_path_in_errors(self.path):
            self._packed.write(chunk)
        self.size += len(chunk)
        self._hash.update(chunk)
        self.head += chunk[: EDGE - len(self.head)]
        self.tail = (self.tail + chunk)[-EDGE:]

    def seal(self) -> ResponseBody:
        """Flush all bytes to disk and return them for the completeness check."""
        if not self._file.closed:
            with _name_path_in_errors(self.path):
                self._packed.close()
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
        return ResponseBody(self.size, self.head, self.tail, lambda: zstd.decompress(self.path.read_bytes()))

    @property
    def sha256(self) -> str:
        """Return the hash of the bytes written so far."""
        return self._hash.hexdigest()

    def discard(self) -> None:
        """Delete the bytes (a no-op for a kept draft)."""
        with suppress(OSError):
            self._packed.close()
        with suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)


def _request_id(method: str, url: str, body: str) -> str:
    return hashlib.sha256(f"{method} {url}\n{body}".encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Archive:
    """The pages below one home folder. Several processes may write at once."""

    home: Path

    @property
    def _drafts(self) -> Path:
        return self.home / "pages" / ".drafts"

    def draft(self) -> Draft:
        """Create a draft; also delete drafts that killed runs left behind over a day ago."""
        for leftover in self._drafts.glob("*"):
            with suppress(FileNotFoundError):
                if time.time() - leftover.stat().st_mtime > _LEFTOVER:
                    leftover.unlink()
        return Draft(self._drafts)

    def save(self, page: Page, method: str = "GET", body: str = "") -> Page:
        """Archive a page that is held in memory; returns it as `keep` does."""
        draft = self.draft()
        try:
            draft.write(page.read())
            return self.keep(draft, page, method, body)
        finally:
            draft.discard()

    def keep(self, draft: Draft, page: Page, method: str = "GET", body: str = "") -> Page:
        """Archive a draft with the facts of `page`; returns the page as it can be opened again.

        The same content is stored once, whatever the day, and recorded as often as it was fetched. Raises FetchError,
        naming the path, when it cannot be written.
        """
        draft.seal()
        page = replace(page, content=None, sha256=draft.sha256)
        return self._record(page, draft, method, body)

    def record_unchanged(self, old: Page, page: Page) -> Page:
        """Record that the host confirms the archived page `old`; `page` has the facts of that response."""
        if old.path is None or old.kept != "whole":
            raise ValueError(f"page {old.url} is not archived whole")
        page = replace(page, sha256=old.sha256)
        if old.path == self._body(page):
            return self._record(page, None, "GET", "")
        draft = self.draft()  # of an older archive, beside its record, or of another provider
        try:
            with old.open() as stream:
                while chunk := stream.read(1 << 20):
                    draft.write(chunk)
            return self.keep(draft, page)
        finally:
            draft.discard()

    def pages(self, provider: str, day: date) -> list[Page]:
        """Return the pages fetched from a provider on a UTC day, in order of time, but for those in `removed`."""
        return [page for page in self._recorded(provider, day) if page.kept != "removed"]

    def removed(self, provider: str, day: date) -> list[Page]:
        """Return the pages of a day, in order of time, of which retention left only the record: none can be opened."""
        return [page for page in self._recorded(provider, day) if page.kept == "removed"]

    def _recorded(self, provider: str, day: date) -> list[Page]:
        pages = [_load(record) for record in self._day(provider, day).glob("*.json")]
        return sorted((page for page in pages if page), key=lambda page: (page.captured_at, page.url))

    def of_content(self, sha256: str) -> Iterator[Page]:
        """Yield the pages, of all providers, whose hash begins with these hexadecimal digits, eight or more."""
        records = (self.home / "pages").glob(f"*/????-??-??/*-{sha256[:8]}-*.json")
        pages = (_load(record) for record in sorted(records))
        return (page for page in pages if page and page.sha256.startswith(sha256))

    def request_of(self, page: Page) -> tuple[str, str]:
        """Return the method and the body that an archived page was asked for with."""
        when = page.captured_at.astimezone(UTC)
        for record in self._day(page.provider, when.date()).glob(f"{when:%H%M%S_%f}-{page.sha256[:8]}-*.json"):
            facts = json.loads(record.read_text(encoding="utf-8"))
            if facts["url"] == page.url:
                return str(facts["method"]), str(facts["body"])
        raise ValueError(f"page {page.url} is not archived")

    def newest(self, provider: str, url: str) -> Page | None:
        """Return the last archived response to a GET of this URL that is there whole, or None."""
        pattern = f"*-{_request_id('GET', url, '')}.json"
        for day in sorted((self.home / "pages" / provider).glob("????-??-??"), reverse=True):
            for record in sorted(day.glob(pattern), reverse=True):
                page = _load(record)
                if page and page.url == url and page.kept == "whole":
                    return page
        return None

    def store(self, draft: Draft, provider: str) -> Path:
        """Store a draft's bytes under their hash, without a record; return their file. Raises as `keep` does."""
        draft.seal()
        stored = page_bodies.path_of(self.home / "pages" / provider, draft.sha256)
        with _name_path_in_errors(stored):
            stored.parent.mkdir(parents=True, exist_ok=True)
            draft.path.replace(stored)  # in place of a file of this name too, which may be damaged
            _sync(stored.parent)
        return stored

    def _body(self, page: Page) -> Path:
        return page_bodies.path_of(self.home / "pages" / page.provider, page.sha256)

    def _day(self, provider: str, day: date) -> Path:
        return self.home / "pages" / provider / day.isoformat()

    def _record(self, page: Page, draft: Draft | None, method: str, body: str) -> Page:
        """Store the bytes, unless they are there, then write the record; each by rename, the record last."""
        when = page.captured_at.astimezone(UTC)
        folder, stored = self._day(page.provider, when.date()), self._body(page)
        with _name_path_in_errors(folder), page_bodies.locked(self.home):
            folder.mkdir(parents=True, exist_ok=True)
            if draft:
                self.store(draft, page.provider)
            facts = {name: getattr(page, name) for name in (*_FACTS, *_LATER_FACTS)}
            facts |= {
                "method": method,
                "body": body,
                "headers": dict(page.headers),
                "file": f"../{page_bodies.FOLDER}/{stored.name}",
                "captured_at": when.isoformat(),
            }
            # To the microsecond: a record is one fetch. Repeating a replay writes the same records again.
            record = f"{when:%H%M%S_%f}-{page.sha256[:8]}-{_request_id(method, page.url, body)}.json"
            self._drafts.mkdir(parents=True, exist_ok=True)
            _write_record(folder / record, facts, self._drafts)
        return replace(page, path=stored)


def is_intact(page: Page) -> bool:
    """Check that the archived bytes still match their hash: the page's, or that of the lines which were kept of it."""
    hashed = hashlib.sha256()
    try:
        with page.open() as stream:
            while chunk := stream.read(1 << 20):
                hashed.update(chunk)
    except (OSError, EOFError, zstd.ZstdError):
        return False
    return hashed.hexdigest() == (page.lines_sha256 or page.sha256)


def _write_record(target: Path, facts: dict[str, Any], drafts: Path) -> None:
    with tempfile.NamedTemporaryFile("w", dir=drafts, suffix=".tmp", delete=False, encoding="utf-8") as file:
        json.dump(facts, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(target)
    _sync(target.parent)


def _sync(folder: Path) -> None:
    """Flush a folder to disk: only then does a rename survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _load(record: Path) -> Page | None:
    """Return the page of a record; None, with a warning, when its files are damaged."""
    try:
        facts = json.loads(record.read_text(encoding="utf-8"))
        when = datetime.fromisoformat(facts["captured_at"])
        known = {name: facts[name] for name in _FACTS} | {n: facts.get(n, was) for n, was in _LATER_FACTS.items()}
        if wrong := [name for name in _TEXTS if not isinstance(known[name], str)]:
            raise TypeError(f"{', '.join(wrong)}: no text")
        headers = {str(name): str(value) for name, value in facts["headers"].items()}
        return _with_body(Page(captured_at=when, headers=headers, **known), record, str(facts["file"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        _LOG.warning("skipped the archived page %s: %s", record, clip(f"{type(error).__name__}: {error}"))
        return None


def _with_body(page: Page, record: Path, file: str) -> Page:
    """Return a page with its bytes, the lines that were kept of them, or none. Raises FileNotFoundError if lost."""
    folder = record.parent.parent
    for whole in (page_bodies.path_of(folder, page.sha256), record.parent / Path(file).name):
        if whole.is_file():
            return replace(page, path=whole)
    note = page_bodies.notes(folder).get(page.sha256)
    if note and note.state == "lines":
        lines = page_bodies.path_of(folder, note.lines_sha256)
        if lines.is_file():
            return replace(page, path=lines, kept="lines", lines_sha256=note.lines_sha256)
    if note and note.state == "removed":
        return replace(page, kept="removed")
    raise FileNotFoundError(Path(file).name)
