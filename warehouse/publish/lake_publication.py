"""Publishes v1 and marts to a lake, as tables of DuckLake, in one transaction: readers see the old build or the new.

A relation is written anew where its rows differ from those of the last publication, and read back before the commit.
No table is ever altered: DuckLake accepts alterations that lose digits.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple

from warehouse.engine.build_plan import LANDED
from warehouse.publish.publish import SCHEMAS, quote_name
from warehouse.storage import lake_catalog, lake_copy, lake_database, lake_objects
from warehouse.storage.connection import Connection, DatabaseError, quoted
from warehouse.storage.lake_catalog import LakeFile
from warehouse.storage.lake_copy import Facts
from warehouse.storage.lake_database import Publication
from warehouse.storage.lake_objects import Objects
from warehouse.storage.state_dir import Home, Lake

log = logging.getLogger("gpuhour.lake")
KEPT_FILES = 3  # published files: whoever is downloading the one before has until the next publications
KEPT_SNAPSHOTS = "7 days"
_TABLES = """
create schema if not exists lake.gpuhour;
create table if not exists lake.gpuhour.publications (
    number bigint, build_id varchar, built_at timestamptz, published_at timestamptz, n_landed bigint,
    ledger_version bigint, object varchar, size bigint, sha256 varchar
);
create table if not exists lake.gpuhour.landing_files (filename varchar);
create table if not exists lake.gpuhour.relations (name varchar, n_rows bigint, digest varchar, definition varchar);
"""


class NotTheNewest(Exception):
    """Another machine published more, or took the builder's lock over; the message says so. The lake is as it was."""


class NotAlike(Exception):
    """A table of the lake would not have the rows that were published here; the lake is as it was."""


FAILURES = (*lake_copy.FAILURES, NotTheNewest, NotAlike)


class _Relation(NamedTuple):
    """A table or view of the published file, and how the lake holds it."""

    name: str
    columns: tuple[tuple[str, str], ...]  # name and type in the lake
    comment: str

    @property
    def selected(self) -> str:
        """The columns, with the types of the lake."""
        return ", ".join(f"{quote_name(name)}::{kind} as {quote_name(name)}" for name, kind in self.columns)

    @property
    def definition(self) -> str:
        """Return what makes a table of other columns another table."""
        return ", ".join(f"{name} {kind}" for name, kind in self.columns)


def publish(home: Home, lake: Lake) -> Publication:
    """Publish the published file of this folder to the lake. Take `writer_lock` first.

    Raises:
        NotTheNewest: The lake shows a build of facts that this one lacks, or another machine builds by now.
        NotAlike: A table would not have the published rows.
        ServerError, LakeMismatch, ObjectsError, LakeDatabaseError: The lake cannot be used.
    """
    facts = lake_copy.facts_of_build(home)
    with (
        lake_catalog.opened(lake) as server,
        lake_objects.objects(lake) as store,
        lake_database.opened(lake, store) as con,
    ):
        con.execute(f"attach '{quoted(home.published)}' as published (read_only)")
        build_id, built_at = con.execute(
            "select build_id::varchar, built_at from published.core.build, published.v1.meta"
        ).fetchall()[0]
        file = lake_objects.describe(home.published, f"published/{build_id}.duckdb")
        store.put(home.published, file.object)
        con.execute("begin")
        con.execute(_TABLES)
        publication = _next(con, facts, build_id, built_at, file)
        n_written = _write_relations(con)
        _show_landing(con, store, lake_catalog.files(server, ["landing/"]).values())
        con.execute("insert into lake.gpuhour.publications values (?, ?, ?, ?, ?, ?, ?, ?, ?)", _row(publication))
        con.execute("call lake.set_commit_message('gpuhour', ?)", [f"build {build_id}"])
        if not lake_catalog.is_builder(server):
            raise NotTheNewest("this machine lost the builder's lock of the lake and publishes nothing: run it again")
        con.execute("commit")
        log.info("published to the lake: %d relations changed", n_written)
        lake_database.note_shown(home, file.sha256)
        _tidy(con, store, publication.number)
    return publication


def _row(publication: Publication) -> list[object]:
    *head, file = publication
    return [*head, file.object, file.size, file.sha256]


def _next(con: Connection, facts: Facts, build_id: str, built_at: datetime, file: LakeFile) -> Publication:
    newest = lake_database.newest_publication(con)
    if newest and (newest.n_landed > facts.n_landed or newest.ledger_version > facts.ledger_version):
        raise NotTheNewest(
            f"the lake shows a build of {newest.built_at:%Y-%m-%d %H:%M} UTC with facts that this one lacks, so that "
            "one stays: run it again, and it builds from all of them"
        )
    number = newest.number + 1 if newest else 1
    return Publication(number, build_id, built_at, datetime.now(UTC), *facts, file)


def _relations(con: Connection) -> list[_Relation]:
    rows = con.execute(
        "select schema_name || '.' || name, coalesce(comment, '') from ("
        "select database_name, schema_name, table_name as name, comment from duckdb_tables() "
        "union all select database_name, schema_name, view_name, comment from duckdb_views()) "
        "where database_name = 'published' and schema_name = any(?) order by 1",
        [list(SCHEMAS)],
    ).fetchall()
    return [_Relation(name, _columns(con, name), comment) for name, comment in rows]


def _columns(con: Connection, name: str) -> tuple[tuple[str, str], ...]:
    described = con.execute(f"describe published.{name}").fetchall()
    # DuckLake has no ENUM.
    return tuple((column, "VARCHAR" if kind.startswith("ENUM(") else kind) for column, kind, *_ in described)


def _write_relations(con: Connection) -> int:
    """Write the relations that changed, and drop those that are no more; return how many were written."""
    before = {
        name: (n_rows, digest, definition)
        for name, n_rows, digest, definition in con.execute("from lake.gpuhour.relations").fetchall()
    }
    for schema in SCHEMAS:
        con.execute(f"create schema if not exists lake.{schema}")
    now: dict[str, tuple[int, str, str]] = {}
    written = 0
    for relation in _relations(con):
        published = _digest(con, f"select {relation.selected} from published.{relation.name}")  # noqa: S608 -- ours, here and below
        now[relation.name] = (*published, relation.definition)
        if before.get(relation.name) == now[relation.name]:
            continue
        con.execute(
            f"create or replace table lake.{relation.name} as select {relation.selected} from published.{relation.name}"  # noqa: S608
        )
        if _digest(con, f"from lake.{relation.name}") != published:
            raise NotAlike(f"{relation.name} in the lake would not have the rows that were published here")
        con.execute(f"comment on table lake.{relation.name} is '{quoted(relation.comment)}'")
        written += 1
    for name in before.keys() - now.keys():
        con.execute(f"drop table if exists lake.{name}")
    con.execute("delete from lake.gpuhour.relations")
    rows = [[name, *facts] for name, facts in now.items()]
    con.execute(
        "insert into lake.gpuhour.relations select unnest(?::varchar[]), unnest(?::bigint[]), unnest(?::varchar[]), "
        "unnest(?::varchar[])",
        [list(column) for column in zip(*rows, strict=True)],
    )
    return written


def _digest(con: Connection, query: str) -> tuple[int, str]:
    """Return how many rows a query has, and what tells whether they are the same, in whatever order."""
    n_rows, total = con.execute(
        f"select count(*), coalesce(sum(hash(row)::hugeint), 0)::varchar from ({query}) as row"  # noqa: S608
    ).fetchall()[0]
    return n_rows, total


def _show_landing(con: Connection, store: Objects, files: Collection[LakeFile]) -> None:
    """Show the files of landing as views lake.landing.<kind>.

    DuckLake could take the files as its own, and would then remove facts with a table that somebody drops.
    """
    root = store.root.rstrip("/")
    con.execute("create schema if not exists lake.landing")
    held = {name for (name,) in con.execute("select filename from lake.gpuhour.landing_files").fetchall()}
    new = sorted({f"{root}/{file.object}" for file in files} - held)
    con.execute("insert into lake.gpuhour.landing_files select unnest(?::varchar[])", [new])
    for kind, types in LANDED.items():
        if not any(file.name.startswith(f"landing/{kind}/") for file in files):
            continue
        columns = ", ".join(f"null::{type_} as {name}" for name, type_ in types.items())
        files_of_kind = f"'{quoted(root)}/landing/{kind}/*/*.parquet'"
        query = f"""
            select {columns} where false
            union all by name
            select * exclude (filename)
            from read_parquet({files_of_kind}, union_by_name = true, filename = true)
            semi join gpuhour.landing_files using (filename)
        """  # noqa: S608
        con.execute(f"create or replace view lake.landing.{kind} as {query}")


def _tidy(con: Connection, store: Objects, number: int) -> None:
    """Remove published files and versions of tables that nobody reads any more."""
    rows = con.execute(
        "select object from lake.gpuhour.publications where number between ? and ?",
        [number - KEPT_FILES - 10, number - KEPT_FILES],
    ).fetchall()
    for (stored_as,) in rows:
        store.remove(stored_as)
    try:
        con.execute(f"call ducklake_expire_snapshots('lake', older_than => now() - interval '{KEPT_SNAPSHOTS}')")
        con.execute("call ducklake_cleanup_old_files('lake', older_than => now() - interval '1 day')")
    except DatabaseError as failed:
        log.warning("old versions of the lake's tables were not removed: %s", str(failed).splitlines()[0])
