"""What stands behind the numbers: the files with their schema, the method, and the health of the sources."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.reports.health import held, sources, summary, verdict
from pipelines.reports.page_model import Download, SitePage
from pipelines.reports.site_data import SiteData, grouped

# A version stays as it is once it was published: what changes gets a new one, and the old one keeps its address.
METHODOLOGY = ("1.0",)
_HELD = 60


def about_pages(data: SiteData, files: list[dict[str, Any]], shell: dict[str, Any]) -> Iterator[SitePage]:
    """Data, SQL, methodology and health. `files`: of the whole database; `shell`: what the shell loads, if any."""
    schema = [
        {"relation": name, "about": rows[0]["about"] or "", "columns": rows}
        for name, rows in grouped(data.rows("schema"), lambda r: r["relation"]).items()
    ]
    yield SitePage(
        "data.html",
        "data.html",
        "Data",
        "Every file of this site, with licence, citation and how to read it.",
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
        "Every column of the contract v1, and what it means.",
        {"relations": schema, "version": data.meta["schema_version"]},
        None,
        section="data.html",
    )
    yield SitePage(
        "sql.html",
        "sql.html",
        "Ask in SQL",
        "Ask the prices in SQL, in this page: nothing is sent anywhere.",
        {"shell": shell},
        data.as_of,
        section="data.html",
    )
    yield SitePage(
        "methodology.html",
        "methodology.html",
        "Methodology",
        "How prices become numbers: all versions of the method.",
        {"versions": METHODOLOGY},
        None,
        section="methodology.html",
    )
    for version in METHODOLOGY:
        yield SitePage(
            f"methodology/{version}.html",
            f"methodology_{version}.html",
            f"Methodology {version}",
            f"How prices become numbers: version {version} of the method.",
            {"version": version},
            None,
            section="methodology.html",
        )
    all_sources = [s | {"verdict": verdict(s)} for s in sources(data)]
    order = {"failed": 0, "stale": 1, "needs a key": 2, "ok": 3}
    yield SitePage(
        "health.html",
        "health.html",
        "Health of the sources",
        "Which sources were read, which were not, and what is held back.",
        {
            "sources": sorted(all_sources, key=lambda s: (order[s["verdict"]], s["provider"], s["source"])),
            "summary": summary(data),
            "held": [d for d in data.doubts if d["status"] == "held"][:_HELD],
            "n_held": held(data.doubts),
            "built_at": data.meta["built_at"],
        },
        data.as_of,
        (
            Download("data/source_health.parquet", "every try of every source"),
            Download("data/quality_events.parquet", "everything held or flagged"),
        ),
        "health.html",
    )
