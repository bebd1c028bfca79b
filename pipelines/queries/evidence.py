"""Writes the archived answer behind a price as WARC or WACZ, which tools of web archives open and check."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from pipelines.errors import CommandError, UsageError
from pipelines.queries.archived_page import removal
from pipelines.serialize import printable
from scrapers.fetching.archive import Archive, is_intact
from scrapers.model import Page
from warehouse.storage.connection import Connection
from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home

_HASH = re.compile(r"[0-9a-f]{8,64}")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # what the name of a header may be made of
# The archive holds a body without the encodings of the wire, so that these headers would be wrong beside it.
_OF_THE_WIRE = {"content-encoding", "transfer-encoding", "content-length", "trailer", "connection", "keep-alive"}
RECEIPT = "Gpuhour-Receipt-SHA256"  # a record's header: the hash that receipts state


@dataclass(frozen=True, slots=True)
class Evidence:
    """An archived page, how it was asked for, and what a reader must know of its bytes."""

    page: Page
    method: str
    body: str
    statement: str

    @property
    def is_response(self) -> bool:
        """Whether the bytes are what the server sent, but for the encodings of the wire."""
        page = self.page
        is_whole = page.kept == "whole" and not page.is_excerpt and page.status != 304
        return is_whole and not page.is_sample and page.fetched_by in ("http", "replay-http")


def receipt_of(con: Connection, name: str) -> str:
    """Return the SHA-256 of the page behind a series' newest price or behind a price change, else the name itself.

    Raises:
        UsageError: The name is no id, or several prices' ids begin with it.
        CommandError: The price was read from no page.
    """
    wanted = name.strip().lower()
    if not _HASH.fullmatch(wanted):
        raise UsageError(
            f"{printable(name)[:80]!r} is no id: give 8 digits or more of a SHA-256, series_id or event_id"
        )
    rows = con.execute(
        "select distinct arg_max(sha256, (valid_from, observed_at)) from v1.price_intervals "
        "where starts_with(series_id, $id) group by series_id "
        "union select sha256 from v1.price_changes where starts_with(event_id, $id)",
        {"id": wanted},
    ).fetchall()
    if len(rows) > 1:
        raise UsageError(f"{len(rows)} pages have prices whose ids begin with {wanted}: give more of it")
    if rows and not rows[0][0]:
        raise CommandError(f"the price {wanted} was read from no page: it comes from the reference document")
    return str(rows[0][0]) if rows else wanted


def find_evidence(home: Home, sha256: str) -> Evidence:
    """Return the archived page whose hash begins so: the first that brought these bytes.

    Raises:
        UsageError: Several contents' hashes begin so.
        CommandError: The page is not in the archive, or its bytes are no longer kept.
    """
    archive = Archive(home.root)
    pages = list(archive.of_content(sha256))
    if not pages:
        raise CommandError(
            f"no page in {home.pages} has a SHA-256 that begins with {sha256}: prices that were imported or come from "
            "the reference document have none, and a backup may have been made --without-pages"
        )
    if len(hashes := {page.sha256 for page in pages}) > 1:
        raise UsageError(f"the SHA-256 of {len(hashes)} pages begins with {sha256}: give more of it")
    page = min(pages, key=lambda each: (each.kept == "removed", each.status == 304, each.captured_at))
    if page.kept == "removed":
        raise CommandError(f"the bytes of {page.url} are no longer kept: {removal(home, page)}")
    method, body = archive.request_of(page)
    return Evidence(page, method, body, _statement(page))


def _statement(page: Page) -> str:
    if page.is_sample:
        return "a sample page, rebuilt by hand from published prices: the provider never served these bytes"
    if page.kept == "lines":
        return (
            f"not the whole list, whose SHA-256 is {page.sha256}: only the lines that prices were read from were kept, "
            f"and theirs is {page.lines_sha256}"
        )
    if page.fetched_by.endswith("browser"):
        return "the page's HTML after its scripts had run in a browser, not the bytes that the server sent"
    if page.is_excerpt:
        return "an excerpt of the answer, recorded by hand"
    if page.status == 304:
        return "the body of an earlier answer, of which the server confirmed at this time that nothing had changed"
    return "the body as the server sent it, without the encodings of the wire"


def write_warc(evidence: Evidence, path: Path) -> None:
    """Write a WARC 1.1 file, compressed by record. Raises CommandError where the bytes do not match their hash."""
    with _checked_body(evidence.page) as (body, size), replacing(path) as part, part.open("wb") as stream:
        _write_records(evidence, body, size, stream, path.name)


def write_wacz(evidence: Evidence, path: Path) -> None:
    """Write the same as WACZ, with the index that a viewer needs. Raises as `write_warc` does."""
    from wacz.main import main as wacz

    with tempfile.TemporaryDirectory() as folder, replacing(path) as part:
        warc, pages = Path(folder) / "receipt.warc.gz", Path(folder) / "pages.jsonl"
        write_warc(evidence, warc)
        url, when = _line(evidence.page.url), evidence.page.captured_at.astimezone(UTC)
        title = f"gpuhour receipt {evidence.page.sha256[:12]}"
        head = {"format": "json-pages-1.0", "id": "pages", "title": title}
        entry = {"id": evidence.page.sha256[:12], "url": url, "ts": f"{when:%Y-%m-%dT%H:%M:%SZ}", "title": title}
        pages.write_text(f"{json.dumps(head)}\n{json.dumps(entry)}\n")
        facts = ["--url", url, "--ts", f"{when:%Y%m%d%H%M%S}", "--title", title, "--desc", evidence.statement]
        # Its own search for pages passes over all that is not HTML, and without a list of them the file is not valid.
        facts += ["--pages", str(pages), "--copy-pages"]
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            code = wacz(["create", "-o", str(part), *facts, str(warc)])
        if code:
            raise CommandError(f"no WACZ was written: {printable(printed.getvalue())[-300:]}")


def _write_records(evidence: Evidence, body: IO[bytes], size: int, stream: IO[bytes], name: str) -> None:
    from warcio.warcwriter import WARCWriter

    page = evidence.page
    writer = WARCWriter(stream, gzip=True, warc_version="1.1")
    software = {"software": f"gpuhour {version('gpuhour')}", "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record(name, software))
    facts = {"WARC-Date": f"{page.captured_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}", RECEIPT: page.sha256}
    main = _main_record(writer, evidence, facts, body, size)
    writer.write_record(main)
    beside = facts | {"WARC-Concurrent-To": main.rec_headers.get_header("WARC-Record-ID")}
    if evidence.is_response:
        writer.write_record(_request_record(writer, evidence, beside))
    writer.write_record(_metadata_record(writer, evidence, beside))


def _main_record(writer: Any, evidence: Evidence, facts: dict[str, str], body: IO[bytes], size: int) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    page = evidence.page
    if not evidence.is_response:
        kind = _line(page.headers.get("content-type", "")) or "application/octet-stream"
        return _record(writer, page, "resource", body, size, facts, warc_content_type=kind)
    kept = [(key, _line(value)) for key, value in page.headers.items() if _TOKEN.fullmatch(key)]
    headers = [(key, value) for key, value in kept if key.lower() not in _OF_THE_WIRE]
    answer = StatusAndHeaders(str(page.status), [*headers, ("Content-Length", str(size))], protocol="HTTP/1.1")
    return _record(writer, page, "response", body, size, facts, http_headers=answer)


def _request_record(writer: Any, evidence: Evidence, facts: dict[str, str]) -> Any:
    from warcio.statusandheaders import StatusAndHeaders

    parts = urlsplit(_line(evidence.page.url))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    body = evidence.body.encode()
    headers = [("Host", parts.netloc)] + ([("Content-Length", str(len(body)))] if body else [])
    request = StatusAndHeaders(f"{_line(evidence.method)} {target} HTTP/1.1", headers, is_http_request=True)
    return _record(writer, evidence.page, "request", io.BytesIO(body), len(body), facts, http_headers=request)


def _metadata_record(writer: Any, evidence: Evidence, facts: dict[str, str]) -> Any:
    page = evidence.page
    fields = {
        "provider": page.provider,
        "source": page.source,
        "fetchedBy": page.fetched_by,
        "sha256": page.sha256,
        "statement": evidence.statement,
    }
    text = "".join(f"{key}: {_line(value)}\r\n" for key, value in fields.items()).encode()
    kind = "application/warc-fields"
    return _record(writer, page, "metadata", io.BytesIO(text), len(text), facts, warc_content_type=kind)


def _record(
    writer: Any, page: Page, kind: str, body: IO[bytes], size: int, facts: dict[str, str], **options: Any
) -> Any:
    # With its length: warcio would else copy the body to a temporary file, which it does not close.
    return writer.create_warc_record(
        _line(page.url), kind, body, length=size, warc_headers_dict=facts, **options
    )  # fmt: skip


@contextlib.contextmanager
def _checked_body(page: Page) -> Iterator[tuple[IO[bytes], int]]:
    """Yield the page's bytes and their number. Raises CommandError where they are damaged."""
    if not is_intact(page):
        raise CommandError(f"the archived bytes {page.path} are damaged: they do not match the receipt's SHA-256")
    with tempfile.SpooledTemporaryFile(max_size=1 << 24) as copy:
        with page.open() as stream:
            shutil.copyfileobj(stream, copy)
        size = copy.tell()
        copy.seek(0)
        yield copy, size


def _line(text: str) -> str:
    """Return a text that stays within one header line: pages and archives are not trusted."""
    return printable(text).replace("\n", " ").strip()
