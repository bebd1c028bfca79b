"""Starts Apache Superset from a virtual environment of its own, with our dashboards imported into an empty store."""

from __future__ import annotations

import io
import os
import re
import secrets
import signal
import subprocess
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.loopback_server import free_port
from tests.support.worlds import ROOT

DASHBOARDS = ROOT / "dashboards" / "superset"
PASSWORD = "admin-of-a-test"
CONFIG = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db"
TALISMAN_ENABLED = False
WTF_CSRF_ENABLED = False
RATELIMIT_ENABLED = False
"""


def program() -> Path:
    """Return Superset's command; skips the test where it is not installed."""
    path = ROOT / ".superset" / "bin" / "superset"
    if not path.exists():
        pytest.skip("needs Superset in .superset/: run .ci/superset, which takes a few minutes and a network")
    return path


def export(address: str) -> bytes:
    """Return the dashboards as Superset exports them, with another database behind them."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for path in sorted(DASHBOARDS.rglob("*.yaml")):
            text = path.read_text()
            if path.parent.name == "databases":
                text = re.sub(r"(?m)^sqlalchemy_uri: .*$", f"sqlalchemy_uri: {address}", text)
            archive.writestr(f"dashboard_export/{path.relative_to(DASHBOARDS).as_posix()}", text)
    return file.getvalue()


@contextmanager
def running(folder: Path, address: str) -> Iterator[str]:
    """Yield the address of a Superset whose dashboards read a database; it takes about a minute."""
    command = program()
    config, archive = folder / "superset_config.py", folder / "dashboards.zip"
    config.write_text(CONFIG.format(secret=secrets.token_hex(32), folder=folder))
    archive.write_bytes(export(address))
    env = os.environ | {"SUPERSET_CONFIG_PATH": str(config), "FLASK_APP": "superset", "SUPERSET_HOME": str(folder)}
    admin = (
        "--username",
        "admin",
        "--firstname",
        "A",
        "--lastname",
        "B",
        "--email",
        "a@example.com",
        "--password",
        PASSWORD,
    )
    for words in (
        ("db", "upgrade"), ("fab", "create-admin", *admin), ("init",), ("import-dashboards", "-p", str(archive), "-u", "admin"),
    ):  # fmt: skip
        done = subprocess.run([command, *words], env=env, cwd=folder, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, (words, done.stdout[-1500:], done.stderr[-3000:])
    port = free_port()
    with (folder / "superset.log").open("w") as log:
        process = subprocess.Popen(
            [command, "run", "-h", "127.0.0.1", "-p", str(port), "--with-threads"],
            env=env,
            cwd=folder,
            stdout=log,
            stderr=log,
        )
        try:
            _wait(f"http://127.0.0.1:{port}/health", process, folder / "superset.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    pytest.fail(f"Superset did not start: {log.read_text()[-2000:]}")
