"""The house stays a house: who may import what, what every module and provider has, what is never committed."""

from __future__ import annotations

import ast
import csv
import json
import re
import subprocess
from pathlib import Path

import pytest

from scrapers import registry
from tests.conftest import Demo
from tests.support import published
from tests.support.worlds import CAPTURES, ROOT, cli
from warehouse.storage import connection

FOLDERS = ("scrapers", "warehouse", "pipelines", "tests")
OURS = {"scrapers", "warehouse", "pipelines"}
# Third-party modules -> the folder that owns them, and what to do instead of importing them elsewhere.
OWNED = {
    **dict.fromkeys(
        ("playwright", "bs4", "lxml", "httpx2", "protego", "stamina", "ijson"),
        ("scrapers", "ask scrapers/ for what the page says"),
    ),
    **dict.fromkeys(
        ("duckdb", "pandas", "pyarrow", "currency_converter", "genai_prices"),
        ("warehouse", "get a connection from warehouse.storage.connection and let SQL do the work"),
    ),
    **dict.fromkeys(
        ("dagster", "cyclopts", "rich", "dotenv", "jinja2", "markupsafe", "apprise", "pydantic"),
        ("pipelines", "let pipelines/ call your function; it decides when things run and who is told"),
    ),
}
WITH_DAGSTER = ("definitions", "in_process", "defs")  # of pipelines/; all else answers without it


def imported(source: str) -> list[str]:
    """Dotted names that a module imports, anywhere in it; `from a import b` counts as a and a.b."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names] if not node.level else ["(relative)"]
    return found


def complaints(path: str, source: str) -> list[str]:
    """Sentences on what this file imports against design.md's table, with what to do instead."""
    folder, *below = Path(path).with_suffix("").parts
    said = []
    for name in imported(source):
        top = name.split(".")[0]
        if name == "(relative)":
            said.append(f"{path} imports relatively: write the whole name, so that a search finds it.")
        if top in OURS and top != folder:
            if folder == "scrapers":
                said.append(f"{path} imports {name}: scrapers/ knows only pages; pass it in, or move the code.")
            if folder == "warehouse" and not f"{name}.".startswith("scrapers.model."):
                said.append(
                    f"{path} imports {name}: warehouse/ knows only scrapers.model; let pipelines/ bring the rest."
                )
        owner, instead = OWNED.get(top, (folder, ""))
        if owner != folder:
            said.append(f"{path} imports {name}, which only {owner}/ does: {instead}.")
        if top == "dagster" and folder == "pipelines" and below[0] not in WITH_DAGSTER:
            said.append(f"{path} imports {name}: reading must not wait for Dagster; wire it in pipelines/defs/.")
    return said


@pytest.mark.parametrize(
    ("path", "source", "word"),
    [
        ("scrapers/x.py", "from warehouse.home import Home", "knows only pages"),
        ("scrapers/x.py", "def f():\n    import duckdb", "only warehouse/"),
        ("warehouse/x.py", "from scrapers import registry", "knows only scrapers.model"),
        ("warehouse/x.py", "import pipelines.read", "knows only scrapers.model"),
        ("warehouse/x.py", "import dagster as dg", "only pipelines/"),
        ("pipelines/x.py", "import pandas as pd", "only warehouse/"),
        ("pipelines/x.py", "from bs4 import Tag", "only scrapers/"),
        ("pipelines/alerts/x.py", "import dagster", "must not wait"),
        ("pipelines/queries/x.py", "import dagster", "must not wait"),
        ("pipelines/x.py", "from . import read", "whole name"),
    ],
)
def test_the_rule_finds(path: str, source: str, word: str) -> None:
    assert [c for c in complaints(path, source) if word in c]


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("warehouse/x.py", "from scrapers.model import Offer"),
        ("warehouse/x.py", "from scrapers import model"),
        ("pipelines/defs/x.py", "import dagster\nfrom scrapers import registry\nfrom warehouse import build"),
    ],
)
def test_the_rule_allows(path: str, source: str) -> None:
    assert complaints(path, source) == []


def modules(*folders: str) -> list[Path]:
    return [path.relative_to(ROOT) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def test_everybody_imports_what_is_theirs() -> None:
    said = [c for path in modules(*sorted(OURS)) for c in complaints(path.as_posix(), (ROOT / path).read_text())]
    assert not said, "\n".join(said)


def test_every_module_says_why_it_exists() -> None:
    sources = {path: (ROOT / path).read_text() for path in modules(*FOLDERS)}
    assert len(sources) > 50
    mute = [
        str(path) for path, source in sources.items() if source.strip() and not ast.get_docstring(ast.parse(source))
    ]
    assert not mute, f"open these with a sentence on why they exist: {mute}"


def test_no_module_lies_in_the_root_or_is_a_drawer() -> None:
    assert not list(ROOT.glob("*.py")), "a module in the root shadows a package: move it into one of the folders"
    drawers = [str(p) for p in modules(*FOLDERS) if p.stem in {"utils", "util", "helpers", "common", "misc"}]
    assert not drawers, f"name these after what they do: {drawers}"


@pytest.mark.parametrize("slug", registry.modules())
def test_a_provider_is_a_module_and_captures(slug: str) -> None:
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
    strangers = {folder.name for folder in CAPTURES.glob("[!_]*")} - set(registry.modules())
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
    """Committed text files, without what providers' pages say."""
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
], ids=" ".join)  # fmt: skip
def test_reading_needs_no_dagster(arguments: tuple[str, ...], demo: Demo) -> None:
    poisoned = {"dagster": None} | ({"pandas": None} if arguments[0] != "parse" else {})
    done = cli(*arguments, home=demo.home.root, before=POISON.format(names=poisoned))
    assert done.returncode in ((0, 1, 4) if arguments == ("doctor",) else (0,)), done.stderr
    assert done.stdout and "halted" not in done.stdout + done.stderr and "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments", [("quarantine", "list"), ("quarantine", "list", "--json"), ("quarantine", "show", "e"),
                  ("explain", "aws", "p4d"), ("history", "A100", "--chart")], ids=" ".join,
)  # fmt: skip
def test_looking_closer_needs_no_dagster(arguments: tuple[str, ...], tmp_path: Path) -> None:
    home = published.make(
        tmp_path,
        series=[published.A_SERIES],
        price_intervals=[published.AN_INTERVAL],
        quality_events=[published.AN_EVENT],
    )
    done = cli(*arguments, home=home.root, before=POISON.format(names={"dagster": None, "pandas": None}))
    assert done.returncode == 0 and done.stdout and "Traceback" not in done.stderr, done.stderr


def test_the_poison_works() -> None:
    done = cli("refresh", "--replay", CAPTURES, before=POISON.format(names={"dagster": None}))
    assert done.returncode != 0 and "import of dagster halted" in done.stderr
