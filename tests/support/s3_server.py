"""Starts moto's server, which answers as S3 does, from a virtual environment of its own."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.support.worlds import ROOT

# As boto3 reads them; moto accepts any.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "sec/ret'", "AWS_DEFAULT_REGION": "eu-central-1"}


@contextmanager
def running() -> Iterator[str]:
    """Yield the address of a server without buckets; skips the test where moto is not installed."""
    program = ROOT / ".moto" / "bin" / "moto_server"
    if not program.exists():
        pytest.skip("needs moto's server in .moto/: run .ci/moto")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        else:
            pytest.skip("moto's server did not start here")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)
