"""Compressed responses arrive whole, a little at a time, or not at all."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterable

import brotli
import pytest

from scrapers.fetching.decompress import ACCEPTED, inflate
from scrapers.model import FetchError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TEXT = b"".join(b"<tr><td>machine %d</td><td>$%d.50</td></tr>\n" % (n, n % 97) for n in range(5000))
ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress,
}  # fmt: skip


def unpacked(chunks: Iterable[bytes], encoding: str) -> bytes:
    return b"".join(inflate(chunks, encoding))


@pytest.mark.parametrize("encoding", ENCODERS)
@pytest.mark.parametrize("size", [1, 777, 1 << 20])
def test_what_is_asked_for_is_unpacked(encoding: str, size: int) -> None:
    assert encoding in ACCEPTED.split(", ")
    packed = ENCODERS[encoding](TEXT)
    chunks = [b"", *(packed[n : n + size] for n in range(0, len(packed), size)), b""]
    assert unpacked(chunks, f" {encoding.upper()}") == TEXT


@pytest.mark.parametrize("encoding", ENCODERS)
def test_a_missing_end_is_an_error(encoding: str) -> None:
    packed = ENCODERS[encoding](TEXT)
    for cut in (0, 1, len(packed) // 2, len(packed) - 1):
        with pytest.raises(FetchError, match="cut off"):
            unpacked([packed[:cut]], encoding)


@pytest.mark.parametrize("encoding", ["br", "zstd"])
def test_damage_is_an_error(encoding: str) -> None:
    packed = bytearray(ENCODERS[encoding](TEXT))
    packed[len(packed) // 2 :] = b"\xff" * (len(packed) - len(packed) // 2)
    with pytest.raises(FetchError, match=r"damaged|cut off"):
        unpacked([bytes(packed)], encoding)
    with pytest.raises(FetchError, match="damaged"):
        unpacked([b"<html>not packed at all</html>"], encoding)


@pytest.mark.parametrize("encoding", ENCODERS)
def test_much_in_little_comes_in_pieces(encoding: str) -> None:
    """The limit of a page's size stops reading after any piece: no piece may be large."""
    pieces = inflate([ENCODERS[encoding](b"\0" * 50_000_000)], encoding)
    assert max(len(next(pieces)) for _ in range(3)) <= 2 << 20


def test_frames_follow_each_other() -> None:
    assert unpacked([zstd.compress(TEXT) + zstd.compress(b"end")], "zstd") == TEXT + b"end"


def test_a_window_beyond_the_standard_is_refused() -> None:
    options = {int(zstd.CompressionParameter.window_log): 27, int(zstd.CompressionParameter.content_size_flag): 0}
    packer = zstd.ZstdCompressor(options=options)
    with pytest.raises(FetchError, match="damaged"):
        unpacked([packer.compress(TEXT) + packer.flush()], "zstd")


@pytest.mark.parametrize("encoding", ["compress", "gzip, br", "x" * 1000])
def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    with pytest.raises(FetchError, match="was not requested"):
        unpacked([TEXT], encoding)
