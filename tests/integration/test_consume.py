"""Every example of docs/consume.md runs, in a folder as it describes, and its notebook too."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.conftest import Demo
from tests.support.worlds import ROOT

PAGE = (ROOT / "docs" / "consume.md").read_text()
NOTEBOOK: dict[str, Any] = json.loads((ROOT / "docs" / "consume.ipynb").read_text())


def blocks(language: str) -> dict[str, str]:
    """Return the code blocks by heading (with a number, where it has several)."""
    found: dict[str, str] = {}
    for section in PAGE.split("\n## ")[1:]:
        for number, code in enumerate(re.findall(rf"^```{language}\n(.*?)^```", section, re.MULTILINE | re.DOTALL)):
            found[f"{section.splitlines()[0]} {number}"] = code
    return found


@pytest.fixture(scope="module")
def folder(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with published.duckdb and report/, as the page says."""
    found = tmp_path_factory.mktemp("consumer")
    (found / "published.duckdb").symlink_to(demo.home.published)
    (found / "report").symlink_to(demo.home.report)
    return found


def run(code: str, folder: Path) -> str:
    """Run Python as a reader does, in a process of its own, and return its output."""
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120,
                          env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_all_examples_are_extracted() -> None:
    assert len(blocks("python")) == PAGE.count("```python") >= 5
    assert len(blocks("sql")) == PAGE.count("```sql") >= 2


@pytest.mark.parametrize("name", blocks("python"))
def test_python(name: str, folder: Path) -> None:
    said = run(blocks("python")[name], folder)
    assert "feed" in name or re.search(r"\d\.\d", said)


@pytest.mark.parametrize("name", blocks("sql"))
def test_sql(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    with duckdb.connect() as con:
        answers = [
            con.execute(statement).fetchall() for statement in blocks("sql")[name].strip().split(";\n") if statement
        ]
    assert answers[-1]


def test_notebook_runs_cell_by_cell(folder: Path) -> None:
    cells = [c for c in NOTEBOOK["cells"] if c["cell_type"] == "code"]
    assert len(cells) >= 4 and not any(c["outputs"] or c["execution_count"] for c in cells), "clear its outputs"
    # A cell shows its last expression.
    shown = "\n".join(re.sub(r"(?m)^(\S[^=\n]*)\Z", r"print(\1)", "".join(c["source"])) for c in cells)
    said = run(shown, folder)
    assert "schema_version" in said and "level_median" in said and "sha256" in said
    assert NOTEBOOK["nbformat"] == 4 and len({c["id"] for c in NOTEBOOK["cells"]}) == len(NOTEBOOK["cells"])


def test_files_named_for_spreadsheets_exist(folder: Path) -> None:
    names = re.findall(r"https://example\.org/gpu/([\w/.-]+\.csv)", PAGE)
    assert len(names) == 2
    for name in names:
        content = (folder / "report" / name).read_bytes()
        rows = list(csv.DictReader(content.decode("utf-8").splitlines()))
        assert rows and b"\r" not in content
        for column in re.findall(r'\{"(\w+)", type', PAGE):
            assert column in rows[0]
        assert all(re.fullmatch(r"\d+\.\d+|", row["usd_per_gpu_hour"]) for row in rows)
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row["last_seen_on"]) for row in rows)
