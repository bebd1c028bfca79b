"""Loads a FOCUS bill beside the price history: every line classed, its GPU lines priced, all in temporary tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from warehouse.billing.bill_files import UnreadableBill, open_files
from warehouse.billing.charge_identity import Charged, Words, identify_charge, instance_key
from warehouse.identity.providers import provider_slug
from warehouse.identity.regions import place
from warehouse.storage.connection import Connection, published_with_files
from warehouse.storage.state_dir import Home

_HERE = Path(__file__).parent
_BATCH = 1000
_NAMES = (
    "provider_name", "service_name", "service_category", "stated_instance", "stated_count", "operating_system",
    "x_usage_type", "x_operation", "meter", "description", "machine",
)  # fmt: skip
_ITEM_TYPES = {
    "words_no": "bigint", "provider": "varchar", "kind": "varchar", "instance": "varchar", "instance_key": "varchar",
    "gpu": "varchar", "form_factor": "varchar", "gpu_memory_gb": "decimal(9, 3)", "gpu_count": "decimal(20, 10)",
    "reason": "varchar", "not_comparable": "varchar", "is_spot": "boolean", "is_idle": "boolean",
}  # fmt: skip
_REGION_TYPES = {
    "provider_name": "varchar", "region_id": "varchar", "region_name": "varchar", "availability_zone": "varchar",
    "region": "varchar", "continent": "varchar",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Total:
    """Sums of a bill in one currency, straight from its files."""

    currency: str
    lines: int
    billed_cost: Decimal
    effective_cost: Decimal


@contextmanager
def opened_bill(home: Home, paths: Sequence[Path], term_months: int | None = None) -> Iterator[Connection]:
    """Yield the published database with the tables of a bill beside it.

    Args:
        home: The state folder of the price history.
        paths: FOCUS files, CSV or Parquet.
        term_months: The term of commitments whose bill states none; None leaves them without an equal offer.

    Yields:
        `bill_charges`: every line with its class (gpu, unmapped, other), its role and its costs in its own currency.
        `bill_lines`: those of class gpu and unmapped. `bill_costs`: the lines of class gpu by day, with costs in USD,
        the list price and the cheapest equal offer of the day. Nothing is written but copies in a temporary folder.

    Raises:
        UnreadableBill: a file, or one of its lines, cannot be read.
        NothingPublished, OutdatedDatabase: as of `published`.
    """
    with TemporaryDirectory(prefix="gpuhour-bill-") as folder:
        room = Path(folder)
        with published_with_files(home, room) as con:
            open_files(con, paths, room)
            _run(con, "words")
            _refuse_faults(con)
            con.execute("set variable bill_term = ?", [term_months])
            _identify(con)
            _place(con)
            _run(con, "lines")
            _balance(con)
            _run(con, "prices")
            yield con


def _run(con: Connection, name: str) -> None:
    con.execute((_HERE / f"{name}.sql").read_text(encoding="utf-8"))


def _refuse_faults(con: Connection) -> None:
    query = (_HERE / "faults.sql").read_text(encoding="utf-8")
    faults = con.execute(
        "select path, counted_by, faults.* exclude (file) "  # noqa: S608 -- our own query
        f'from ({query}) as faults join bill_files using (file) order by file, "row"'
    ).fetchall()
    if faults:
        sentences = [
            f"{path}: {counted_by} {row}: {column} {value[:80]!r} {reason}"
            for path, counted_by, row, column, reason, value in faults
        ]
        more = " (only the first twenty are shown)" if len(faults) == 20 else ""
        raise UnreadableBill("\n".join([*sentences, f"nothing was counted: mend these cells or export again{more}"]))


def _identify(con: Connection) -> None:
    """Make `bill_words`, the combinations of words, and `bill_items`, what each of them pays for."""
    names = ", ".join(_NAMES)
    con.execute(
        f"create temp table bill_words as select row_number() over () as words_no, * "  # noqa: S608 -- our names
        f"from (select distinct {names} from bill_said)"
    )
    machines = {
        (provider, instance_key(instance)): Charged("machine", instance, gpu, form_factor, memory, count)
        for provider, instance, gpu, form_factor, memory, count in con.execute(
            """
            select provider, instance, any_value(gpu), any_value(form_factor), any_value(gpu_memory_gb),
                any_value(gpu_count)
            from v1.series
            where price_scope = 'instance' and instance <> '' and gpu is not null and gpu_count is not null
            group by provider, instance
            having count(distinct (gpu, form_factor, gpu_memory_gb, gpu_count)) = 1
            """
        ).fetchall()
    }
    _create(con, "bill_items", _ITEM_TYPES)
    rows = con.execute(f"select words_no, {names} from bill_words").fetchall()  # noqa: S608 -- our names

    def items() -> Iterator[dict[str, Any]]:
        for number, provider_name, *rest in rows:
            words = Words(provider_slug(provider_name), *rest)
            charged = identify_charge(words, machines)
            values = {field.name: getattr(charged, field.name) for field in fields(Charged)}
            yield values | {
                "words_no": number, "provider": words.provider, "instance_key": instance_key(charged.instance),
            }  # fmt: skip

    _insert(con, "bill_items", _ITEM_TYPES, items())


def _place(con: Connection) -> None:
    """Make `bill_regions`: the region and continent of each combination that the bill states."""
    _create(con, "bill_regions", _REGION_TYPES)
    names = ("provider_name", "region_id", "region_name", "availability_zone")
    listed = con.execute(f"select distinct {', '.join(names)} from bill_text").fetchall()  # noqa: S608 -- our names

    def regions() -> Iterator[dict[str, Any]]:
        for row in listed:
            provider, region_id, region_name, zone = row
            slug = provider_slug(provider)
            spot = place(slug, region_id, zone)
            spot = spot if spot.continent else place(slug, region_name or region_id, zone)
            yield dict(zip(names, row, strict=True)) | {"region": spot.region_id, "continent": spot.continent}

    _insert(con, "bill_regions", _REGION_TYPES, regions())


def _create(con: Connection, table: str, types: dict[str, str]) -> None:
    con.execute(f"create temp table {table} ({', '.join(f'{name} {kind}' for name, kind in types.items())})")


def _insert(con: Connection, table: str, types: dict[str, str], rows: Iterable[dict[str, Any]]) -> None:
    """Insert rows as texts, a batch at a time: a value's type cannot differ from row to row."""
    casts = ", ".join(f"{name}::{kind}" for name, kind in types.items())
    batch: list[dict[str, str | None]] = []

    def flush() -> None:
        if batch:
            listed = "(select unnest(?, recursive := true))"
            con.execute(f"insert into {table} select {casts} from {listed}", [batch])  # noqa: S608 -- our names
            batch.clear()

    for row in rows:
        batch.append({name: None if row[name] is None else str(row[name]) for name in types})
        if len(batch) == _BATCH:
            flush()
    flush()


def totals(con: Connection) -> list[Total]:
    """Return the sums of all lines by currency, straight from the files."""
    rows = con.execute(
        "select billing_currency, count(*), sum(bill_amount(billed_cost)), sum(bill_amount(effective_cost)) "
        "from bill_text group by billing_currency order by billing_currency"
    ).fetchall()
    return [Total(*row) for row in rows]


def _balance(con: Connection) -> None:
    """Check that each line is in one class: the classes together are the bill, to the last digit."""
    classed = con.execute(
        "select currency, count(*), sum(billed_cost), sum(effective_cost) from bill_charges "
        "group by currency order by currency"
    ).fetchall()
    if [Total(*row) for row in classed] != totals(con):
        raise AssertionError("the classes of the bill do not sum up to its total")
