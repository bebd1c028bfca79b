"""Names files after things: readable, safe on every disk and in every URL, and never the same for two things."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import TypeVar

Thing = TypeVar("Thing")
_PLAIN = re.compile(r"[a-z0-9]+(?:[.-][a-z0-9]+)*")
# Windows opens a device where a file is called so.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{name}{n}" for name in ("com", "lpt") for n in range(10))}
_LONGEST = 60


def slug(text: str) -> str:
    """A file name for a text: the text itself where it is plain, else what is plain of it and a hash of the whole."""
    simple = text.lower().replace(" ", "-")
    if _PLAIN.fullmatch(simple) and len(simple) <= _LONGEST and simple.split(".")[0] not in _DEVICES:
        return simple
    rest = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].strip("-")
    return "-".join(filter(None, (rest or "x", _hash(text))))


def slugs(named: Iterable[tuple[Thing, str]]) -> dict[Thing, str]:
    """thing -> file name, of (thing, what to name it after); where two would get the same, the later gets a hash."""
    names: dict[Thing, str] = {}
    taken: set[str] = set()
    for thing, text in named:
        name = slug(text)
        if name in taken:
            name = f"{name}-{_hash(repr(thing))}"
        if name in taken:
            raise ValueError(f"two things would be {name}.html: {text!r}")
        taken.add(name)
        names[thing] = name
    return names


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:10]
