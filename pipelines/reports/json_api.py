"""JSON for programs: the numbers of the pages, under permanent addresses, with a schema."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipelines.reports.feeds import urn_of
from pipelines.reports.query_runner import Row
from pipelines.reports.render import Renderer, dumps
from pipelines.reports.site_data import SiteData, gpu_name, grouped, key_of

OFFER = (
    "series_id", "provider", "source", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "instance", "region", "zone",
    "pricing_model", "term_months", "upfront", "price_scope", "usd_per_gpu_hour", "price", "currency", "price_unit",
    "valid_from", "last_seen_on", "age_days", "is_carried_forward", "is_held", "quality", "availability", "origin",
    "source_url", "sha256",
)  # fmt: skip
CHANGE = (
    "event_id", "seq", "series_id", "provider", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "instance",
    "region", "zone", "pricing_model", "term_months", "kind", "changed_on", "old_usd_per_gpu_hour",
    "new_usd_per_gpu_hour", "pct", "source_url", "sha256",
)  # fmt: skip
INDEX = (
    "index_id", "gpu", "gpu_memory_gb", "pricing_model", "provider_kind", "market", "day", "status", "level_median",
    "p25", "p75",
    "chained_base100", "chain_start", "n_providers", "n_offers", "n_basket",
    "n_matched", "basket_median", "adjustment", "vintage", "methodology_version",
)  # fmt: skip
TOKENS = (
    "model", "gpu", "gpu_memory_gb", "spec", "precision", "provider", "pricing_model", "tp", "batch", "utilisation",
    "isl", "osl", "usd_per_gpu_hour", "usd_per_m_input_tokens", "usd_per_m_output_tokens", "usd_per_m_tokens",
    "output_tokens_per_s", "ttft_s", "tpot_s", "theta_version",
)  # fmt: skip
_NUMBERS = {
    "gpu_count", "age_days", "seq", "pct", "term_months", "gpu_memory_gb", "price", "level_median", "p25", "p75",
    "chained_base100", "n_providers", "n_offers", "n_basket", "n_matched", "basket_median", "adjustment",
    "tp", "batch", "utilisation", "isl", "osl",
    "output_tokens_per_s", "ttft_s", "tpot_s",
}  # fmt: skip
_KINDS = {"offer": OFFER, "change": CHANGE, "index_day": INDEX, "token_cost": TOKENS}


def documents(data: SiteData, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every JSON file below api/v1/."""
    listed: list[dict[str, str]] = []
    for path, about, kind, rows in _documents(data):
        listed.append({"path": path, "about": about, "rows": kind})
        frame = {
            "as_of": data.as_of,
            "schema_version": data.meta["schema_version"],
            "is_live": data.meta["has_live"],
            "note": renderer.site["ribbon"],
            "rows": rows,
        }
        yield f"api/v1/{path}", dumps(frame)
    yield "api/v1/schema.json", dumps(schema())
    yield (
        "api/v1/index.json",
        dumps(
            {
                "as_of": data.as_of,
                "schema_version": data.meta["schema_version"],
                "schema": "schema.json",
                "files": listed,
            }
        ),
    )


def _documents(data: SiteData) -> Iterator[tuple[str, str, str, list[dict[str, Any]]]]:
    best = [o for o in data.offers if o["place"] == 1]
    yield (
        "latest.json",
        "the lowest price in force of every provider, GPU, pricing model and term",
        "offer",
        _only(best, OFFER),
    )
    yield (
        "changes-latest.json",
        "the hundred newest changes",
        "change",
        [{"id": urn_of(c["event_id"])} | _one(c, CHANGE) for c in data.news],
    )
    yield (
        "tokens.json",
        "USD per million tokens in a chat, cheapest on demand, by model and GPU",
        "token_cost",
        _only(data.tokens_on_demand, TOKENS),
    )
    yield (
        "gpus.json",
        "every GPU with its files",
        "gpu",
        [
            {
                "gpu": g.key[0],
                "gpu_memory_gb": g.key[1],
                "name": gpu_name(g.key).replace("\u00a0", " "),
                "vendor": g.vendor,
                "page": f"gpu/{g.slug}.html",
                "json": f"api/v1/gpu/{g.slug}.json",
                "since": g.since,
                "last_seen_on": g.until,
            }
            for g in data.gpus.values()
        ],
    )
    yield (
        "providers.json",
        "every provider with its files",
        "provider",
        [
            {
                "provider": p.slug,
                "name": p.name,
                "prices_in_force": p.n_prices,
                "page": f"provider/{p.file}.html",
                "json": f"api/v1/provider/{p.file}.json",
                "since": p.since,
            }
            for p in data.providers.values()
        ],
    )
    by_provider = grouped(best, lambda o: o["provider"])
    by_gpu = grouped(best, key_of)
    for key, gpu in data.gpus.items():
        yield (
            f"gpu/{gpu.slug}.json",
            f"lowest prices of {gpu_name(key)}".replace("\u00a0", " "),
            "offer",
            _only(by_gpu.get(key, []), OFFER),
        )
    for provider in data.providers.values():
        rows = _only(by_provider.get(provider.slug, []), OFFER)
        yield f"provider/{provider.file}.json", f"lowest prices of {provider.name}", "offer", rows
    for name, days in data.indices.items():
        yield f"index/{data.index_files[name]}.json", f"index {name}, day by day", "index_day", _only(days, INDEX)


def _only(rows: Sequence[Row], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    return [_one(row, columns) for row in rows]


def _one(row: Row, columns: tuple[str, ...]) -> dict[str, Any]:
    return {column: row[column] for column in columns}


def schema() -> dict[str, Any]:
    """Return the JSON Schema of the documents: a row of each kind has exactly these members."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "gpuhour API v1",
        "$defs": {
            kind: {
                "type": "object",
                "properties": {c: _type(c) for c in columns} | ({"id": {"type": "string"}} if kind == "change" else {}),
                "required": list(columns),
                "additionalProperties": False,
            }
            for kind, columns in _KINDS.items()
        },
        "type": "object",
        "required": ["as_of", "schema_version", "is_live", "note", "rows"],
        "properties": {
            "as_of": {"type": "string", "format": "date"},
            "schema_version": {"type": "string"},
            "is_live": {"type": "boolean"},
            "note": {"type": "string"},
            "rows": {"type": "array", "items": {"type": "object"}},
        },
    }


def _type(column: str) -> dict[str, Any]:
    if column in _NUMBERS or "usd" in column:
        return {"type": ["number", "null"]}
    if column.startswith("is_"):
        return {"type": "boolean"}
    return {"type": ["string", "null"]}
