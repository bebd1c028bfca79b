"""`gpuhour publish`: copy what is published to a Postgres server, for BI tools."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError

if TYPE_CHECKING:
    from warehouse.publish.postgres.postgres_publication import Publication
    from warehouse.storage.state_dir import Home


def publish(
    *,
    to: Annotated[str | None, Parameter(show_default=False)] = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Copy v1 and marts to a Postgres server in one transaction: only what changed since the last time.

    Readers never wait and never see half of it; whatever ends it early leaves what was there.

    Parameters
    ----------
    to
        postgres://user@host:5432/database (default: GPUHOUR_PUBLISH_TO). Other people of this machine can see a
        password that stands here: put it into GPUHOUR_PUBLISH_TO, PGPASSWORD or ~/.pgpass.
    """
    address = to or settings.publish_address()
    if not address:
        raise UsageError("publish to where? Give --to postgres://user@host:5432/database, or set GPUHOUR_PUBLISH_TO")
    result = _publish(settings.home(home), address, is_argument=bool(to))
    columns = ("relation", "outcome", "n_rows", "n_deleted", "n_inserted", "seconds")
    rows = [
        (each.relation, each.outcome, each.n_rows, each.n_deleted, each.n_inserted, round(each.seconds, 3))
        for each in result.relations
    ]
    show(columns, rows, output_format(style, as_json))
    for note in result.notes:
        say(note)
    return OK


def _publish(state: Home, address: str, is_argument: bool) -> Publication:
    from pipelines.cli.progress import show_progress
    from warehouse.publish.postgres import postgres_publication
    from warehouse.storage import server

    try:
        if is_argument and server.has_password(address):
            say(
                "a password in --to shows in the list of processes: GPUHOUR_PUBLISH_TO, PGPASSWORD or ~/.pgpass hide it"
            )
        with show_progress("publishing to Postgres"):
            return postgres_publication.publish_to(state, address)
    except server.NotAnAddress as wrong:
        raise UsageError(str(wrong)) from wrong
    except postgres_publication.FAILURES as failed:
        raise CommandError(f"nothing was published to Postgres: {failed}") from failed
