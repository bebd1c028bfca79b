"""The command line: each command imports what it needs when it runs, so that reading stays instant."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import cyclopts
from cyclopts import App, Parameter

from pipelines import settings
from pipelines.output import Format, show, tame

OK, ERROR, USAGE, PARTIAL, STALE = range(5)

app = App(
    name="gpuhour",
    help="What a GPU-hour costs, where, and since when: from public price pages, with receipts.",
    version=lambda: version("gpuhour"),
    version_flags=["--version"],
    result_action="return_value",
)

Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON (same as --format json).")]
Home = Annotated[Path | None, Parameter(name="--home", help="State folder (default: GPUHOUR_HOME, else data/).")]
Style = Annotated[Format, Parameter(name="--format", help="How to print rows.")]


class Problem(Exception):
    """Something to tell the user in one sentence, with the exit code that fits."""

    def __init__(self, message: str, code: int = ERROR) -> None:
        super().__init__(message)
        self.code = code


def say(message: str) -> None:
    """Tell people something, on stderr: stdout holds the data alone."""
    for line in f"gpuhour: {message}".split("\n"):
        print(tame(line), file=sys.stderr)


def _style(style: Format, as_json: bool) -> Format:
    return "json" if as_json else style


@app.command
def parse(
    provider: str,
    file: Path,
    /,
    *,
    url: str | None = None,
    captured_at: datetime | None = None,
    style: Style = "json",
    as_json: Json = False,
) -> int:
    """Read one recorded page offline and print the offers it states.

    Parameters
    ----------
    provider
        Provider whose parser to use; `gpuhour providers` lists them.
    file
        The recorded page (HTML, JSON, CSV, YAML; .gz too).
    url
        Where the page was recorded, for receipts and messages.
    captured_at
        When it was recorded (UTC); default: the date in the file's name, else the file's own.
    """
    import zlib
    from datetime import UTC

    from pipelines.parse_file import COLUMNS, parse_file
    from scrapers.model import ScrapeError

    if captured_at is not None and captured_at.tzinfo is None:
        captured_at = captured_at.replace(tzinfo=UTC)
    if not file.is_file():
        raise Problem(f"no such file: {file}")
    try:
        rows, remark = parse_file(_slug(provider), file, url, captured_at)
    except ScrapeError as failed:
        raise Problem(str(failed)) from failed
    except (OSError, EOFError, zlib.error) as failed:
        raise Problem(f"{file} cannot be read: {failed}") from failed
    if remark:
        say(remark)
    show(COLUMNS, rows, _style(style, as_json))
    return OK


@app.command
def prices(
    gpu: str | None = None,
    /,
    *,
    provider: str | None = None,
    pricing_model: str | None = None,
    region: str | None = None,
    source: str | None = None,
    as_of: date | None = None,
    max_age: int = 35,
    style: Style = "table",
    as_json: Json = False,
    home: Home = None,
) -> int:
    """Print the prices in force, cheapest first, with where each came from.

    Parameters
    ----------
    gpu
        A GPU as people write it: A100, "A100 80GB", "H100 SXM", "RTX A6000".
    provider
        Only this provider.
    pricing_model
        on_demand, spot, reserved, or a provisional kind.
    region
        Regions whose name contains this.
    source
        Only this source (default: the best-ranked one per provider); `seed` is the 2023 document.
    as_of
        What was in force on this UTC day (default: today).
    max_age
        Days after which a price that was not seen again no longer counts.
    """
    from pipelines import read

    wanted = read.Filter(gpu, provider, pricing_model, region, source)
    with _published(home) as con:
        day = as_of or read.today(con)
        rows = read.prices(con, wanted, day, max_age)
        older = [] if rows else read.prices(con, wanted, day, 36_500)
    if provider and not rows:
        _slug(provider)
    columns: tuple[str, ...] = read.PRICE_COLUMNS
    if _style(style, as_json) == "table":
        columns, rows = _for_people(columns, rows)
    show(columns, rows, _style(style, as_json))
    if older:
        newest = max(row[read.PRICE_COLUMNS.index("observed_at")] for row in older)
        say(f"nothing newer than {max_age} days on {day}; the newest is of {newest:%Y-%m-%d}")
        return STALE
    if not rows:
        say(f'no price matches on {day}; gpuhour sql "from marts.available_gpus" lists what there is')
    return OK


def _for_people(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """The columns a terminal has room for; --json and --format csv give all."""
    keep = [
        "usd_per_gpu_hour", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "provider", "instance", "region",
        "pricing_model", "term_months", "observed_at", "origin", "is_carried_forward", "source_url",
    ]  # fmt: skip
    index = [columns.index(k) for k in keep]
    return tuple(keep), [tuple(row[i] for i in index) for row in rows]


@app.command
def history(
    gpu: str,
    /,
    *,
    provider: str | None = None,
    pricing_model: str | None = None,
    region: str | None = None,
    source: str | None = None,
    style: Style = "table",
    as_json: Json = False,
    home: Home = None,
) -> int:
    """Print every kept observation of a GPU's prices, oldest first, with its receipt.

    Parameters
    ----------
    gpu
        A GPU as people write it: A100, "A100 80GB", "H100 SXM".
    provider
        Only this provider.
    pricing_model
        on_demand, spot, reserved, or a provisional kind.
    region
        Regions whose name contains this.
    source
        Only this source.
    """
    from pipelines import read

    with _published(home) as con:
        rows = read.history(con, read.Filter(gpu, provider, pricing_model, region, source))
    if provider and not rows:
        _slug(provider)
    show(read.HISTORY_COLUMNS, rows, _style(style, as_json))
    return OK


@app.command
def sql(query: str, /, *, style: Style = "table", as_json: Json = False, home: Home = None) -> int:
    """Run a query on the published database, read-only: schemas v1 (a promise) and marts.

    Parameters
    ----------
    query
        One DuckDB query, for example "from marts.errata" or "select * from v1.prices_as_of('2023-04-07')".
    """
    from warehouse.connection import DatabaseError

    if not query.strip("; \t\n"):
        raise Problem('an empty query; try "from marts.errata"', USAGE)
    with _published(home) as con:
        try:
            cursor = con.execute(query)
            columns, rows = [c[0] for c in cursor.description or []], cursor.fetchall()
        except DatabaseError as failed:
            raise Problem(_sql_help(con, failed)) from failed
    show(columns, rows, _style(style, as_json))
    return OK


def _sql_help(con: Any, failed: Exception) -> str:
    """DuckDB's message, and what helps with it."""
    text = str(failed)
    if "read-only" in text or "Permission Error" in text or "disabled" in text:
        return f"{text}\nThis database is read-only and reads no files: make your own with duckdb, ATTACH it there."
    if "does not exist" in text:
        names = con.execute("select schema_name || '.' || table_name from duckdb_tables() order by all").fetchall()
        return f"{text}\nTables: {', '.join(n for (n,) in names)}"
    return text


@app.command
def providers(*, style: Style = "table", as_json: Json = False, home: Home = None) -> int:
    """List the providers: where each one's prices come from, what it publishes, and how its last try ended."""
    from pipelines import read
    from scrapers import registry

    health = {}
    if settings.home(home).published.exists():
        with _published(home) as con:
            health = read.last_tries(con)
    columns = ("provider", "name", "access", "publishes", "units", "note", "url", "status",
               "last_tried", "detail")  # fmt: skip
    rows = []
    for p in registry.all_providers():
        about = (p.slug, p.name, p.access, p.publishes, p.units, p.note, p.requests[0].url)
        rows.append((*about, *health.get(p.slug, ("never tried", None, ""))))
    show(columns, rows, _style(style, as_json))
    return OK


@app.command
def refresh(
    *,
    provider: str | None = None,
    replay: Path | None = None,
    date: date | None = None,
    as_json: Json = False,
    home: Home = None,
) -> int:
    """Fetch every provider's pages, land them, rebuild and publish. Exits 3 when some provider failed.

    Parameters
    ----------
    provider
        Only this provider.
    replay
        Fetch from this folder of recorded captures instead of the network.
    date
        UTC day to refresh: a past day re-reads its archived pages; with --replay, the day to pretend.
    """
    if replay and not replay.is_dir():
        raise Problem(f"no such folder of captures: {replay}")
    return _refresh(home, _slug(provider) if provider else None, replay, date, as_json)


def _refresh(home: Path | None, slug: str | None, replay: Path | None, day: date | None, as_json: bool) -> int:
    from pipelines.progress import shown

    with shown():
        from pipelines.refresh import NoSuchDay
        from pipelines.refresh import refresh as run

        try:
            done = run(settings.home(home).root, slug, replay and replay.resolve(), day)
        except NoSuchDay as wrong:
            raise Problem(str(wrong), USAGE) from wrong
    code = ERROR if not done.published else PARTIAL if done.failed or done.partial else OK
    if as_json:
        show(("published", "failed", "partial"), [(done.published, done.failed, done.partial)], "json")
    for name, why in done.reasons.items():
        say(why if why.startswith(name) else f"{name}: {why}")
    for names, what in ((done.failed, "failed"), (done.partial, "was read in part")):
        for name in names:
            say(f"{name} {what}; its last good prices stay, carried forward")
    if not done.published:
        say("nothing was published; the old database stays. See the messages above")
    return code


@app.command
def demo(*, style: Style = "table", home: Home = None) -> int:
    """Run the main job on recorded captures, without any network, and print the A100 prices it finds."""
    from pipelines import read

    captures = settings.CHECKOUT / "tests" / "providers"
    code = _refresh(home, None, captures, None, False)
    with _published(home) as con:
        rows = read.prices(con, read.Filter(gpu="A100"), read.today(con), 35)
        health = read.last_tries(con)
    columns: tuple[str, ...] = read.PRICE_COLUMNS
    if style == "table":
        columns, rows = _for_people(columns, rows)
    show(columns, rows, style)
    ok = sum(status == "ok" for status, _, _ in health.values())
    say(f"{len(rows)} A100 prices; {ok} of {len(health)} providers read. These are recorded pages, not today's")
    for slug, (status, day, detail) in sorted(health.items()):
        if status != "ok":
            say(f"{slug}: {status} on {day}: {detail}")
    say('next: gpuhour prices H100 · gpuhour sql "from marts.errata" · make refresh (live)')
    return code


@app.command
def capture(
    provider: str,
    /,
    *,
    out: Path = settings.CHECKOUT / "tests" / "providers",
    replay: Path | None = None,
    home: Home = None,
) -> int:
    """Record a provider's pages as capture folders for the tests; review their offers.json before committing.

    Parameters
    ----------
    provider
        Provider to record.
    out
        Folder that gets <provider>/<date>_<page>/.
    replay
        Record from this folder of captures instead of the network.
    """
    from pipelines.capture import capture as record

    folders, failed = record(_slug(provider), out, settings.home(home), replay)
    for folder in folders:
        print(folder)
    for reason in failed:
        say(reason)
    return ERROR if not folders else PARTIAL if failed else OK


@app.command
def schedule() -> int:
    """Print a systemd timer and a cron line that refresh daily, also after a day the machine was off."""
    from pipelines.schedule import TEXT

    print(TEXT.format(checkout=settings.CHECKOUT, home=settings.home().root))
    return OK


@app.command
def doctor(*, style: Style = "table", as_json: Json = False, home: Home = None) -> int:
    """Check Python, browser, state folder, database and freshness; exits 1 when something is broken, 4 when stale."""
    from pipelines.doctor import COLUMNS, examine

    rows = examine(settings.home(home))
    show(COLUMNS, rows, _style(style, as_json))
    verdicts = {row[1] for row in rows}
    return ERROR if "broken" in verdicts else STALE if "stale" in verdicts else OK


@contextmanager
def _published(home: Path | None) -> Iterator[Any]:
    from warehouse.connection import DatabaseError, NothingPublished, published

    # DuckDB imports pandas, if it can, to look at every bound parameter: half a second for nothing.
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
    state = settings.home(home)
    try:
        with published(state) as con:
            yield con
    except NothingPublished as absent:
        raise Problem(str(absent)) from absent
    except DatabaseError as broken:
        raise Problem(f"{state.published} cannot be read; a refresh makes it again: {broken}") from broken


def _slug(name: str) -> str:
    """A provider's slug from any name in seeds/provider_aliases.csv. Raises Problem (usage) for an unknown one."""
    from scrapers import registry
    from warehouse.names import provider_slug

    slug = provider_slug(name)
    if slug not in registry.modules():
        raise Problem(f"unknown provider {name!r}; known: {', '.join(registry.modules())}", USAGE)
    return slug


def main(argv: list[str] | None = None) -> None:
    """Run a command; exits 0 ok, 1 error, 2 usage, 3 partial, 4 stale. Logs and messages go to stderr."""
    settings.load_env_file()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    try:
        code: Any = app(argv, exit_on_error=False, print_error=True)
    except cyclopts.CycloptsError:
        code = USAGE
    except Problem as problem:
        say(str(problem))
        code = problem.code
    except BrokenPipeError:
        code = OK
    except KeyboardInterrupt:
        code = ERROR
    sys.exit(code if isinstance(code, int) else OK)
