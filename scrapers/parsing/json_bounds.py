"""Bounds JSON before a parser sees it: absurdly long numbers and deep nesting crash parsers written in C."""

from __future__ import annotations

import re
from typing import IO

from scrapers.model import LayoutError, Page

LONGEST_NUMBER = 300  # characters
DEEPEST = 200  # containers in each other
LONGEST_TEXT = 16 << 20  # bytes
_BLOCK = 1 << 20
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_NUMBER = re.compile(rb"[0-9+\-.eE]{%d}|[0-9.][eE][+-]?[0-9]{4}" % (LONGEST_NUMBER + 1))
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


class JsonBounds:
    """Checks JSON block by block, without parsing it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._escape = b""  # half of one, that waits for the next block
        self._in_text, self._text_length = False, 0
        self._number, self._open = b"", b""  # the end of the last block outside of texts; brackets that are open

    def check(self, block: bytes) -> None:
        """Raise LayoutError where the JSON exceeds a bound by the end of this block."""
        content = self._escape + block
        n_backslashes = len(content) - len(content.rstrip(b"\\"))
        content, self._escape = (content[:-1], b"\\") if n_backslashes % 2 else (content, b"")
        parts = (_ESCAPE.sub(b"", content) if b"\\" in content else content).split(b'"')
        self._check_text(parts)
        outside = b'"'.join(parts[self._in_text :: 2])
        self._in_text ^= len(parts) % 2 == 0
        self._check_number(outside + b'"' * self._in_text)
        self._check_depth(outside)

    def _check_text(self, parts: list[bytes]) -> None:
        """Measure a text that began in an earlier block, and one that goes on in the next."""
        if self._in_text:
            self._text_length += len(parts[0])
            if self._text_length > LONGEST_TEXT:
                self._refuse(f"texts of at most {LONGEST_TEXT >> 20} MiB")
        if len(parts) > 1:
            self._text_length = len(parts[-1])

    def _check_number(self, outside: bytes) -> None:
        text = self._number + outside
        if _NUMBER.search(text):
            self._refuse(f"numbers of at most {LONGEST_NUMBER} characters, their exponents of three digits")
        self._number = text[-LONGEST_NUMBER:]

    def _check_depth(self, outside: bytes) -> None:
        """Take innermost pairs of brackets away until none is left: once for each level that the block itself adds."""
        brackets, before = self._open + outside.translate(None, _NO_BRACKETS), b""
        for _ in range(DEEPEST):
            before, brackets = brackets, brackets.replace(b"[]", b"").replace(b"{}", b"")
            if brackets == before:
                break
        if len(brackets) > DEEPEST or brackets != before:
            self._refuse(f"nesting of at most {DEEPEST} levels")
        self._open = brackets

    def _refuse(self, bound: str) -> None:
        raise LayoutError(self._page, f"JSON with {bound}")


class BoundedStream:
    """A stream of JSON that is checked as it is read."""

    def __init__(self, page: Page, stream: IO[bytes]) -> None:
        self._stream, self._bounds = stream, JsonBounds(page)

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes. Raises LayoutError where they exceed a bound."""
        block = self._stream.read(size)
        self._bounds.check(block)
        return block


def check_json(page: Page, content: bytes) -> None:
    """Raise LayoutError where JSON that is in memory exceeds a bound."""
    bounds = JsonBounds(page)
    for start in range(0, len(content), _BLOCK):
        bounds.check(content[start : start + _BLOCK])
