"""Addresses and keys of channels: read from the environment or a file on use, and never shown."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit


class MissingSecret(Exception):
    """A missing address or key; the message names the place, never a value."""


def secret(where: str, root: Path) -> str:
    """Return the value of `env:NAME` or `file:PATH` (relative to the state folder). Raises MissingSecret."""
    kind, _, name = where.partition(":")
    if kind == "env":
        value = os.environ.get(name, "").strip()
        if not value:
            raise MissingSecret(f"the environment variable {name} is not set")
        return value
    path = Path(name).expanduser()
    path = path if path.is_absolute() else root / path
    try:
        value = path.read_text().strip()
    except OSError as absent:
        raise MissingSecret(f"cannot read {path}: {absent.strerror}") from absent
    if not value:
        raise MissingSecret(f"{path} is empty")
    return value


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Return text without these secrets, or any part of them that would allow posting."""
    for part in sorted({p for s in secrets for p in _parts(s)}, key=len, reverse=True):
        text = text.replace(part, "***")
    # Anything else that looks like an address with credentials.
    return re.sub(r"(?<=://)[^/\s@]+@", "***@", text)


def _parts(secret: str) -> list[str]:
    try:
        url = urlsplit(secret)
    except ValueError:  # no address
        return [secret]
    pieces = [
        secret,
        url.password or "",
        url.username or "",
        url.query,
        url.path,
        *re.split(r"[/?&=]", url.path + "?" + url.query),
    ]
    if url.scheme and url.hostname and url.scheme not in ("http", "https", "mailto", "mailtos", "json", "jsons"):
        pieces.append(url.hostname)  # many services put the token in the place of a host
    parts = {p for p in pieces for p in (p, unquote(p))}
    return [p for p in parts if len(p) >= 6]
