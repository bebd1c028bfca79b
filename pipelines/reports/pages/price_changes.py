"""Price changes by day: one entry per event, under the id that feeds and alerts use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from pipelines.reports import wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import SiteData


def change_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield the newest changes, and a page for every day with changes, whose address and content stay."""
    days = data.changes_by_day
    newest = [c | {"receipt": data.receipt(c)} for c in data.news]
    about = (
        f"The newest price change is of {wording.long_day(newest[0]['changed_on'])}."
        if newest
        else "No price has changed since we began tracking its source."
    )
    yield SitePage(
        "changes.html",
        "changes.html",
        "Price changes",
        about,
        {
            "answer": about,
            "rows": newest,
            "announced": data.announced,
            "days": [(day, rows[0]["n_of_day"], rows[0]["n_first_observations"]) for day, rows in days.items()],
        },
        data.as_of,
        (
            Download("changes.atom", "the hundred newest"),
            Download("changes.json", "the same, as a JSON feed"),
            Download("api/v1/changes-latest.json", "the same, with every column"),
            Download("data/price_changes.parquet", "all of them"),
        ),
        "changes.html",
        feed="changes.atom",
        is_dataset=True,
    )
    order = sorted(days)
    after = dict(pairwise(order))
    before = {later: earlier for earlier, later in pairwise(order)}
    for day, rows in days.items():
        yield _page(data, day, rows, before.get(day), after.get(day))


def _page(data: SiteData, day: date, rows: list[Row], before: date | None, after: date | None) -> SitePage:
    real, total = rows[0]["n_of_day"] - rows[0]["n_first_observations"], rows[0]["n_of_day"]
    firsts = (
        f" Another {rows[0]['n_first_observations']:,} prices come from sources observed for the first time."
        if total > real
        else ""
    )
    about = (
        f"{real:,} price{'s' if real != 1 else ''} changed, appeared or ended on {wording.long_day(day)}.{firsts}"
        if real
        else f"No price changed on {wording.long_day(day)}: {total:,} come from sources observed for the first time."
    )
    return SitePage(
        f"changes/{day}.html",
        "changes_day.html",
        f"Price changes of {wording.long_day(day)}",
        about,
        {
            "answer": about,
            "day": day,
            "rows": [r | {"receipt": data.receipt(r)} for r in rows],
            "total": total,
            "before": before,
            "after": after,
        },
        None,
        section="changes.html",
        feed="changes.atom",
    )
