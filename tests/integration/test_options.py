"""Every option of every command is run by a test."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.app import app
from tests.conftest import Demo, Run
from tests.integration import test_docs_run
from tests.support.worlds import CAPTURES, ROOT
from warehouse.storage.state_dir import Home

OF_ALL = {"--home", "--format", "--json"}  # of every command; test_cli runs them
NO_OPTIONS = {"--empty-file", "--gpu"}  # cyclopts' own name for an empty list; a position on most commands
PAGE = next((CAPTURES / "lambda").glob("2026-09-20*/page.html"))
RULES = "rules:\n  - {id: mine, kind: drop_pct, pct: 5, where: {gpu: A100}, to: [console]}\n"
# Command lines on the demo, which reading does not change, and what they exit with.
READING = {
    "prices H100 --provider lambda --pricing-model on_demand --gpus 8 --sort newest --as-of 2026-09-20 --max-age 7": 0,
    "prices --region us-east-1 --source price_list --max-price 9 --min-memory 16 --available --limit 3": 0,
    "prices H100 --explain --limit 2": 0,
    "prices --country US --continent 'north america' --limit 3": 0,
    "history H100 --provider aws --pricing-model on_demand --region us-east --source price_list --chart": 0,
    "history A100 --country DE --continent Europe --no-chart": 0,
    "changes A100 --since 30d --min-pct 1 --by newest --provider aws --pricing-model spot --region us --source x": 2,
    "changes --since 2026-09-01 --by drop --country US --continent Europe": 0,
    "explain aws p4d.24xlarge --region us-east-1 --pricing-model on_demand --source price_list --date 2026-09-20": 0,
    "explain aws p4d.24xlarge --provider aws --region us-east-1 --pricing-model on_demand --country US": 0,
    "explain aws p4d.24xlarge --region us-east-1 --pricing-model on_demand --continent 'North America'": 0,
    f"parse lambda {PAGE} --url https://lambda.ai/pricing --captured-at 2026-09-20T06:15:00Z": 0,
    "crosscheck --offline --all --provider aws": 0,
    "sql 'from marts.errata' --limit 20": 0,
    "tidy --dry-run": 0,
    "quarantine list A100 --provider aws --pricing-model spot --region us-east-1 --source price_list": 0,
    "quarantine list --status held --verdict quarantine --class zero_price --country US --continent Europe": 0,
    "cost --model llama-3.1-8b --gpu H100 --gpus 8 --precision fp8 --workload chat --isl 100 --osl 100 --concurrency 4 "
    "--utilisation 0.5 --provider lambda --pricing-model on_demand --discount 10 --as-of 2026-09-20": 0,
    "quarantine api --status held --rule token_limit": 0,
    "cost --model llama-3.1-8b --gpu L4 --usd-per-gpu-hour 0.35": 0,
    "cost --model deepseek-r1 --gpu H100 --gpus 16 --tp 8 --pp 2 --dp 8 --ep 8 --drafts 2 --acceptance 0.8 "
    "--hit-rate 0.5 --max-tpot 0.1 --max-ttft 5 --tokens-per-day 1e9 --available": 0,
    "cost --model llama-3.1-8b --gpu H100 --explain": 0,
    "cost train --params 8b --gpu H100 --explain": 0,
    "cost job --gpu H100 --hours 10 --egress-tb 1 --explain": 0,
    "cost api --model llama-3.1-8b --input-tokens-per-day 1e9 --output-tokens-per-day 1e8 --explain": 0,
    "cost --model llama-3.1-8b --country US --continent 'North America'": 0,
    "cost api --model llama-3.1-8b --input-tokens-per-day 1e9 --output-tokens-per-day 1e8 --hit-rate 0.2 --utilisation 0.6 "
    "--batch --workload chat --precision fp8 --pricing-model on_demand --as-of 2026-09-20": 0,
    "cost train --params 7b --tokens 1t --gpu H100 --gpus 8 --mfu 0.4 --provider lambda --pricing-model on_demand "
    "--discount 5 --as-of 2026-09-20": 0,
    "cost train --params 7b --gpu H100 --usd-per-gpu-hour 2": 0,
    "cost train --params 7b --country US --continent 'North America' --available": 0,
    "cost job --gpu H100 --hours 5 --gpus 8 --egress-tb 1 --storage-tb 1 --provider lambda --pricing-model on_demand "
    "--as-of 2026-09-20": 0,
    "cost job --gpu H100 --hours 5 --country US --continent 'North America' --available": 0,
    "cost job --gpu H100 --hours 5 --discount 5": 2,  # a bill is made of list prices
    "cost job --gpu H100 --hours 5 --usd-per-gpu-hour 2": 2,
    "plan --model llama-3.1-8b --tokens-per-day 1e9 --days 60 --growth 50%/week --growth-days 14 --spike 10x@30+3d "
    "--peak-to-mean 3 --peak-hours 4 --workload chat --isl 600 --osl 400 --precision fp8 --max-tpot 0.04 --max-ttft 5 "
    "--utilisation 0.6 --country US --continent 'North America' --discount 5 --as-of 2026-09-20 --spot-share 0.3 "
    "--spot-loss 0.2 --spot-in-spikes --commit --tidy 0.02 --start 2026-10-01": 0,
    "plan --model llama-3.1-8b --job-tokens 1e10 --days 14 --deadline-days 7 --gpu H100 --provider lambda": 0,
    "plan --model llama-3.1-8b --tokens-per-day 1e9 --available --slo 0.05 --own 'DGX B200' --capex 4e5 --power-kw 14": 0,
    "plan --model llama-3.1-8b --budget 50M/year": 0,
    "cost fit --model llama-3.1-8b --precision fp8 --workload chat --isl 100 --osl 100 --concurrency 1 --utilisation 1": 0,
    "cost check-constants {constants} --gpu 'H200 SXM'": 0,
    "alerts list --rules {rules}": 0,
    "alerts preview --rules {rules} --rule mine --since 2026-01-01 --until 2026-09-20": 0,
}

# Command lines that change a state folder, here a copy of the demo's, or that end before they wait.
CHANGING = {
    "init --contact nothing --no-gcp-key --gcp-key --alert x --schedule cron --yes": 2,  # it writes in test_init
    "alerts add 'A100 drops 5% in Europe' --to console --id mine-too --dry-run": 0,
    "alerts test --rules {rules}": 0,
    "alerts silence mine --until 2099-01-01 --rules {rules}": 0,
    "alerts retry --rules {rules}": 0,
    "alerts explain 86fa9da5 --rules {rules}": 2,  # no such event
    "capture lambda --out {out} --replay {captures}": 0,
    f"parse lambda {PAGE} --account": 0,
    f"read {PAGE} --provider lambda --captured-at 2026-09-20 --account": 0,
    "read http://acme.example/pricing --browser": 2,  # only https
    f"providers add {PAGE} --url https://acme.example/pricing --slug acme --name Acme --out {{out}}": 0,
    "providers add https://acme.example/pricing --slug lambda --browser": 2,  # that name is taken
    "providers accept ibm --note 'read beside the page'": 0,
    "quarantine reject 3f9a1c --note 'no such price'": 2,  # no such event
    "backup {out}.tar --without-pages": 0,
    "restore {out}.tar": 2,  # the folder has files, which --force moves aside: test_backup
    "receipt export 00000000 --format wacz --output {out}.wacz": 1,  # no such page
    "report serve --out {out}": 1,  # no report there
}


def commands(parent: Any = app, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, by its words."""
    if path and parent.default_command is not None:
        yield " ".join(path), parent
    for name in parent:
        if not name.startswith("-"):
            yield from commands(parent[name], (*path, name))


def options() -> set[tuple[str, str]]:
    """Return (command, option) of everything that help offers."""
    return {
        (command, name)
        for command, sub in commands()
        for argument in sub.assemble_argument_collection()
        for name in argument.names
        if name.startswith("--")
        and not name.startswith("--no-")
        and name not in OF_ALL | NO_OPTIONS
        and argument.parameter.parse is not False
    }


def used(line: str) -> set[tuple[str, str]]:
    names = {command for command, _ in commands()}
    words = shlex.split(line)
    command = next(" ".join(words[:n]) for n in (2, 1) if " ".join(words[:n]) in names)
    return {(command, word) for word in words if word.startswith("--")}


@pytest.mark.parametrize("line", READING, ids=lambda line: line[:60])
def test_reading_with_options(run: Run, demo: Demo, tmp_path: Path, line: str) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    constants = tmp_path / "rows.csv"
    constants.write_text(test_docs_run.CONSTANTS)
    words = shlex.split(line.format(rules=rules, constants=constants))
    said = run(*words, *(() if "--chart" in words else ("--json",)), home=demo.home)
    assert said.code == READING[line] and "Traceback" not in said.err, said.err
    if said.code == 0 and "--chart" not in words:
        assert isinstance(json.loads(said.out), list)


def test_changing_with_options(run: Run, demo_copy: Home, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    for line, code in CHANGING.items():
        said = run(*shlex.split(line.format(rules=rules, out=tmp_path / "out", captures=CAPTURES)), home=demo_copy)
        assert said.code == code and "Traceback" not in said.err, (line, said.err)


def test_every_option_is_run_by_a_test() -> None:
    texts = {path.relative_to(ROOT).as_posix(): path.read_text() for path in (ROOT / "tests").rglob("test_*.py")}
    documented = [line for page in test_docs_run.PAGES_WITH_COMMANDS for line in test_docs_run.documented(page)]
    run_here = set().union(*(used(line) for line in (*READING, *CHANGING, *documented)))
    missing = [
        f"{command} {option}"
        for command, option in sorted(options() - run_here)
        if not any(re.search(_together(command, option), text, re.S) for text in texts.values())
    ]
    assert not missing, missing


def _together(command: str, option: str) -> str:
    """Return a pattern for a call in a test that gives a command and, within it, an option."""
    last = command.split()[-1]
    return rf'"{last}"[^)]{{0,300}}"{option}"'
