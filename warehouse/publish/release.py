"""Builds, checks, publishes and exports outside Dagster, under the writer's lock."""

from __future__ import annotations

from pathlib import Path

from warehouse.engine import build, build_plan, checks
from warehouse.publish import publish
from warehouse.storage.connection import Connection, warehouse, writer_lock
from warehouse.storage.state_dir import Home


class NotPublished(Exception):
    """A check that guards publication found rows; the old database stays. The message shows some."""


def build_and_publish(home: Home) -> None:
    """Rebuild the warehouse from the facts and publish it, unless a check of severity error finds rows.

    Raises NotPublished, and what `writer_lock`, `build` and `publish` raise.
    """
    with writer_lock(home), warehouse(home) as con:
        build.build(con, home)
        shown = publish.shown_build(con, home)
        if not home.lake and shown == "newest":  # so this build was checked
            return
        guards = [check for check in checks.all_checks() if check.is_error]
        if shown == "before":  # which was checked
            fresh = build_plan.news(con)
            guards = [check for check in guards if check.reads & fresh]
        offending = {c.check_name: con.execute(c.sql).fetchmany(5) for c in guards}
        messages = [f"{name}: rows offend: {rows}" for name, rows in offending.items() if rows]
        if messages:
            raise NotPublished("; ".join(messages))
        publish_everywhere(con, home, shown)


def publish_everywhere(con: Connection, home: Home, shown: str | None = None) -> list[Path]:
    """Publish and export here and, with a lake, there; return the exported files. Take `writer_lock` first.

    shown: what `publish.shown_build` says, if it was asked.

    Raises what `publish.publish_and_export` and `lake_publication.publish` raise.
    """
    files = publish.publish_and_export(con, home, shown)
    if home.lake:
        from warehouse.publish import lake_publication

        lake_publication.publish(home, home.lake)
    return files
