"""Builds, checks and publishes in one go, for whoever changed a fact and wants to see what comes of it."""

from __future__ import annotations

from warehouse import build, connection, publish
from warehouse.home import Home


class CheckFailed(Exception):
    """Rows offend a check that guards publication; the message shows some. The old database stays."""


def build_and_publish(home: Home) -> None:
    """Rebuild the warehouse from the facts and publish it. Raises CheckFailed; what build and publish raise."""
    with connection.writer_lock(home), connection.warehouse(home) as con:
        build.build(con, home)
        for check in build.checks():
            if check.is_error and (offending := con.execute(check.sql).fetchall()):
                raise CheckFailed(f"{check.table}: {check.check_name}: {len(offending)} rows offend: {offending[:3]}")
        publish.publish(con, home)
        publish.export(con, home)
