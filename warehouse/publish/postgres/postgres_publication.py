"""Publishes v1 and marts to Postgres in one transaction: readers see the old build or the new one, and never wait.

Where the tables there are of today's definitions, only rows that changed are deleted and inserted, so that a reader's
transaction keeps its snapshot, and views and grants of others stay. Else (the first time, and after an upgrade) the
schemas are renamed away and made anew under their names. A publisher that dies leaves nothing: the server rolls back.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import copyfile
from time import perf_counter
from typing import TYPE_CHECKING, Any

from warehouse.publish.postgres import earlier_schemas, row_hashes
from warehouse.publish.postgres.pg_types import NoCounterpart
from warehouse.publish.postgres.relations import Relation, functions, published_relations
from warehouse.publish.postgres.row_hashes import EARLIER, KEPT, Content, NotANumber
from warehouse.publish.postgres.row_stream import COPY_OPTIONS, csv_stream
from warehouse.publish.publish import SCHEMAS, quote_name
from warehouse.storage import server
from warehouse.storage.connection import (
    Connection,
    DatabaseError,
    NothingPublished,
    in_memory,
    nothing_published,
    quoted,
)
from warehouse.storage.files import LockHeld, locked
from warehouse.storage.state_dir import Home

if TYPE_CHECKING:
    from psycopg import Connection as Server

log = logging.getLogger("gpuhour.postgres")
STATE = "gpuhour"  # the schema of what publishers know; READER may read it
READER = "gpuhour_reader"
_STATE_TABLES = f"""
create schema if not exists {STATE};
create table if not exists {STATE}.relations (
    name text primary key, n_rows bigint not null, fingerprint text not null, definition text not null
);
create table if not exists {STATE}.publication (
    build_id text not null, built_at timestamptz not null, published_at timestamptz not null
);
comment on schema {STATE} is 'What gpuhour publish remembers of v1 and marts; not for readers'
"""


class NotOurs(Exception):
    """The database holds a schema v1 or marts that gpuhour did not make; the message says what to do."""


class Drifted(Exception):
    """A table does not hold the rows that were published to it: somebody changed it."""


FAILURES = (
    server.ServerError, server.NotAnAddress, NotOurs, Drifted, NotANumber, NoCounterpart, NothingPublished,
    DatabaseError, LockHeld,
)  # fmt: skip
WAIT_SECONDS = 600  # for another publisher of this state folder
LOCK = 0x6770_7568_6F75  # "gpuhou": publishers of one database take turns
TURN_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Copied:
    """Outcome for one relation: `copied` whole, `changed` by rows, `unchanged`, or a `view`."""

    relation: str
    outcome: str
    n_rows: int
    n_deleted: int
    n_inserted: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Publication:
    """The result of one publication."""

    place: str  # the server, database and user
    is_whole: bool  # whether the schemas were made anew
    relations: tuple[Copied, ...]
    notes: tuple[str, ...]  # what a person should look at


def publish_to(home: Home, address: str) -> Publication:
    """Publish the published database to a Postgres server.

    Args:
        home: The state folder.
        address: postgres://user:password@host:port/database

    Returns:
        What became of each relation.

    Raises:
        NothingPublished: There is no published database.
        NotAnAddress, ServerError, NotOurs: The server cannot be used; the message never holds the password.
        NotANumber, NoCounterpart: A value or column that Postgres must not or cannot hold.
    """
    where = server.place(address)
    with locked(home.locks / "postgres.lock", WAIT_SECONDS), server.server(address) as con:
        with _sources(home) as (published, held, keep):
            with con.transaction():
                _take_turn(con)
                is_whole, relations = _Run(con, published, held).publish()
            keep()
        notes = earlier_schemas.drop(con)
    return Publication(where, is_whole, tuple(relations), notes)


def _take_turn(con: Server[tuple[Any, ...]]) -> None:
    """Wait for other publishers to this database, then keep them out until the transaction ends."""
    con.execute(f"set local lock_timeout = '{TURN_SECONDS}s'")
    con.execute("select pg_advisory_xact_lock(%s)", (LOCK,))


@contextmanager
def _sources(home: Home) -> Iterator[tuple[Connection, dict[str, set[str]], Callable[[], None]]]:
    """Yield the published database, what `row_hashes.held` returns, and a call for when it was published.

    Attached to it are KEPT and EARLIER of `row_hashes`.
    """
    if not home.published.exists():
        raise nothing_published(home)
    earlier, latest = home.root / "postgres.duckdb", home.root / "postgres.duckdb.part"
    latest.unlink(missing_ok=True)
    with in_memory() as con:
        held = _attach_earlier(con, earlier)
        if held:
            copyfile(earlier, latest)
        con.execute(f"attach '{quoted(latest)}' as {KEPT}")
        con.execute(f"attach '{quoted(home.published)}' as published (read_only)")
        con.execute("use published")

        def keep() -> None:
            con.execute(f"detach {KEPT}")
            latest.replace(earlier)

        yield con, held, keep


def _attach_earlier(con: Connection, path: Path) -> dict[str, set[str]]:
    """Attach the file as EARLIER; return what it holds. Where it cannot be read, an empty database stands for it."""
    try:
        con.execute(f"attach '{quoted(path)}' as {EARLIER} (read_only)")
    except DatabaseError:  # every relation that changed is copied whole
        con.execute(f"attach ':memory:' as {EARLIER}")
    return row_hashes.held(con)


class _Run:
    """One publication, within its transaction."""

    def __init__(self, con: Server[tuple[Any, ...]], published: Connection, held: dict[str, set[str]]) -> None:
        self.con, self.published, self.held = con, published, held
        self.relations = published_relations(published)
        self.contents: dict[str, Content] = {}
        self.comparable: set[str] = set()  # relations of which it is known here what was published there

    def publish(self) -> tuple[bool, list[Copied]]:
        """Bring the server up to the published database; return whether the schemas were made anew."""
        self._refuse_strangers()
        self._execute(_STATE_TABLES)
        rows = self.con.execute(f"select name, n_rows, fingerprint, definition from {STATE}.relations").fetchall()  # noqa: S608
        self._read({name: (fingerprint, definition) for name, _, fingerprint, definition in rows})
        definitions = {relation.name: relation.definition(self._nullable(relation)) for relation in self.relations}
        definitions["functions"] = sha256("".join(functions(self.relations)).encode()).hexdigest()[:32]
        is_whole = {name: definition for name, _, _, definition in rows} != definitions or not self._is_there()
        if is_whole:
            result = self._make_anew()
        else:
            there = {name: Content(n_rows, fingerprint) for name, n_rows, fingerprint, _ in rows}
            result = [self._bring_up(relation, there[relation.name]) for relation in self.relations]
        self._remember(definitions)
        return is_whole, result

    def _read(self, there: dict[str, tuple[str, str]]) -> None:
        """Work out the contents of all relations, given fingerprint and definition of those on the server."""
        stored = [relation for relation in self.relations if not relation.view_sql]
        expected = {
            relation.name: there[relation.name][0]
            for relation in stored
            if relation.name in there
            and there[relation.name][1] in map(relation.definition, (frozenset(), frozenset(relation.key)))
        }
        con = self.published
        self.comparable = row_hashes.known(con, stored, self.held, expected)
        con.execute("set preserve_insertion_order = false")  # hashes may stand in any order
        for relation in stored:
            fingerprint = expected[relation.name] if relation.name in self.comparable else None
            self.contents[relation.name] = row_hashes.content(con, relation, fingerprint)
        con.execute("reset preserve_insertion_order")
        row_hashes.forget_others(con, stored)
        con.execute("set threads = 1")  # rows come faster than the server takes them; a second thread would spin

    def _nullable(self, relation: Relation) -> frozenset[str]:
        of = self.contents.get(relation.name)
        return of.nullable_key if of else frozenset()

    def _refuse_strangers(self) -> None:
        query = "select nspname from pg_namespace where nspname = any(%s)"
        there = [name for (name,) in self.con.execute(query, ([*SCHEMAS, STATE],)).fetchall()]
        if there and STATE not in there:
            raise NotOurs(
                f"the database has a schema {' and '.join(there)} that gpuhour did not make: publish to a database of "
                "its own (create database gpuhour), or rename that schema. Nothing was changed"
            )

    def _is_there(self) -> bool:
        return {relation.name for relation in self.relations} <= self._relations_there()

    def _relations_there(self) -> set[str]:
        """Return tables, views and the like of our schemas, as schema.name."""
        query = (
            "select nspname || '.' || relname from pg_class join pg_namespace on pg_namespace.oid = relnamespace "
            "where nspname = any(%s) and relkind = any('{r,v,m,p,f}')"
        )
        return {name for (name,) in self.con.execute(query, (list(SCHEMAS),)).fetchall()}

    def _make_anew(self) -> list[Copied]:
        ours = {name for (name,) in self.con.execute(f"select name from {STATE}.relations").fetchall()}  # noqa: S608
        if strangers := self._relations_there() - ours:
            raise NotOurs(
                f"gpuhour did not make {', '.join(sorted(strangers))}: move that to a schema of your own. Nothing was "
                "changed"
            )
        earlier_schemas.rename_away(self.con)
        for schema in SCHEMAS:
            self._execute(f"create schema {schema}")
        result = []
        for relation in self.relations:
            start = perf_counter()
            for statement in relation.create(self._nullable(relation)):
                self._execute(statement)
            n_rows = 0
            if not relation.view_sql:
                # Frozen: whoever looks a table up after the swap sees its rows, whatever the age of the snapshot.
                n_rows = self._copy(relation, f"from {relation.name}", relation.name, f"{COPY_OPTIONS}, freeze")
                self._check(relation, n_rows)
            for statement in relation.finish(self._nullable(relation)):
                self._execute(statement)
            if not relation.view_sql:
                self._execute(f"analyze {relation.name}")
            outcome = "view" if relation.view_sql else "copied"
            result.append(Copied(relation.name, outcome, n_rows, 0, n_rows, perf_counter() - start))
        for statement in functions(self.relations):
            self._execute(statement)
        self._grant()
        return result

    def _bring_up(self, relation: Relation, there: Content) -> Copied:
        """Make a table hold what is published, by its changed rows where these can be told, else whole."""
        if relation.view_sql:
            return Copied(relation.name, "view", 0, 0, 0, 0)
        wanted = self.contents[relation.name]
        if wanted.fingerprint == there.fingerprint:
            return Copied(relation.name, "unchanged", wanted.n_rows, 0, 0, 0)
        start = perf_counter()
        try:
            with self.con.transaction():  # a savepoint
                if changes := self._change(relation):
                    return Copied(relation.name, "changed", wanted.n_rows, *changes, perf_counter() - start)
        except Drifted as drifted:
            log.warning("%s: copied whole", drifted)
        n_deleted = self.con.execute(f"delete from {relation.name}").rowcount  # noqa: S608 -- names of ours
        n_rows = self._copy(relation, f"from {relation.name}", relation.name)
        self._check(relation, n_rows)
        return Copied(relation.name, "copied", n_rows, n_deleted, n_rows, perf_counter() - start)

    def _change(self, relation: Relation) -> tuple[int, int] | None:
        """Delete and insert rows; return how many. None where it cannot be told which.

        Raises Drifted where the table did not hold the rows that were published to it.
        """
        if relation.name not in self.comparable:
            return None
        changes = row_hashes.difference(self.published, relation)
        if changes.n_gone + changes.n_added > self.contents[relation.name].n_rows:
            return None
        keys = {column.name: column.pg_type for column in relation.columns if column.name in relation.key}
        columns = ", ".join(f"{quote_name(key)} {keys[key]}" for key in relation.key)
        self._execute(f"create temp table gone ({columns}) on commit drop")
        self._copy(relation, changes.gone, "gone", columns=relation.key)
        self._execute("analyze gone")
        nullable = self._nullable(relation)
        same = " and ".join(
            f"t.{quote_name(key)} {'is not distinct from' if key in nullable else '='} gone.{quote_name(key)}"
            for key in relation.key
        )
        deleted = self.con.execute(f"delete from {relation.name} as t using gone where {same}").rowcount  # noqa: S608
        self._execute("drop table gone")
        if deleted != changes.n_gone:
            raise Drifted(f"{relation.name} lacked {changes.n_gone - deleted} of the rows published to it")
        self._copy(relation, changes.added, relation.name)
        n_rows = self.con.execute(f"select count(*) from {relation.name}").fetchall()[0][0]  # noqa: S608
        if n_rows != self.contents[relation.name].n_rows:
            raise Drifted(f"{relation.name} had other rows than those published to it")
        return changes.n_gone, changes.n_added

    def _copy(
        self, relation: Relation, query: str, table: str, options: str = COPY_OPTIONS, columns: tuple[str, ...] = ()
    ) -> int:
        """Stream rows into a table; return their number."""
        with self.con.cursor() as cursor:
            statement = f"copy {table} from stdin ({options})".encode()
            with (
                closing(csv_stream(self.published, relation, query, columns)) as chunks,
                cursor.copy(statement) as copy,
            ):
                for chunk in chunks:
                    copy.write(chunk)
            n_rows: int = cursor.rowcount  # psycopg is an extra, so its types may be absent
            return n_rows

    def _check(self, relation: Relation, n_rows: int) -> None:
        if n_rows != self.contents[relation.name].n_rows:
            raise Drifted(f"{relation.name}: {n_rows} rows arrived of {self.contents[relation.name].n_rows}")

    def _grant(self) -> None:
        """Let the read-only role read; make it where it is absent."""
        if not self.con.execute("select from pg_roles where rolname = %s", (READER,)).fetchall():
            self._execute(f"create role {READER} nologin")
        for schema in (*SCHEMAS, STATE):
            self._execute(f"grant usage on schema {schema} to {READER}")
            self._execute(f"grant select on all tables in schema {schema} to {READER}")

    def _remember(self, definitions: dict[str, str]) -> None:
        self._execute(f"delete from {STATE}.relations; delete from {STATE}.publication")  # noqa: S608 -- names of ours
        empty = Content(0, "")
        rows = [
            (name, of.n_rows, of.fingerprint, definition)
            for name, definition in definitions.items()
            for of in [self.contents.get(name, empty)]
        ]
        with self.con.cursor() as cursor:
            cursor.executemany(f"insert into {STATE}.relations values (%s, %s, %s, %s)", rows)  # noqa: S608
        build = self.published.execute("select build_id::varchar, (select built_at from v1.meta) from core.build")
        self.con.execute(f"insert into {STATE}.publication values (%s, %s, now())", build.fetchall()[0])  # noqa: S608

    def _execute(self, statement: str) -> None:
        self.con.execute(statement.encode())
