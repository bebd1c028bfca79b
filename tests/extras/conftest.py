"""Fixtures of the extras: a Postgres server for all tests of a worker, and a database for each."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.support import postgres_server
from tests.support.postgres_server import PostgresServer
from warehouse.storage.state_dir import Home

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A running server."""
    with postgres_server.running() as server:
        yield server


@pytest.fixture
def address(postgres: PostgresServer) -> str:
    """The address of an empty database."""
    import psycopg

    name = f"db{next(_NUMBERS)}"
    with psycopg.connect(postgres.address("postgres"), autocommit=True) as con:
        con.execute(f"create database {name}")
    return postgres.address(name)


@pytest.fixture
def con(address: str) -> Iterator[Any]:
    """A connection of the owner to it, each statement a transaction."""
    import psycopg

    with psycopg.connect(address, autocommit=True) as opened:
        opened.execute("set time zone 'UTC'")
        yield opened


@pytest.fixture
def home(market: Home, tmp_path: Path) -> Home:
    """A market of half a year with hostile names, whose published file a test may replace."""
    made = Home(tmp_path / "home")
    made.root.mkdir()
    shutil.copyfile(market.published, made.published)
    with duckdb.connect(str(made.published)) as duck:  # a table where it is a view, so that a test can change rows
        duck.execute("create table core.rows_of_it as from core.price_intervals; drop view core.price_intervals")
        duck.execute("alter table core.rows_of_it rename to price_intervals")
    return made


Rebuild = Callable[..., None]


@pytest.fixture
def rebuild(home: Home) -> Rebuild:
    """rebuild("update core.price_intervals set …") replaces the published file by one that differs by that SQL."""

    def replace(*statements: str) -> None:
        part = home.root / "next.duckdb"
        shutil.copyfile(home.published, part)
        with duckdb.connect(str(part)) as duck:
            duck.execute("set TimeZone = 'UTC'")
            for statement in statements:
                duck.execute(statement)
        part.replace(home.published)

    return replace
