"""Progress: a spinner on a terminal's stderr, and silence elsewhere."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

import pytest

from pipelines.cli.progress import waiting

_CODE = "import time\nfrom pipelines.cli.progress import waiting\nwith waiting('looking'):\n    time.sleep(0.3)\nprint('done')"


def test_nothing_is_written_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("looking"):
        pass
    assert capsys.readouterr() == ("", "")


def test_terminal_shows_what_is_done() -> None:
    main, terminal = pty.openpty()
    done = subprocess.run([sys.executable, "-c", _CODE], stdout=subprocess.PIPE, stderr=terminal, check=True, env={
        **os.environ, "TERM": "xterm"})  # fmt: skip
    os.close(terminal)
    assert b"looking" in os.read(main, 10_000) and done.stdout == b"done\n"
    os.close(main)
