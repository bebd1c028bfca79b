"""Dagster's run history: its databases kept open, or none at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from types import ModuleType
from typing import Any

import dagster as dg
from alembic.script import ScriptDirectory
from dagster._core.storage.event_log.in_memory import InMemoryEventLogStorage
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage
from sqlalchemy import event


class _NoEvents(InMemoryEventLogStorage):
    """Keeps no event and knows of no earlier one: to store a thousand of them, in memory too, takes three seconds."""

    def store_event(self, event: object) -> None:
        """Forget it."""

    def fetch_materializations(self, *_: object, **__: object) -> dg.EventRecordsResult:
        return dg.EventRecordsResult([], cursor="", has_more=False)

    def get_asset_records(self, *_: object, **__: object) -> list[Any]:
        return []


@contextmanager
def forgetful() -> Iterator[dg.DagsterInstance]:
    """Yield a run history that keeps nothing: for a run at which nobody will look."""
    with dg.DagsterInstance.ephemeral() as instance:
        instance._event_storage = _NoEvents()
        instance._event_storage.register_instance(instance)
        yield instance


@contextmanager
def kept_open() -> Iterator[None]:
    """Let Dagster's SQLite storages share an engine per file while inside, and close all of them at the end.

    They make an engine, a connection and the text of each statement anew for each of a refresh's 700 events, and the
    last connection to close copies the write-ahead log: half of a refresh's CPU time. For each file, the scripts of all
    its versions are read again, too.
    """
    with ExitStack() as stack:
        stack.enter_context(_scripts_read_once())
        for module in (sqlite_event_log, sqlite_run_storage):
            stack.enter_context(_shared_engines(module))
        yield


@contextmanager
def _scripts_read_once() -> Iterator[None]:
    read = ScriptDirectory.from_config
    ScriptDirectory.from_config = cache(read)  # type: ignore[method-assign]
    try:
        yield
    finally:
        ScriptDirectory.from_config = read  # type: ignore[method-assign]


@contextmanager
def _shared_engines(module: ModuleType) -> Iterator[None]:
    make = module.create_engine
    engines: dict[str, Any] = {}

    def shared(address: str, **options: Any) -> Any:
        if address not in engines:
            options.pop("poolclass", None)  # SQLAlchemy's own for files keeps connections
            engines[address] = make(address, **options)
            engines[address].dispose = lambda: None
            event.listen(engines[address], "connect", _relax)
        return engines[address]

    module.create_engine = shared  # type: ignore[attr-defined]
    try:
        yield
    finally:
        module.create_engine = make  # type: ignore[attr-defined]
        for engine in engines.values():
            type(engine).dispose(engine)


def _relax(connection: Any, _: object) -> None:
    """Do not wait for the disk at each of 2,400 commits: a power cut may cost the newest events, but no file."""
    connection.execute("pragma synchronous = normal")
