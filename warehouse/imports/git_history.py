"""Reads old versions of files from a git repository, without a checkout and without running what it configures."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from warehouse.imports.csv_records import Unreadable

LARGEST = 256 << 20  # bytes of one file
# A repository's own settings could make git run programs or fetch. No protocol is allowed: a partial clone that
# lacks a file fails instead of using the network.
_SAFE = ("-c", "protocol.allow=never", "-c", "log.showSignature=false", "-c", "core.quotePath=true",
         "-c", "core.fsmonitor=false")  # fmt: skip
_COMMIT = re.compile(r"\x01([0-9a-f]{40,64}) (\d+)")
_CHANGE = re.compile(r":\d{6} (\d{6}) [0-9a-f]+ ([0-9a-f]+) ([AMTD])\t(\S+)")


class GitStopped(Unreadable):
    """Git failed: nothing more can be read of this repository."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file as a commit left it; `blob` names its content, "" when the commit removed it."""

    path: str
    blob: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit of the main line and what it changed of the files asked for."""

    sha: str
    committed_at: datetime  # UTC, the committer's date
    changes: tuple[Change, ...]


def _git(repo: Path, *arguments: str) -> str:
    """Return the output of a git command. Raises Unreadable with git's message."""
    try:
        done = subprocess.run(  # noqa: S603 -- our own arguments, no shell
            ["git", "-C", str(repo), "--no-pager", *_SAFE, *arguments],  # noqa: S607 -- the user's git
            capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
    except FileNotFoundError as absent:
        raise Unreadable("needs git, which is not installed") from absent
    if done.returncode:
        raise Unreadable(f"git cannot read it: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else '?'}")
    return done.stdout


def commits(repo: Path, pattern: str) -> list[Commit]:
    """Yield commits of the main line (first parents of HEAD) that touch files like `pattern`, oldest first.

    Raises Unreadable when `repo` is no git repository, has no commits, or was cloned without its history.
    """
    if not repo.is_dir():
        raise Unreadable("is no folder" if repo.exists() else "does not exist")
    if _git(repo, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise Unreadable("is a shallow clone, without its history: run `git fetch --unshallow` there first")
    if not _git(repo, "rev-list", "--max-count=1", "--all").strip():
        raise Unreadable("has no commits")
    output = _git(
        repo, "log", "--first-parent", "-m", "--reverse", "--raw", "--no-renames", "--no-abbrev", "--format=%x01%H %ct",
        "HEAD", "--", f":(glob,top){pattern}",
    )  # fmt: skip
    history = []
    for block in output.split("\x01")[1:]:
        head = _COMMIT.match("\x01" + block)
        assert head, block[:80]
        # Only regular files: a link's content is a path, a submodule has none here.
        changes = tuple(
            Change(path, "" if status == "D" else blob)
            for mode, blob, status, path in _CHANGE.findall(block)
            if status == "D" or mode.startswith("100")
        )
        history.append(Commit(head[1], datetime.fromtimestamp(int(head[2]), UTC), changes))
    return history


@dataclass(frozen=True, slots=True)
class Blobs:
    """Contents of files, read from one running git."""

    questions: IO[bytes]
    answers: IO[bytes]

    def write(self, blob: str, out: Path) -> None:
        """Write a content to a file. Raises Unreadable when the repository lacks it or it is over LARGEST.

        Raises GitStopped when no other content can be had either.
        """
        try:
            self.questions.write(f"{blob}\n".encode())
            self.questions.flush()
        except BrokenPipeError as gone:
            raise GitStopped("git stopped reading it") from gone
        answer = self.answers.readline().decode().strip()
        if not answer:
            raise GitStopped(f"lacks the file {blob[:12]}: a partial clone; clone it whole")
        kind, _, size = answer.rpartition(" ")
        if not kind.endswith(" blob"):
            raise Unreadable(f"lacks the file {blob[:12]}: a damaged clone; clone it again")
        left = int(size)
        too_large = left > LARGEST
        with out.open("wb") as stream:
            while left:
                part = self.answers.read(min(left, 1 << 20))
                if not part:
                    raise GitStopped(f"git stopped in the middle of {blob[:12]}")
                left -= len(part)
                if not too_large:
                    stream.write(part)
        self.answers.read(1)  # the line feed after a content
        if too_large:
            raise Unreadable(f"holds a file of more than {LARGEST >> 20} MiB ({blob[:12]})")


@contextmanager
def blobs(repo: Path) -> Iterator[Blobs]:
    """Yield a git that returns contents until the block is left."""
    command = ["git", "-C", str(repo), *_SAFE, "cat-file", "--batch"]
    with subprocess.Popen(  # noqa: S603 -- our own arguments, no shell
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as git:
        assert git.stdin and git.stdout
        try:
            yield Blobs(git.stdin, git.stdout)
        finally:
            git.stdin.close()
            git.stdout.close()
            git.terminate()
