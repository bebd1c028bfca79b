"""The data of the site: rows of v1, read once and grouped as pages need them."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from pipelines.queries.filters import SOLD_OUT
from pipelines.reports import wording
from pipelines.reports.page_model import ReceiptLink
from pipelines.reports.price_lines import PriceLine, combined, lines_of
from pipelines.reports.query_runner import Row, ask, prepare
from pipelines.reports.slugs import slugs
from scrapers import registry
from warehouse.storage.connection import Connection

GpuKey = tuple[str, Decimal | None]
FRESH = 7  # days after which a price no longer counts for the lowest
RECEIPT_DAYS = 90  # older changes show their hash and source but have no receipt page
HEADLINERS: tuple[GpuKey, ...] = (
    ("A100", Decimal(80)),
    ("H100", Decimal(80)),
    ("H200", Decimal(141)),
    ("B200", Decimal(180)),
)


@dataclass(frozen=True, slots=True)
class GpuEntry:
    """A GPU model with its memory, which has a page."""

    key: GpuKey
    slug: str
    vendor: str
    n_series: int
    n_providers: int
    since: date
    until: date

    @property
    def name(self) -> str:
        """Return the name, as in A100 80 GB."""
        return gpu_name(self.key)


@dataclass(frozen=True, slots=True)
class ProviderEntry:
    """A provider, which has a page. The facts of its source are empty where we have no scraper of it."""

    slug: str
    file: str
    name: str
    n_prices: int
    n_changes: int
    since: date | None
    access: str = ""
    publishes: str = ""
    units: str = ""
    note: str = ""
    kind: str = "provider"
    urls: tuple[str, ...] = ()


def gpu_name(key: GpuKey) -> str:
    """Return the name, as in A100 80 GB; the model alone where its memory is unknown."""
    return f"{key[0]} {wording.memory(key[1])}".strip()


class SiteData:
    """Rows of the published database for the site; every attribute is read on first access."""

    def __init__(self, con: Connection) -> None:
        """Use a connection from warehouse.publish.extract."""
        self.con = con
        prepare(con)
        self.meta = ask(con, "meta")[0]
        self.as_of: date = self.meta["as_of"]
        self.today = wording.long_day(self.as_of)
        self._courses: dict[tuple[GpuKey, str], PriceLine] = {}

    def rows(self, name: str, **values: Any) -> list[Row]:
        """Return the rows of a query."""
        return ask(self.con, name, **values)

    # -- entries that have pages -----------------------------------------------------------------------------------

    @cached_property
    def gpus(self) -> dict[GpuKey, GpuEntry]:
        """Return the GPUs, ordered by name and memory."""
        rows = sorted(self.rows("gpus"), key=lambda r: (r["gpu"].lower(), r["gpu"], r["gpu_memory_gb"] or 0))
        names = slugs((key_of(r), gpu_name(key_of(r)).replace("\u00a0GB", "gb")) for r in rows)
        return {
            key_of(r): GpuEntry(
                key_of(r), names[key_of(r)], r["vendor"] or "", r["n_series"], r["n_providers"], r["since"], r["until"]
            )
            for r in rows
        }

    @cached_property
    def providers(self) -> dict[str, ProviderEntry]:
        """Return the providers by slug, in order of it."""
        scrapers = {p.slug: p for p in registry.all_providers()}
        rows = self.rows("providers")
        files = slugs((r["provider"], r["provider"]) for r in rows)
        return {r["provider"]: _provider(r, files[r["provider"]], scrapers.get(r["provider"])) for r in rows}

    def provider_name(self, slug: str) -> str:
        """Return a provider's display name."""
        provider = self.providers.get(slug)
        return provider.name if provider else slug

    def provider_kind(self, slug: str) -> str:
        """Return whether a provider is a marketplace, an aggregator, or rents out machines of its own (provider)."""
        provider = self.providers.get(slug)
        return provider.kind if provider else "provider"

    def seller(self, slug: str) -> str:
        """Return a provider's name, marked where it resells the machines of others."""
        return self.provider_name(slug) + {"marketplace": ", a marketplace", "aggregator": ", an aggregator"}.get(
            self.provider_kind(slug), ""
        )

    def receipt(self, row: Row) -> str:
        """Return the link to the receipt of a price or change; empty without a hash, and for old changes."""
        sha, is_old = row["sha256"] or "", (self.as_of - row.get("changed_on", self.as_of)).days > RECEIPT_DAYS
        if not sha or is_old or row["source"] == "seed":
            return ""
        return ReceiptLink(receipt_path(sha), sha)

    # -- prices ----------------------------------------------------------------------------------------------------

    @cached_property
    def offers(self) -> list[Row]:
        """Return the prices in force that pages show, cheapest first."""
        return self.rows("offers")

    @cached_property
    def offers_by_gpu(self) -> dict[GpuKey, list[Row]]:
        """Return the offers of each GPU, cheapest first."""
        return grouped(self.offers, key_of)

    @cached_property
    def offers_by_provider(self) -> dict[str, list[Row]]:
        """Return the offers of each provider, cheapest first."""
        return grouped(self.offers, lambda r: r["provider"])

    @cached_property
    def counts(self) -> list[Row]:
        """Return the number of prices in force per GPU and provider."""
        return self.rows("counts")

    def lowest(self, gpu: GpuKey, pricing_model: str, fresh: bool = True) -> list[Row]:
        """Return the lowest price of each provider and term, cheapest first.

        `fresh`: only of the last week, and sold-out offers only where nothing else is available.
        """
        rows = [r for r in self.offers_by_gpu.get(gpu, ()) if r["place"] == 1 and r["pricing_model"] == pricing_model]
        if not fresh:
            return rows
        fresh_rows = [r for r in rows if r["age_days"] <= FRESH]
        return [r for r in fresh_rows if r["availability"] not in SOLD_OUT] or fresh_rows

    @cached_property
    def lines(self) -> dict[GpuKey, dict[str, list[PriceLine]]]:
        """Return lines over time by GPU and pricing model, each the lowest price of a provider and form factor."""
        return lines_of(self.rows("price_versions"), self.as_of)

    def course(self, gpu: GpuKey, provider: str = "") -> PriceLine:
        """Return the lowest on-demand price of a GPU over time, at one provider or all."""
        if (gpu, provider) not in self._courses:
            lines = self.lines.get(gpu, {}).get("on_demand", ())
            self._courses[gpu, provider] = combined(line for line in lines if provider in ("", line.provider))
        return self._courses[gpu, provider]

    # -- changes ---------------------------------------------------------------------------------------------------

    @cached_property
    def changes(self) -> list[Row]:
        """Return the changes that pages show, newest first."""
        return self.rows("changes")

    @cached_property
    def announced(self) -> list[Row]:
        """Return the changes that are announced but not in force yet, with receipts, the soonest first."""
        return [c | {"receipt": self.receipt(c)} for c in self.rows("announced")]

    @cached_property
    def news(self) -> list[Row]:
        """Return the newest changes without first observations of a source, newest first; at most a hundred."""
        return [c for c in self.changes if not c["is_first_observation"]][:100]

    @cached_property
    def changes_by_day(self) -> dict[date, list[Row]]:
        """Return changes by day, newest day first; within a day the largest first."""
        placed = sorted((c for c in self.changes if c["place_of_day"] <= 40), key=lambda c: c["place_of_day"])
        days = grouped(placed, lambda c: c["changed_on"])
        return {day: days[day] for day in sorted(days, reverse=True)}

    @cached_property
    def changes_by_gpu(self) -> dict[GpuKey, list[Row]]:
        """Return the newest changes of each GPU, at most forty."""
        return grouped((c for c in self.changes if c["place_of_gpu"] <= 40), key_of)

    @cached_property
    def changes_by_provider(self) -> dict[str, list[Row]]:
        """Return the newest changes of each provider, at most forty."""
        return grouped((c for c in self.changes if c["place_of_provider"] <= 40), lambda c: c["provider"])

    @cached_property
    def chart_events(self) -> dict[GpuKey, list[Row]]:
        """Return the events of each GPU that its charts may mark, the largest changes and newest held prices first."""
        return grouped(self.rows("chart_events"), key_of)

    # -- indices, sources ------------------------------------------------------------------------------------------

    @cached_property
    def indices(self) -> dict[str, list[Row]]:
        """Return the days of each index, from the first with a level on."""
        return grouped(self.rows("indices"), lambda r: r["index_id"])

    @cached_property
    def index_files(self) -> dict[str, str]:
        """Return the file name of each index."""
        return slugs((name, name) for name in self.indices)

    def level(self, gpu: GpuKey, pricing_model: str) -> Row | None:
        """Return the newest day of a GPU's index of specialised clouds, if it has a level and is recent enough."""
        for days in self.indices.values():
            last = days[-1]
            if key_of(last) == gpu and last["pricing_model"] == pricing_model and last["provider_kind"] == "neocloud":
                return last if last["status"] == "ok" and (self.as_of - last["day"]).days <= FRESH else None
        return None

    @cached_property
    def health(self) -> dict[tuple[str, str], list[Row]]:
        """Return the scrape attempts of each (provider, source) in the last 60 days, oldest first."""
        return grouped(self.rows("health"), lambda r: (r["provider"], r["source"]))

    @cached_property
    def quality_events(self) -> list[Row]:
        """Return the prices that the gate quarantines or flags, newest first."""
        return self.rows("quality_events")

    @cached_property
    def tokens(self) -> dict[str, list[Row]]:
        """Return the cheapest servers of each model."""
        return grouped(self.rows("tokens"), lambda r: r["model"])

    @cached_property
    def model_files(self) -> dict[str, str]:
        """Return the file name of each model."""
        return slugs((name, name) for name in sorted(self.tokens))

    @cached_property
    def hosts(self) -> dict[str, list[Row]]:
        """Return what hosts charge for each model, the lowest blended price first."""
        return grouped(self.rows("hosts"), lambda r: r["model"])

    @cached_property
    def measured(self) -> dict[str, list[Row]]:
        """Return measured beside modelled costs of each model."""
        return grouped(self.rows("measured"), lambda r: r["model"])

    @cached_property
    def hosted_changes(self) -> dict[str, list[Row]]:
        """Return the newest changes of what hosts charge for each model."""
        return grouped(self.rows("hosted_changes"), lambda r: r["model"])

    @cached_property
    def hosted_intervals(self) -> dict[str, list[Row]]:
        """Return what hosts charged for the output of each model, as stretches of days, the best-known host first."""
        return grouped(self.rows("hosted_intervals"), lambda r: r["model"])

    @cached_property
    def tokens_on_demand(self) -> list[Row]:
        """Return the cheapest server of each model on each GPU."""
        return self.rows("tokens_on_demand")


def key_of(row: Row) -> GpuKey:
    """Return the key of the GPU page that a row belongs to."""
    return (row["gpu"], row["gpu_memory_gb"])


def receipt_path(sha: str) -> str:
    """Return the path of the receipt with this hash; anything that is not a hash is hashed."""
    name = sha.lower() if re.fullmatch(r"[0-9a-fA-F]{20,64}", sha) else hashlib.sha256(sha.encode()).hexdigest()
    return f"receipt/{name[:20]}.html"


def grouped(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Return rows by key, in their order."""
    groups: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return dict(groups)


def _provider(row: Row, file: str, scraper: Any) -> ProviderEntry:
    facts: dict[str, Any] = {"name": row["provider"]}
    if scraper:
        facts = {k: getattr(scraper, k) for k in ("name", "access", "publishes", "units", "note", "kind")}
        facts["urls"] = tuple(dict.fromkeys(request.url for request in scraper.requests))[:12]
    return ProviderEntry(
        row["provider"], file, n_prices=row["n_prices"], n_changes=row["n_changes"], since=row["since"], **facts
    )
