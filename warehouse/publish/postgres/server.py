"""Connects to a Postgres server: its address without the password, errors that say what to do, one publisher at a time.

psycopg is an extra: it is imported when a server is first reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection as Server

OLDEST = 15  # UNIQUE NULLS NOT DISTINCT
LOCK = 0x6770_7568_6F75  # "gpuhou": publishers of one database take turns
WAIT_SECONDS = 120
# A server that falls silent is given up after a minute or two.
_OPTIONS: dict[str, Any] = {
    "connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "tcp_user_timeout": 90_000,
    "application_name": "gpuhour publish", "autocommit": True,
}  # fmt: skip


class NotAnAddress(Exception):
    """The address of a server cannot be read; the message never repeats it, since it may hold a password."""


class ServerError(Exception):
    """Nothing was published to Postgres; the message says what failed, where, and what to do."""


def place(address: str) -> str:
    """Return which server, database and user an address names, without its password.

    Raises NotAnAddress, and ServerError where psycopg is not installed.
    """
    parts = _parts(address)
    user = f"{parts['user']}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    host = parts.get("host") or parts.get("hostaddr")
    if not host and parts.get("service"):  # libpq reads the rest from ~/.pg_service.conf
        return f"the service {parts['service']}"
    return f"{user}{host or 'localhost'}{port}/{parts.get('dbname') or ''}"


def has_password(address: str) -> bool:
    """Return whether an address holds a password. Raises as `place` does."""
    return bool(_parts(address).get("password"))


def _parts(address: str) -> dict[str, Any]:
    psycopg = _psycopg()
    if not address.startswith(("postgres://", "postgresql://")):
        raise NotAnAddress("an address begins with postgres://, as in postgres://user@host:5432/database")
    try:
        return dict(psycopg.conninfo.conninfo_to_dict(address))
    except psycopg.Error:  # its message would repeat a part of the address
        raise NotAnAddress(
            "that address cannot be read: write postgres://user:password@host:5432/database, with special characters "
            "of the password as %40"
        ) from None


def _psycopg() -> Any:
    try:
        import psycopg
    except ImportError as absent:
        raise ServerError(
            "publishing to Postgres needs psycopg, which is an extra: run  .venv/bin/python -m pip install "
            "'psycopg[binary]==3.3.9'  (or uv pip install), then publish again"
        ) from absent
    return psycopg


@contextmanager
def server(address: str) -> Iterator[Server[tuple[Any, ...]]]:
    """Yield a connection that commits when told to.

    Raises ServerError for every error of the server, inside too, and NotAnAddress.
    """
    psycopg = _psycopg()
    where, secret = place(address), str(_parts(address).get("password") or "")
    try:
        with psycopg.connect(address, **_OPTIONS) as con:
            version = con.info.server_version // 10_000
            if version < OLDEST:
                raise ServerError(f"{where} runs Postgres {version}; {OLDEST} or later is needed")
            con.execute("set time zone 'UTC'")
            con.execute("set statement_timeout = 0")
            yield con
    except psycopg.Error as failed:
        raise ServerError(f"{where}: {_reason(failed, secret)}. {_advice(failed)}") from None


def _reason(failed: Exception, secret: str) -> str:
    lines = [line.strip() for line in str(failed).splitlines() if line.strip()]
    text = "; ".join(lines[:3]) or type(failed).__name__
    return (text.replace(secret, "***") if secret else text).rstrip(".")


def _advice(failed: Exception) -> str:
    text = str(failed)
    advice = {
        "password": "Check user and password of GPUHOUR_PUBLISH_TO or --to, PGPASSWORD, ~/.pgpass, or the service file",
        "does not exist": "Create the database and the user first: docs/postgres.md says how",
        "permission denied": "The user must own what it publishes and may create schemas: docs/postgres.md says how",
        "lock timeout": "Another publisher is at work; try again when it has ended",
        "lock_not_available": "Another publisher is at work; try again when it has ended",
        "No space left": "The server's disk is full",
    }
    stays = "What was published there before stays"
    return next((f"{say}. {stays}" for words, say in advice.items() if words in text), f"Is the server up? {stays}")


def take_turn(con: Server[tuple[Any, ...]]) -> None:
    """Wait for other publishers to this database, then keep them out until the transaction ends."""
    con.execute(f"set local lock_timeout = '{WAIT_SECONDS}s'")
    con.execute("select pg_advisory_xact_lock(%s)", (LOCK,))
