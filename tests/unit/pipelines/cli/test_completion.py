"""Completion: the printed scripts complete what the command line has."""

from __future__ import annotations

import subprocess

import pytest

from tests.conftest import Run

_ASK = """
source /dev/stdin <<< "$SCRIPT"
COMP_WORDS=("$@"); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 )); COMPREPLY=()
_gpuhour
echo "${COMPREPLY[@]}"
"""


def test_bash_completes_commands_options_and_values(run: Run) -> None:
    said = run("completion", "bash")
    assert said.code == 0 and not said.err

    def completed(*words: str) -> list[str]:
        command = ["bash", "-c", _ASK, "bash", "gpuhour", *words]
        done = subprocess.run(command, env={"SCRIPT": said.out}, capture_output=True, text=True, check=True)
        return done.stdout.split()

    assert completed("pri") == ["prices"] and "train" in completed("cost", "")
    assert completed("prices", "--pro") == ["--provider"] and "newest" in completed("prices", "--sort", "")
    assert completed("completion", "") == ["bash", "zsh", "fish"] and completed("no-such") == []


@pytest.mark.parametrize(("shell", "first"), [("zsh", "#compdef gpuhour"), ("fish", "complete -c gpuhour")])
def test_other_shells_have_every_command(shell: str, first: str, run: Run) -> None:
    text = run("completion", shell).out
    assert first in text and all(command in text for command in ("prices", "quarantine", "import", "completion"))


def test_unknown_shell_is_refused(run: Run) -> None:
    said = run("completion", "tcsh")
    assert said.code == 2 and not said.out and "bash" in said.err
