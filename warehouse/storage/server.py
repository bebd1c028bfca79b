"""Connects to a Postgres server: its address without the password, errors that say what to do.

psycopg is an extra: it is imported when a server is first reached.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection as Server

OLDEST = 15  # UNIQUE NULLS NOT DISTINCT
# A server that falls silent is given up after a minute or two.
_OPTIONS: dict[str, Any] = {
    "connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "tcp_user_timeout": 90_000,
    "autocommit": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Purpose:
    """A use of a server, in the words of its errors."""

    name: str  # as the server's own lists of sessions show it
    doing: str
    setting: str  # where its address stands
    stays: str  # what an error leaves as it was
    page: str  # of the documentation


PUBLISHING = Purpose(
    "gpuhour publish", "publishing to Postgres", "GPUHOUR_PUBLISH_TO or --to", "What was published there before stays",
    "docs/postgres.md",
)  # fmt: skip


class NotAnAddress(Exception):
    """The address of a server cannot be read; the message never repeats it, since it may hold a password."""


class ServerError(Exception):
    """A server could not be used; the message says what failed, where, and what to do."""


def place(address: str, purpose: Purpose = PUBLISHING) -> str:
    """Return which server, database and user an address names, without its password.

    Raises NotAnAddress, and ServerError where psycopg is not installed.
    """
    parts = _parts(address, purpose)
    user = f"{parts['user']}@" if parts.get("user") else ""
    port = f":{parts['port']}" if parts.get("port") else ""
    host = parts.get("host") or parts.get("hostaddr")
    if not host and parts.get("service"):  # libpq reads the rest from ~/.pg_service.conf
        return f"the service {parts['service']}"
    return f"{user}{host or 'localhost'}{port}/{parts.get('dbname') or ''}"


def has_password(address: str) -> bool:
    """Return whether an address holds a password. Raises as `place` does."""
    return bool(_parts(address).get("password"))


def _parts(address: str, purpose: Purpose = PUBLISHING) -> dict[str, Any]:
    psycopg = _psycopg(purpose)
    if not address.startswith(("postgres://", "postgresql://")):
        raise NotAnAddress("an address begins with postgres://, as in postgres://user@host:5432/database")
    try:
        return dict(psycopg.conninfo.conninfo_to_dict(address))
    except psycopg.Error:  # its message would repeat a part of the address
        raise NotAnAddress(
            "that address cannot be read: write postgres://user:password@host:5432/database, with special characters "
            "of the password as %40"
        ) from None


def _psycopg(purpose: Purpose) -> Any:
    try:
        import psycopg
    except ImportError as absent:
        raise ServerError(
            f"{purpose.doing} needs psycopg, which is an extra: run  .venv/bin/python -m pip install "
            f"'psycopg[binary]==3.3.9'  (or uv pip install; see {purpose.page}), then try again"
        ) from absent
    return psycopg


@contextmanager
def server(address: str, purpose: Purpose = PUBLISHING) -> Iterator[Server[tuple[Any, ...]]]:
    """Yield a connection that commits when told to.

    Raises ServerError for every error of the server, inside too, and NotAnAddress.
    """
    psycopg = _psycopg(purpose)
    where, secret = place(address, purpose), str(_parts(address).get("password") or "")
    try:
        with psycopg.connect(address, application_name=purpose.name, **_OPTIONS) as con:
            version = con.info.server_version // 10_000
            if version < OLDEST:
                raise ServerError(f"{where} runs Postgres {version}; {OLDEST} or later is needed")
            con.execute("set time zone 'UTC'")
            con.execute("set statement_timeout = 0")
            yield con
    except psycopg.Error as failed:
        raise ServerError(f"{where}: {_reason(failed, secret)}. {_advice(failed, purpose)}") from None


def _reason(failed: Exception, secret: str) -> str:
    lines = [line.strip() for line in str(failed).splitlines() if line.strip()]
    text = "; ".join(lines[:3]) or type(failed).__name__
    return (text.replace(secret, "***") if secret else text).rstrip(".")


def _advice(failed: Exception, purpose: Purpose) -> str:
    text = str(failed)
    advice = {
        "password": f"Check user and password of {purpose.setting}, PGPASSWORD, ~/.pgpass, or the service file",
        "does not exist": f"Create the database and the user first: {purpose.page} says how",
        "permission denied": f"The user must own what gpuhour makes and may create schemas: {purpose.page} says how",
        "lock timeout": "Another gpuhour is at work; try again when it has ended",
        "lock_not_available": "Another gpuhour is at work; try again when it has ended",
        "No space left": "The server's disk is full",
    }
    return next(
        (f"{say}. {purpose.stays}" for words, say in advice.items() if words in text),
        f"Is the server up? {purpose.stays}",
    )
