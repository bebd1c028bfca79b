"""Reads the published prices from Python: offers, history, changes and costs as lazy, typed answers.

    >>> from pipelines.queries.client import open_prices
    >>> with open_prices() as prices:
    ...     cheapest = prices.offers(gpu="H100 SXM", min_count=8, spot=False).rows()[0]
    >>> cheapest["provider"], cheapest["gpu_count"] >= 8, cheapest["source_url"].startswith("https://")
    ('lium', True, True)

Nothing is computed before `rows()`, `pandas()`, `polars()` or `arrow()` is called, and each of those needs only its own
library. Every value is bound as a parameter. Unknown is None, and a filter leaves out what is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Any, Generic, Literal, TypedDict, TypeVar, Unpack, cast

from pipelines import settings
from pipelines.queries.client_filters import Number, OfferFilters, SeriesFilters, conditions
from pipelines.queries.current_prices import today
from pipelines.queries.filters import MAX_AGE
from warehouse.storage.connection import Connection, for_reading, nothing_published, records

Row = TypeVar("Row", bound=Mapping[str, Any])


class PriceRow(TypedDict):
    """An offer: one price in force, with its receipt. USD per GPU-hour; GB per GPU; days are UTC."""

    provider: str
    instance: str
    gpu: str | None
    vendor: str | None
    form_factor: str
    gpu_memory_gb: Decimal | None
    gpu_count: Decimal
    region: str | None
    region_id: str | None
    country: str | None
    continent: str | None
    zone: str
    pricing_model: str
    term_months: int | None
    usd_per_gpu_hour: Decimal
    usd_per_hour: Decimal
    price: Decimal
    currency: str
    price_unit: str
    availability: str
    is_floor: bool | None
    vcpus: Decimal | None
    ram_gb: Decimal | None
    local_disk_gb: Decimal | None
    interconnect: str | None
    valid_from: date
    last_seen_on: date
    observed_at: datetime
    age_days: int
    quality: str
    origin: str
    source: str
    source_url: str
    sha256: str
    series_id: str


class HistoryRow(TypedDict):
    """A price on one day on which its source was tried."""

    observed_on: date
    provider: str
    instance: str
    gpu: str | None
    form_factor: str
    gpu_memory_gb: Decimal | None
    gpu_count: Decimal
    region: str | None
    pricing_model: str
    term_months: int | None
    usd_per_gpu_hour: Decimal
    is_carried_forward: bool
    source: str
    source_url: str
    sha256: str
    series_id: str


class ChangeRow(TypedDict):
    """A change of a price; pct in percent of the old one."""

    event_id: str
    changed_on: date
    kind: str
    provider: str
    instance: str
    gpu: str | None
    gpu_memory_gb: Decimal | None
    gpu_count: Decimal
    region: str | None
    pricing_model: str
    old_usd_per_gpu_hour: Decimal | None
    new_usd_per_gpu_hour: Decimal | None
    pct: Decimal | None
    source_url: str
    series_id: str


class CostRow(TypedDict):
    """The cost of a job at one price. USD; a part whose rate is unknown is None, and then the total too."""

    provider: str
    instance: str
    gpu: str
    gpu_count: Decimal
    region: str | None
    pricing_model: str
    usd_per_gpu_hour: Decimal
    gpus_billed: Decimal
    compute_usd: float
    egress_usd: float | None
    storage_usd: float | None
    total_usd: float | None
    at_least_usd: float
    reason: str | None
    source_url: str
    series_id: str


@dataclass(frozen=True, slots=True)
class Answer(Generic[Row]):
    """A question that is answered when its rows are asked for."""

    con: Connection
    sql: str
    values: dict[str, Any]

    def rows(self) -> list[Row]:
        """Return the rows, each by column name: exact decimals, dates as dates."""
        return cast("list[Row]", records(self.con.execute(self.sql, self.values)))

    def pandas(self) -> Any:
        """Return the rows as a pandas DataFrame; decimals become floats."""
        return self.con.execute(self.sql, self.values).df()

    def polars(self) -> Any:
        """Return the rows as a polars DataFrame, if polars is installed."""
        import polars  # only who asks for a frame has it

        return polars.DataFrame(self.con.sql(self.sql, params=self.values))

    def arrow(self) -> Any:
        """Return the rows as a pyarrow Table, if pyarrow is installed."""
        return self.con.execute(self.sql, self.values).to_arrow_table()


class Prices:
    """The published prices; open them with `open_prices`."""

    def __init__(self, con: Connection) -> None:
        self.con = con

    def __enter__(self) -> Prices:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.con.close()

    def offers(self, *, max_age: int = MAX_AGE, **filters: Unpack[OfferFilters]) -> Answer[PriceRow]:
        """Return the prices in force now, cheapest per GPU-hour first.

        All-in prices of the source that answers best for its provider, seen within max_age days. Raises TypeError for
        an unknown filter, ValueError or UsageError for an impossible value.

        >>> with open_prices() as prices:
        ...     rows = prices.offers(min_total_memory_gb=640, country="US", max_usd_per_gpu_hour=4).rows()
        >>> len(rows) > 0, all(row["gpu_memory_gb"] * row["gpu_count"] >= 640 for row in rows)
        (True, True)
        """
        return self.as_of(today(self.con), max_age=max_age, **filters)

    def as_of(self, day: date | str, *, max_age: int = MAX_AGE, **filters: Unpack[OfferFilters]) -> Answer[PriceRow]:
        """Return the prices in force on a UTC day, as `offers` does.

        >>> with open_prices() as prices:
        ...     prices.as_of("2023-04-07", gpu="A100 80GB", spot=False).rows()[0]["usd_per_gpu_hour"]
        Decimal('1.490000')
        """
        where, values = conditions(OfferFilters.__annotations__, filters)
        columns = ", ".join(name for name in PriceRow.__annotations__ if name != "usd_per_hour")
        sql = (
            f"select {columns}, (usd_per_gpu_hour * gpu_count)::decimal(18, 6) as usd_per_hour "  # noqa: S608 -- ours
            f"from v1.prices_as_of($day::date, max_age := $max_age) where {where} and is_preferred "
            "order by usd_per_gpu_hour, provider, instance, region, pricing_model, term_months, series_id"
        )
        return Answer(self.con, sql, values | {"day": str(day), "max_age": max_age})

    def history(
        self, *, since: date | str | None = None, until: date | str | None = None, **filters: Unpack[SeriesFilters]
    ) -> Answer[HistoryRow]:
        """Return the price of every series on each day of a span (both ends included), oldest first.

        >>> with open_prices() as prices:
        ...     days = prices.history(gpu="A100", provider="lambda", since="2023-01-01", until="2023-12-31").rows()
        >>> sorted({str(row["observed_on"]) for row in days})
        ['2023-04-07']
        """
        where, values = conditions(SeriesFilters.__annotations__, filters)
        span, days = _span("observed_on", since, until)
        columns = ", ".join(HistoryRow.__annotations__)
        sql = (
            f"select {columns} from v1.price_history where {where} and {span} "  # noqa: S608 -- ours
            "order by observed_on, provider, instance, region, series_id"
        )
        return Answer(self.con, sql, values | days)

    def changes(
        self,
        *,
        since: date | str | None = None,
        until: date | str | None = None,
        kind: Literal["new", "drop", "rise", "gone", "back"] | None = None,
        **filters: Unpack[SeriesFilters],
    ) -> Answer[ChangeRow]:
        """Return what changed in a span of days (both ends included), newest first.

        >>> with open_prices() as prices:
        ...     {row["kind"] for row in prices.changes(kind="new", gpu="H100", provider="aws").rows()}
        {'new'}
        """
        where, values = conditions(SeriesFilters.__annotations__, filters, price=None)
        span, days = _span("changed_on", since, until)
        columns = ", ".join(ChangeRow.__annotations__)
        sql = (
            f"select {columns} from v1.price_changes "  # noqa: S608 -- ours
            f"where {where} and {span} and coalesce(kind = $kind, $kind is null) order by changed_on desc, event_id"
        )
        return Answer(self.con, sql, values | days | {"kind": kind})

    def cost(
        self,
        *,
        gpus: int,
        hours: Number,
        egress_gb: Number = 0,
        storage_gb: Number = 0,
        **filters: Unpack[SeriesFilters],
    ) -> Answer[CostRow]:
        """Return what a job on that many GPUs costs at each price in force, cheapest known total first.

        >>> with open_prices() as prices:
        ...     job = prices.cost(gpus=8, hours=100, gpu="H100", spot=False, provider="lambda").rows()[0]
        >>> job["gpus_billed"] >= 8, job["compute_usd"] == float(job["usd_per_gpu_hour"] * job["gpus_billed"] * 100)
        (True, True)
        """
        where, values = conditions(SeriesFilters.__annotations__, filters, price=None)
        columns = ", ".join(f"costs.{name}" for name in CostRow.__annotations__)
        # Places and vendors are those of the series.
        sql = (
            f"select {columns} from (select series_id from v1.series where {where}) as chosen "  # noqa: S608 -- ours
            f"join marts.job_cost($gpus, $hours::double, egress_gb := $egress_gb::double, "
            "storage_gb := $storage_gb::double) as costs on costs.series_id = chosen.series_id "
            "order by total_usd is null, total_usd, at_least_usd, costs.provider, costs.series_id"
        )
        job = {"gpus": gpus, "hours": hours, "egress_gb": egress_gb, "storage_gb": storage_gb}
        return Answer(self.con, sql, values | job)

    def sql(self, query: str, values: Mapping[str, Any] | None = None) -> Answer[dict[str, Any]]:
        """Return the answer of your own SQL, with values for its $names.

        >>> with open_prices() as prices:
        ...     prices.sql("select $gpu as gpu", {"gpu": "A100"}).rows()
        [{'gpu': 'A100'}]
        """
        return Answer(self.con, query, dict(values or {}))


def open_prices(path: Path | str | None = None) -> Prices:
    """Open the published prices, read-only: the file given, else that of GPUHOUR_HOME or of the checkout's data folder.

    A connection keeps the file that it opened: open it again after a build. Raises NothingPublished without one.
    """
    state = settings.home()
    file = Path(path) if path else state.published
    if not file.exists():
        if path:
            raise FileNotFoundError(f"no published database at {file}")
        raise nothing_published(state)
    return Prices(for_reading(file))


def _span(column: str, since: date | str | None, until: date | str | None) -> tuple[str, dict[str, Any]]:
    days = {"since": str(since or "0001-01-01"), "until": str(until or "9999-12-31")}
    return f"{column} between $since::date and $until::date", days
