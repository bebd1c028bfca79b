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

import duckdb
import pytest

from tests.conftest import Demo, Run
from tests.integration.test_docs import PAGES, fenced
from tests.support import bills, import_files, sinks
from tests.support.worlds import CAPTURES, ROOT
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

# How a command ends that cannot do its work on a copy of the demo, and the words that say why.
OTHER_ENDS = {
    "crosscheck": (3, "Name or service not known"),  # there is no network in tests
    "history --model gpt-oss-120b": (1, "no host's price of gpt-oss-120b"),  # nobody fetched a list for the demo
    "alerts explain 86fa9da5": (2, "86fa9da5"),  # an event of somebody else's
    "read https://example.com/pricing": (1, "robots.txt is unavailable"),  # there is no network in tests
    "refresh --provider lambda --date 2026-11-21": (3, "no archived page of 2026-11-21"),
}
# These run until they are stopped, read the whole web, or need an extra; tests of their own run them.
ELSEWHERE = ("report serve", "refresh", "backfill", "providers check --live", "providers add https", "receipt export")
HELD = ("3f9a1c", "77b0e2")  # the reader's own events
CONSTANTS = "quantity,format,shape,value,unit,device\nmatmul,BF16,8192x28672x8192,700,TFLOPS,NVIDIA H200\n"


def documented(page: Path) -> list[str]:
    """Return the `gpuhour` commands in a page's code blocks, without the comments beside them."""
    lines = [re.sub(r"\s#\s.*", "", line).strip() for line in fenced(page.read_text())]
    return [re.sub(r"^(\.venv/bin/)?gpuhour ", "", line) for line in lines if re.match(r"(\.venv/bin/)?gpuhour ", line)]


PAGES_WITH_COMMANDS = [page for page in PAGES if documented(page)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Make a folder with the files that the pages name, in which the commands run, without a network."""

    real = socket.getaddrinfo

    def unknown(host: Any, *arguments: Any, **options: Any) -> Any:
        if host == "127.0.0.1":
            return real(host, *arguments, **options)
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.chdir(tmp_path)
    (page,) = (CAPTURES / "lambda").glob("2026-09-20*/page.html")
    shutil.copy(page, "page.html")
    rows = [row for day in import_files.days_of_prices(3) for row in day]
    Path("prices.csv.gz").write_bytes(gzip.compress(import_files.text(rows).encode()))
    with duckdb.connect() as con:
        con.execute("copy (from read_csv('prices.csv.gz', all_varchar = true)) to 'history.parquet'")
    bills.write(Path("bill.csv"), [bills.aws("520.00"), bills.azure("90.00", Tags='{"team": "research"}')])
    Path("my-model").mkdir()
    Path("my-model/config.json").write_text(
        '{"model_type": "llama", "hidden_size": 2048, "intermediate_size": 8192, "num_hidden_layers": 16, "head_dim": 64, '
        '"num_attention_heads": 32, "num_key_value_heads": 8, "vocab_size": 128256, "max_position_embeddings": 8192}'
    )
    Path("requests.csv").write_text("model,gpu,precision,isl,osl\nllama-3.1-8b,H100 SXM,fp16,512,512\n")
    Path("rows.csv").write_text(CONSTANTS)
    Path("measured.csv").write_text(
        "source,model,gpu,n_gpus,tp,precision,isl,osl,concurrency,scenario,out_tps_total,out_tps_per_gpu\n"
        + "".join(
            f"s{n % 3},{model},{gpu},8,8,fp16,512,512,{8 * n},closed_loop,{720 * n},{90 * n}\n"
            for n in range(1, 7)
            for model in ("llama-3.1-8b", "llama-3.1-70b", "qwen2.5-32b", "mistral-7b-v0.3")
            for gpu in ("H100 SXM", "A100 SXM 80GB", "L40S")
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
    with sinks.webhook() as hook:
        for name in ("ALERT_SLACK_URL", "ALERT_MAIL_URL"):
            monkeypatch.setenv(name, f"json://{hook.url.partition('//')[2]}")
        yield tmp_path


@pytest.mark.parametrize("page", [
    pytest.param(page, marks=() if page.name == "README.md" else pytest.mark.extras) for page in PAGES_WITH_COMMANDS
], ids=lambda page: page.relative_to(ROOT).as_posix())  # fmt: skip
def test_documented_commands_run(run: Run, demo: Demo, folder: Path, page: Path) -> None:
    home = Home(folder / "home")
    shutil.copytree(demo.home.root, home.root, ignore=shutil.ignore_patterns("report", "exports"))
    for rules in re.findall(r"```yaml\n(# alerts.yaml\n.*?)```", page.read_text(), re.S):
        (home.root / "alerts.yaml").write_text(rules)
    texts, examples = documented(page), {}
    if any(word in shlex.split(text) for text in texts for word in HELD):
        examples = dict(zip(HELD, _held_events(run, home), strict=True))
    problems = []
    for text in texts:
        if text.startswith(ELSEWHERE) and text not in OTHER_ENDS:
            continue
        said = run(*(examples.get(word, word) for word in shlex.split(text)), home=home)
        code, reason = OTHER_ENDS.get(text, (0, ""))
        if said.code != code or reason not in said.err or "Traceback" in said.err:
            problems.append(f"gpuhour {text}\n  exit {said.code}, not {code}: {said.err.strip()[-300:]}")
    assert not problems, "\n".join(problems)


def _held_events(run: Run, home: Home) -> list[str]:
    """Import two prices of zero, and return the ids of the events by which they are held."""
    rows = [import_files.row(instance=name, price_usd_per_hour="0") for name in ("one", "two")]
    Path("zero.csv").write_text(import_files.text(rows))
    assert run("import", "zero.csv", "--source", "zero", home=home).code == 0
    with connection.published(home) as con:
        return [
            event for (event,) in con.execute("select event_id from v1.quality_events where status = 'held'").fetchall()
        ]
