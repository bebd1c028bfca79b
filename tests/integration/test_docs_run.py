"""The commands in code blocks of README and docs run as they are written there, in the order of the page."""

from __future__ import annotations

import gzip
import os
import re
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Demo, Run
from tests.integration.test_docs import PAGES, fenced
from tests.support import import_files
from tests.support.worlds import CAPTURES, ROOT
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

# How a command ends that cannot do its work on a copy of the demo, and the words that say why.
OTHER_ENDS = {
    "crosscheck": (3, "Name or service not known"),  # there is no network in tests
    "alerts explain 86fa9da5": (2, "86fa9da5"),  # an event of somebody else's
    "replay --provider lambda --since 90d": (1, "lambda"),  # the demo archives no page of the last 90 days
    "replay --provider lambda --since 90d --apply": (1, "lambda"),
    "refresh --provider lambda --date 2026-11-21": (3, "not archived"),
}
# These run until they are stopped, or read the whole web; tests of their own run them.
ELSEWHERE = ("report serve", "refresh")
# What stands for something of the reader's own.
EXAMPLES = {"3f9a1c": "held event", "77b0e2": "second held event"}


def documented(page: Path) -> list[str]:
    """Return the `gpuhour` commands in a page's code blocks, without the comments beside them."""
    lines = [re.sub(r"\s#\s.*", "", line).strip() for line in fenced(page.read_text())]
    return [re.sub(r"^(\.venv/bin/)?gpuhour ", "", line) for line in lines if re.match(r"(\.venv/bin/)?gpuhour ", line)]


PAGES_WITH_COMMANDS = [page for page in PAGES if documented(page)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a folder with the files that the pages name, in which the commands run, without a network."""

    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("ALERT_SLACK_URL", "json://127.0.0.1:9/")
    monkeypatch.chdir(tmp_path)
    (page,) = (CAPTURES / "lambda").glob("2026-09-20*/page.html")
    shutil.copy(page, "page.html")
    rows = [row for day in import_files.days_of_prices(3) for row in day]
    Path("prices.csv.gz").write_bytes(gzip.compress(import_files.text(rows).encode()))
    Path("requests.csv").write_text("model,gpu,precision,isl,osl\nllama-3.1-8b,H100 SXM,fp16,512,512\n")
    Path("measured.csv").write_text(
        "source,model,gpu,n_gpus,tp,precision,isl,osl,concurrency,scenario,out_tps_total,out_tps_per_gpu\n"
        + "".join(
            f"s{n % 3},llama-3.1-8b,H100 SXM,1,1,fp16,512,512,{n},closed_loop,{90 * n},{90 * n}\n" for n in range(1, 25)
        )
    )
    git = ("git", "-c", "user.name=n", "-c", "user.email=e@example.org", "-C", "skypilot-catalog")
    (Path("skypilot-catalog") / "catalogs" / "v8" / "aws").mkdir(parents=True)
    Path("skypilot-catalog/catalogs/v8/aws/vms.csv").write_text(
        "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone\n"
        "p4d.24xlarge,A100,8,96,1152,,32.7726,,us-east-1,us-east-1a\n"
    )
    for arguments in (("init", "-q", "-b", "master"), ("add", "."), ("commit", "-qm", "prices")):
        subprocess.run([*git, *arguments], check=True, env=os.environ | {"GIT_COMMITTER_DATE": "2024-06-01T00:00:00Z"})
    yield tmp_path


@pytest.mark.parametrize("page", PAGES_WITH_COMMANDS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_documented_commands_run(run: Run, demo: Demo, folder: Path, page: Path) -> None:
    home = Home(folder / "home")
    shutil.copytree(demo.home.root, home.root, ignore=shutil.ignore_patterns("report", "exports"))
    with connection.published(home) as con:
        held = [
            event for (event,) in con.execute("select event_id from v1.quality_events where status = 'held'").fetchall()
        ]
        if not held:
            held = [event for (event,) in con.execute("select event_id from v1.quality_events").fetchall()]
        con.execute(f"copy (from v1.price_history) to '{folder / 'history.parquet'}'") if False else None
    examples = dict(zip(EXAMPLES, held, strict=False))
    problems = []
    for text in documented(page):
        if text.startswith(ELSEWHERE) and text not in OTHER_ENDS:
            continue
        words = [examples.get(word, word) for word in shlex.split(text)]
        said = run(*words, home=home)
        code, reason = OTHER_ENDS.get(text, (0, ""))
        if said.code != code or reason not in said.err or "Traceback" in said.err:
            problems.append(f"gpuhour {text}\n  exit {said.code}, not {code}: {said.err.strip()[-300:]}")
    assert not problems, "\n".join(problems)
