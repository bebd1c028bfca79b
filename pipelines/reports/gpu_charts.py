"""The charts of one GPU: its providers, the lowest of all, its indices by kind of provider; events are marked."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from pipelines.reports import charts, wording
from pipelines.reports.charts import Mark
from pipelines.reports.price_lines import DAY, PriceLine, combined
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import GpuKey, SiteData, key_of
from pipelines.timeseries import Segment

_MOVES, _ANNOUNCED, _HELD = 6, 3, 3  # events marked on a chart, the largest or nearest
_KINDS = ("hyperscaler", "neocloud", "marketplace")
Chart = dict[str, Any]


def has_history(data: SiteData, gpu: GpuKey) -> bool:
    """Return whether a GPU has enough days with an on-demand price for charts."""
    return charts.is_drawn(data.course(gpu).segments)


def by_provider(data: SiteData, gpu: GpuKey, model: str) -> Chart | None:
    """Return lines of the lowest price of each provider, today's cheapest first, with the index band behind."""
    title = f"Lowest list price of each provider, {wording.pricing(model)}"
    return _of_lines(
        data, gpu, model, title, sorted(_lines(data, gpu, model), key=_importance), _band(data, gpu, model)
    )


def longest_tracked(data: SiteData, gpu: GpuKey) -> Chart | None:
    """Return lines of the lowest on-demand price of the providers with the longest history."""
    lines = sorted(_lines(data, gpu, "on_demand"), key=lambda line: (-_days(line), *_importance(line)))
    title = "The providers with the longest history, lowest list price on demand"
    return _of_lines(data, gpu, "on_demand", title, lines)


def lowest(data: SiteData, gpu: GpuKey) -> Chart | None:
    """Return the lowest price of all providers, on demand and spot."""
    on_demand, spot = data.course(gpu), combined(_lines(data, gpu, "spot"))
    named = [("on demand", on_demand.segments), ("spot", spot.segments)]
    drawn = charts.steps(named, marks=_marks(data, gpu, [on_demand]))
    return drawn and drawn | {"title": "Lowest list price of all providers"}


def by_kind(data: SiteData, gpu: GpuKey) -> Chart | None:
    """Return the median list price of each kind of provider over time, on demand; None for fewer than two kinds."""
    levels: dict[str, list[Segment]] = {}
    for days in data.indices.values():
        if key_of(days[-1]) == gpu and days[-1]["pricing_model"] == "on_demand":
            levels[days[-1]["provider_kind"]] = segments(days, "level_median")
    named = [(wording.provider_kind(kind), levels[kind]) for kind in _KINDS if levels.get(kind)]
    drawn = charts.steps(named) if len(named) > 1 else None
    return drawn and drawn | {"title": "Median list price by kind of provider, on demand"}


def segments(days: Iterable[Row], column: str) -> list[Segment]:
    """Return one segment per stretch of days of an index with one value; a day without a level is a gap."""
    stretches: list[Segment] = []
    for day in days:
        if day["status"] != "ok":
            continue
        value = float(day[column])
        if stretches and stretches[-1].until == day["day"] and stretches[-1].value == value:
            stretches[-1] = Segment(stretches[-1].since, day["day"] + DAY, value)
        else:
            stretches.append(Segment(day["day"], day["day"] + DAY, value))
    return stretches


def _lines(data: SiteData, gpu: GpuKey, model: str) -> Sequence[PriceLine]:
    return data.lines.get(gpu, {}).get(model, ())


def _of_lines(
    data: SiteData,
    gpu: GpuKey,
    model: str,
    title: str,
    lines: Sequence[PriceLine],
    band: Sequence[tuple[date, date, float, float]] = (),
) -> Chart | None:
    several_forms = len({line.form_factor for line in lines}) > 1
    # Spot prices move by the hour: marks would cover the lines.
    marks = _marks(data, gpu, lines[: charts.LINES]) if model == "on_demand" else ()
    drawn = charts.steps([(_name(data, line, several_forms), line.segments) for line in lines], band=band, marks=marks)
    return drawn and drawn | {"title": title}


def _days(line: PriceLine) -> int:
    return sum((s.until - s.since).days for s in line.segments)


def _importance(line: PriceLine) -> tuple[int, float, str, str]:
    last = line.segments[-1]
    return (-last.until.toordinal(), last.value, line.provider, line.form_factor)


def _name(data: SiteData, line: PriceLine, several_forms: bool) -> str:
    form = f" {line.form_factor}" if several_forms and line.form_factor else ""
    return f"{data.provider_name(line.provider)}{form}"


def _band(data: SiteData, gpu: GpuKey, model: str) -> list[tuple[date, date, float, float]]:
    """Return the middle half of the specialised clouds, day by day where there is a level."""
    band: list[tuple[date, date, float, float]] = []
    for days in data.indices.values():
        if key_of(days[-1]) != gpu or days[-1]["pricing_model"] != model or days[-1]["provider_kind"] != "neocloud":
            continue
        for day in days:
            if day["status"] != "ok":
                continue
            low, high = float(day["p25"]), float(day["p75"])
            if band and band[-1][1] == day["day"] and band[-1][2:] == (low, high):
                band[-1] = (band[-1][0], day["day"] + DAY, low, high)
            else:
                band.append((day["day"], day["day"] + DAY, low, high))
    return band


# -- events --------------------------------------------------------------------------------------------------------


def _marks(data: SiteData, gpu: GpuKey, lines: Sequence[PriceLine]) -> list[Mark]:
    """Return the events of some lines: the largest changes, announced ones, prices that were held back.

    A line without a provider is the lowest of all, whoever changes it; what was held back did not move it.
    """
    events = data.chart_events.get(gpu, ())
    announced = [c for c in data.announced if key_of(c) == gpu and c["pricing_model"] == "on_demand"]
    return [
        *_first(_moves(data, (e for e in events if e["event"] == "moved"), lines), _MOVES),
        *_first(_held((e for e in events if e["event"] == "held"), lines), _HELD),
        *_first(_announced(announced, lines), _ANNOUNCED),
    ]


def _first(marks: Iterable[Mark], most: int) -> list[Mark]:
    """Return the first marks, at most one of a provider and day: a change of several machines is one event."""
    events: dict[tuple[date, str], Mark] = {}
    for mark in marks:
        if len(events) < most:
            events.setdefault((mark.day, mark.facts["row"]["provider"]), mark)
    return list(events.values())


def _moves(data: SiteData, changes: Iterable[Row], lines: Sequence[PriceLine]) -> Iterable[Mark]:
    """Yield the changes that moved a line: those of dearer machines did not."""
    for change in changes:
        day, new = change["changed_on"], float(change["new_usd_per_gpu_hour"])
        for line in _of_provider(lines, change["provider"]):
            before, now = line.on(day - DAY), line.on(day)
            if before is not None and now is not None and before != now and math.isclose(now, new, rel_tol=1e-6):
                yield Mark(day, now, {"row": change | {"receipt": data.receipt(change)}})


def _held(prices: Iterable[Row], lines: Sequence[PriceLine]) -> Iterable[Mark]:
    """Yield the prices that were held back while their provider's line went on. Their pages have no receipt page."""
    for price in prices:
        for line in _of_provider([line for line in lines if line.provider], price["provider"]):
            value = line.on(price["changed_on"])
            if value is not None and line.form_factor == (price["form_factor"] or ""):
                yield Mark(price["changed_on"], value, {"row": price | {"receipt": ""}})


def _announced(changes: Iterable[Row], lines: Sequence[PriceLine]) -> Iterable[Mark]:
    for change in changes:
        for line in _of_provider(lines, change["provider"]):
            yield Mark(
                change["changed_on"], line.segments[-1].value, {"row": change | {"event": "announced", "reason": ""}}
            )


def _of_provider(lines: Sequence[PriceLine], provider: str) -> Sequence[PriceLine]:
    return [line for line in lines if line.segments and line.provider in ("", provider)]
