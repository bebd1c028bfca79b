"""`gpuhour demo`: run the pipeline on sample pages and print the A100 prices."""

from __future__ import annotations

from pipelines import settings
from pipelines.cli.commands.refresh import run_refresh
from pipelines.cli.console import published_database, say
from pipelines.cli.options import FormatOption, HomeOption
from pipelines.cli.price_table import show_prices
from pipelines.queries.filters import MAX_AGE, PriceFilter


def demo(*, style: FormatOption = "table", home: HomeOption = None) -> int:
    """Run the whole pipeline on sample pages, without network access, and print the A100 prices."""
    from pipelines.queries import current_prices

    captures = settings.CHECKOUT / "tests" / "captures"
    code = run_refresh(home, None, captures, None, False, has_history=False)  # nobody will look at it
    with published_database(home) as con:
        rows = current_prices.prices(con, PriceFilter(gpu="A100"), current_prices.today(con), MAX_AGE)
        health = current_prices.last_attempts(con)
    show_prices(rows, style)
    ok = sum(status == "ok" for status, _, _ in health.values())
    say(f"{len(rows)} A100 prices; {ok} of {len(health)} providers read. Sample pages, rebuilt by hand: do not quote")
    for slug, (status, day, detail) in sorted(health.items()):
        if status != "ok":
            say(f"{slug}: {status} on {day}: {detail}")
    say('next: gpuhour prices H100 · gpuhour sql "from marts.errata" · make refresh (live)')
    site = settings.home(home).report / "index.html"
    if site.exists():
        say(f"report: {site} · gpuhour report serve shows it on http://127.0.0.1:8000")
    return code
