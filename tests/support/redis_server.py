"""Starts a Redis server of its own on loopback that writes nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.loopback_server import free_port, serving


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a server; skips the test where Redis is not installed."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("needs redis-server: apt-get install redis-server")
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with serving("Redis", [program, *options], port, seconds=30):
        yield f"redis://127.0.0.1:{port}/0"
