"""Tells a whole answer from a cut, empty or foreign one, before anything reads prices from it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from scrapers.model import Expect, FetchError, Request, clip

EDGE = 64 * 1024  # bytes kept from either end of an answer
_PARSED = 20_000_000  # JSON up to this size is read in full
_END_OF_HTML = re.compile(rb"</html\s*>", re.IGNORECASE)
_SUFFIXES: dict[str, Expect] = {
    ".html": "html", ".htm": "html", ".json": "json", ".csv": "csv", ".yml": "yaml", ".yaml": "yaml", ".js": "js",
}  # fmt: skip
_TYPES: dict[str, Expect] = {"text/html": "html", "application/json": "json", "text/csv": "csv"}


@dataclass(frozen=True, slots=True)
class Bytes:
    """An answer as the checks see it: its size, both ends, and a way to read all of it."""

    size: int
    head: bytes
    tail: bytes
    read: Callable[[], bytes]


def expected(request: Request) -> Expect:
    """What kind of answer a request asks for; empty when nothing tells."""
    accept = next((v for k, v in request.headers.items() if k.lower() == "accept"), "").lower()
    by_header = next((kind for name, kind in _TYPES.items() if name in accept), None)
    by_suffix = _SUFFIXES.get(PurePosixPath(urlsplit(request.url).path).suffix.lower())
    return request.expect or by_suffix or by_header or ""


def check(answer: Bytes, request: Request, *, is_framed: bool, is_excerpt: bool) -> None:
    """Raise FetchError when the answer is empty, of another kind than asked for, or without its end.

    `is_framed`: the transfer itself told where the answer ends. A recorded excerpt may lack its end.
    """
    start = answer.head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start and answer.size <= EDGE:
        raise FetchError(f"{request.url} answered with nothing")
    kind = expected(request)
    came = "html" if start[:1] == b"<" else "json" if start[:1] in (b"{", b"[") else ""
    if kind and came != kind and (came == "html" or kind in ("html", "json")):
        raise FetchError(
            f"{request.url} was to answer in {kind}, but came with {came or 'something else'}: "
            f"{clip(start[:300].decode('utf-8', 'replace'))!r}"
        )
    if not is_excerpt:
        _check_end(answer, request, kind or came, is_framed)


def _check_end(answer: Bytes, request: Request, kind: str, is_framed: bool) -> None:
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


def _is_json(answer: Bytes, tail: bytes) -> bool:
    if answer.size >= _PARSED:
        return tail[-1:] == {b"{": b"}", b"[": b"]"}.get(answer.head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1])
    try:
        json.loads(answer.read())
    except (ValueError, RecursionError):
        return False
    return True
