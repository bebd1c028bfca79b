"""Opens a lake's DuckLake: tables as Parquet in its folder or bucket, of which Postgres knows every version.

The extensions come as Python packages, since DuckDB's own host is not reached from everywhere.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import duckdb

from warehouse.storage import lake_objects
from warehouse.storage.connection import Connection, in_memory, quoted
from warehouse.storage.files import replacing
from warehouse.storage.lake_catalog import LakeFile
from warehouse.storage.lake_objects import Bucket, Objects
from warehouse.storage.state_dir import Home, Lake

if TYPE_CHECKING:
    from types import ModuleType

TABLES = "tables"  # DuckLake's own folder below the lake's


class LakeDatabaseError(Exception):
    """DuckLake cannot be opened, read or written; the message says why, and never holds the password."""


class Publication(NamedTuple):
    """One publication: the build that it shows, the facts of that build, and the file of all of it."""

    number: int
    build_id: str
    built_at: datetime  # UTC
    published_at: datetime  # UTC
    n_landed: int
    ledger_version: int
    file: LakeFile


@contextmanager
def opened(lake: Lake, store: Objects) -> Iterator[Connection]:
    """Yield a database in memory with the lake attached as `lake`; what is not committed inside is undone.

    Raises LakeDatabaseError, also for errors of DuckDB inside.
    """
    where = f"{store.root.rstrip('/')}/{TABLES}/"
    try:
        with in_memory() as con:
            _load(con, store)
            if not isinstance(store, Bucket):
                Path(where).mkdir(parents=True, exist_ok=True)
            con.execute(f"attach 'ducklake:postgres:{quoted(lake.catalog)}' as lake (data_path '{quoted(where)}')")
            yield con
    except duckdb.Error as failed:
        text = (str(failed).strip().splitlines() or [""])[0].replace(lake.catalog, "GPUHOUR_LAKE")
        raise LakeDatabaseError(f"the lake's tables ({where}): {text}") from None  # its text may hold the password


def _load(con: Connection, store: Objects) -> None:
    names = ["ducklake", "postgres", *(["httpfs"] if isinstance(store, Bucket) else [])]
    try:
        extensions: ModuleType = importlib.import_module("duckdb_extensions")
        for name in names:
            extensions.import_extension(name, con=con)
    except ImportError as absent:
        raise LakeDatabaseError(
            f"a lake needs DuckDB's extensions {', '.join(names)}: run  {lake_objects.INSTALL}"
        ) from absent
    for name in names:
        con.execute(f"load {name}")
    if isinstance(store, Bucket):
        con.execute(_secret(store))


def _secret(store: Bucket) -> str:
    """Return the statement that lets DuckDB use the credentials that boto3 uses."""
    credentials = store.session.get_credentials()
    scheme, _, host = store.endpoint.partition("://")
    options = {
        "endpoint": host.rstrip("/"), "region": store.session.region_name or "us-east-1",
        "url_style": "path" if scheme == "http" else "vhost",
    }  # fmt: skip
    if credentials:
        frozen = credentials.get_frozen_credentials()
        options |= {"key_id": frozen.access_key, "secret": frozen.secret_key}
        options |= {"session_token": frozen.token} if frozen.token else {}
    listed = ", ".join(f"{name} '{quoted(str(value))}'" for name, value in options.items())
    return f"create secret lake (type s3, {listed}, use_ssl {str(scheme == 'https').lower()})"


def newest_publication(con: Connection) -> Publication | None:
    """Return the publication that readers see; None where there is none yet."""
    is_there = con.execute(
        "select 1 from duckdb_tables() where database_name = 'lake' and schema_name = 'gpuhour' "
        "and table_name = 'publications'"
    ).fetchall()
    rows = (
        is_there
        and con.execute(
            "select number, build_id, built_at, published_at, n_landed, ledger_version, object, size, sha256 "
            "from lake.gpuhour.publications order by number desc limit 1"
        ).fetchall()
    )
    if not rows:
        return None
    number, build_id, built_at, published_at, n_landed, version, stored_as, size, sha256 = rows[0]
    file = LakeFile("published.duckdb", stored_as, size, 0, sha256)
    return Publication(number, build_id, built_at, published_at, n_landed, version, file)


def bring_published(home: Home, lake: Lake, store: Objects) -> Publication | None:
    """Make the published file of this folder the one that the lake shows; return that publication, if there is one."""
    with opened(lake, store) as con:
        newest = newest_publication(con)
    if newest and _shown(home) != newest.file.sha256:
        lake_objects.bring(store, newest.file, home.published)
        note_shown(home, newest.file.sha256)
    return newest


def note_shown(home: Home, sha256: str) -> None:
    """Record that the published file of this folder is the one of the lake with this hash."""
    stat = home.published.stat()
    with replacing(home.lake_notes / "published", is_durable=False) as part:
        part.write_text(f"{sha256} {stat.st_size} {stat.st_mtime_ns}")


def _shown(home: Home) -> str:
    """Return the hash of the lake's file that is here; empty where it is another, or nobody knows."""
    try:
        sha256, size, changed = (home.lake_notes / "published").read_text().split()
        stat = home.published.stat()
    except (OSError, ValueError):
        return ""
    return sha256 if (stat.st_size, stat.st_mtime_ns) == (int(size), int(changed)) else ""
