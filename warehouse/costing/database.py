"""Opens the cost model as a database of its own: specs, constants and formulas, without prices or a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from warehouse.costing.own_specs import FILES, UnreadableSpecs, add_own_specs, check_own_specs
from warehouse.engine import model_graph
from warehouse.engine.seeds import load_seeds
from warehouse.storage.connection import Connection, for_forks, without_pandas
from warehouse.storage.fork_copy import ForkCopy

_SPECS = ("gpu_specs", "llm_specs", "theta", "theta_sources", "accuracy", "workloads")
_Stamp = tuple[Path | None, tuple[tuple[int, int, int] | None, ...]]


_kept: ForkCopy[_Stamp] = ForkCopy()


@contextmanager
def cost_model(own: Path | None = None, models: Sequence[Mapping[str, Any]] = ()) -> Iterator[Connection]:
    """Yield a private database with specs, constants, workloads, every formula, and the macros of serving.

    Tables: marts.gpu_specs, llm_specs, theta, theta_sources, accuracy, workloads; table macros: those that read no
    others.
    own: folder whose models.csv and gpus.csv add to the specs; models: further rows of llm_specs. Raises
    UnreadableSpecs. It has one thread, until `reset threads`: more take longer to start than a question takes. Where
    `keep_for_forks` was called before a fork, it is there at once.
    """
    with without_pandas():
        if not models and (copy := _kept.take(lambda stamp: stamp == _stamp(own))):
            yield copy  # its tables are the caller's own from here on
            return
        with closing(for_forks()) as con:
            _fill(con, own, models)
            yield con


def keep_for_forks(own: Path | None = None) -> None:
    """Have the cost model ready, with the specs of the folder `own`, for forks of this process.

    Each fork's first use of `cost_model` gets it as a copy that nobody else sees. A later call replaces it where these
    files have changed since.
    """

    def open_it() -> Connection | None:
        con = for_forks()
        try:
            with without_pandas():
                _fill(con, own, ())
        except UnreadableSpecs:  # whoever asks a question is told
            con.close()
            return None
        return con

    _kept.keep(_stamp(own), open_it)


def _stamp(own: Path | None) -> _Stamp:
    return own, tuple(_identity(own / file) for file in FILES) if own else ()


def _identity(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns, stat.st_size


def _fill(con: Connection, own: Path | None, models: Sequence[Mapping[str, Any]]) -> None:
    con.execute("create schema marts")
    con.execute(";".join(["begin", *model_graph.macros(), "commit"]))  # one by one they take half as long again
    load_seeds(con, _SPECS)
    has_own = add_own_specs(con, own, models)
    for name in _SPECS:
        con.execute(f"create table marts.{name} as {model_graph.sql_of(f'marts.{name}')}")
    for macro in model_graph.table_macros().values():  # each after those that it calls
        if macro.reads <= {f"marts.{spec}" for spec in _SPECS}:
            con.execute(macro.sql)
    if has_own:
        check_own_specs(con)
