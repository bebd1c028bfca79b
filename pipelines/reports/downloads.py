"""The files beside the pages: CSV and Parquet of the data on each, and the whole contract for download."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.reports.site_data import GpuKey, SiteData
from warehouse.publish import extract
from warehouse.publish.publish import CSV_ROWS
from warehouse.storage.connection import Connection, quoted

_ORDER = "gpu, gpu_memory_gb, provider, pricing_model, term_months, usd_per_gpu_hour, instance, region, zone, series_id"
_ADDED = "place, spec, usd_per_fp16_tflops_hour, usd_per_gb_hour"  # to the relation of the contract
_OFFERS = f"select * exclude (place) from made.offers where {{}} order by {_ORDER}"  # noqa: S608 -- names of ours
_CHANGES = "select * exclude (is_first_observation) from made.changes"
_HISTORY = "select * from made.intervals where {} order by provider, series_id, valid_from, observed_at"
# relation -> order, description, and whether it is also written as CSV where it is short enough.
_WHOLE: dict[str, tuple[str, str, bool]] = {
    "index_daily": ("index_id, day", "every index by day", True),
    "series": ("series_id", "every series: the unit of one price history", False),
    "cost_per_token": (
        "model, method, precision, workload, operating_point, provider, spec, pricing_model, term_months, series_id",
        "USD per million tokens, with every assumption",
        False,
    ),
    "cost_per_unit": ("series_id", "USD per TFLOPS-hour, GB-hour and GB/s-hour of every price", False),
    "training_cost": ("model, spec, method, precision, pricing_model", "costs of training runs", False),
    "self_host_vs_api": (
        "model, workload, precision, pricing_model, term_months, host, hosted_model",
        "self-hosting vs hosted APIs",
        False,
    ),
    "source_health": ("provider, source, seen_on", "scrape attempts and their results", False),
    "quality_events": ("date, event_id", "quarantined and flagged prices, with reasons", False),
    "seed_claims": ("id", "the reference document's 56 numbers, recomputed", True),
}
_CUT = {
    "offers_latest": f"select * exclude ({_ADDED}) {{}} from made.offers order by {_ORDER}",  # noqa: S608 -- names of ours
    "price_changes": "select * exclude (is_first_observation) {} from made.changes order by seq desc limit 5000",
    "index_daily": "select * from v1.index_daily where status = 'ok' order by index_id, day desc limit 20000",
    "series": "select * from v1.series order by series_id limit 20000",
    "meta": "select * {} from v1.meta",
}
CUT = "data/gpuhour.duckdb"


@dataclass(frozen=True, slots=True)
class DownloadFile:
    """A file to write where its rows changed: `key` is the same for the same rows.

    `write` accepts any connection from warehouse.publish.extract: files are written in another thread than pages.
    """

    path: str
    key: str
    write: Callable[[Connection, Path], object]
    about: str = ""
    rows: int | None = None
    query: str = ""  # whose columns it has, in their order; empty for a database


def prepare(data: SiteData) -> None:
    """Create the tables that many files are cut from, ordered so that a cut reads little."""
    data.con.execute("create table made.intervals as from v1.price_intervals where source <> 'seed' order by gpu")
    data.con.execute("create table made.costs as from v1.cost_per_token where workload = 'chat' order by model")


def page_files(data: SiteData) -> Iterator[DownloadFile]:
    """Yield CSV and Parquet of every GPU, provider, model and index."""
    offers, history = _sums(data, "offers", "gpu, gpu_memory_gb"), _sums(data, "intervals", "gpu, gpu_memory_gb")
    for key, gpu in data.gpus.items():
        where = _is(key)
        yield from _both(f"gpu/{gpu.slug}", _OFFERS.format(where), offers.get(key))
        yield from _both(f"gpu/{gpu.slug}-history", _HISTORY.format(where), history.get(key))
    offers, history = _sums(data, "offers", "provider"), _sums(data, "intervals", "provider")
    for provider in data.providers.values():
        where = f"provider = '{quoted(provider.slug)}'"
        yield from _both(f"provider/{provider.file}", _OFFERS.format(where), offers.get((provider.slug,)))
        yield _parquet(f"provider/{provider.file}-history", _HISTORY.format(where), history.get((provider.slug,)))
    costs = _sums(data, "costs", "model")
    for model, file in data.model_files.items():
        query = f"select * from made.costs where model = '{quoted(model)}' order by {_WHOLE['cost_per_token'][0]}"  # noqa: S608
        yield _csv(f"tokens/{file}", query, costs.get((model,)))
    days = _sums(data, "index_daily", "index_id", "v1")
    for name, file in data.index_files.items():
        query = _whole("index_daily", f"index_id = '{quoted(name)}'")
        yield _csv(f"index/{file}", query, days.get((name,)))


def whole_files(data: SiteData) -> Iterator[DownloadFile]:
    """Yield the relations of the contract, and a small database of the newest data."""
    sums = _sums(data, "offers", "1").get((1,))
    query = f"select * exclude ({_ADDED}) from made.offers order by {_ORDER}"  # noqa: S608 -- names of ours
    yield from _both("data/offers_latest", query, sums, "all prices in force")
    sums = _sums(data, "intervals", "1").get((1,))
    yield _parquet(
        "data/price_intervals", _HISTORY.format("true"), sums, "every price since the start, with the days it held"
    )
    sums = _sums(data, "changes", "1").get((1,))
    yield from _both("data/price_changes", f"{_CHANGES} order by seq", sums, "every price change")
    for relation, (_, about, with_csv) in _WHOLE.items():
        sums = _sums(data, relation, "1", "v1").get((1,))
        query = _whole(relation)
        if with_csv:
            yield from _both(f"data/{relation}", query, sums, about)
        else:
            yield _parquet(f"data/{relation}", query, sums, about)
    all_sums = [_sums(data, name, "1") for name in ("offers", "changes")] + [_sums(data, "index_daily", "1", "v1")]
    yield DownloadFile(
        CUT,
        repr((all_sums, data.meta["schema_version"], _CUT)),
        _cut,
        "the newest data, for DuckDB and the SQL page",
    )


def _whole(relation: str, where: str = "true") -> str:
    return f"select * from v1.{relation} where {where} order by {_WHOLE[relation][0]}"  # noqa: S608 -- names of ours


def _cut(con: Connection, path: Path) -> None:
    """Write the small database with times without zone (UTC): a browser's DuckDB has no time zones offline."""
    queries = {}
    for name, query in _CUT.items():
        columns = con.execute(f"describe {query.format('')}").fetchall()
        times = [c for c, kind, *_ in columns if kind == "TIMESTAMP WITH TIME ZONE"]
        plain = f"replace ({', '.join(f'{t}::timestamp as {t}' for t in times)})" if times else ""
        queries[name] = query.format(plain)
    extract.database(con, queries, path)


def _is(key: GpuKey) -> str:
    memory = "gpu_memory_gb is null" if key[1] is None else f"gpu_memory_gb = {key[1]}"
    return f"gpu = '{quoted(key[0])}' and {memory}"


Sum = tuple[int, str]


def _sums(data: SiteData, relation: str, by: str, schema: str = "made") -> dict[tuple[Any, ...], Sum]:
    """Return, by key, the number of rows and an order-independent hash of them."""
    rows = data.con.execute(
        f"select {by}, count(*), bit_xor(hash(r)), sum(hash(r)::hugeint) from {schema}.{relation} as r group by {by}"  # noqa: S608
    ).fetchall()
    return {tuple(row[:-3]): (row[-3], f"{row[-2]:x}.{row[-1]:x}") for row in rows}


def _both(base: str, query: str, sums: Sum | None, about: str = "") -> Iterator[DownloadFile]:
    yield _csv(base, query, sums, about)
    yield _parquet(base, query, sums, about)


def _csv(base: str, query: str, sums: Sum | None, about: str = "") -> DownloadFile:
    rows, key = sums or (0, "none")
    return DownloadFile(
        f"{base}.csv", f"{key} {query}", lambda con, path: extract.csv(con, query, path), about, rows, query
    )


def _parquet(base: str, query: str, sums: Sum | None, about: str = "") -> DownloadFile:
    rows, key = sums or (0, "none")
    return DownloadFile(
        f"{base}.parquet", f"{key} {query}", lambda con, path: extract.parquet(con, query, path), about, rows, query
    )


def listed(data: SiteData, file: DownloadFile, size: int | None) -> dict[str, Any]:
    """Return what indexes of the site say of a file; `size` in bytes."""
    described = data.con.execute(f"describe {file.query}").fetchall() if file.query else []
    columns = [name for name, *_ in described]
    return {"path": file.path, "about": file.about, "rows": file.rows, "bytes": size, "columns": columns}


def is_written(file: DownloadFile) -> bool:
    """Return whether the file is written: a CSV that is too long to scroll through is not."""
    return not file.path.endswith(".csv") or (file.rows or 0) <= CSV_ROWS
