"""Runs the models of an append, but for those whose rows cannot have changed: a day costs what changed.

A relation has news when its rows are others than before the build. What holds only a build's own changes has news when
it has rows: such a model names in `driven_by` whose rows it cannot be without. A model without news in what drives it,
or in anything that it reads, is not run. Steps, which no build leaves behind, are made when somebody who runs reads
them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from warehouse.engine import model_graph
from warehouse.engine.model_graph import Model
from warehouse.storage.connection import Connection

MOST_COMPARED = 1_000_000  # rows: to hash them takes less time than to make and publish again what reads them


class Append:
    """One append, as far as it has come: what was made, and what has news."""

    def __init__(
        self,
        con: Connection,
        models: Mapping[str, Model],
        steps: Collection[str],
        changed: Collection[str],
        run: Callable[[Model], int | None],
    ) -> None:
        """Begin an append.

        Args:
            con: The warehouse, in the transaction of this build.
            models: All models by name.
            steps: The models that no build leaves behind.
            changed: Facts with news, as in `model_graph.facts_behind`.
            run: Makes one model; returns how many rows of a kept table it changed, or another table has now.
        """
        self._con, self._models, self._steps, self._changed, self._run = con, models, steps, changed, run
        self._of_this_build = model_graph.of_one_build(models, steps)
        self._drivers = {name for model in models.values() for name in model.head.drivers}
        self._waiting: set[str] = set()
        self._has_news: dict[str, bool] = {}
        self._columns: dict[str, str] = {}
        self._sizes: dict[str, int] = {}

    def bring_up(self, names: Sequence[str], asked: Collection[str] = ()) -> list[str]:
        """Bring models up to the new facts, in an order in which they can be made; return those with news, not steps.

        Args:
            names: What may have news, and the steps to it.
            asked: Steps of these that somebody outside wants to read.
        """
        self._waiting = set(names)
        for name in names:
            # A step that reads earlier rows of a kept table has to be made before that is written.
            if name not in self._steps or self._models[name].reads_state:
                self._settle(name)
        for name in asked:
            self._make(name)
        return sorted(name for name, is_new in self._has_news.items() if is_new and name not in self._steps)

    def _settle(self, name: str) -> bool:
        """Return whether a relation has news; for that it is made, unless it can have none."""
        if name not in self._waiting and name not in self._has_news:
            return name in self._changed  # a fact; or what rests on none that changed
        if name not in self._has_news:
            model = self._models[name]
            self._has_news[name] = self._may_have_news(model) and self._is_changed_by_making(model)
            if not self._has_news[name] and model.head.drivers and name not in self._steps and not model.head.is_kept:
                self._con.execute(f"delete from {name}")  # noqa: S608 -- our own names, here and below
        return self._has_news[name]

    def _may_have_news(self, model: Model) -> bool:
        if model.head.drivers:
            return any(self._settle(name) for name in model.head.drivers)
        # All of them: what is made of earlier rows has to be made now.
        reads = [self._settle(name) for name in sorted(model.reads)]
        return any(reads) or bool(model.reads & self._of_this_build) or model_graph.has_news(model, self._changed)

    def _is_changed_by_making(self, model: Model) -> bool:
        self._make_inputs(model)
        self._waiting.discard(model.name)
        if model.name in self._steps or (model.head.drivers and not model.head.is_kept):
            n_rows = self._run(model)
            if model.is_view and model.name not in self._drivers:  # to look into a view is to work it out
                return True
            if n_rows is None:
                n_rows = len(self._con.execute(f"select 1 from {model.name} limit 1").fetchall())  # noqa: S608
            return n_rows > 0
        if model.is_view:
            return True
        is_counted = model.head.materialized in ("append", "replace")
        before = None if is_counted or self._size(model.stored) > MOST_COMPARED else self._digest(model.name)
        n_rows = self._run(model)
        if is_counted:
            return bool(n_rows)
        return before is None or n_rows not in (None, before[0]) or self._digest(model.name) != before

    def _make(self, name: str) -> None:
        """Make a step that somebody reads, if it is not there yet; without rows where nothing drives it."""
        if name not in self._waiting or name not in self._steps:
            return
        if self._settle(name) or name not in self._waiting:
            return
        model = self._models[name]
        self._waiting.discard(name)
        if model.head.drivers:
            self._con.execute(f"create or replace table {name} ({self._columns_of(name)})")
        else:  # its rows are those of the build before, which are gone
            self._make_inputs(model)
            self._run(model)

    def _columns_of(self, step: str) -> str:
        if not self._columns:
            self._columns.update(self._con.execute("from state.steps").fetchall())
        return self._columns[step]

    def _make_inputs(self, model: Model) -> None:
        for name in sorted(model.reads):
            self._make(name)

    def _size(self, table: str) -> int:
        """Return how many rows a table had before this build, or somewhat more: deleted ones may count."""
        if not self._sizes:
            query = "select schema_name || '.' || table_name, estimated_size from duckdb_tables() "
            self._sizes.update(self._con.execute(f"{query}where database_name = current_database()").fetchall())
        return self._sizes.get(table, 0)

    def _digest(self, table: str) -> tuple[int, int]:
        """Return what tells whether a table has the same rows, in whatever order."""
        query = f"select count(*), coalesce(sum(hash(rows)::hugeint), 0) from {table} as rows"  # noqa: S608
        n_rows, digest = self._con.execute(query).fetchall()[0]
        return n_rows, digest
