"""Says whether a list that comes in several answers came whole: by the counts and next pages that the answers state."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from scrapers.model import Page, Provider

_LARGEST = 32 * 1024 * 1024  # bytes: larger answers are whole lists, checked as they are streamed
_TOTALS = (
    "totalcount", "totalresultcount", "totalresults", "totalitems", "totalrecords", "totalelements", "totalrows",
    "total", "results",
)  # fmt: skip
_NEXT = ("hasnext", "hasmore", "hasnextpage", "nextcursor", "nextpage", "nextpagelink", "nextpagetoken", "nexttoken")
_NEXT_LINK = ("next", "nextlink")
_ENVELOPES = ("meta", "pagination", "paging", "pageinfo", "page", "links", "pages")
_CONTENTS = ("data", "result", "response")
# Parameters that say which part of a list an address asks for.
_PART = {
    "page", "page_size", "pagesize", "per_page", "perpage", "limit", "offset", "cursor", "skip", "$skip", "$top",
    "pagetoken", "page_token", "after", "start",
}  # fmt: skip
_SIZES = {"page_size", "pagesize", "per_page", "perpage", "limit", "$top"}


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a list an answer holds: its rows, how many there are in all, and whether more follow."""

    n_here: int
    n_total: int | None  # None: not stated
    has_more: bool


def extent(provider: Provider, page: Page) -> Extent | None:
    """Return the extent of a JSON answer; None for other answers.

    A recorded excerpt was cut on purpose; what a person hands over is read by its own words.
    """
    is_part = page.is_index or (page.is_excerpt and page.fetched_by != "file")
    content = b"" if is_part or (page.content is None and page.path is None) else page.read()
    if content.lstrip()[:1] not in (b"{", b"[") or len(content) > _LARGEST:
        return None
    try:
        root = json.loads(content)
    except (ValueError, RecursionError):
        return None
    n_here = max(map(len, _lists(root)), default=0)
    stated = dict(_stated(root)) if isinstance(root, dict) else {}
    counts = [stated[name] for name in _TOTALS if _is_count(stated.get(name)) and stated[name] >= n_here]
    counts += [int(text) for name, text in page.headers.items() if name.lower() == "x-total-count" and text.isdigit()]
    has_next = any(stated.get(name) for name in (*_NEXT, *_NEXT_LINK) if not isinstance(stated.get(name), dict | list))
    if counts:
        return Extent(n_here, counts[0], has_next)
    names_next = any(name in stated for name in (*_NEXT, *_NEXT_LINK))
    is_full = n_here > 0 and (n_here in provider.page_sizes or n_here == _asked_for(page.url))
    return Extent(n_here, None, has_next or (is_full and not names_next))


def gaps(pages: Iterable[tuple[Page, Extent | None]]) -> dict[str, str]:
    """Return address -> "partial: 1 of 900" for the pages of lists that did not come whole."""
    lists: defaultdict[tuple[str, str], dict[str, Extent]] = defaultdict(dict)
    for page, one in pages:
        if one is not None:
            lists[page.source, _of_list(page.url)][page.url] = one
    missing: dict[str, str] = {}
    for parts in lists.values():
        total = max((part.n_total for part in parts.values() if part.n_total is not None), default=None)
        n_read = sum(part.n_here for part in parts.values())
        if total is not None and n_read < total:
            why = f"partial: {n_read} of {total}"
        elif total is None and all(part.has_more for part in parts.values()):
            why = f"partial: {n_read} rows, and more on pages that were not read"
        else:
            continue
        missing |= dict.fromkeys(parts, why)
    return missing


def remark(provider: Provider, page: Page) -> str:
    """Return "partial: 1 of 900" for a page that is a part of a list by its own words, else an empty text."""
    return gaps([(page, extent(provider, page))]).get(page.url, "")


def _lists(root: object) -> Iterator[list[Any] | dict[str, Any]]:
    """Yield the lists of an answer: at its top, or one level below, also as objects by name."""
    if isinstance(root, list):
        yield root
    elif isinstance(root, dict):
        for name, value in root.items():
            if isinstance(value, list):
                yield value
            elif isinstance(value, dict) and _plain(name) not in _ENVELOPES:
                if value and all(isinstance(inner, dict) for inner in value.values()):
                    yield value
                yield from (inner for inner in value.values() if isinstance(inner, list) and _plain(name) in _CONTENTS)


def _stated(root: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the facts of an answer's envelope by plain name, the outermost last."""
    for name, value in root.items():
        if isinstance(value, dict) and _plain(name) in (*_ENVELOPES, *_CONTENTS):
            yield from _stated(value)
    for name, value in root.items():
        if not isinstance(value, dict | list):
            yield _plain(name), value


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lstrip("@$").lower()


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _asked_for(url: str) -> int:
    sizes = [value for name, value in parse_qsl(urlsplit(url).query) if name.lower() in _SIZES]
    return int(sizes[0]) if len(sizes) == 1 and sizes[0].isdigit() else 0


def _of_list(url: str) -> str:
    parts = urlsplit(url)
    query = sorted((k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k.lower() not in _PART)
    # Azure's links to further pages name the port: the list is the same.
    return f"{parts.hostname}{parts.path}?{urlencode(query)}"
