"""Checks that a response is complete, non-empty and of the expected type before it is parsed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from scrapers.model import Expect, FetchError, Request, clip

EDGE = 64 * 1024  # bytes kept from either end of a response
_FULL_CHECK = 20_000_000  # JSON up to this size is read in full
_END_OF_HTML = re.compile(rb"</html\s*>", re.IGNORECASE)
_SUFFIXES: dict[str, Expect] = {
    ".html": "html", ".htm": "html", ".json": "json", ".csv": "csv", ".yml": "yaml", ".yaml": "yaml", ".js": "js",
}  # fmt: skip
_TYPES: dict[str, Expect] = {"text/html": "html", "application/json": "json", "text/csv": "csv"}


@dataclass(frozen=True, slots=True)
class ResponseBody:
    """A response body: its size, both ends, and a way to read all of it."""

    size: int
    head: bytes
    tail: bytes
    read: Callable[[], bytes]


def expected_kind(request: Request) -> Expect:
    """Return the kind of response a request expects; empty when unknown."""
    accept = next((v for k, v in request.headers.items() if k.lower() == "accept"), "").lower()
    by_header = next((kind for name, kind in _TYPES.items() if name in accept), None)
    by_suffix = _SUFFIXES.get(PurePosixPath(urlsplit(request.url).path).suffix.lower())
    return request.expect or by_suffix or by_header or ""


def check_complete(answer: ResponseBody, request: Request, *, is_framed: bool, is_excerpt: bool) -> None:
    """Raise FetchError when the response is empty, of another kind than expected, or without its end.

    `is_framed`: the transfer itself marked the end of the response. A recorded excerpt may lack its end.
    """
    start = answer.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and answer.size <= EDGE:
        raise FetchError(f"{request.url} returned an empty response")
    kind = expected_kind(request)
    actual = "html" if start[:1] == b"<" else "json" if start[:1] in (b"{", b"[") else ""
    if kind and actual != kind and (actual == "html" or kind in ("html", "json")):
        raise FetchError(
            f"{request.url} should return {kind}, but returned {actual or 'something else'}: "
            f"{clip(start[:300].decode('utf-8', 'replace'))!r}"
        )
    if not is_excerpt:
        _check_end(answer, request, kind or actual, is_framed)


def _check_end(answer: ResponseBody, request: Request, kind: str, is_framed: bool) -> None:
    tail = answer.tail.rstrip()
    end = request.ends_with.strip().encode()
    if end and not tail.endswith(end):
        missing = request.ends_with.strip()
    elif kind == "html" and not end and not _END_OF_HTML.search(tail[-4096:]):
        missing = "</html>"
    elif kind == "json" and not _is_json(answer, tail):
        missing = "the end of its JSON"
    elif kind not in ("html", "json") and not end and not is_framed and not answer.tail.endswith(b"\n"):
        missing = "the end of its last line"
    else:
        return
    raise FetchError(
        f"{request.url} was cut off after {answer.size} bytes: {clip(missing)} is missing; "
        f"it ends {clip(tail[-100:].decode('utf-8', 'replace'))!r}"
    )


def _is_json(answer: ResponseBody, tail: bytes) -> bool:
    if answer.size >= _FULL_CHECK:
        return tail[-1:] == {b"{": b"}", b"[": b"]"}.get(answer.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1])
    try:
        json.loads(answer.read())
    except (ValueError, RecursionError):
        return False
    return True
