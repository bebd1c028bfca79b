"""Suggests known names that look like an unknown one."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable

_CONFUSABLE = str.maketrans("oil", "011")  # H1OO means H100


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", name.lower()).translate(_CONFUSABLE)


def nearest(text: str, names: Iterable[str], key: Callable[[str], str] = _letters) -> str:
    """Return "; nearest: ..." with up to three names whose keys look like the text's; empty if none does."""
    by_key = {key(name): name for name in sorted(names, reverse=True)}
    close = [by_key[k] for k in difflib.get_close_matches(key(text), by_key, n=3, cutoff=0.6)]
    return f"; nearest: {', '.join(close)}" if close else ""
