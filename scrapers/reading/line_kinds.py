"""Tells prose from labels."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

# Short forms whose full stop ends no sentence.
_SHORT: Final = re.compile(
    r"\b(?=\w)(zzgl|inkl|exkl|excl|incl|mtl|mwst|ust|max|min|ca|approx|est|std|bzw|мес|час|руб|шт)\.", re.IGNORECASE
)


@lru_cache(maxsize=32_768)
def is_sentence(text: str) -> bool:
    """Return whether a line is prose rather than a label: many words, and the marks of a sentence."""
    text = _SHORT.sub(r"\1", text)
    n_words = len(text.split())
    if re.search(r"\w{2}[.!?]\s+[A-ZА-Я]", text) and n_words >= 7:
        return True
    if text.rstrip()[-1:] not in ".!?" and sum(any(c.isdigit() for c in word) for word in text.split()) >= 3:
        return False  # a list of parts of a machine
    return (
        n_words >= 7
        and (text.rstrip()[-1:] in ".!?,:;" or re.search(r"[.!?;]\s+[A-Z]|,\s+\w+\s+\w+\s", text) is not None)
    ) or (len(re.findall(r"[，。！]", text)) > 0 and len(text) > 16)
