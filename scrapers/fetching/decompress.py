"""Decompresses responses piece by piece: bounded against bombs, and strict about a missing end."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterable, Iterator

import brotli

from scrapers.model import FetchError, clip

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPTED = "gzip, deflate, br, zstd"
_PIECE = 1 << 20
_WINDOW = {int(zstd.DecompressionParameter.window_log_max): 23}  # 8 MiB, the most that RFC 9659 lets a server ask for
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
    elif encoding == "br":
        yield from _unpack_brotli(chunks)
    elif encoding == "zstd":
        yield from _unpack_zstd(chunks)
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


def _unpack_brotli(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    try:
        for chunk in chunks:
            data = chunk
            while not stream.is_finished():
                if piece := stream.process(data, output_buffer_limit=_PIECE):
                    yield piece
                data = b""
                if stream.can_accept_more_data():
                    break
    except brotli.error as error:
        raise FetchError(f"compressed response is damaged: {clip(str(error))}") from None
    if not stream.is_finished():
        raise FetchError("compressed response was cut off")


def _unpack_zstd(chunks: Iterable[bytes]) -> Iterator[bytes]:
    stream = zstd.ZstdDecompressor(options=_WINDOW)
    try:
        for chunk in filter(None, chunks):
            data = chunk
            while True:
                if stream.eof:
                    stream = zstd.ZstdDecompressor(options=_WINDOW)  # frames may follow each other
                if piece := stream.decompress(data, _PIECE):
                    yield piece
                data = stream.unused_data if stream.eof else b""
                if not data and (stream.eof or stream.needs_input):
                    break
    except (zstd.ZstdError, EOFError) as error:
        raise FetchError(f"compressed response is damaged: {clip(str(error))}") from None
    if not stream.eof:
        raise FetchError("compressed response was cut off")


def _start(chunk: bytes) -> zlib._Decompress:
    """Return a decompressor that fits the first bytes; some servers send raw deflate."""
    try:
        zlib.decompressobj(_GZIP_OR_ZLIB).decompress(chunk[:64], 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS)
    return zlib.decompressobj(_GZIP_OR_ZLIB)
