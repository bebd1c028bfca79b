"""States what should be published: the rules of docs/gate.md and docs/glossary.md in plain Python.

Nothing of the warehouse is used here, so that one mistake cannot be on both sides. Only the kinds of fault that the
simulated market plants are judged; the market keeps away from the others.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from statistics import median
from typing import Literal, NamedTuple

from tests.support.years.statements import Scrape, Statement, Thing

OLDEST = timedelta(days=35)  # a price seen longer ago is not in force
SPIKE_DAYS, SPIKE_SCRAPES = 62, 2  # withdrawn within two months, after one or two scrapes
NOTABLE, NEARLY = 0.095, 0.15  # changes and nearness, as the logarithm of a ratio
USUAL_SCRAPES, USUAL_SIZE, CUT = 3, 20, 0.7  # a list of far fewer offers than usual is partial

Verdict = Literal["released", "rejected"]


@dataclass(slots=True)
class Version:
    """A stretch of scrapes that state the same of one offer."""

    value: Statement
    days: list[date]
    gone_on: date | None = None  # the complete scrape that no longer listed it

    @property
    def first_on(self) -> date:
        return self.days[0]


@dataclass(slots=True)
class Track:
    """The versions of one offer's current price, or of the one that it announces."""

    versions: list[Version] = field(default_factory=list)

    @property
    def is_listed(self) -> bool:
        return bool(self.versions) and self.versions[-1].gone_on is None

    def state(self, value: Statement, day: date) -> None:
        if self.is_listed and self.versions[-1].value == value:
            self.versions[-1].days.append(day)
        else:
            self.versions.append(Version(value, [day]))


class Interval(NamedTuple):
    """A price and the days on which it was in force; valid_to is exclusive, None while open."""

    valid_from: date
    valid_to: date | None
    price: Decimal
    ended_by: str | None
    days: tuple[tuple[date, ...], ...]  # on which it was seen, by version

    @property
    def last_seen_on(self) -> date:
        return self.days[-1][-1]

    def seen_by(self, day: date) -> date | None:
        """Return the last day up to this one on which a scrape showed the price."""
        for seen in reversed(self.days):
            if seen[0] <= day:
                return seen[bisect_right(seen, day) - 1]
        return None


class Held(NamedTuple):
    """A price that the gate keeps back, and the rule that says why."""

    first_on: date
    rule: str


class Current(NamedTuple):
    """A price in force on a day."""

    price: Decimal
    last_seen_on: date
    is_carried_forward: bool


def fault_of(value: Statement) -> str:
    """Return the rule that a statement breaks by itself; empty where it breaks none."""
    if len({row.price for row in value}) > 1:
        return "duplicate_conflict"
    (price, status, currency, _), *_ = value
    if status == "missing" or price is None:
        return "missing_price"
    if not currency:
        return "unknown_currency"
    return "zero_price" if price <= 0 else ""


@dataclass(slots=True)
class _Step:
    """Consecutive versions with one price."""

    price: float
    versions: list[int]
    first_on: date
    n_seen: int
    rule: str = ""
    is_contradicted: bool = False


def _steps(versions: list[Version]) -> list[_Step]:
    steps: list[_Step] = []
    for number, version in enumerate(versions):
        if fault_of(version.value):
            continue
        price = float(version.value[0].price or 0)
        if steps and abs(price / steps[-1].price - 1) < 0.0005:
            steps[-1].versions.append(number)
            steps[-1].n_seen += len(version.days)
        else:
            steps.append(_Step(price, [number], version.first_on, len(version.days)))
    return steps


def held(track: Track, is_spot: bool) -> dict[int, str]:
    """Return the versions of a track that the gate holds, by place, with the deciding rule."""
    rules = {n: rule for n, version in enumerate(track.versions) if (rule := fault_of(version.value))}
    steps = _steps(track.versions)
    for before, step, after in zip(steps, steps[1:], steps[2:], strict=False):
        step.is_contradicted = (
            not is_spot
            and abs(math.log(step.price / before.price)) >= NOTABLE
            and abs(after.price / before.price - 1) < 0.0005
            and step.n_seen <= SPIKE_SCRAPES
            and (after.first_on - step.first_on).days <= SPIKE_DAYS
        )
        if step.is_contradicted:
            step.rule = "spike_flip"
    for place, step in enumerate(steps[1:], 1):
        trusted = [one for one in steps[max(0, place - 4) : place] if not one.is_contradicted]
        steady = [one for one in trusted if one.n_seen > 1 and not is_spot]
        if step.rule or not trusted:
            continue
        distance = abs(math.log(step.price / (steady or trusted)[-1].price))
        following = steps[place + 1].price if place + 1 < len(steps) else math.inf
        is_confirmed = step.n_seen > 1 or abs(math.log(following / step.price)) <= NEARLY
        if distance >= math.log(5 if is_spot else 2) and not is_confirmed:
            step.rule = "big_jump_spot" if is_spot else "big_jump"
    return rules | {number: step.rule for step in steps if step.rule for number in step.versions}


class Series:
    """One offer: its current price, what it announces, and what follows for publication."""

    def __init__(self, thing: Thing) -> None:
        self.thing, self.stated, self.announced = thing, Track(), Track()
        self.name = thing.first_name
        self.verdicts: dict[date, Verdict] = {}  # a person's, by the first day of the version
        self._judged: tuple[list[Interval], list[Held]] | None = None

    def state(self, value: Statement, day: date) -> None:
        now = tuple(row for row in value if (row.starts_on or day) <= day and row.price_status != "contact_sales")
        later = tuple(row for row in value if (row.starts_on or day) > day)
        self._judged = None
        if now:
            self.stated.state(now, day)
        if later:
            self.announced.state(later, day)

    def miss(self, value: Statement | None, day: date) -> None:
        """Note that a complete scrape does not list the offer's price, or no longer what was announced."""
        rows = value or ()
        is_now = any((row.starts_on or day) <= day and row.price_status != "contact_sales" for row in rows)
        is_later = any((row.starts_on or day) > day for row in rows)
        for track, is_stated in ((self.stated, is_now), (self.announced, is_later)):
            if track.is_listed and not is_stated:
                track.versions[-1].gone_on = day
                self._judged = None

    def judged(self) -> tuple[list[Interval], list[Held]]:
        """Return the intervals of accepted prices, and what is held."""
        if self._judged is None:
            self._judged = self._judge()
        return self._judged

    def decide(self, first_on: date, verdict: Verdict) -> None:
        self.verdicts[first_on] = verdict
        self._judged = None

    def _judge(self) -> tuple[list[Interval], list[Held]]:
        rules = held(self.stated, self.thing.pricing_model == "spot")
        versions = self.stated.versions
        is_held = dict.fromkeys(rules, True)
        for number, version in enumerate(versions):
            if version.first_on in self.verdicts:
                is_held[number] = self.verdicts[version.first_on] == "rejected"
        unpublished = [
            Held(versions[n].first_on, rule) for n, rule in rules.items() if versions[n].first_on not in self.verdicts
        ]
        pieces: list[tuple[date, date, bool, Version]] = [
            (v.first_on, v.first_on, not is_held.get(n, False) and not self._is_unusable(v), v)
            for n, v in enumerate(versions)
        ]
        for number, version in enumerate(self.announced.versions):
            starts_on = version.value[0].starts_on
            assert starts_on
            following = self.announced.versions[number + 1 : number + 2]
            is_withdrawn = (version.gone_on and version.gone_on < starts_on) or (
                following and following[0].first_on < starts_on
            )
            if not is_withdrawn:
                pieces.append((starts_on, version.first_on, True, version))
        pieces.sort(key=lambda piece: piece[:2])
        return list(_merged(self._bounded(pieces))), sorted(unpublished)

    @staticmethod
    def _is_unusable(version: Version) -> bool:
        return fault_of(version.value) in ("zero_price", "missing_price", "unknown_currency")

    def _bounded(self, pieces: list[tuple[date, date, bool, Version]]) -> Iterator[Interval]:
        good = [place for place, piece in enumerate(pieces) if piece[2]]
        for place, until in zip(good, [*good[1:], len(pieces)], strict=True):
            starts_on, _, _, version = pieces[place]
            next_from = pieces[until][0] if until < len(pieces) else None
            gone = [one.gone_on for *_, one in pieces[place:until] if one.gone_on and not one.value[0].starts_on]
            is_gone = bool(gone) and (next_from is None or min(gone) < next_from)
            ends_on = min(gone) if is_gone else next_from
            price = max(row.price for row in version.value if row.price is not None)
            yield Interval(
                starts_on, ends_on, price, "gone" if is_gone else "change" if next_from else None,
                (tuple(version.days),),
            )  # fmt: skip


def _merged(intervals: Iterable[Interval]) -> Iterator[Interval]:
    last: Interval | None = None
    for one in intervals:
        if last and last.valid_to == one.valid_from and last.ended_by != "gone" and last.price == one.price:
            last = one._replace(valid_from=last.valid_from, days=last.days + one.days)
        else:
            if last and last.valid_from != last.valid_to:
                yield last
            last = one
    if last and last.valid_from != last.valid_to:
        yield last


class Model:
    """All that is known, and what should be published of it."""

    def __init__(self) -> None:
        self.things: dict[int, Thing] = {}
        self._scrapes: dict[str, dict[date, Scrape]] = {}
        self._series: dict[str, dict[int, Series]] = {}
        self._sizes: dict[str, list[int]] = {}  # of the lists that were read whole
        self._read: dict[str, list[date]] = {}  # days of scrapes that read something
        self._tried: dict[str, list[date]] = {}
        self._verdicts: dict[tuple[int, date], Verdict] = {}

    def add(self, scrape: Scrape) -> None:
        """Learn of a scrape; of one that comes late, by working its provider out anew."""
        kept = self._scrapes.setdefault(scrape.provider, {})
        is_late = bool(kept) and scrape.day <= max(kept)
        kept[scrape.day] = scrape
        if is_late:
            for known in (self._series, self._sizes, self._read, self._tried):
                known.pop(scrape.provider)
            for day in sorted(kept):
                self._learn(kept[day])
            for (number, first_on), verdict in self._verdicts.items():
                if self.things[number].provider == scrape.provider:
                    self._series[scrape.provider][number].decide(first_on, verdict)
        else:
            self._learn(scrape)

    def decide(self, number: int, first_on: date, verdict: Verdict) -> None:
        self._verdicts[number, first_on] = verdict
        self._series[self.things[number].provider][number].decide(first_on, verdict)

    def _learn(self, scrape: Scrape) -> None:
        series = self._series.setdefault(scrape.provider, {})
        sizes = self._sizes.setdefault(scrape.provider, [])
        read = self._read.setdefault(scrape.provider, [])
        self._tried.setdefault(scrape.provider, []).append(scrape.day)
        if scrape.status in ("failed", "layout_changed"):
            return
        if scrape.status != "no_public_price":
            read.append(scrape.day)
        size = 0
        for number, value in scrape.listing.items():
            one = series.get(number) or series.setdefault(number, Series(self.things[number]))
            one.state(value, scrape.day)
            one.name = scrape.names.get(number, one.thing.first_name)
            is_now = any((r.starts_on or scrape.day) <= scrape.day and r.price_status != "contact_sales" for r in value)
            size += is_now + any((r.starts_on or scrape.day) > scrape.day for r in value)
        usual = sizes[-7:]
        is_cut = (
            scrape.status == "ok" and len(usual) >= USUAL_SCRAPES and median(usual) >= USUAL_SIZE
            and size < CUT * median(usual)
        )  # fmt: skip
        if scrape.status == "ok":
            sizes.append(size)
        if scrape.status in ("ok", "no_public_price") and not is_cut:
            for number, one in series.items():
                one.miss(scrape.listing.get(number), scrape.day)

    def series(self) -> Iterator[Series]:
        for of_provider in self._series.values():
            yield from of_provider.values()

    def newest_on(self) -> date:
        """Return the newest day on which a price was seen."""
        return max(i.last_seen_on for one in self.series() for i in one.judged()[0])

    def in_force(self, day: date) -> dict[int, Current]:
        """Return the prices in force on a day, by offer."""
        expected = {}
        for one in self.series():
            for interval in reversed(one.judged()[0]):
                if interval.valid_from <= day:
                    seen_on = interval.seen_by(day)
                    if (interval.valid_to is None or day < interval.valid_to) and seen_on and day - seen_on <= OLDEST:
                        tried = self._tried[one.thing.provider]
                        tried_on = tried[bisect_right(tried, day) - 1]
                        carried = tried_on > seen_on or (day - seen_on).days > 1
                        expected[one.thing.number] = Current(interval.price, seen_on, carried)
                    break
        return expected

    def held(self) -> dict[tuple[int, date], str]:
        """Return the rule of every held price, by offer and first day."""
        return {(one.thing.number, h.first_on): h.rule for one in self.series() for h in one.judged()[1]}

    def held_now(self) -> set[int]:
        """Return the offers whose newest price is held."""
        return {
            one.thing.number
            for one in self.series()
            if (versions := one.stated.versions) and versions[-1].gone_on is None
            and any(h.first_on == versions[-1].first_on for h in one.judged()[1])
        }  # fmt: skip
