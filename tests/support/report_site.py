"""Reads a built site as its readers do: its pages, their links, weights and texts."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

BASE = "https://gpuhour.example/prices"  # where the tests' site is said to lie
BUDGET = 100_000  # bytes of a page, gzipped


@dataclass
class Facts(HTMLParser):
    """The links, anchors, and elements with attributes of a page."""

    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self.links += [found[name] for name in ("href", "src") if name in found]
        self.ids += [found["id"]] if "id" in found else []

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@dataclass(frozen=True)
class Site:
    """A built site."""

    root: Path

    @property
    def pages(self) -> list[str]:
        """Return the paths of its pages, in order."""
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*.html"))

    @property
    def kinds(self) -> list[str]:
        """One page of each kind: the first of every folder, and all at the top."""
        found = {(path if "/" not in path else path.split("/")[0]): path for path in reversed(self.pages)}
        return sorted(found.values())

    def text(self, path: str) -> str:
        return (self.root / path).read_text()

    def weight(self, path: str) -> int:
        return len(gzip.compress((self.root / path).read_bytes(), 6, mtime=0))

    def facts(self, path: str) -> Facts:
        found = Facts()
        found.feed(self.text(path))
        return found

    @cached_property
    def anchors(self) -> dict[str, set[str]]:
        return {page: set(self.facts(page).ids) for page in self.pages}

    def broken(self) -> Iterator[str]:
        """Return every broken link with its page."""
        for page in self.pages:
            for link in self.facts(page).links:
                if urlsplit(link).scheme in ("http", "https"):
                    continue
                target, anchor = urldefrag(unquote(urljoin(f"http://site/{page}", link)))
                path = target.removeprefix("http://site/") or "index.html"
                if not (self.root / path).is_file():
                    yield f"{page}: {link}"
                elif anchor and anchor not in self.anchors.get(path, set()):
                    yield f"{page}: {link}: no such anchor"

    def bytes_of_all(self) -> dict[str, bytes]:
        """Return the bytes of every file but the lock."""
        files = (path for path in self.root.rglob("*") if path.is_file() and path.name != ".build.lock")
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in files}
