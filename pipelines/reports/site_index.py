"""Indexes of the site for programs: llms.txt, a Data Package, the contract, a site map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.reports.contract import Column, Relation, relations
from pipelines.reports.odcs import odcs
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.render import MEDIA, Renderer, dumps
from pipelines.reports.site_data import SiteData

CONTRACT = "gpuhour.odcs.yaml"
_FIELD_TYPES = {
    "DATE": "date",
    "BOOLEAN": "boolean",
    "VARCHAR": "string",
    "TIMESTAMP WITH TIME ZONE": "datetime",
    "TIMESTAMP": "datetime",
}


def index_files(
    data: SiteData, renderer: Renderer, pages: list[SitePage], listed: list[dict[str, Any]]
) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of the files that programs look for first."""
    base = renderer.site["base_url"]
    yield "llms.txt", renderer.text("llms.txt", data=data, pages=pages, files=listed)
    contract = relations(data)
    yield "datapackage.json", dumps(_datapackage(data, contract, listed, renderer.site))
    yield CONTRACT, odcs(contract.values(), data.meta["schema_version"], renderer.site)
    if base:  # a site map knows whole addresses only
        yield "sitemap.xml", renderer.text("sitemap.xml", pages=pages)


def _datapackage(
    data: SiteData, contract: dict[str, Relation], listed: list[dict[str, Any]], site: dict[str, Any]
) -> dict[str, Any]:
    """Return a Data Package (version 2): the description of each file, its columns and its key."""
    base, terms = site["base_url"], site["terms"]
    licence = {"name" if terms["name"] == "MIT" else "title": terms["name"]}
    licence |= {"path": terms["url"]} if terms["url"] else {}
    resources = []
    for file in listed:
        name, _, form = file["path"].removeprefix("data/").rpartition(".")
        resources.append(
            {
                "name": f"{name}-{form}".replace("_", "-"),
                "path": file["path"],
                "format": form,
                "bytes": file["bytes"],
                "description": file["about"],
                "mediatype": MEDIA.get(Download(file["path"], "").form, "application/octet-stream"),
                **({"schema": _table_schema(contract[name], file["columns"])} if name in contract else {}),
            }
        )
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "gpuhour",
        "title": "List prices of GPUs in the cloud, in USD per GPU-hour",
        "version": f"{data.meta['schema_version']}+{data.as_of:%Y%m%d}",
        "created": f"{data.meta['built_at']:%Y-%m-%dT%H:%M:%SZ}",
        "licenses": [licence],
        **({"homepage": base} if base else {}),
        "resources": resources,
    }


def _table_schema(relation: Relation, columns: list[str]) -> dict[str, Any]:
    """Return the Table Schema of a file with these columns of a relation, in the file's order."""
    meanings = {column.name: column for column in relation.columns}
    schema: dict[str, Any] = {"fields": [_field(meanings[name]) for name in columns]}
    if relation.key:
        schema |= (
            {"primaryKey": list(relation.key)} if relation.has_primary_key else {"uniqueKeys": [list(relation.key)]}
        )
    return schema


def _field(column: Column) -> dict[str, Any]:
    field = {"name": column.name, "type": _FIELD_TYPES.get(column.type) or _number(column.type)}
    if field["type"] == "datetime":
        field["format"] = "any"  # of ISO 8601 with a space for its T
    return {
        **field,
        "description": column.meaning,
        **({"unit": column.unit} if column.unit else {}),
        **({} if column.is_nullable or column.may_be_empty else {"constraints": {"required": True}}),
    }


def _number(kind: str) -> str:
    return "integer" if "INT" in kind else "number"
