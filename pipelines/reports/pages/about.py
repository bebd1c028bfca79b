"""Pages about the data: downloads with their schema, the methodology, and source health."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.reports.health import held, sources, summary, verdict
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.site_data import SiteData, grouped

# A published version never changes: a change of method gets a new version, and the old one keeps its address.
METHODOLOGY = ("1.1", "1.0")  # the newest first
_HELD = 60


def about_pages(data: SiteData, files: list[dict[str, Any]], shell: dict[str, Any]) -> Iterator[SitePage]:
    """Yield data, SQL, methodology and health pages. `files`: of the whole database; `shell`: of the SQL shell."""
    schema = [
        {"relation": name, "about": rows[0]["about"] or "", "columns": rows}
        for name, rows in grouped(data.rows("schema"), lambda r: r["relation"]).items()
    ]
    yield SitePage(
        "data.html",
        "data.html",
        "Data",
        "Every file of this site, with licence, citation and usage.",
        {
            "files": files,
            "relations": [{"relation": s["relation"], "about": s["about"]} for s in schema],
            "version": data.meta["schema_version"],
            "since": data.meta["since"],
        },
        data.as_of,
        tuple(Download(f["path"], f["about"]) for f in files if f["path"].endswith((".csv", ".parquet"))),
        "data.html",
        is_dataset=True,
    )
    yield SitePage(
        "schema.html",
        "schema.html",
        "Schema",
        "Every column of the contract v1 with its meaning.",
        {"relations": schema, "version": data.meta["schema_version"]},
        None,
        section="data.html",
    )
    yield SitePage(
        "sql.html",
        "sql.html",
        "SQL",
        "Query the prices with SQL in your browser; no data leaves it.",
        {"shell": shell},
        data.as_of,
        section="data.html",
    )
    yield SitePage(
        "methodology.html",
        "methodology.html",
        "Methodology",
        "How published prices become comparable numbers: all versions of the method.",
        {"versions": METHODOLOGY},
        None,
        section="methodology.html",
    )
    for version in METHODOLOGY:
        yield SitePage(
            f"methodology/{version}.html",
            f"methodology_{version}.html",
            f"Methodology {version}",
            f"How published prices become comparable numbers: version {version} of the method.",
            {"version": version},
            None,
            section="methodology.html",
        )
    all_sources = [s | {"verdict": verdict(s)} for s in sources(data)]
    order = {"failed": 0, "blocked": 0, "stale": 1, "needs a key": 2, "ok": 3}
    yield SitePage(
        "health.html",
        "health.html",
        "Source health",
        "Which sources were read, which were not, and which prices are quarantined.",
        {
            "sources": sorted(all_sources, key=lambda s: (order[s["verdict"]], s["provider"], s["source"])),
            "summary": summary(data),
            "held": [d for d in data.quality_events if d["status"] == "held"][:_HELD],
            "n_held": held(data.quality_events),
            "built_at": data.meta["built_at"],
        },
        data.as_of,
        (
            Download("data/source_health.parquet", "every scrape attempt of every source"),
            Download("data/quality_events.parquet", "everything quarantined or flagged"),
        ),
        "health.html",
    )
