"""Starts moto's server, which answers as S3 does, from a virtual environment of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.loopback_server import free_port, serving
from tests.support.worlds import ROOT

# As boto3 reads them; moto accepts any.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "sec/ret'", "AWS_DEFAULT_REGION": "eu-central-1"}


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a server without buckets; skips the test where moto is not installed."""
    program = ROOT / ".moto" / "bin" / "moto_server"
    if not program.exists():
        pytest.skip("needs moto's server in .moto/: run .ci/moto")
    port = free_port()
    with serving("moto's server", [program, "-H", "127.0.0.1", "-p", str(port)], port, seconds=60):
        yield f"http://127.0.0.1:{port}"
