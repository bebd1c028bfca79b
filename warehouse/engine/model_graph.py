"""Reads models/**/*.sql: first folder and file name are schema.table, the head is front matter, the body one SELECT.

Dependencies are read from the SQL. A model that reads `state.x` wants table x as earlier builds left it, so it runs
before the model that writes x; everything else runs after what it reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from warehouse.engine import front_matter, python_inputs, references
from warehouse.engine.front_matter import FrontMatter
from warehouse.engine.references import References
from warehouse.paths import MACROS, MODELS

LAYERS = ("staging", "intermediate", "core", "marts", "v1")  # each reads only from those before it, and from itself


@dataclass(frozen=True, slots=True)
class Model:
    """One table: its name, its front matter, its SELECT, and what that reads."""

    name: str  # schema.table
    group: str  # the folder below the schema's, or ""
    head: FrontMatter
    sql: str
    reads: frozenset[str]  # tables, those behind table macros and Python inputs too
    reads_state: frozenset[str] = frozenset()  # kept tables that it reads as earlier builds left them
    calls: frozenset[str] = frozenset()  # table macros
    inputs: frozenset[str] = frozenset()  # tables python.<name> that Python makes for it

    @property
    def schema(self) -> str:
        """The layer."""
        return self.name.partition(".")[0]

    @property
    def stem(self) -> str:
        """The name without its schema."""
        return self.name.partition(".")[2]

    @property
    def is_view(self) -> bool:
        """Whether it is worked out when read."""
        return self.head.materialized == "view"

    @property
    def rests_on(self) -> frozenset[str]:
        """The relations that it reads, and those that say whether it has rows."""
        return self.reads | set(self.head.drivers)

    @property
    def stored(self) -> str:
        """The table that holds its rows."""
        return f"state.{self.stem}" if self.head.is_kept else self.name


def header(sql: str) -> str:
    """Return the comment lines that open a file as one text."""
    lines = []
    for line in sql.splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return " ".join(lines)


def sql_of(name: str) -> str:
    """Return the text of a model's file without reading any other."""
    schema, _, stem = name.partition(".")
    (path,) = (MODELS / schema).rglob(f"{stem}.sql")
    return path.read_text()


@cache
def load(folder: Path = MODELS) -> dict[str, Model]:
    """Read all models once, by name, `in_order`. Raises ValueError naming the file when a body is not one SELECT."""
    texts = {path: path.read_text() for path in sorted(folder.rglob("*.sql"))}
    named = references.read_all(texts, folder)
    read = [_model(path.relative_to(folder), sql, named[path]) for path, sql in texts.items()]
    models = {model.name: model for model in read}
    return {name: models[name] for name in in_order(models)}


def _model(path: Path, sql: str, named: References) -> Model:
    schema, *groups, _ = path.parts
    name = f"{schema}.{path.stem}"
    called = [call for call in named.calls if call in table_macros()]
    macros = [table_macros()[macro] for macro in called]
    calls = set(called).union(*(macro.calls for macro in macros))
    # A table macro hides the tables that it reads, and may be given the name of one.
    tables = (named.tables | _day_table(sql)).union(*(macro.reads for macro in macros))
    texts = (text for macro in called for text in named.calls[macro])
    tables |= {text for text in texts if re.fullmatch(r"[a-z]\w*\.\w+", text)}
    inputs = {table.removeprefix("python.") for table in tables if table.startswith("python.")}
    behind = (python_inputs.INPUTS[each].reads for each in inputs)
    reads = {table for table in tables if not table.startswith(("python.", "state."))}.union(*behind)
    state = {table.removeprefix("state.") for table in tables if table.startswith("state.")}
    head = front_matter.parse(sql, name)
    return Model(
        name, "/".join(groups), head, sql, frozenset(reads), frozenset(state), frozenset(calls), frozenset(inputs)
    )


def _day_table(sql: str) -> set[str]:
    """Return the table that SQL depends on without naming it: the day macros are made of core.meta once that exists."""
    return {"core.meta"} if re.search(r"\bcore\.(as_of_day|newest_day)\(", sql) else set()


@dataclass(frozen=True, slots=True)
class TableMacro:
    """A macro that gives a table, macros/<schema>/<name>.sql: it binds the tables that it reads when it is made."""

    sql: str
    reads: frozenset[str]  # tables, those behind the macros that it calls too
    calls: frozenset[str]  # other table macros, those behind them too


@cache
def table_macros() -> dict[str, TableMacro]:
    """Read all of them, by schema.name, each after those that it calls."""
    texts = {f"{path.parent.name}.{path.stem}": path.read_text() for path in sorted(MACROS.glob("*/*.sql"))}
    names = {
        name: set(re.findall(r"^(?!--).*?(?:from|join) ((?:intermediate|core|v1|marts)\.\w+)", sql, re.MULTILINE))
        for name, sql in texts.items()
    }
    macros: dict[str, TableMacro] = {}
    for name in TopologicalSorter({name: sorted(used & set(texts)) for name, used in names.items()}).static_order():
        calls = names[name] & set(texts)
        reads = (names[name] - set(texts) | _day_table(texts[name])).union(*(macros[macro].reads for macro in calls))
        behind = calls.union(*(macros[macro].calls for macro in calls))
        macros[name] = TableMacro(texts[name], frozenset(reads), frozenset(behind))
    return macros


def macros(folder: Path = MACROS) -> list[str]:
    """Return every statement that makes a scalar macro, in order of file name."""
    return [
        statement
        for path in sorted(folder.glob("*.sql"))
        for statement in re.split(r";\s*\n", path.read_text() + "\n")
        if statement.strip() and not all(line.startswith("--") for line in statement.strip().splitlines())
    ]


def in_order(models: Mapping[str, Model]) -> list[str]:
    """Return names, each after what it reads, and writers of kept tables after whoever reads their earlier rows."""
    graph = {name: {read for read in model.reads if read in models} for name, model in models.items()}
    writers = {model.stem: name for name, model in models.items() if model.head.is_kept}
    for name, model in models.items():
        for stem in model.reads_state & writers.keys():
            if writers[stem] != name:
                graph[writers[stem]].add(name)
    return list(TopologicalSorter(graph).static_order())


def ancestors(names: Collection[str], models: Mapping[str, Model], with_state: bool = False) -> set[str]:
    """Return these models and all that they are made from, or driven by, however far back.

    With `with_state`, those too that write what the next build will read of this one.
    """
    writers = {model.stem: name for name, model in models.items() if model.head.is_kept} if with_state else {}
    wanted: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name in models and name not in wanted:
            wanted.add(name)
            waiting += models[name].rests_on
            waiting += [writers[stem] for stem in models[name].reads_state & writers.keys()]
    return wanted


# Seeds are the same until the code changes; decisions of people, until everything is built anew.
_CONSTANT = ("landing.seed_prices", "landing.decisions")
_DATED = re.compile(r"_day\(\)|current_|\bnow\(\)")


def facts_behind(models: Mapping[str, Model]) -> dict[str, set[str]]:
    """Return of each model which facts its rows can change with: relations of the landing, and "day" for the date."""
    writers = {model.stem: name for name, model in models.items() if model.head.is_kept}
    behind = {
        name: {read for read in model.reads if read.startswith("landing.") and read not in _CONSTANT}
        | ({"day"} if _DATED.search(model.sql) else set())
        for name, model in models.items()
    }
    n_before = -1
    while n_before != (n_before := sum(map(len, behind.values()))):  # kept tables read each other's earlier rows
        for name, model in models.items():
            inputs = (model.reads & models.keys()) | {writers[stem] for stem in model.reads_state & writers.keys()}
            behind[name] = behind[name].union(*(behind[read] for read in inputs))
    return behind


def of_one_build(models: Mapping[str, Model], steps: Collection[str]) -> set[str]:
    """Return what holds only the changes of one build: no rows today is no news there, and not the rows of yesterday.

    Landing at hand, what says what drives it, and the steps and views made of these.
    """
    names = {f"landing.{kind}" for kind in ("pages", "offers", "seed_prices")}
    for name, model in models.items():
        is_passed_on = (name in steps or model.is_view) and bool(model.reads & names)
        if model.head.is_reset or (not model.head.is_kept and (model.head.drivers or is_passed_on)):
            names.add(name)
    return names


def has_news(model: Model, changed: Collection[str]) -> bool:
    """Return whether a model must be made again even if what it reads is as before: it reads facts or earlier rows."""
    is_dated = "day" in changed and _DATED.search(model.sql)
    return bool(is_dated or model.head.is_kept or model.reads_state or model.reads & set(changed))


def outdated(models: Mapping[str, Model], changed: Collection[str], steps: Collection[str]) -> set[str]:
    """Return the models to make again when these facts changed: those that rest on them, and the steps to these.

    A kept table counts as resting on what it reads of itself, and on what those rest on that write what it reads.
    """
    facts = facts_behind(models)
    wanted = {name for name in models if name not in steps and facts[name] & set(changed)}
    waiting = list(wanted)
    while waiting:
        fresh = {behind for behind in models[waiting.pop()].rests_on if behind in steps} - wanted
        wanted |= fresh
        waiting += fresh
    return wanted


def published(models: Mapping[str, Model], schemas: Collection[str] = ("v1", "marts")) -> dict[str, Model]:
    """Return what readers' schemas hold and the relations behind their views, each after what it reads."""
    wanted = {name for name, model in models.items() if model.schema in schemas}
    wanted |= {read for macro in table_macros().values() for read in macro.reads if read in models}
    waiting = list(wanted)
    while waiting:
        model = models[waiting.pop()]
        if model.is_view:
            behind = {read for read in model.reads if read in models} - wanted
            wanted |= behind
            waiting += behind
    return {name: model for name, model in models.items() if name in wanted}
