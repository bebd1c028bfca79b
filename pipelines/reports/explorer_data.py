"""The explorer's offers as a script: columns of indices into lists of distinct values, small enough for one request."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.reports.html_snippets import Links, is_web, reliability_notes
from pipelines.reports.page_model import ReceiptLink
from pipelines.reports.query_runner import Row
from pipelines.reports.render import Asset
from pipelines.reports.site_data import FRESH, SiteData, gpu_name
from pipelines.reports.wording import pricing
from pipelines.serialize import json_value

BUDGET = 150_000  # bytes, gzipped
CURRENCIES = ("EUR", "GBP", "INR")  # beside USD, where there is a rate
_TRIES = 4


@dataclass(frozen=True, slots=True)
class Explorer:
    """The script with the offers, its counts, and the receipts that it links to."""

    asset: Asset
    n_shown: int
    n_comparable: int
    receipts: tuple[ReceiptLink, ...]
    rates: tuple[Row, ...]


class _Distinct:
    """Distinct values in order of appearance, and the index of each."""

    def __init__(self) -> None:
        self._indices: dict[Hashable, int] = {}

    def index(self, value: Hashable) -> int:
        """Return the index of a value, adding it where it is new."""
        return self._indices.setdefault(value, len(self._indices))

    @property
    def values(self) -> list[Any]:
        """Return the values; tuples become lists."""
        return [json_value(value) for value in self._indices]


def explorer(data: SiteData, budget: int = BUDGET) -> Explorer:
    """Return the explorer's script, of at most `budget` bytes when gzipped.

    Where not all offers fit, each provider's lowest and then the cheapest are kept: the page says how many.
    """
    rows = data.rows("explorer")
    n_comparable = rows[0]["n"] if rows else 0
    rates = tuple(row for row in data.rows("exchange_rates") if row["currency"] in CURRENCIES)
    content = script(data, rows, rates)
    for _ in range(_TRIES):
        size = len(gzip.compress(content, 6, mtime=0))
        if size <= budget:
            break
        keep = set(map(id, sorted(rows, key=_priority)[: int(len(rows) * budget / size * 0.97)]))
        rows = [row for row in rows if id(row) in keep]
        content = script(data, rows, rates)
    path = f"assets/explore-data.{hashlib.sha256(content).hexdigest()[:10]}.js"
    links = {link.sha256: link for row in rows if isinstance(link := data.receipt(row), ReceiptLink)}
    return Explorer(Asset(path, content), len(rows), n_comparable, tuple(links.values()), rates)


def _priority(row: Row) -> tuple[bool, Any, str]:
    return (row["place"] != 1, row["usd_per_gpu_hour"], row["series_id"])


def script(data: SiteData, rows: list[Row], rates: Iterable[Row]) -> bytes:
    """Return the script that sets `gpuhourOffers`: plain ASCII, in which no text can end a string, tag or line."""
    document = json.dumps(json_value(_document(data, rows, rates)), ensure_ascii=True, separators=(",", ":"))
    literal = json.dumps(document.replace("<", "\\u003c"), ensure_ascii=True)
    return f"globalThis.gpuhourOffers = JSON.parse({literal});\n".encode()


def _document(data: SiteData, rows: list[Row], rates: Iterable[Row]) -> dict[str, Any]:
    """Return lists of distinct values, and per column the index or number of each offer. No text becomes a key."""
    columns = _columns(data, bool(data.meta["has_live"]))
    lists = {name: _Distinct() for name in columns}
    indexed = {name: [lists[name].index(value(row)) for row in rows] for name, value in columns.items()}
    return {
        "as_of": data.as_of,
        "fresh_days": FRESH,
        "rates": [["USD", 1, None], *([r["currency"], r["usd_per_unit"], r["rate_on"]] for r in rates)],
        "lists": {name: values.values for name, values in lists.items()},
        "columns": indexed
        | {
            "usd": [row["usd_per_gpu_hour"] for row in rows],
            "count": [row["gpu_count"] for row in rows],
            "vcpus": [row["vcpus"] for row in rows],
            "ram": [row["ram_gb"] for row in rows],
            "age": [row["age_days"] for row in rows],
        },
    }


def _columns(data: SiteData, has_live: bool) -> dict[str, Callable[[Row], Hashable]]:
    links = Links(data)

    def gpu(row: Row) -> Hashable:
        key = (row["gpu"], row["gpu_memory_gb"])
        return (row["gpu"], json_value(row["gpu_memory_gb"]), gpu_name(key), links.gpu(key))

    def provider(row: Row) -> Hashable:
        entry = data.providers.get(row["provider"])
        return (
            data.provider_name(row["provider"]), entry.kind if entry else "provider", links.provider(row["provider"]),
            row["provider"],
        )  # fmt: skip

    def term(row: Row) -> Hashable:
        months = row["term_months"]
        return (row["pricing_model"], months, pricing(row["pricing_model"], months), row["upfront"] or "")

    return {
        "gpu": gpu,
        "provider": provider,
        "term": term,
        "form": lambda row: row["form_factor"] or "",
        "instance": lambda row: row["instance"] or "",
        "region": lambda row: " ".join(filter(None, (row["region"], row["zone"]))),
        "place": lambda row: (row["country"] or "", row["continent"] or ""),
        "stock": lambda row: row["availability"] or "unknown",
        "currency": lambda row: (row["currency"], row["usd_per_unit"]),
        "note": lambda row: "; ".join(reliability_notes(row, has_live)),
        "page": lambda row: row["source_url"] if is_web(row["source_url"]) else "",
        "receipt": lambda row: data.receipt(row),
    }
