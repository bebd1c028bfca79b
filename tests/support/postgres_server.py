"""Starts a Postgres server of its own on loopback, in a temporary folder, as a user that is not root."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.loopback_server import free_port

PASSWORD = "pa:ss/w%rd"  # what an address must write in another way
READER = "reader"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server with the owner gpuhour, who has a password."""

    port: int
    psycopg: object

    def address(self, database: str = "gpuhour", user: str = "gpuhour", password: str = PASSWORD) -> str:
        """Return the address of one of its databases."""
        secret = "".join(f"%{byte:02x}" for byte in password.encode())
        return f"postgres://{user}:{secret}@127.0.0.1:{self.port}/{database}"


def programs() -> Path | None:
    """Return the folder of Postgres's programs; None where it is not installed."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if on_path := shutil.which("initdb"):
        folders.append(Path(on_path).resolve().parent)
    return max(folders, key=lambda folder: _version(folder), default=None)


def _version(folder: Path) -> int:
    done = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True)
    return int(done.stdout.split()[2].split(".")[0])


def _as_somebody() -> list[str]:
    """Return what to write before a command so that root does not run it: Postgres refuses root."""
    if os.getuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("Postgres does not run as root, and there is no setpriv here to run it as somebody else")
    return ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]


@contextmanager
def running() -> Iterator[PostgresServer]:
    """Yield a server; skips the test where Postgres 15 or psycopg is not installed."""
    psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres: uv pip install 'psycopg[binary]==3.3.9'")
    folder = programs()
    if folder is None:
        pytest.skip("needs a Postgres server's programs (initdb, postgres): apt-get install postgresql")
    if _version(folder) < 15:
        pytest.skip(f"needs Postgres 15 or later; {folder} has {_version(folder)}")
    before = _as_somebody()
    root = Path(tempfile.mkdtemp(prefix="gpuhour-pg-"))
    try:
        if before:
            os.chown(root, 65534, 65534)
        data, secret = root / "data", root / "password"
        secret.write_text(PASSWORD)
        secret.chmod(0o644)
        subprocess.run(
            [*before, folder / "initdb", "-D", data, "-U", "gpuhour", "-E", "UTF8", "--locale=C", "--auth=scram-sha-256",
             f"--pwfile={secret}", "--no-sync"], check=True, capture_output=True, cwd=root,
        )  # fmt: skip
        port = free_port()
        log = (root / "log").open("w")
        process = subprocess.Popen(
            [*before, folder / "postgres", "-D", data, "-p", str(port), "-k", root, "-c", "listen_addresses=127.0.0.1",
             "-c", "fsync=off"], cwd=root, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            server = PostgresServer(port, psycopg)
            _wait(server, process, root / "log")
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)  # at once, with all its sessions
            process.wait(30)
            log.close()
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _wait(server: PostgresServer, process: subprocess.Popen[bytes], log: Path) -> None:
    import psycopg

    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with psycopg.connect(server.address("postgres"), autocommit=True) as con:
                con.execute("create database gpuhour")
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    pytest.skip(f"Postgres did not start here: {log.read_text()[-500:]}")
