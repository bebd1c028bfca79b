"""The optional SQL shell of the site: fetched and bundled once with Node (`make setup`)."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.settings import CHECKOUT

RECIPE = Path(__file__).parent / "sql_shell_bundle"
VENDORED = CHECKOUT / ".vendor" / "sql-shell"
VERSION: str = json.loads((RECIPE / "package.json").read_text())["dependencies"]["@duckdb/duckdb-wasm"]
# The browser's DuckDB opens files of storage version 1.0.0, so the site's copy is written in that version.
_SCRIPT, _WORKER, _WASM = "shell.js", "worker.js", "duckdb-wasm.bin"
_WAIT = 300  # seconds for npm


@dataclass(frozen=True, slots=True)
class SqlShell:
    """The parts that a click loads, as (path on the site, file), and the facts that the page shows."""

    files: tuple[tuple[str, Path], ...]
    facts: dict[str, Any]


def installed(folder: Path = VENDORED) -> SqlShell | None:
    """Return the shell if it was fetched in this version."""
    folder = folder / VERSION
    names = (_SCRIPT, _WORKER, _WASM)
    if not all((folder / name).is_file() for name in names):
        return None
    files = tuple((f"assets/sql-{VERSION}/{name}", folder / name) for name in names)
    size = sum(path.stat().st_size for _, path in files)
    script, worker, wasm = (path for path, _ in files)
    facts = {"script": script, "worker": worker, "wasm": wasm, "megabytes": round(size / 1e6, 1), "version": VERSION}
    return SqlShell(files, facts)


def fetch(folder: Path = VENDORED) -> str:
    """Fetch and bundle the shell with npm; return the outcome as a sentence."""
    if installed(folder):
        return f"the SQL shell is installed (DuckDB-WASM {VERSION})"
    npm = shutil.which("npm")
    if npm is None:
        return "Node is not installed: reports are built without the SQL shell"
    with tempfile.TemporaryDirectory(prefix="gpuhour-shell-") as name:
        work = Path(name)
        for file in RECIPE.iterdir():
            shutil.copy(file, work)
        try:
            _run(work, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
            _run(
                work, npm, "exec", "--offline", "--", "esbuild", "shell.js", "--bundle", "--format=esm", "--minify",
                "--target=es2022", f"--outfile=out/{_SCRIPT}", "--log-level=error",
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as failed:
            return f"reports are built without the SQL shell: npm failed: {_last_line(failed)}"
        dist, out = work / "node_modules/@duckdb/duckdb-wasm/dist", work / "out"
        # Its last line names a map that is not shipped.
        worker = (dist / "duckdb-browser-eh.worker.js").read_text().rpartition("//# sourceMappingURL=")[0]
        (out / _WORKER).write_text(worker)
        (out / _WASM).write_bytes(gzip.compress((dist / "duckdb-eh.wasm").read_bytes(), 9, mtime=0))
        (folder / VERSION).mkdir(parents=True, exist_ok=True)
        for file in out.iterdir():
            shutil.move(file, folder / VERSION / file.name)
    return f"fetched the SQL shell (DuckDB-WASM {VERSION})"


def _run(work: Path, *command: str) -> None:
    subprocess.run(command, cwd=work, check=True, capture_output=True, text=True, timeout=_WAIT)  # noqa: S603 -- fixed words


def _last_line(failed: Exception) -> str:
    text = str(getattr(failed, "stderr", None) or failed).strip()
    return text.splitlines()[-1][:300] if text else type(failed).__name__


if __name__ == "__main__":
    print(fetch(), file=sys.stderr)
