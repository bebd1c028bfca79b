"""Questions to a bill that lies beside the price history: its balance, its groups, commitments, what is unmapped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import Any

from pipelines.errors import UsageError
from warehouse.storage.connection import Connection, quoted
from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home

# What a group is, by the word of --by: its columns.
GROUPS: dict[str, tuple[str, ...]] = {
    "gpu": ("gpu", "form_factor", "gpu_memory_gb", "gpu_count", "pricing_model"),
    "provider": ("provider",),
    "resource": ("provider", "resource_id", "resource_name", "instance", "gpu", "region_id"),
    "month": ("month",),
}
OTHER_VIEWS = ("class", "commitment", "unmapped")
_TAG = "tag:"
_FETCHED = 5_000
_CENT = Decimal("0.01")

# Over list and over the cheapest equal offer count only what has such a price; the shares say how much that is.
_SUMS = """
    count(distinct line_no) as lines,
    sum(gpu_hours) filter (where role = 'usage') as gpu_hours,
    sum(billed_usd) as billed_usd,
    sum(effective_usd) as effective_usd,
    sum(bill_list_usd) filter (where role in ('usage', 'host')) as bill_list_usd,
    sum(list_usd) as list_usd,
    sum(effective_usd - list_usd) as over_list_usd,
    sum(equal_usd) as equal_usd,
    sum(effective_usd - equal_usd) as over_equal_usd,
    sum(effective_usd) filter (where role in ('unused_commitment', 'unused_capacity')) as unused_usd,
    sum(billed_usd) filter (where role in ('tax', 'credit', 'adjustment')) as tax_and_credit_usd"""

_BALANCE = """
    select class, role, currency, count(*) as lines, sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost, sum(list_cost) as list_cost
    from (
        select class, if(class = 'gpu', role, '') as role, currency, billed_cost, effective_cost, list_cost
        from bill_charges
    )
    group by grouping sets ((class, role, currency), (currency))
    order by currency, class = 'other', class nulls last, role"""
_COMMITMENTS = """
    select provider, commitment_id, any_value(commitment_type) as commitment_type, currency,
        coalesce(sum(effective_cost) filter (where commitment_status = 'Used' and class = 'gpu'), 0) as used_by_gpus,
        coalesce(sum(effective_cost) filter (where commitment_status = 'Used' and class <> 'gpu'), 0) as used_by_others,
        coalesce(sum(effective_cost) filter (where commitment_status = 'Unused'), 0) as unused,
        coalesce(sum(billed_cost) filter (where charge_category = 'Purchase'), 0) as purchased
    from bill_charges
    where commitment_id <> '' and (provider, commitment_id) in (
        select (provider, commitment_id) from bill_charges where class = 'gpu'
    )
    group by provider, commitment_id, currency
    order by unused desc, provider, commitment_id, currency"""
_UNMAPPED = """
    select provider, service, instance, reason, currency, count(*) as lines, sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost, any_value(path order by line_no) as file,
        any_value("row" order by line_no) as row
    from bill_charges join bill_files using (file)
    where class = 'unmapped'
    group by provider, service, instance, reason, currency
    order by effective_cost desc, provider, service, instance, reason, currency"""
_LINES = """
    select path as file, charges."row" as row, class, role, charges.provider, service, charge_category, charge_class,
        charges.resource_id, resource_name, sku_id, charges.instance, charges.gpu, charges.form_factor,
        charges.gpu_memory_gb, charges.gpu_count, region_id, continent, zone, pricing_model, commitment_id,
        commitment_status, starts_at, ends_at, currency, billed_cost, effective_cost, list_cost,
        costs.* exclude (line_no), reason, tags, extra
    from bill_charges as charges
    join bill_files using (file)
    left join (
        select line_no, sum(gpu_hours) as gpu_hours, sum(billed_usd) as billed_usd, sum(effective_usd) as effective_usd,
            sum(bill_list_usd) as bill_list_usd, sum(list_usd) as list_usd,
            sum(effective_usd - list_usd) as over_list_usd, sum(equal_usd) as equal_usd,
            sum(effective_usd - equal_usd) as over_equal_usd, min(rate_on) as rate_on,
            first(list_source_url order by day) as list_source_url, first(list_sha256 order by day) as list_sha256,
            first(equal_provider order by day) as equal_provider, first(equal_instance order by day) as equal_instance,
            first(equal_region order by day) as equal_region,
            first(equal_usd_per_gpu_hour order by day) as equal_usd_per_gpu_hour,
            bool_or(equal_is_marketplace) as equal_is_marketplace,
            first(equal_source_url order by day) as equal_source_url, first(equal_sha256 order by day) as equal_sha256,
            max(list_reason) as list_reason, max(equal_reason) as equal_reason
        from bill_costs
        group by line_no
    ) as costs using (line_no)
    order by line_no"""


@dataclass(frozen=True, slots=True)
class Answer:
    """Columns and rows of one question."""

    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Unpriced:
    """The part of a bill's GPUs without a price: lines that could not be mapped, or have no list price on a day."""

    unmapped_lines: int
    unlisted_lines: int
    reasons: tuple[str, ...]
    converted: tuple[str, ...]  # currencies other than USD
    oldest_rate_days: int | None  # how many days before its charge the oldest rate used was
    unconverted: tuple[str, ...]  # currencies without a rate


def check_view(name: str) -> str:
    """Return the word of --by, checked. Raises UsageError for an unknown one."""
    if name in GROUPS or name in OTHER_VIEWS or (name.startswith(_TAG) and len(name) > len(_TAG)):
        return name
    raise UsageError(f"--by {name!r} is none of {', '.join((*GROUPS, 'tag:KEY', *OTHER_VIEWS))}")


def view(con: Connection, name: str) -> Answer:
    """Return a checked view of the bill: groups of its GPU lines, or one of OTHER_VIEWS."""
    others = {"class": _BALANCE, "commitment": _COMMITMENTS, "unmapped": _UNMAPPED}
    return _answer(con, others[name]) if name in others else _groups(con, name)


def _groups(con: Connection, name: str) -> Answer:
    if name.startswith(_TAG):
        query = f"""
            select bill_tag(tags, ?) as value, {_SUMS}
            from bill_costs group by value order by effective_usd desc, value"""  # noqa: S608 -- our own columns
        return _answer(con, query, name.removeprefix(_TAG))
    keys = ", ".join(GROUPS[name])
    order = "month" if name == "month" else f"effective_usd desc, {keys}"
    return _answer(con, f"select {keys}, {_SUMS} from bill_costs group by {keys} order by {order}")  # noqa: S608


def _answer(con: Connection, query: str, *values: Any) -> Answer:
    cursor = con.execute(query, list(values))
    return Answer(tuple(column[0] for column in cursor.description or ()), cursor.fetchall())


def lines(con: Connection) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
    """Return the columns and all lines of the bill, in the order of its files."""
    cursor = con.execute(_LINES)
    columns = tuple(column[0] for column in cursor.description or ())

    def rows() -> Iterator[tuple[Any, ...]]:
        while batch := cursor.fetchmany(_FETCHED):
            yield from batch

    return columns, rows()


def keep(con: Connection, home: Home) -> Path:
    """Write all lines of the bill, with what each was compared with, as Parquet for its owner; return the file."""
    with _private_file(home, "bill_lines.parquet") as part:
        con.execute(f"copy ({_LINES}) to '{quoted(part)}' (format parquet, compression zstd)")
    return home.bills / "bill_lines.parquet"


def keep_text(home: Home, name: str, text: str) -> Path:
    """Write a text beside the kept lines, for its owner alone; return the file."""
    with _private_file(home, name) as part:
        part.write_text(text, encoding="utf-8")
    return home.bills / name


@contextmanager
def _private_file(home: Home, name: str) -> Iterator[Path]:
    home.bills.mkdir(parents=True, exist_ok=True)
    home.bills.chmod(0o700)  # the file itself is made by others' code, with the usual permissions
    with replacing(home.bills / name) as part:
        yield part
        part.chmod(0o600)


def unpriced(con: Connection) -> Unpriced:
    """Return what of the bill's GPUs could not be priced, and how other currencies were converted."""
    (unmapped,) = con.execute("select count(*) from bill_charges where class = 'unmapped'").fetchall()[0]
    (unlisted,) = con.execute(
        "select count(distinct line_no) from bill_costs where list_reason <> '' and effective_cost <> 0"
    ).fetchall()[0]
    reasons = con.execute(
        "select list_reason, count(distinct line_no) as lines from bill_costs where list_reason <> '' "
        "and effective_cost <> 0 group by list_reason order by lines desc, list_reason limit 10"
    ).fetchall()
    currencies = con.execute(
        "select currency, max(day - rate_on), bool_or(usd_per_unit is null) from bill_costs where currency <> 'USD' "
        "group by currency order by currency"
    ).fetchall()
    return Unpriced(
        unmapped,
        unlisted,
        tuple(f"{reason} ({count} {'line' if count == 1 else 'lines'})" for reason, count in reasons),
        tuple(currency for currency, _, is_unknown in currencies if not is_unknown),
        max((days for _, days, _ in currencies if days is not None), default=None),
        tuple(currency for currency, _, is_unknown in currencies if is_unknown),
    )


def in_cents(amount: Decimal) -> Decimal:
    """Round an amount to cents, half to even; what is less than half a cent has no sign."""
    cents = amount.quantize(_CENT, ROUND_HALF_EVEN)
    return cents or abs(cents)
