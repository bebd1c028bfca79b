"""Commands that make and show the site: report build, report serve."""

from __future__ import annotations

import os
from pathlib import Path

from cyclopts import App

from pipelines import settings
from pipelines.cli.console import OK, say
from pipelines.cli.options import HomeOption, JsonOption
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, UsageError

app = App(
    name="report", help="The site that people read: pages, charts, feeds and files.", result_action="return_value"
)


def folder(home: Path | None, out: Path | None) -> Path:
    """Where the site lies: the flag, else report/ of the state folder."""
    return (out or settings.home(home).report).expanduser().absolute()


@app.command
def build(*, out: Path | None = None, base_url: str = "", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Build the site from the published database; what did not change is not written again.

    Parameters
    ----------
    out
        Folder to build into (default: report/ in the state folder).
    base_url
        Where the site will be published, for addresses that must be whole (default: GPUHOUR_REPORT_URL).
    """
    from pipelines.cli.progress import shown

    with shown("building the report"):
        from pipelines.reports.build import BadAddress, build
        from pipelines.reports.output_folder import NotOurs
        from warehouse.storage.connection import DatabaseError, NothingPublished

        state = settings.home(home)
        try:
            made = build(state, folder(home, out), base_url or os.environ.get("GPUHOUR_REPORT_URL", ""))
        except NothingPublished as absent:
            raise CommandError(str(absent)) from absent
        except (NotOurs, BadAddress) as wrong:
            raise UsageError(str(wrong)) from wrong
        except DatabaseError as broken:
            raise CommandError(f"{state.published} cannot be read; a refresh makes it again: {broken}") from broken
        except OSError as failed:
            raise CommandError(f"the report cannot be written: {failed}") from failed
    if as_json:
        facts = ("path", "pages", "files", "written", "has_shell", "seconds")
        show(
            facts,
            [(str(made.root), made.pages, made.files, made.written, made.has_shell, round(made.seconds, 1))],
            "json",
        )
    else:
        print(made.root / "index.html")
    shell = "" if made.has_shell else "; without the SQL shell, which make setup fetches where Node is"
    say(f"{made.pages} pages, {made.files} files, {made.written} written in {made.seconds:.1f} s{shell}")
    return OK


@app.command
def serve(*, out: Path | None = None, port: int = 8000, home: HomeOption = None) -> int:
    """Show the built site on http://127.0.0.1, to this machine alone, until Ctrl+C.

    Parameters
    ----------
    out
        Folder of the site (default: report/ in the state folder).
    port
        Port on loopback; 0 takes a free one.
    """
    from pipelines.reports.preview_server import HOST, server

    root = folder(home, out)
    if not (root / "index.html").is_file():
        raise CommandError(f"no report at {root}: run gpuhour report build")
    try:
        serving = server(root, port)
    except OSError as taken:
        raise UsageError(
            f"port {port} on {HOST} cannot be used ({taken.strerror}); choose another with --port"
        ) from taken
    with serving:
        print(f"http://{HOST}:{serving.server_address[1]}/index.html", flush=True)
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            say("stopped")
    return OK
