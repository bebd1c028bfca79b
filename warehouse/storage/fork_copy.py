"""Hands a database that a process has open to its forks, each a copy of its own, at once."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Generic, TypeVar

import duckdb

Stamp = TypeVar("Stamp")


class ForkCopy(Generic[Stamp]):
    """A database that one process keeps open, of which a fork's first taker gets a copy that nobody else sees.

    A stamp says which version of a file or of settings is open. The database may have no threads beside its caller's: a
    fork would miss them. Nobody may ask it anything while a fork is made.
    """

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._con: duckdb.DuckDBPyConnection | None = None
        self._stamp: Stamp | None = None
        self._pid = 0
        # What was opened before this fork: DuckDB 2 crashes where it closes that, or forgets it.
        self._inherited: list[duckdb.DuckDBPyConnection] = []

    @property
    def is_open(self) -> bool:
        """Return whether there is something to take."""
        return self._con is not None

    def keep(self, stamp: Stamp, open_it: Callable[[], duckdb.DuckDBPyConnection | None]) -> None:
        """Have the database open for forks, anew unless one of this stamp is; none where open_it returns None."""
        if self.is_open and self._pid == os.getpid() and self._stamp == stamp:
            return
        self.drop()
        self._con, self._stamp, self._pid = open_it(), stamp, os.getpid()

    def take(self, is_wanted: Callable[[Stamp], bool]) -> duckdb.DuckDBPyConnection | None:
        """Return the copy for this fork's use, once; None in the process that opened it, or where another is wanted."""
        if self._con is None or self._stamp is None or self._pid == os.getpid() or not is_wanted(self._stamp):
            return None
        con = self._con
        self.drop()
        return con

    def drop(self) -> None:
        """Keep it no longer: close it where this process opened it."""
        if self._con is not None and self._pid == os.getpid():
            self._con.close()
        elif self._con is not None:
            self._inherited.append(self._con)
        self._con = self._stamp = None
