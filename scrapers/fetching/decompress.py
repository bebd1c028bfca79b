"""Unpacks compressed answers piece by piece: bounded against bombs, and strict about a missing end."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from scrapers.model import FetchError, clip

ACCEPTED = "gzip, deflate"
_PIECE = 1 << 20
_EITHER = 32 + zlib.MAX_WBITS  # zlib finds out itself whether gzip or zlib came


def inflate(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Decoded pieces of at most 1 MiB.

    The HTTP library's own decoder takes a stream without its end for whole, hence this one.
    Raises FetchError when the stream is damaged, cut off, or in an encoding that was not asked for.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        yield from chunks
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _unpack(chunks)
    else:
        raise FetchError(f"answered in the encoding {clip(encoding)!r}, which was not asked for")


def _unpack(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream, is_first = zlib.decompressobj(_EITHER), True
    try:
        for chunk in chunks:
            if is_first:
                stream, is_first = _start(chunk), False
            data = chunk
            while True:
                piece = stream.decompress(data, _PIECE)
                if piece:
                    yield piece
                data = stream.unconsumed_tail
                if stream.eof:
                    data = stream.unused_data
                    if not data.strip(b"\0"):  # padding
                        break
                    stream = zlib.decompressobj(_EITHER)  # gzip members may follow each other
                elif not data and len(piece) < _PIECE:
                    break
    except zlib.error as error:
        raise FetchError(f"compressed answer is damaged: {error}") from None
    if not stream.eof:
        raise FetchError("compressed answer was cut off")


def _start(chunk: bytes) -> zlib._Decompress:
    """A decompressor for what the first bytes announce; some servers send raw deflate."""
    try:
        zlib.decompressobj(_EITHER).decompress(chunk[:64], 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS)
    return zlib.decompressobj(_EITHER)
