"""Addresses and keys of channels: read from the environment or a file when needed, and never shown."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit


class NoSecret(Exception):
    """An address or key that is not there; the message says where it was looked for, never what was found."""


def secret(where: str, root: Path) -> str:
    """What `env:NAME` or `file:PATH` (relative to the state folder) holds. Raises NoSecret."""
    kind, _, name = where.partition(":")
    if kind == "env":
        found = os.environ.get(name, "").strip()
        if not found:
            raise NoSecret(f"the environment variable {name} is not set")
        return found
    path = Path(name).expanduser()
    path = path if path.is_absolute() else root / path
    try:
        found = path.read_text().strip()
    except OSError as absent:
        raise NoSecret(f"{path} cannot be read: {absent.strerror}") from absent
    if not found:
        raise NoSecret(f"{path} is empty")
    return found


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Text without these addresses and keys, nor any part of them by which one could post."""
    for part in sorted({p for s in secrets for p in _parts(s)}, key=len, reverse=True):
        text = text.replace(part, "***")
    # Whatever else looks like an address with a login in it.
    return re.sub(r"(?<=://)[^/\s@]+@", "***@", text)


def _parts(secret: str) -> list[str]:
    url = urlsplit(secret)
    pieces = [
        secret,
        url.password or "",
        url.username or "",
        url.query,
        url.path,
        *re.split(r"[/?&=]", url.path + "?" + url.query),
    ]
    if url.scheme and url.hostname and url.scheme not in ("http", "https", "mailto", "mailtos", "json", "jsons"):
        pieces.append(url.hostname)  # of many services the token stands where a host would
    found = {p for p in pieces for p in (p, unquote(p))}
    return [p for p in found if len(p) >= 6]
