"""Replays recorded captures from a folder instead of the network, through the same fetching code."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

import httpx2

from scrapers.model import FetchError, clip

# Parameters that only keep caches from answering; they differ from one visit to the next.
_VOLATILE = {"_", "cb", "ts", "t_", "nocache", "cachebuster", "cachebust", "timestamp"}


def normalise_url(url: str) -> str:
    """Normalise a URL so that two visits compare equal: no fragment, port or cache-buster, query sorted."""
    parts = urlsplit(url)
    port = "" if parts.port in (None, {"https": 443, "http": 80}.get(parts.scheme)) else f":{parts.port}"
    query = sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _VOLATILE)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}{port}{unquote(parts.path) or '/'}?{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """One recorded response: its bytes are in `file`."""

    url: str
    method: str
    file: Path
    status: int
    content_type: str
    captured_at: datetime
    is_excerpt: bool
    is_sample: bool  # rebuilt by hand, as its note says
    location: str = ""

    def stream(self) -> Iterator[bytes]:
        """Yield the bytes, decompressed when they are stored compressed."""
        with gzip.open(self.file) if self.file.suffix == ".gz" else self.file.open("rb") as stream:
            while chunk := stream.read(1 << 20):
                yield chunk

    @property
    def headers(self) -> dict[str, str]:
        """Return the response headers that a replay sends."""
        target = {"location": self.location} if self.location else {}
        return {"content-type": self.content_type} | target


class Replay:
    """The captures below a folder (every folder with a meta.json), the newest of each URL up to a date."""

    def __init__(self, folder: Path, day: date | None = None) -> None:
        """Index the captures. Raises FetchError when there is none, or one whose meta.json cannot be read."""
        self.folder, self.day = folder, day
        self._index: dict[tuple[str, str], RecordedAnswer] = {}
        recorded = [one for meta in sorted(folder.rglob("meta.json")) for one in _read(meta)]
        if not recorded:
            raise FetchError(f"no captures (folders with a meta.json) below {folder}")
        for one in sorted(recorded, key=lambda one: one.captured_at):
            if day is None or one.captured_at.date() <= day:
                self._index[one.method, normalise_url(one.url)] = one

    def find(self, method: str, url: str) -> RecordedAnswer:
        """Return the recorded response. Raises FetchError, naming the URL, when there is none."""
        one = self._index.get((method, normalise_url(url)))
        if one is None:
            until = f" on or before {self.day}" if self.day else ""
            raise FetchError(f"not recorded{until}: {method} {clip(url, 500)}; record it with `make capture`")
        return one

    def has(self, method: str, url: str) -> bool:
        """Return whether a response to this request was recorded."""
        return (method, normalise_url(url)) in self._index

    def captured_at(self, one: RecordedAnswer) -> datetime:
        """Return the time a page counts as captured: its own, on the replay's date if one is given."""
        return datetime.combine(self.day, one.captured_at.timetz()) if self.day else one.captured_at

    def newest(self) -> datetime:
        """Return the time of the newest capture, a replay's "now"; without any up to its day, that day's end."""
        times = [self.captured_at(one) for one in self._index.values()]
        return max(times) if times else datetime.combine(self.day or date.min, time.max, UTC)

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        """Answer a request, for httpx2.MockTransport."""
        one = self.find(request.method, str(request.url))
        return httpx2.Response(one.status, headers=one.headers, stream=_Stream(one), extensions={"recorded": one})


class _Stream(httpx2.SyncByteStream):
    def __init__(self, one: RecordedAnswer) -> None:
        self._one = one

    def __iter__(self) -> Iterator[bytes]:
        return self._one.stream()


def _read(meta: Path) -> Iterator[RecordedAnswer]:
    """Yield the page of a capture, and the resources its scripts loaded."""
    try:
        facts = json.loads(meta.read_text(encoding="utf-8"))
        page = _recorded(facts, _page_file(meta.parent))
        yield page
        for further in facts.get("resources", []):
            yield _recorded(
                facts | {"method": "GET", "status": 200, "location": ""} | further, meta.parent / further["file"]
            )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FetchError(f"cannot read the capture {meta}: {clip(f'{type(error).__name__}: {error}')}") from error


def _recorded(facts: Mapping[str, Any], file: Path) -> RecordedAnswer:
    if not file.is_file():
        raise FileNotFoundError(file.name)
    when = datetime.fromisoformat(facts["captured_at"])
    return RecordedAnswer(
        url=facts["url"], method=facts.get("method", "GET"), file=file, status=int(facts.get("status", 200)),
        content_type=facts.get("content_type", ""), is_excerpt=bool(facts.get("is_excerpt", False)),
        captured_at=when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC), location=facts.get("location", ""),
        is_sample="by hand" in str(facts.get("note", "")).lower(),
    )  # fmt: skip


def _page_file(folder: Path) -> Path:
    files = sorted(folder.glob("page.*"))
    if len(files) != 1:
        raise ValueError(f"holds {len(files)} page.* files instead of one")
    return files[0]
