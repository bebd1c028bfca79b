"""Compares what a parser reads from a page today with what was landed from it, by the landing's own types."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from warehouse.storage import month_files
from warehouse.storage.connection import Connection, quoted
from warehouse.storage.landing import OFFER_TYPES, PAGE_TYPES, Seen, landed, offer_rows
from warehouse.storage.rows import execute_with_rows
from warehouse.storage.state_dir import Home

_RECEIPT = ("landing_id", "provider", "url", "captured_at", "text")
_PRICE = ("price", "upfront_price", "currency", "price_status")
_FACTS = ("availability", "effective_from", "effective_until")
_MACHINE = ("vcpus", "ram_gb", "local_disk_gb", "interconnect", "max_gpu_count", "product", "is_floor")  # not compared
_KEY = tuple(c for c in OFFER_TYPES if c not in (*_RECEIPT, *_PRICE, *_FACTS, *_MACHINE))


@dataclass(frozen=True, slots=True)
class LandedPage:
    """A landed page, as the reading that counts parsed it."""

    landing_id: str
    status: str
    n_offers: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An offer that is read differently today. what: added, gone, price, facts (availability, start, end)."""

    what: str
    instance: str
    gpu_label: str
    region: str
    pricing_model: str
    term_months: int | None
    old: str
    new: str


def landed_pages(con: Connection, home: Home, provider: str, since: date) -> dict[tuple[str, str], LandedPage]:
    """Return (url, captured_at in UTC as ISO 8601) -> page, of every page scraped since a UTC day."""
    files = [str(home.landing / "pages" / name) for name in landed(home, "pages") if name.startswith(f"{provider}/")]
    if not files:
        return {}
    rows = con.execute(
        f"""
        select url, captured_at, landing_id, status, n_offers from ({_typed(PAGE_TYPES, *files)})
        where origin in ('live', 'recorded', 'sample', 'archived') and captured_at >= ?::date::timestamptz
        qualify row_number() over (
            partition by url, captured_at
            order by status in ('ok', 'partial', 'no_public_price') desc, landed_at desc, landing_id desc
        ) = 1
        """,  # noqa: S608 -- our own files
        [since],
    ).fetchall()
    return {(url, when.isoformat()): LandedPage(*rest) for url, when, *rest in rows}


def differences(con: Connection, home: Home, seen: Seen, before: LandedPage) -> list[Difference]:
    """Return the offers of a page that differ between today's reading and the landed one, one page at a time."""
    rows = offer_rows([seen], before.landing_id)
    execute_with_rows(con, "create or replace temp table today as ", rows, OFFER_TYPES)
    files = map(str, month_files.holders(home.landing / "offers" / seen.provider, before.landing_id))
    # A text column newer than the landing is empty there, as in an offer that does not state it.
    texts = ", ".join(f"coalesce({name}, '') as {name}" for name, kind in OFFER_TYPES.items() if kind == "VARCHAR")
    con.execute(
        f"create or replace temp table before as select * replace ({texts}) from ({_typed(OFFER_TYPES, *files)}) "  # noqa: S608
        "where url = ? and captured_at = ? and landing_id = ?",
        [seen.url, seen.captured_at, before.landing_id],
    )
    return [Difference(*row) for row in con.execute(_COMPARED).fetchall()]


def _typed(types: dict[str, str], *files: str) -> str:
    """Return a SELECT over landing files; one of an older version lacks later columns."""
    columns = ", ".join(f"null::{kind} as {name}" for name, kind in types.items())
    empty = f"select {columns} where false"
    if not files:
        return empty
    listed = ", ".join(f"'{quoted(f)}'" for f in files)
    return f"{empty} union all by name select * from read_parquet([{listed}], union_by_name = true)"  # noqa: S608


def _text(side: str) -> str:
    """Format an offer's price: 2.21 USD per gpu_hour, or why there is none."""
    amount = f"rtrim(rtrim({side}.price::varchar, '0'), '.')"
    fee = f"coalesce(' + ' || rtrim(rtrim({side}.upfront_price::varchar, '0'), '.') || ' upfront', '')"
    priced = f"{amount} || {fee} || ' ' || {side}.currency || ' per ' || {side}.price_unit"
    stated = f"coalesce({priced}, {side}.price_status)"
    days = f"'from ' || {side}.effective_from, 'until ' || {side}.effective_until"
    facts = f"concat_ws(', ', {stated}, {side}.availability, {days})"
    return f"case when {side}.price_status is null then '' when {_same(_PRICE)} then {facts} else {stated} end"


def _columns(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _same(names: tuple[str, ...]) -> str:
    return " and ".join(f"b.{n} is not distinct from t.{n}" for n in names)


def _compared() -> str:
    """Return SQL over `before` and `today`: rows that only one has, paired by what is priced."""
    every = _columns((*_KEY, *_PRICE, *_FACTS))
    numbered = f"*, row_number() over (partition by {_columns(_KEY)} order by {_columns((*_PRICE, *_FACTS))}) as nth"
    columns: tuple[str, ...] = ("instance", "gpu_label", "region", "pricing_model")
    either = ", ".join(f"coalesce(b.{n}, t.{n}, '') as {n}" for n in columns)
    return f"""
        with only_before as (select {numbered} from (select {every} from before except all select {every} from today)),
        only_today as (select {numbered} from (select {every} from today except all select {every} from before))
        select
            case
                when b.nth is null then 'added' when t.nth is null then 'gone'
                when {_same(_PRICE)} then 'facts' else 'price'
            end as what,
            {either}, coalesce(b.term_months, t.term_months), {_text("b")} as old, {_text("t")} as new
        from only_before as b
        full join only_today as t on {_same((*_KEY, "nth"))}
        order by all
    """  # noqa: S608 -- column names of ours


_COMPARED: Any = _compared()
