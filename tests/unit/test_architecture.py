"""The house stays a house: who may import what, which rooms there are, and what every module has."""

from __future__ import annotations

import ast
from collections import Counter
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.house import ROOMS, STATIONS, Import, aliases, dotted, imported, modules, room_of, station_imports
from tests.support.worlds import ROOT

# Third-party modules -> the station that owns them, and what to do instead of importing them elsewhere.
OWNED = {
    **dict.fromkeys(
        ("playwright", "bs4", "lxml", "httpx2", "protego", "stamina", "ijson"),
        ("scrapers", "ask scrapers/ for what the page says"),
    ),
    **dict.fromkeys(
        ("duckdb", "pandas", "pyarrow", "currency_converter", "genai_prices", "scipy", "numpy", "psycopg"),
        ("warehouse", "get a connection from warehouse.storage.connection and let SQL do the work"),
    ),
    **dict.fromkeys(
        ("dagster", "cyclopts", "rich", "dotenv", "jinja2", "markupsafe", "apprise", "pydantic"),
        ("pipelines", "let pipelines/ call your function; it decides when things run and who is told"),
    ),
}
WITH_DAGSTER = ("definitions", "in_process", "defs")  # of pipelines/; all else answers without it


def complaints(path: str, source: str) -> list[str]:
    """Sentences on what this file imports against design.md's table, with what to do instead."""
    station, *below = Path(path).with_suffix("").parts
    messages = []
    for name in imported(source):
        top = name.split(".")[0]
        if name == "(relative)":
            messages.append(f"{path} imports relatively: write the whole name, so that a search finds it.")
        if top in STATIONS and top != station:
            if station == "scrapers":
                messages.append(f"{path} imports {name}: scrapers/ knows only pages; pass it in, or move the code.")
            if station == "warehouse" and not f"{name}.".startswith("scrapers.model."):
                messages.append(
                    f"{path} imports {name}: warehouse/ knows only scrapers.model; let pipelines/ bring the rest."
                )
        owner, instead = OWNED.get(top, (station, ""))
        if owner != station:
            messages.append(f"{path} imports {name}, which only {owner}/ does: {instead}.")
        if top == "dagster" and station == "pipelines" and below[0] not in WITH_DAGSTER:
            messages.append(f"{path} imports {name}: reading must not wait for Dagster; wire it in pipelines/defs/.")
    return messages


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


def test_everybody_imports_what_is_theirs() -> None:
    messages = [c for path in modules(*STATIONS) for c in complaints(path.as_posix(), (ROOT / path).read_text())]
    assert not messages, "\n".join(messages)


def upward(imports: list[Import]) -> list[str]:
    """Imports of a higher room, or of one beside its own, each as a sentence."""
    messages = []
    for one in imports:
        station = one.importer.split(".")[0]
        floors = {room: floor for floor, rooms in enumerate(ROOMS[station]) for room in rooms}
        here, there = room_of(one.importer), room_of(one.imported)
        if here != there and floors[there] >= floors[here]:
            messages.append(f"{one.importer} imports {one.imported}: {there} lies not below {here}.")
    return messages


@pytest.mark.parametrize("station", STATIONS)
def test_every_room_has_its_floor(station: str) -> None:
    rooms = {room_of(dotted(path)) for path in modules(station)} - {""}
    listed = {room for floor in ROOMS[station] for room in floor}
    assert rooms == listed, f"list a new room in tests/support/house.py, on its floor: {rooms ^ listed}"


@pytest.mark.parametrize("station", STATIONS)
def test_nothing_imports_upward(station: str) -> None:
    messages = upward(station_imports(station))
    assert not messages, "\n".join(messages)


def test_an_upward_import_is_seen() -> None:
    assert upward([Import("warehouse.storage.landing", "warehouse.engine.build")])
    assert upward([Import("scrapers.parsing.text", "scrapers.fetching.robots")])  # rooms of one floor are strangers
    assert not upward([Import("warehouse.engine.build", "warehouse.storage.landing")])


@pytest.mark.parametrize("station", STATIONS)
def test_no_modules_import_each_other_in_a_circle(station: str) -> None:
    graph: dict[str, set[str]] = {}
    for one in station_imports(station):
        graph.setdefault(one.importer, set()).add(one.imported)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as cycle:
        pytest.fail(f"a circle of imports: {' -> '.join(cycle.args[1])}")


@pytest.mark.parametrize("station", STATIONS)
def test_no_two_modules_have_one_name(station: str) -> None:
    stems = Counter(path.stem for path in modules(station) if path.stem != "__init__")
    twice = [stem for stem, count in stems.items() if count > 1]
    assert not twice, f"name these so that a search finds one: {twice}"


def test_no_import_renames_what_is_ours() -> None:
    renamed = [alias for path in modules(*STATIONS) for alias in aliases(path)]
    assert not renamed, "\n".join(renamed)


def test_pipelines_has_few_rooms() -> None:
    entries = [p.name for p in (ROOT / "pipelines").iterdir() if p.name not in ("__init__.py", "__pycache__")]
    assert len(entries) <= 12, entries


def test_every_module_says_why_it_exists() -> None:
    sources = {path: (ROOT / path).read_text() for path in modules(*STATIONS, "tests")}
    assert len(sources) > 50
    mute = [
        str(path) for path, source in sources.items() if source.strip() and not ast.get_docstring(ast.parse(source))
    ]
    assert not mute, f"open these with a sentence on why they exist: {mute}"


def test_no_module_lies_in_the_root_or_is_a_drawer() -> None:
    assert not list(ROOT.glob("*.py")), "a module in the root shadows a package: move it into one of the folders"
    drawers = [str(p) for p in modules(*STATIONS, "tests") if p.stem in {"utils", "util", "helpers", "common", "misc"}]
    assert not drawers, f"name these after what they do: {drawers}"
