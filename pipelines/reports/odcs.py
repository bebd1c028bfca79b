"""The contract v1 in the Open Data Contract Standard 3.2, for catalogs and tools that test data against a contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from pipelines.queries.filters import MAX_AGE
from pipelines.reports.contract import Column, Relation
from pipelines.reports.site_data import FRESH
from warehouse.storage.last_refresh import OVERDUE

Members = dict[str, Any]
_LOGICAL = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}


def odcs(relations: Iterable[Relation], version: str, site: Members) -> bytes:
    """Return the contract as YAML. `site`: what Renderer knows of the site: its address and the terms of the data."""
    base, terms = site["base_url"], site["terms"]
    definitions = [{"type": "termsOfUse", "url": terms["url"]}] if terms["url"] else []
    contract: Members = {
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": "gpuhour-v1",
        "name": "List prices of GPUs in the cloud",
        "version": version,
        "status": "active",
        "domain": "cloud costs",
        "dataProduct": "gpuhour",
        "tags": ["gpu", "cloud", "prices", "finops"],
        "description": {
            "purpose": "What a GPU-hour costs in the cloud, where, and since when, in USD per GPU-hour, with a "
            "receipt for every price: the page, its time and hash, and the text that was read.",
            "usage": "Join by series_id; read prices in force from offers_latest, past ones from price_intervals.",
            "limitations": "List prices, not what anybody paid. Unknown is NULL, never 0. A price counts as lowest for "
            f"{FRESH} days after it was last seen and is in force for {MAX_AGE}. Terms of use: {terms['name']}.",
            **({"authoritativeDefinitions": definitions} if definitions else {}),
        },
        "servers": list(_servers(base)),
        "schema": [_schema_object(relation) for relation in relations],
        "slaDefaultElement": "meta.built_at",
        "slaProperties": list(_service_levels()),
        "customProperties": [{"property": "termsOfUse", "value": terms["name"]}],
    }
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # the same text in a sixth of the time, where libyaml is
    text: str = yaml.dump(contract, Dumper=dumper, sort_keys=False, allow_unicode=True, width=120)
    return text.encode()


def _servers(base: str) -> Iterator[Members]:
    yield {
        "server": "database",
        "type": "duckdb",
        "description": "published.duckdb of the state folder; replaced as a whole by each build.",
        "database": "published.duckdb",
        "schema": "v1",
    }
    if base:  # a server's location is a whole address
        about = "Parquet and CSV of these tables; datapackage.json lists the files."
        yield {"server": "files", "type": "custom", "description": about, "location": f"{base}/data/"}
        about = "JSON of what is asked most; schema.json describes it."
        yield {"server": "json", "type": "api", "description": about, "location": f"{base}/api/v1/index.json"}


def _service_levels() -> Iterator[Members]:
    hours = int(OVERDUE.total_seconds() // 3600)
    yield {"property": "frequency", "value": 1, "unit": "d", "description": "Prices are read and published once a day."}
    yield {
        "property": "latency",
        "value": hours,
        "unit": "h",
        "description": f"More than {hours} hours after built_at a refresh is overdue.",
    }
    yield {
        "property": "retention",
        "value": "unlimited",
        "element": "price_intervals.valid_from",
        "description": "Every price since the start is kept.",
    }


def _schema_object(relation: Relation) -> Members:
    primary = relation.key if relation.has_primary_key else ()
    object_: Members = {
        "name": relation.name,
        "physicalName": f"v1.{relation.name}",
        "logicalType": "object",
        "description": relation.about,
        "properties": [_property(column, primary) for column in relation.columns],
    }
    if relation.key:
        object_["dataGranularityDescription"] = f"One row per {', '.join(relation.key)}"
    if relation.key and not primary:  # a part of it may be NULL, which a primary key must not be
        unique = {"metric": "duplicateValues", "type": "library", "mustBe": 0, "unit": "rows"}
        object_["quality"] = [unique | {"arguments": {"properties": list(relation.key)}}]
    return object_


def _property(column: Column, primary: tuple[str, ...]) -> Members:
    logical = _LOGICAL.get(column.type) or ("integer" if "INT" in column.type else "number")
    property_: Members = {
        "name": column.name,
        "logicalType": logical,
        "physicalType": column.type,
        "required": not column.is_nullable,
        "description": column.meaning,
    }
    if column.name in primary:
        property_ |= {"primaryKey": True, "primaryKeyPosition": primary.index(column.name) + 1}
    if column.unit:
        property_["customProperties"] = [{"property": "unit", "value": column.unit}]
    return property_
