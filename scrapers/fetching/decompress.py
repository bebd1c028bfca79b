"""Decompresses responses piece by piece: bounded against bombs, and strict about a missing end."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from scrapers.model import FetchError, clip

ACCEPTED = "gzip, deflate"
_PIECE = 1 << 20
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS  # zlib finds out itself whether gzip or zlib came


def inflate(chunks: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Yield decompressed pieces of at most 1 MiB.

    The HTTP library's own decoder accepts a stream without its end, hence this one. Raises FetchError when the
    stream is damaged, cut off, or in an encoding that was not requested.
    """
    encoding = encoding.strip().lower()
    if encoding in ("", "identity"):
        yield from chunks
    elif encoding in ("gzip", "x-gzip", "deflate"):
        yield from _unpack(chunks)
    else:
        raise FetchError(f"the encoding {clip(encoding)!r} was not requested")


def _unpack(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream, is_first = zlib.decompressobj(_GZIP_OR_ZLIB), True
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
                    stream = zlib.decompressobj(_GZIP_OR_ZLIB)  # gzip members may follow each other
                elif not data and len(piece) < _PIECE:
                    break
    except zlib.error as error:
        raise FetchError(f"compressed response is damaged: {error}") from None
    if not stream.eof:
        raise FetchError("compressed response was cut off")


def _start(chunk: bytes) -> zlib._Decompress:
    """Return a decompressor that fits the first bytes; some servers send raw deflate."""
    try:
        zlib.decompressobj(_GZIP_OR_ZLIB).decompress(chunk[:64], 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS)
    return zlib.decompressobj(_GZIP_OR_ZLIB)
