"""Rules for provider files, committed files, and imports of read-only commands."""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path

import pytest

from scrapers import registry
from scrapers.reference import throughput_lists
from tests.conftest import Demo
from tests.support import published
from tests.support.worlds import CAPTURES, ROOT, cli, python
from warehouse.storage import connection


@pytest.mark.parametrize("slug", registry.modules())
def test_every_provider_has_a_module_and_captures(slug: str) -> None:
    provider = registry.get(slug)
    assert provider.slug == slug
    assert provider.requests and provider.name and provider.access and provider.publishes and provider.units
    folders = [meta.parent for meta in (CAPTURES / slug).glob("*/meta.json")]
    seen = provider.basis == "unverified" or any((f / "offers.json").exists() for f in folders)
    assert seen, f"record a capture of {slug}: make capture P={slug}"
    for folder in folders:
        facts = json.loads((folder / "meta.json").read_text())
        assert facts["url"].startswith("https://") and facts["captured_at"], folder


def test_every_capture_belongs_to_a_provider() -> None:
    strangers = {folder.name for folder in CAPTURES.glob("[!_]*")} - {*registry.modules(), *throughput_lists.SLUGS}
    assert not strangers, f"captures without a provider: {strangers}"


def test_every_source_has_a_rank(demo: Demo) -> None:
    with (ROOT / "warehouse" / "seeds" / "source_ranks.csv").open() as stream:
        ranked = {(row["provider"], row["source"]) for row in csv.DictReader(stream)}
    with connection.in_memory() as con:
        landed = con.execute(
            "select distinct provider, source from read_parquet(?)", [str(demo.home.landing / "offers/*/*.parquet")]
        ).fetchall()
    with connection.published(demo.home) as con:
        derived = con.execute(
            "select distinct provider, source from v1.price_history where source <> 'seed'"
        ).fetchall()
    assert len(landed) >= 10 and len(derived) >= 10
    absent = {*landed, *derived} - ranked
    assert not absent, f"add to seeds/source_ranks.csv: {absent}"


def committed() -> dict[str, str]:
    """Yield committed text files, without the captures of providers' pages."""
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git checkout")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [
        n for n in listed.split("\0") if n and not re.search(r"/(page|resource)\.\w+$", n) and (ROOT / n).is_file()
    ]
    return {name: (ROOT / name).read_text(errors="replace") for name in names}


def test_no_committed_file_names_a_machine_or_an_index() -> None:
    hosts = ["py" + "pi.org", "pythonhosted" + ".org", "npm" + "js.", "crates" + ".io", "conda" + ".anaconda.org"]
    paths = [r"(?<![\w.>])/" + folder + r"/" for folder in ("wor" + "k", "tm" + "p", "home", "Users")]
    needle = re.compile("|".join([*map(re.escape, hosts), *paths]))
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in committed().items()
        for number, line in enumerate(text.splitlines(), 1)
        if needle.search(line)
    ]
    assert not found, "\n".join(found)


def test_requirements_are_hashed_and_name_no_index() -> None:
    lines = (ROOT / "requirements.txt").read_text().replace("\\\n", " ").splitlines()
    wanted = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
    assert len(wanted) > 50
    assert not [w for w in wanted if not re.match(r"^[\w.\[\]-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", w)]
    assert not re.search(r"--(index-url|extra-index-url|find-links|trusted-host)|https?://", "\n".join(wanted))


POISON = "import sys\nsys.modules.update({names})"
PAGE = CAPTURES / "oracle" / "2026-09-20_products" / "page.json"


@pytest.mark.parametrize("arguments", [
    ("prices", "A100"), ("history", "A100", "--provider", "oracle"), ("sql", "from marts.errata"), ("providers",),
    ("parse", "oracle", str(PAGE)), ("schedule",), ("doctor",), ("--help",), ("--version",),
    ("changes", "A100", "--since", "1y"), ("quarantine", "--help"), ("replay", "--help"),
    ("cost", "--model", "llama-3.1-8b", "--gpu", "L4"), ("cost", "fit", "--model", "llama-3.1-8b"),
    ("cost", "train", "--params", "7b"), ("calibrate", "--help"), ("alerts", "list"), ("alerts", "preview"),
    ("index", "verify", "a100-80gb-on-demand-hyperscaler", "2026-09-20"),
    ("cost", "api", "--model", "llama-3.1-8b", "--input-tokens-per-day", "1e9", "--output-tokens-per-day", "1e9"),
    ("plan", "--model", "llama-3.1-8b", "--tokens-per-day", "1e9", "--days", "30"),
    ("plan", "--model", "llama-3.1-8b", "--budget", "1M/year"), ("plan", "--help"),
], ids=" ".join)  # fmt: skip
def test_reading_needs_no_dagster(arguments: tuple[str, ...], demo: Demo) -> None:
    """Nothing that only reads waits for Dagster or pandas, and only a plan for scipy and numpy."""
    poisoned = {"dagster": None} | ({"pandas": None} if arguments[0] != "parse" else {})
    if "--tokens-per-day" not in arguments:
        poisoned |= {"scipy": None}
    if arguments[0] not in ("plan", "parse"):  # pandas needs numpy
        poisoned |= {"numpy": None}
    done = cli(*arguments, home=demo.home.root, before=POISON.format(names=poisoned))
    assert done.returncode in ((0, 1, 4) if arguments == ("doctor",) else (0,)), done.stderr
    assert done.stdout and "halted" not in done.stdout + done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [("quarantine", "list"), ("quarantine", "list", "--json"), ("quarantine", "show", "e"),
                  ("explain", "aws", "p4d"), ("history", "A100", "--chart")], ids=" ".join,
)  # fmt: skip
def test_detail_views_need_no_dagster(arguments: tuple[str, ...], tmp_path: Path) -> None:
    home = published.make(
        tmp_path,
        series=[published.A_SERIES],
        price_intervals=[published.AN_INTERVAL],
        quality_events=[published.AN_EVENT],
    )
    done = cli(*arguments, home=home.root, before=POISON.format(names={"dagster": None, "pandas": None}))
    assert done.returncode == 0 and done.stdout and "Traceback" not in done.stderr, done.stderr


def test_only_plans_import_scipy() -> None:
    importers = [
        path.relative_to(ROOT).as_posix()
        for station in ("scrapers", "warehouse", "pipelines")
        for path in (ROOT / station).rglob("*.py")
        if re.search(r"^\s*(from|import) scipy\b", path.read_text(), re.MULTILINE)
    ]
    assert importers == ["warehouse/planning/program.py"]


def test_a_plan_without_scipy_fails(demo: Demo) -> None:
    plan = ("plan", "--model", "llama-3.1-8b", "--tokens-per-day", "1e9", "--days", "30")
    done = cli(*plan, home=demo.home.root, before=POISON.format(names={"scipy.optimize": None}))
    assert done.returncode != 0 and "import of scipy.optimize halted" in done.stderr


def test_poisoned_imports_fail() -> None:
    done = cli("refresh", "--replay", CAPTURES, before=POISON.format(names={"dagster": None}))
    assert done.returncode != 0 and "import of dagster halted" in done.stderr


def test_commands_that_only_read_need_neither_dagster_nor_apprise(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.modules.update(dagster=None, pandas=None, apprise=None)\n"
        "from pipelines.cli.app import main\nmain(sys.argv[1:])"
    )
    for command in (("list",), ("outbox",), ("test",)):
        done = python(code, "alerts", *command, GPUHOUR_HOME=str(tmp_path))
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
