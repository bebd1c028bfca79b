"""Tables that Python makes for a model: what no SQL can work out. A model reads them as python.<name>."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from warehouse.identity import hosted_models
from warehouse.identity.gpus import identify
from warehouse.identity.regions import place
from warehouse.identity.spec_names import SpecNames, UnknownName
from warehouse.storage.connection import Connection

# The packages with rates and prices are slow to import, and only a build needs them.
MOST_GPUS, MOST_GB = 100_000_000, 1_000_000  # what the columns below hold


@dataclass(frozen=True, slots=True)
class PythonInput:
    """Rows that a function works out from the tables it reads; types by column, in the order of its rows."""

    reads: frozenset[str]
    types: dict[str, str]
    rows: Callable[[Connection], Iterable[Sequence[Any]]]


def _identities(con: Connection) -> Iterator[list[str | None]]:
    """Resolve each distinct raw label once."""
    keys = con.execute(
        "select distinct provider, instance, gpu_label, gpu_memory, gpu_memory_is_total, gpu_count "
        "from staging.raw_offers order by all"
    ).fetchall()
    for key in keys:
        identity = identify(*key)
        gpu = identity.gpu
        n_gpus = _possible(identity.gpu_count, MOST_GPUS)
        counts = (n_gpus, identity.known_count, identity.gpu_part, identity.is_accelerator)
        printed = (identity.printed.model, _possible(identity.printed.memory_gb, MOST_GB))
        known = identity.machine
        machine = (known.vcpus, known.ram_gb, known.local_disk_gb, known.interconnect) if known else (None,) * 4
        card = (gpu.model, gpu.vendor, gpu.form_factor, _possible(gpu.memory_gb, MOST_GB))
        row = (*key, *card, *counts, *machine, *printed)
        yield [None if value is None else str(value) for value in row]


def _possible(number: Decimal | None, most: int) -> Decimal | None:
    """Return a count or memory that a page printed; None for one that no machine has and no table holds."""
    return number if number is not None and abs(number) < most else None


def _places(con: Connection) -> Iterator[list[str | None]]:
    """Resolve each distinct region and zone once."""
    keys = con.execute(
        "select distinct provider, coalesce(stated_region, ''), zone from staging.raw_offers order by all"
    ).fetchall()
    for provider, region, zone in keys:
        where = place(provider, region, zone)
        yield [provider, region, zone, where.region_id, where.country, where.continent]


def _bundled_rates(con: Connection) -> Iterable[Sequence[Any]]:
    """Read the bundled rates, where any price needs one: 7,000 days of 40 currencies cost more than a whole parse."""
    if not con.execute("select 1 from staging.raw_offers where currency <> 'USD' limit 1").fetchall():
        return []
    from warehouse.sources import exchange_rates

    return exchange_rates.bundled_rates()


def _hosted_prices(_: Connection) -> Iterable[Sequence[Any]]:
    from warehouse.sources import hosted_prices

    return hosted_prices.listed()


def _hosted_models(con: Connection) -> Iterable[Sequence[Any]]:
    """Resolve each distinct label of a hosted model once."""
    labels = con.execute("select distinct hosted_model from staging.hosted_rows order by 1").fetchall()
    return hosted_models.resolve(label for (label,) in labels)


def _spec_labels(con: Connection) -> Iterator[list[str | None]]:
    """Resolve each distinct model and GPU of published measurements once."""
    labels = con.execute(
        "select 'model' as kind, model as label from landing.throughput_rows where not is_gone "
        "union select 'gpu', gpu from landing.throughput_rows where not is_gone order by all"
    ).fetchall()
    if not labels:
        return
    names = SpecNames(
        _named(con, "seeds.llm_specs", ("name", "repo", "same_shape")),
        _named(con, "seeds.gpu_specs", ("name", "gpu", "form_factor", "gpu_memory_gb", "is_default")),
    )
    for kind, label in labels:
        try:
            yield [kind, label, (names.model if kind == "model" else names.gpu)(label), None]
        except UnknownName as absent:
            yield [kind, label, None, str(absent)]


def _named(con: Connection, table: str, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = con.execute(f"select {', '.join(columns)} from {table}").fetchall()  # noqa: S608 -- names of ours
    return [dict(zip(columns, row, strict=True)) for row in rows]


INPUTS = {
    "gpu_identity": PythonInput(
        frozenset({"staging.raw_offers"}),
        {
            "provider": "varchar", "instance": "varchar", "gpu_label": "varchar", "gpu_memory": "varchar",
            "gpu_memory_is_total": "boolean", "printed_count": "decimal(18,10)", "gpu": "varchar",
            "vendor": "varchar", "form_factor": "varchar", "gpu_memory_gb": "decimal(9,3)",
            "gpu_count": "decimal(18,10)", "known_count": "decimal(18,10)", "gpu_part": "decimal(18,10)",
            "is_accelerator": "boolean", "known_vcpus": "decimal(18,4)", "known_ram_gb": "decimal(18,3)",
            "known_disk_gb": "decimal(18,3)", "known_interconnect": "varchar", "label_gpu": "varchar",
            "label_memory_gb": "decimal(9,3)",
        },
        _identities,
    ),
    "places": PythonInput(
        frozenset({"staging.raw_offers"}),
        dict.fromkeys(("provider", "region", "zone", "region_id", "country", "continent"), "varchar"),
        _places,
    ),
    "bundled_rates": PythonInput(
        frozenset({"staging.raw_offers"}),
        {"rate_on": "date", "currencies": "varchar", "per_eur": "varchar"},
        _bundled_rates,
    ),
    "hosted_prices": PythonInput(
        frozenset(),
        {
            "host": "varchar", "hosted_model": "varchar", "model": "varchar", "model_key": "varchar",
            "kind": "varchar", "above_tokens": "bigint", "hours_utc": "varchar", "effective_from": "date",
            "usd_per_m_tokens": "decimal(38,12)", "is_deprecated": "boolean", "package": "varchar",
            "version": "varchar", "host_url": "varchar",
        },
        _hosted_prices,
    ),
    "hosted_models": PythonInput(
        frozenset({"staging.hosted_rows"}),
        {"hosted_model": "varchar", "model": "varchar", "model_key": "varchar"},
        _hosted_models,
    ),
    "spec_labels": PythonInput(
        frozenset({"landing.throughput_rows", "seeds.llm_specs", "seeds.gpu_specs"}),
        dict.fromkeys(("kind", "label", "spec", "unknown"), "varchar"),
        _spec_labels,
    ),
}  # fmt: skip


def make(con: Connection, name: str) -> None:
    """Make python.<name>."""
    from warehouse.storage.rows import execute_with_rows

    table = INPUTS[name]
    con.execute("create schema if not exists python")
    execute_with_rows(con, f"create or replace table python.{name} as ", list(table.rows(con)), table.types)
