"""`gpuhour report`: build the site and serve it locally."""

from __future__ import annotations

import os
from pathlib import Path

from cyclopts import App

from pipelines import settings
from pipelines.cli.console import OK, say
from pipelines.cli.options import HomeOption, JsonOption
from pipelines.cli.table_output import show
from pipelines.errors import CommandError, StaleError, UsageError

app = App(name="report", help="The static site: pages, charts, feeds and downloads.", result_action="return_value")


def folder(home: Path | None, out: Path | None) -> Path:
    """Return the site's folder: the flag, else report/ of the state folder."""
    return (out or settings.home(home).report).expanduser().absolute()


@app.command
def build(*, out: Path | None = None, base_url: str = "", as_json: JsonOption = False, home: HomeOption = None) -> int:
    """Build the site from the published database; unchanged files are not written again.

    Parameters
    ----------
    out
        Folder to build into (default: report/ in the state folder).
    base_url
        Address that the site will be published at, for absolute links (default: GPUHOUR_REPORT_URL).
    """
    from pipelines.cli.progress import show_progress

    with show_progress("building the report"):
        from pipelines.reports.build import InvalidBaseUrl, build
        from pipelines.reports.output_folder import ForeignFolder
        from warehouse.storage.connection import DatabaseError, NothingPublished, OutdatedDatabase

        state = settings.home(home)
        try:
            address = base_url or os.environ.get("GPUHOUR_REPORT_URL", "")
            site = build(state, folder(home, out), address, os.environ.get("GPUHOUR_DATA_TERMS", ""))
        except NothingPublished as absent:
            raise CommandError(str(absent)) from absent
        except OutdatedDatabase as older:
            raise StaleError(str(older)) from older
        except (ForeignFolder, InvalidBaseUrl) as wrong:
            raise UsageError(str(wrong)) from wrong
        except DatabaseError as broken:
            raise CommandError(f"cannot read {state.published}; a refresh rebuilds it: {broken}") from broken
        except OSError as failed:
            raise CommandError(f"cannot write the report: {failed}") from failed
    if as_json:
        facts = ("path", "pages", "files", "written", "has_shell", "seconds")
        show(
            facts,
            [(str(site.root), site.pages, site.files, site.written, site.has_shell, round(site.seconds, 1))],
            "json",
        )
    else:
        print(site.root / "index.html")
    shell = "" if site.has_shell else "; without the SQL shell, which make setup installs if Node is available"
    say(f"{site.pages} pages, {site.files} files, {site.written} written in {site.seconds:.1f} s{shell}")
    return OK


@app.command
def serve(*, out: Path | None = None, port: int = 8000, home: HomeOption = None) -> int:
    """Serve the built site on http://127.0.0.1, to this machine only, until Ctrl+C.

    Parameters
    ----------
    out
        Folder of the site (default: report/ in the state folder).
    port
        Port on loopback; 0 chooses a free one.
    """
    from pipelines.reports.preview_server import HOST, server

    root = folder(home, out)
    if not (root / "index.html").is_file():
        raise CommandError(f"no report at {root}: run gpuhour report build")
    if not 0 <= port <= 65_535:
        raise UsageError(f"--port must be from 0 to 65535, not {port}")
    try:
        serving = server(root, port)
    except OSError as taken:
        raise UsageError(
            f"port {port} on {HOST} cannot be used ({taken.strerror}); choose another with --port"
        ) from taken
    with serving:
        print(f"http://{HOST}:{serving.server_address[1]}/index.html", flush=True)
        serving.serve_forever()
    return OK
