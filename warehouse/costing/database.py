"""Opens the cost model as a database of its own: specs, constants and formulas, without prices or a warehouse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from warehouse.costing.own_specs import add_own_specs, check_own_specs
from warehouse.engine import model_graph
from warehouse.engine.seeds import load_seeds
from warehouse.storage.connection import Connection, in_memory, without_pandas

_SPECS = ("gpu_specs", "llm_specs", "theta", "theta_sources", "accuracy", "workloads")


@contextmanager
def cost_model(own: Path | None = None, models: Sequence[Mapping[str, Any]] = ()) -> Iterator[Connection]:
    """Yield a private database with specs, constants, workloads, every formula, and the macros of serving.

    Tables: marts.gpu_specs, llm_specs, theta, theta_sources, accuracy, workloads; table macros: those that read no
    others.
    own: folder whose models.csv and gpus.csv add to the specs; models: further rows of llm_specs. Raises
    UnreadableSpecs.
    """
    with without_pandas(), in_memory() as con:
        con.execute("create schema marts")
        for statement in model_graph.macros():
            con.execute(statement)
        load_seeds(con, _SPECS)
        has_own = add_own_specs(con, own, models)
        for name in _SPECS:
            con.execute(f"create table marts.{name} as {model_graph.sql_of(f'marts.{name}')}")
        for macro in model_graph.table_macros().values():  # each after those that it calls
            if macro.reads <= {f"marts.{spec}" for spec in _SPECS}:
                con.execute(macro.sql)
        if has_own:
            check_own_specs(con)
        yield con
