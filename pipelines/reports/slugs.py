"""Turns names into file names: readable, safe on every disk and in every URL, and unique."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import TypeVar

Key = TypeVar("Key")
_PLAIN = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
# Windows opens a device for a file with one of these names.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}
_LONGEST = 60


def slug(text: str) -> str:
    """Return a file name for a text: the text itself where it is plain, else its plain part and a hash of the whole."""
    simple = text.lower().replace(" ", "-")
    if _PLAIN.fullmatch(simple) and len(simple) <= _LONGEST and simple.split(".")[0] not in _DEVICES:
        return simple
    rest = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    return "-".join(filter(None, (rest or "x", _hash(text))))


def slugs(named: Iterable[tuple[Key, str]]) -> dict[Key, str]:
    """Return a file name for each key from (key, text) pairs; where two collide, the later one gets a hash."""
    names: dict[Key, str] = {}
    taken: set[str] = set()
    for thing, text in named:
        name = slug(text)
        if name in taken:
            name = f"{name}-{_hash(repr(thing))}"
        if name in taken:
            raise ValueError(f"two pages would be named {name}.html: {text!r}")
        taken.add(name)
        names[thing] = name
    return names


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
