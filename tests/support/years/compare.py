"""Compares a published database with what the model says should be in it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from tests.support.years.model import Model
from warehouse.storage import connection
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

MOST = 20  # differences that are told
PAST_DAYS = 4  # days whose prices are asked for
OURS = "provider like 'years%'"
Name = tuple[str, str, str]  # provider, instance, region


def differences(home: Home, model: Model, chance: random.Random, *, is_thorough: bool) -> list[str]:
    """Return the first differences as lines: what, provider, offer, published, expected. Empty where all is right."""
    with connection.published(home) as con:
        return list(islice(_differences(con, model, chance, is_thorough), MOST))


def _differences(con: Connection, model: Model, chance: random.Random, is_thorough: bool) -> Iterator[str]:
    names = {one.thing.number: (one.thing.provider, one.name, one.thing.region) for one in model.series()}
    newest = model.newest_on()
    yield from _unlike("newest day", {("", "", ""): con.execute("select newest_on from v1.meta").fetchall()[0][0]},
                       {("", "", ""): newest})  # fmt: skip
    published = con.execute(
        f"select provider, instance, region, price, last_seen_on, is_carried_forward, is_held from v1.offers_latest where {OURS}"
    ).fetchall()
    held = model.held_now()
    expected = {
        names[number]: (now.price, now.last_seen_on, now.is_carried_forward or number in held, number in held)
        for number, now in model.in_force(newest).items()
    }
    yield from _unlike("price now (price, last seen, carried forward, held)", _by_name(published), expected)
    faults = con.execute(
        "select provider, region, date, rule from v1.quality_events "
        f"where {OURS} and verdict = 'quarantine' and status = 'held' order by all"
    ).fetchall()
    by_number = {number: (provider, region) for number, (provider, _, region) in names.items()}
    yield from _unlike(
        "held by the gate",
        {(provider, str(day), region): rule for provider, region, day, rule in faults},
        {(by_number[n][0], str(day), by_number[n][1]): rule for (n, day), rule in model.held().items()},
    )
    if not is_thorough:
        return
    first = min(i.valid_from for one in model.series() for i in one.judged()[0])
    days = [first + timedelta(days=chance.randrange((newest - first).days + 1)) for _ in range(PAST_DAYS)]
    for day in days:
        published = con.execute(
            f"select provider, instance, region, price from v1.prices_as_of(?) where {OURS}", [day]
        ).fetchall()
        # Not when it had last been seen: of the past, the published file keeps which days a source was read, but not
        # which prices a partial read showed.
        then = {names[number]: (was.price,) for number, was in model.in_force(day).items()}
        yield from _unlike(f"price of {day}", _by_name(published), then)
    yield from _unlike("intervals (from, to, price, end)", _intervals(con), {
        names[one.thing.number]: [(i.valid_from, i.valid_to, i.price, i.ended_by) for i in one.judged()[0]]
        for one in model.series() if one.judged()[0]
    })  # fmt: skip


def _by_name(rows: list[tuple[Any, ...]]) -> dict[Name, tuple[Any, ...]]:
    return {(row[0], row[1], row[2]): row[3:] for row in rows}


def _intervals(con: Connection) -> dict[Name, list[tuple[date, date | None, Decimal, str | None]]]:
    """Return published intervals by offer; those that differ only by a mark of the gate count as one."""
    rows = con.execute(
        "select provider, instance, region, valid_from, valid_to, price, ended_by from v1.price_intervals "
        f"where {OURS} and valid_from is distinct from valid_to order by provider, instance, region, valid_from"
    ).fetchall()
    found: dict[Name, list[tuple[date, date | None, Decimal, str | None]]] = {}
    for provider, instance, region, valid_from, valid_to, price, ended_by in rows:
        kept = found.setdefault((provider, instance, region), [])
        if kept and kept[-1][1] == valid_from and kept[-1][2] == price and kept[-1][3] == "change":
            valid_from = kept.pop()[0]
        kept.append((valid_from, valid_to, price, ended_by))
    return found


def _unlike(what: str, published: Mapping[Name, Any], expected: Mapping[Name, Any]) -> Iterator[str]:
    for name in sorted(published.keys() | expected.keys()):
        is_there, should = published.get(name), expected.get(name)
        if is_there != should:
            yield f"{what}: {' '.join(filter(None, name))}: published {_text(is_there)}, expected {_text(should)}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_text, value))}]"
    return f"({', '.join(map(str, value))})" if isinstance(value, tuple) else str(value)
