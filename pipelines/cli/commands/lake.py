"""`gpuhour lake`: what the lake of GPUHOUR_LAKE shows, and this state folder brought up to it or handed over to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from cyclopts import App

from pipelines import settings
from pipelines.cli.console import OK, say, writable_home
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError
from warehouse.storage.state_dir import Home, Lake

app = App(name="lake", help="A lake that several machines share (docs/scale.md).", result_action="return_value")
NONE_SET = "no lake is set: GPUHOUR_LAKE=ducklake:postgres://… and GPUHOUR_LAKE_FILES name one (docs/scale.md)"


@app.command
def status(*, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Show what the lake holds and publishes."""
    with _reached(settings.home(home)) as lake:
        from warehouse.storage import lake_copy

        summary = lake_copy.summary(lake)
    show(summary._fields, [tuple(summary)], output_format(style, as_json))
    return OK


@app.command
def pull(*, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Bring what the lake publishes, and its ledger, to this machine: every command then answers from it."""
    state = writable_home(home)
    with _reached(state) as lake:
        from warehouse.storage import lake_copy

        newest = lake_copy.pull(state, lake)
    if not newest:
        raise CommandError("the lake publishes nothing yet: run `gpuhour refresh` on a machine that builds")
    columns = ("publication", "build_id", "built_at", "path")
    row = (newest.number, newest.build_id, newest.built_at, str(state.published))
    show(columns, [row], output_format(style, as_json))
    return OK


@app.command
def push(*, style: FormatOption = "table", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Hand over all that landed and was archived here, as when a machine joins; a refresh does so by itself."""
    state = settings.home(home)
    with _reached(state) as lake:
        from warehouse.storage import lake_copy

        count = lake_copy.hand_over_all(state, lake)
    show(("handed_over",), [(count,)], output_format(style, as_json))
    if count:
        say("the next refresh publishes what these files say")
    return OK


@contextmanager
def _reached(state: Home) -> Iterator[Lake]:
    if not state.lake:
        raise UsageError(NONE_SET)
    from warehouse.storage import lake_copy

    try:
        yield state.lake
    except lake_copy.FAILURES as failed:
        raise CommandError(str(failed)) from failed
