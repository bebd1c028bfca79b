"""The questions that an agent may ask, each answered by the command of the same name."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from itertools import chain
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from pipelines import settings
from pipelines.cli.agents.answer import MOST_ROWS, Answer, answer
from pipelines.cli.commands import cost, explain, plan, prices, sql
from pipelines.cli.console import current_day, kept_messages, one_publication, say
from pipelines.cli.cost_options import PriceOptions
from pipelines.cli.machine_filter import MachineFilter
from pipelines.cli.plan_inputs import Service, gather
from pipelines.cli.plan_options import OwnOptions, PlanLoad, PlanOffers
from pipelines.errors import UsageError
from pipelines.ingest.worker import Bounds, result_of
from pipelines.queries.filters import MAX_AGE, PriceFilter, Sort, day_since
from pipelines.queries.timeline import By

BOUNDS = Bounds(memory=3 << 30, cpu_seconds=60, seconds=60, output=4 << 20)
_OF_QUERIES = replace(BOUNDS, cpu_seconds=20, seconds=20)
_one_at_a_time = threading.Lock()

Text = Annotated[str, Field(max_length=200)]
Gpu = Annotated[Text | None, Field(description='GPU name, as in "H100", "A100 80GB", "H100 SXM".')]
Provider = Annotated[Text | None, Field(description='Provider slug, as in "aws" or "lambda".')]
PricingModel = Annotated[Text | None, Field(description="on_demand, spot or reserved.")]
Place = Annotated[Text | None, Field(description="Part of a region's name, or a country or continent by name.")]
Country = Annotated[Text | None, Field(description="ISO 3166 code or English name.")]
Day = Annotated[date | None, Field(description="UTC day of the prices (default: today).")]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS, description="Rows at most.")]
Amount = Annotated[Text | float | None, Field(description='USD; as text ("2.50") it stays exact.')]


class Tools:
    """The tools over one state folder; each opens the published file anew, so that a new build is seen at once."""

    def __init__(self, home: Path | None) -> None:
        self._home = home

    def prices(
        self,
        gpu: Gpu = None,
        provider: Provider = None,
        pricing_model: PricingModel = None,
        region: Place = None,
        country: Country = None,
        gpus: Annotated[int | None, Field(description="Only machines of exactly so many GPUs.")] = None,
        min_memory_gb: Annotated[float | None, Field(description="GB of one GPU at least.")] = None,
        max_price: Amount = None,
        available: Annotated[bool, Field(description="Leave out what is sold out or by waiting list.")] = False,
        sort: Sort = "price",
        as_of: Day = None,
        limit: Limit = 20,
    ) -> Answer:
        """List prices in force in USD per GPU-hour, cheapest first, what is sold out last."""
        wanted = PriceFilter(gpu, provider, pricing_model, region, country)
        machine = MachineFilter(
            gpus, _decimal(max_price, "max_price"), _decimal(min_memory_gb, "min_memory_gb"), available
        )

        def work(con: Any, day: date) -> tuple[Sequence[Any], bool]:
            from pipelines.queries.current_prices import PRICE_COLUMNS

            rows, _ = prices.matching(con, wanted, machine, day, MAX_AGE, sort)
            return _dicts(PRICE_COLUMNS, rows), False

        return self._answered(work, as_of, limit)

    def history(
        self,
        gpu: Gpu = None,
        model: Annotated[
            Text | None, Field(description="Instead of a GPU: hosts' prices of this model's tokens.")
        ] = None,
        provider: Provider = None,
        pricing_model: PricingModel = None,
        region: Place = None,
        country: Country = None,
        limit: Limit = 50,
    ) -> Answer:
        """Show each price of a GPU with the days it held, newest first; or what hosts charged for a model's tokens."""
        if (gpu is None) == (model is None):
            raise UsageError("give either a gpu or a model")
        wanted = PriceFilter(gpu, provider, pricing_model, region, country)

        def work(con: Any, day: date) -> tuple[Sequence[Any], bool]:
            from pipelines.cli.commands.history import gpu_history, hosted_history

            rows = gpu_history(con, wanted) if model is None else hosted_history(con, model, wanted)
            if any(row["valid_from"] and row["valid_from"] > day for row in rows):
                say(f"prices from after {day} are announced, not in force yet")
            return rows[::-1], False

        return self._answered(work, None, limit)

    def changes(
        self,
        gpu: Gpu = None,
        provider: Provider = None,
        pricing_model: PricingModel = None,
        region: Place = None,
        country: Country = None,
        since: Annotated[Text, Field(description="30d, 12w, 6m, 1y, or a day.")] = "30d",
        min_pct: Annotated[float, Field(ge=0, description="Leave out smaller changes, in percent.")] = 0,
        by: By = "drop",
        limit: Limit = 20,
    ) -> Answer:
        """List price changes: drops, rises, new, removed, returning and announced offers."""
        wanted = PriceFilter(gpu, provider, pricing_model, region, country)

        def work(con: Any, day: date) -> tuple[Sequence[Any], bool]:
            from pipelines.queries import timeline
            from pipelines.queries.unmatched import refuse_unknown

            first = day_since(since, day)
            if not (rows := timeline.changes(con, wanted, first, min_pct, by)):
                refuse_unknown(con, wanted)
                say(f"nothing changed since {first}")
            return rows, False

        return self._answered(work, None, limit)

    def cost(
        self,
        model: Annotated[Text, Field(description="A language model: llama-3.1-70b, deepseek-r1.")],
        gpu: Annotated[Text | None, Field(description="Only this GPU, at every provider (default: all).")] = None,
        gpus: Annotated[int | None, Field(description="How many GPUs (default: the best of 1, 2, 4, 8).")] = None,
        precision: Annotated[Text | None, Field(description="fp16, fp8, int8, fp4 ... (default: as released).")] = None,
        workload: Text = "chat",
        input_tokens: Annotated[float | None, Field(description="Input tokens per request.")] = None,
        output_tokens: Annotated[float | None, Field(description="Output tokens per request.")] = None,
        concurrency: Annotated[
            float | None, Field(description="Concurrent requests (default: as many as fit).")
        ] = None,
        utilisation: Annotated[float | None, Field(description="Busy share of the paid hours, 0 to 1.")] = None,
        provider: Provider = None,
        pricing_model: Annotated[Text, Field(description="on_demand, spot or reserved.")] = "on_demand",
        country: Country = None,
        usd_per_gpu_hour: Amount = None,
        as_of: Day = None,
        limit: Limit = 10,
    ) -> Answer:
        """Model the cost of a million tokens on rented GPUs, cheapest first: a model, not a measurement."""
        load = cost.WorkloadOptions(workload, input_tokens, output_tokens, concurrency, utilisation)
        own = _decimal(usd_per_gpu_hour, "usd_per_gpu_hour")
        prices_of = PriceOptions(provider, country, None, pricing_model, as_of=as_of, usd_per_gpu_hour=own)

        def work(_con: Any, _day: date) -> tuple[Sequence[Any], bool]:
            rows = cost.answers(model, None, gpu, gpus, precision, load, cost.ANY_SERVER, prices_of, self._home)
            if rows:
                cost.print_assumptions(rows[0])
            return rows, False

        return self._answered(work, as_of, limit)

    def plan(
        self,
        model: Annotated[Text, Field(description="A language model: llama-3.1-70b, deepseek-r1.")],
        tokens_per_day: Annotated[float | None, Field(description="Output tokens to serve on the first day.")] = None,
        job_tokens: Annotated[float | None, Field(description="Output tokens of a batch job that may wait.")] = None,
        days: Annotated[int, Field(ge=1, le=366)] = 365,
        growth: Annotated[Text | None, Field(description="50%/week, 10%/month, 2x/year.")] = None,
        workload: Text | None = None,
        gpu: Gpu = None,
        provider: Provider = None,
        country: Country = None,
        as_of: Day = None,
        limit: Limit = 40,
    ) -> Answer:
        """Find the mix of reserved, on-demand and spot machines that serves a load at least cost, and alternatives."""
        if tokens_per_day is None and job_tokens is None:
            raise UsageError("no load given: tokens_per_day, job_tokens or both")
        load = PlanLoad(tokens_per_day, days, growth, job_tokens=job_tokens)
        offers = replace(PlanOffers(), gpu=gpu, provider=provider, country=country, as_of=as_of)
        service = Service(workload)

        def work(_con: Any, _day: date) -> tuple[Sequence[Any], bool]:
            service.check()
            curve = load.curve()
            has = tokens_per_day is not None, job_tokens is not None
            inputs = gather(model, service, offers, OwnOptions(), *has, self._home)
            rows, texts = plan.solved(inputs, load, curve, offers, inputs.day)
            for text in texts:
                say(text)
            return rows, False

        return self._answered(work, as_of, limit)

    def explain(
        self,
        provider: Text,
        sku: Annotated[Text, Field(description="Instance type, part of its name, a GPU, or a series_id.")],
        pricing_model: PricingModel = None,
        region: Place = None,
        source: Text | None = None,
        day: Day = None,
    ) -> Answer:
        """Trace one price to its page: interval, formula, quoted text, hash, and what other sources state."""
        filters = PriceFilter(None, provider, pricing_model, region, source=source)

        def work(con: Any, today: date) -> tuple[Sequence[Any], bool]:
            traced = explain.traced(con, self._home, provider, sku, filters, today)
            if isinstance(traced, dict):
                say(explain.headline(traced))
                return [traced], False
            return [{name: row.get(name) for name in (*explain.LIST, "source_url", "sha256")} for row in traced], False

        return self._answered(work, day, MOST_ROWS)

    def sql(self, query: Annotated[str, Field(max_length=20_000)], limit: Limit = 100) -> Answer:
        """Run one read-only DuckDB query on the published database; gpuhour://schema lists tables and columns."""

        def work(_con: Any, _day: date) -> tuple[Sequence[Any], bool]:
            chunks = sql.answer(query, limit, self._home)
            columns = _distinct(next(chunks))
            rows = list(chain.from_iterable(chunks))
            is_cut = bool(rows) and rows[-1] is None
            return _dicts(columns, rows[: len(rows) - is_cut]), is_cut

        return self._answered(work, None, limit, is_of_pages=True)

    def _answered(
        self,
        work: Callable[[Any, date], tuple[Sequence[Any], bool]],
        day: date | None,
        limit: int,
        is_of_pages: bool = False,
    ) -> Answer:
        """Return the answer that `work(con, day)` gives: rows, and whether some were left out.

        It works in a process of its own, within BOUNDS, on one published file from beginning to end, and begins with a
        cost model that was made, and that file opened, before.
        """
        from warehouse.costing.database import keep_for_forks
        from warehouse.storage.connection import keep_open_for_forks

        def whole() -> Answer:
            with kept_messages() as notes, one_publication(self._home) as con:
                today = day or current_day(con)
                rows, is_cut = work(con, today)
                return answer(
                    con, today, rows, limit, list(dict.fromkeys(notes)), is_of_pages=is_of_pages, is_cut=is_cut
                )

        with _one_at_a_time:
            keep_for_forks(settings.home(self._home).root)
            keep_open_for_forks(settings.home(self._home))
            return result_of(whole, _OF_QUERIES if is_of_pages else BOUNDS)


def _decimal(amount: str | float | None, name: str) -> Decimal | None:
    try:
        return None if amount is None else Decimal(str(amount))
    except InvalidOperation as wrong:
        raise UsageError(f"{name} is a number of USD, not {amount!r}") from wrong


def _dicts(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _distinct(names: Sequence[str]) -> list[str]:
    """Return names of columns, a repeated one with its number: an object has each name once."""
    result: list[str] = []
    for name in names:
        number, distinct = 1, name
        while distinct in result:
            number += 1
            distinct = f"{name}_{number}"
        result.append(distinct)
    return result


TOOLS: tuple[Literal["prices", "history", "changes", "cost", "plan", "explain", "sql"], ...] = (
    "prices", "history", "changes", "cost", "plan", "explain", "sql",
)  # fmt: skip
