"""Counts the measures of the house: rooms, upward imports, names, prose, SQL, tests. Run: make house."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
STATIONS = ("scrapers", "warehouse", "pipelines")
# Rooms of each station, floor by floor, lowest first: a room may import what lies below it, and nothing beside it.
ROOMS: dict[str, tuple[tuple[str, ...], ...]] = {
    "scrapers": (("model",), ("parsing", "fetching"), ("reading", "reference"), ("providers",), ("registry",)),
    "warehouse": (
        ("paths",), ("storage",), ("identity",), ("sources",), ("engine",), ("publish",),
        ("imports", "costing", "alert_queries"), ("planning", "billing"),
    ),
    "pipelines": (
        ("settings", "errors", "serialize", "timeseries"), ("queries",), ("ingest",), ("alerts",), ("reports",),
        ("defs",), ("definitions",), ("in_process",), ("cli",),
    ),
}  # fmt: skip
VAGUE = ("found", "told", "said", "known")  # names that do not say what they hold
MAX_SQL_LINE = 120


class Import(NamedTuple):
    """One module imports another of the same station."""

    importer: str
    imported: str


def modules(*folders: str) -> list[Path]:
    """Return all modules of these folders, relative to the root."""
    return [path.relative_to(ROOT) for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def imported(source: str) -> list[str]:
    """Yield the dotted names that a module imports, anywhere in it; `from a import b` counts as a.b."""
    names = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names] if not node.level else ["(relative)"]
    return names


def dotted(path: Path) -> str:
    """A module's dotted name; a package is its folder."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The folder or module at the top of its station that holds a module; the station's own name for its package."""
    parts = module.removesuffix(".__init__").split(".")
    return parts[1] if len(parts) > 1 else ""


def station_imports(station: str) -> list[Import]:
    """Yield every import between two modules of a station."""
    names = {dotted(path): path for path in modules(station)}
    pairs = []
    for name, path in names.items():
        for text in imported((ROOT / path).read_text()):
            target = text if text in names else text.rpartition(".")[0]
            if target in names and target != name and target != station:
                pairs.append(Import(name, target))
    return pairs


def aliases(path: Path) -> Iterator[str]:
    """Yield imports of our own names under another name."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import | ast.ImportFrom):
            origin = (node.module or "") if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names:
                full = f"{origin}.{alias.name}".lstrip(".")
                if alias.asname and alias.asname != alias.name and full.split(".")[0] in STATIONS:
                    yield f"{path}:{node.lineno}: imports {full} as {alias.asname}"


def upward_imports() -> list[Import]:
    """Return imports of a room that does not lie below the importer's."""
    return [
        one
        for station in STATIONS
        for floors in [{room: floor for floor, rooms in enumerate(ROOMS[station]) for room in rooms}]
        for one in station_imports(station)
        if room_of(one.importer) != room_of(one.imported)
        and floors.get(room_of(one.imported), -1) >= floors.get(room_of(one.importer), 99)
    ]


def docstrings(source: str) -> Iterator[str]:
    """Docstrings of a module and of all in it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield text


def vague_names(source: str) -> Iterator[str]:
    """Variables and arguments whose name does not say what they hold, once for each place that binds them."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id in VAGUE:
            yield f"{node.lineno}: {node.id}"
        elif isinstance(node, ast.arg) and node.arg in VAGUE:
            yield f"{node.lineno}: {node.arg}"


def in_modules(count: str) -> list[str]:
    """Places in the stations: docstrings that begin with "What", or vague names."""
    places = []
    for path in modules(*STATIONS):
        source = (ROOT / path).read_text()
        if count == "what":
            places += [f"{path}: {text.splitlines()[0]}" for text in docstrings(source) if text.startswith("What")]
        else:
            places += [f"{path}:{place}" for place in vague_names(source)]
    return places


def sql_files() -> list[Path]:
    """Yield every SQL file of the stations."""
    return [path for station in STATIONS for path in sorted((ROOT / station).rglob("*.sql"))]


def letter_aliases() -> list[str]:
    """Return one-letter table aliases in FROM and JOIN."""
    pattern = re.compile(r"\b(?:from|join)\s+[\w.]+(?:\([^()]*\))?\s+as\s+([a-z])\b", re.IGNORECASE)
    return [
        f"{path.relative_to(ROOT)}: {match[0]}" for path in sql_files() for match in pattern.finditer(path.read_text())
    ]


def long_sql_lines() -> list[str]:
    """Return lines of SQL files that exceed the line length."""
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sql_files()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if len(line) > MAX_SQL_LINE
    ]


def repeated_stems() -> list[str]:
    """Return module names that occur twice in one station."""
    stems = Counter((path.parts[0], path.stem) for path in modules(*STATIONS) if path.stem != "__init__")
    return [f"{station}: {stem}" for (station, stem), count in stems.items() if count > 1]


def test_counts() -> dict[str, int]:
    """Count tests by kind, as pytest collects them."""
    listed = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", "tests"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout  # fmt: skip
    kinds: Counter[str] = Counter()
    for path, number in re.findall(r"^tests/(\S+): (\d+)$", listed, re.MULTILINE):
        kinds[path.split("/")[0]] += int(number)
    return dict(sorted(kinds.items()))


def main() -> None:
    """Print each count; with -v the places too."""
    counts: list[tuple[str, list[str]]] = [
        ("entries at the top of pipelines/", [p.name for p in (ROOT / "pipelines").iterdir() if p.name[:2] != "__"]),
        ("upward imports", [f"{one.importer} -> {one.imported}" for one in upward_imports()]),
        ('docstrings that begin with "What"', in_modules("what")),
        (f"variables named {', '.join(VAGUE)}", in_modules("vague")),
        ("tables with a one-letter alias", letter_aliases()),
        (f"lines of SQL over {MAX_SQL_LINE} characters", long_sql_lines()),
        ("module names that stand twice in a station", repeated_stems()),
        ("imports of ours under another name", [a for path in modules(*STATIONS) for a in aliases(path)]),
    ]
    for label, places in counts:
        print(f"{len(places):6}  {label}")
        if "-v" in sys.argv:
            print(*(f"          {place}" for place in places), sep="\n")
    for kind, count in test_counts().items():
        print(f"{count:6}  {kind} tests")


if __name__ == "__main__":
    main()
