"""Indexes of the site for programs: llms.txt, a Data Package, a site map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.render import MEDIA, Renderer, dumps
from pipelines.reports.site_data import SiteData


def index_files(
    data: SiteData, renderer: Renderer, pages: list[SitePage], listed: list[dict[str, Any]]
) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of the files that programs look for first."""
    base = renderer.site["base_url"]
    yield "llms.txt", renderer.text("llms.txt", data=data, pages=pages, files=listed)
    yield "datapackage.json", dumps(_datapackage(data, listed, renderer.site))
    if base:  # a site map knows whole addresses only
        yield "sitemap.xml", renderer.text("sitemap.xml", pages=pages)


def _datapackage(data: SiteData, listed: list[dict[str, Any]], site: dict[str, Any]) -> dict[str, Any]:
    """Return a Data Package: the description of each file and its columns."""
    base, terms = site["base_url"], site["terms"]
    licence = {"name" if terms["name"] == "MIT" else "title": terms["name"]}
    licence |= {"path": terms["url"]} if terms["url"] else {}
    meanings: dict[str, list[dict[str, Any]]] = {}
    for row in data.rows("schema"):
        meanings.setdefault(row["relation"], []).append(
            {"name": row["name"], "type": _frictionless(row["type"]), "description": row["meaning"] or ""}
        )
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
                **({"schema": {"fields": meanings[name]}} if name in meanings and form == "csv" else {}),
            }
        )
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "gpuhour",
        "title": "List prices of GPUs in the cloud, in USD per GPU-hour",
        "version": f"{data.meta['schema_version']}+{data.as_of:%Y%m%d}",
        "licenses": [licence],
        **({"homepage": base} if base else {}),
        "resources": resources,
    }


def _frictionless(kind: str) -> str:
    names = {
        "DATE": "date",
        "BOOLEAN": "boolean",
        "VARCHAR": "string",
        "TIMESTAMP WITH TIME ZONE": "datetime",
        "TIMESTAMP": "datetime",
    }
    return names.get(
        kind, "integer" if "INT" in kind else "number" if kind.startswith(("DECIMAL", "DOUBLE", "FLOAT")) else "any"
    )
