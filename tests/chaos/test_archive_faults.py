"""Kills and full disks leave no half page in the archive."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from scrapers.fetching.archive import Archive, is_intact
from scrapers.model import FetchError
from tests.unit.scrapers.fetching.test_archive import PAGE, _full

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from scrapers.fetching.archive import Archive
from scrapers.model import Page
archive, n = Archive(Path(sys.argv[1])), 0
while True:
    n += 1
    draft = archive.draft()
    for _ in range(20):
        draft.write(bytes(str(n), "ascii") * 20_000)
    archive.keep(draft, Page("p", f"https://example.com/{n}", datetime.now(UTC)))
    if n == 3: print("ready", flush=True)
"""


def test_kill_9_leaves_no_partial_page(tmp_path: Path) -> None:
    for pause in (0.0, 0.004, 0.011, 0.023):
        with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE) as run:
            assert run.stdout and run.stdout.readline() == b"ready\n"
            time.sleep(pause)
            run.send_signal(signal.SIGKILL)
    records = list((tmp_path / "pages" / "p").rglob("*.json"))
    days = {record.parent.name for record in records}
    pages = [page for day in days for page in Archive(tmp_path).pages("p", datetime.fromisoformat(day).date())]
    assert len(pages) == len(records) >= 12
    assert all(is_intact(page) for page in pages)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 64 KiB if permitted, else return a plain folder."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    is_mounted = os.geteuid() == 0 and subprocess.run(mount, capture_output=True).returncode == 0
    yield disk
    if is_mounted:
        subprocess.run(["umount", str(disk)], check=True)


def test_full_disk_error_names_the_path(tiny_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = Archive(tiny_disk)
    if not tiny_disk.is_mount():
        monkeypatch.setattr(os, "fsync", _full)
    with pytest.raises(FetchError, match=f"cannot write {tiny_disk}.*No space left"):
        archive.save(replace(PAGE, content=os.urandom(1_000_000)))
    assert not [file for file in tiny_disk.rglob("*") if file.is_file()]
