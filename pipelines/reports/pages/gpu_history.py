"""A page per GPU with its prices since the first day of data: the lowest, by provider, by kind, year by year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from pipelines.queries.percent import change_pct
from pipelines.reports import gpu_charts, wording
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.price_lines import DAY, PriceLine
from pipelines.reports.site_data import GpuEntry, SiteData
from pipelines.reports.summaries import SIGNS
from pipelines.timeseries import Segment


def gpu_history_pages(data: SiteData) -> Iterator[SitePage]:
    """Yield a page for each GPU with enough days for charts."""
    for gpu in data.gpus.values():
        if gpu_charts.has_history(data, gpu.key):
            yield _page(data, gpu)


def _page(data: SiteData, gpu: GpuEntry) -> SitePage:
    course = data.course(gpu.key)
    lines = data.lines[gpu.key]["on_demand"]
    first = course.segments[0].since
    answer = _answer(data, gpu, course, lines)
    base = f"gpu/{gpu.slug}"
    return SitePage(
        f"history/{gpu.slug}.html",
        "gpu_history.html",
        f"{gpu.name} price since {first.year}",
        answer,
        {
            "gpu": {"key": list(gpu.key), "name": gpu.name},
            "answer": answer,
            "lowest": gpu_charts.lowest(data, gpu.key),
            "by_kind": gpu_charts.by_kind(data, gpu.key),
            "longest": gpu_charts.longest_tracked(data, gpu.key)
            if len({line.provider for line in lines}) > 1
            else None,
            "years": list(_years(course, lines)),
        },
        data.as_of,
        (
            Download(f"{base}-history.csv", "every price since the start"),
            Download(f"{base}-history.parquet", "every price since the start"),
            Download(f"{base}.atom", "changes of these prices"),
        ),
        "gpus.html",
        feed=f"{base}.atom",
        is_dataset=True,
    )


def _answer(data: SiteData, gpu: GpuEntry, course: PriceLine, lines: list[PriceLine]) -> str:
    """Return the lowest price of the last day and of the first, of how many providers, and by how much they differ."""
    start, end = course.segments[0], course.segments[-1]
    last = end.until - DAY
    change = wording.pct(change_pct(start.value, end.value)).lstrip(SIGNS)
    than = (
        "the same as" if start.value == end.value else f"{change} {'less' if end.value < start.value else 'more'} than"
    )
    verb = "is" if last >= data.as_of else "was"
    return (
        f"The lowest on-demand list price of the {gpu.name} {verb} {wording.usd(end.value)} per GPU-hour on "
        f"{wording.long_day(last)} ({_cheapest(data, lines, last)}), {than} the {wording.usd(start.value)} of "
        f"{wording.long_day(start.since)} ({_cheapest(data, lines, start.since)}), the first day on record here."
    )


def _cheapest(data: SiteData, lines: list[PriceLine], day: date) -> str:
    n_providers = len({line.provider for line in lines if line.on(day) is not None})
    of = f"the lowest of {n_providers} providers observed" if n_providers > 1 else "the only provider observed"
    return f"{data.provider_name(_lowest_on(lines, day)[1])}, {of}"


def _lowest_on(lines: list[PriceLine], day: date) -> tuple[float, str]:
    return min((price, line.provider) for line in lines if (price := line.on(day)) is not None)


def _years(course: PriceLine, lines: list[PriceLine]) -> Iterator[dict[str, Any]]:
    """Yield what each year's prices were, the newest first; years without any are left out."""
    for year in range((course.segments[-1].until - DAY).year, course.segments[0].since.year - 1, -1):
        start, end = date(year, 1, 1), date(year + 1, 1, 1)
        parts = [Segment(max(s.since, start), min(s.until, end), s.value) for s in course.segments
                 if s.since < end and s.until > start]  # fmt: skip
        if not parts:
            continue
        last = parts[-1].until - DAY
        usd, provider = _lowest_on(lines, last)
        yield {
            "year": year,
            "since": parts[0].since,
            "opened": parts[0].value,
            "until": last,
            "closed": usd,
            "provider": provider,
            "low": min(s.value for s in parts),
            "high": max(s.value for s in parts),
            "change": change_pct(parts[0].value, usd),
            "n_providers": len({line.provider for line in lines if line.between(start, end - DAY)}),
            "n_days": sum((s.until - s.since).days for s in parts),
        }
