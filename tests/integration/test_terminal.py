"""Charts on real terminals, of any encoding."""

from __future__ import annotations

import os
import pty
import sys

from tests.support.worlds import ROOT, cli
from tests.unit.pipelines.cli import test_history_commands
from warehouse.storage.state_dir import Home

history_home = test_history_commands.home


def test_chart_in_ascii(history_home: Home) -> None:
    said = cli("history", "A100", "--chart", home=history_home.root, PYTHONIOENCODING="ascii")
    assert said.returncode == 0 and said.stdout.isascii() and "+--" in said.stdout


def test_terminal_gets_the_chart(history_home: Home) -> None:
    """On a real pseudo-terminal."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(ROOT)
        os.environ |= {"GPUHOUR_HOME": str(history_home.root), "COLUMNS": "90", "PYTHONIOENCODING": "utf-8"}
        code = "import sys\nfrom pipelines.cli.app import main\nmain(sys.argv[1:])"
        os.execv(sys.executable, [sys.executable, "-c", code, "history", "A100"])
    said = b""
    try:
        while chunk := os.read(terminal, 4096):
            said += chunk
    except OSError:
        pass  # the terminal's end of file
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    text = said.decode()
    assert text.startswith("A100: USD per GPU-hour") and "│" in text and "\x1b[34m" in text and "valid_from" in text
