"""Runs the shell steps of a CI workflow as a runner does: in order, in a fresh clone, with outputs and conditions."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.support.worlds import ROOT

# All conditions that the workflow uses, as what they mean; another one fails the test.
_CONDITIONS: dict[str, Callable[[Job], bool]] = {
    "": lambda job: not job.has_failed,
    "${{ !cancelled() && steps.facts.outcome == 'success' }}": lambda job: job.outcomes.get("facts") == "success",
}
_OUTPUT = re.compile(r"\$\{\{ steps\.(\w+)\.outputs\.(\w+) \}\}")
_SETTING = re.compile(r"\$\{\{ (?:vars|secrets)\.(\w+) \}\}")


@dataclass
class Job:
    """The outcome of a run: by the name or id of each shell step, how it ended and what it printed."""

    clone: Path
    outcomes: dict[str, str] = field(default_factory=dict)
    printed: dict[str, str] = field(default_factory=dict)
    outputs: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def has_failed(self) -> bool:
        return "failure" in self.outcomes.values()


def git(*arguments: str | Path, cwd: Path) -> str:
    done = subprocess.run(["git", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def hosted(folder: Path) -> Path:
    """Make a bare repository that holds this checkout's files as they are, as a forge does."""
    source, bare = folder / "source", folder / "origin.git"
    for name in git("ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT).splitlines():
        if (ROOT / name).is_file() and not name.startswith("tests/captures/"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    git("init", "--quiet", "--initial-branch=main", cwd=source)
    git("add", "--all", cwd=source)
    git("-c", "user.name=owner", "-c", "user.email=owner@localhost", "commit", "--quiet", "-m", "All", cwd=source)
    git("clone", "--quiet", "--bare", source, bare, cwd=folder)
    return bare


def run(workflow: Path, bare: Path, folder: Path, settings: Mapping[str, str]) -> Job:
    """Run the only job of a workflow. `settings`: the variables and secrets that the forge has for it."""
    content: dict[str, Any] = yaml.safe_load(workflow.read_text())
    (steps,) = (job["steps"] for job in content["jobs"].values())
    temporary = folder / "temp"
    temporary.mkdir(parents=True)
    git("clone", "--quiet", "--depth", "1", f"file://{bare}", folder / "clone", cwd=folder)
    job = Job(folder / "clone")
    _install(job.clone)
    assert content["defaults"]["run"]["shell"] == "bash"
    env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    env |= {"RUNNER_TEMP": str(temporary), "PYTHONPATH": str(job.clone), "GIT_TERMINAL_PROMPT": "0"}
    env |= {name: _SETTING.sub(lambda m: settings.get(m[1], ""), text) for name, text in content["env"].items()}
    for number, step in enumerate(step for step in steps if "run" in step):
        _run_step(job, step, env, temporary / f"output-{number}")
    return job


def _run_step(job: Job, step: dict[str, Any], env: dict[str, str], output: Path) -> None:
    name = step.get("id", step["name"])
    if not _CONDITIONS[step.get("if", "")](job):
        job.outcomes[name] = "skipped"
        return
    output.touch()
    own = {key: _OUTPUT.sub(lambda m: job.outputs.get((m[1], m[2]), ""), text)
           for key, text in step.get("env", {}).items()}  # fmt: skip
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=job.clone, env=env | own | {"GITHUB_OUTPUT": str(output)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=900, check=False,
    )  # fmt: skip
    job.printed[name] = done.stdout
    job.outcomes[name] = "failure" if done.returncode else "success"
    for line in output.read_text().splitlines():
        key, _, value = line.partition("=")
        job.outputs[name, key] = value


def _install(clone: Path) -> None:
    """Lend the clone this environment, so that `make setup` has nothing to do."""
    (clone / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.name != ".done":
            (clone / ".venv" / path.name).symlink_to(path)
    (clone / ".venv" / ".done").touch()
