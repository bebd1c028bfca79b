"""Receipts: what was fetched, when, its hash, and the words that each price was read from."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.reports import wording
from pipelines.reports.page_model import Page
from pipelines.reports.site_data import World, grouped, receipt_path


def receipt_pages(world: World) -> Iterator[Page]:
    """A page of every look that another page cites; so they come last. What they say never changes."""
    rows = world.rows("receipts", cited=sorted(world.cited))
    for sha, found in grouped(rows, lambda r: r["sha256"]).items():
        first = min(found, key=lambda r: r["observed_at"])
        keys = ("provider", "source", "source_url", "observed_at", "landed_on", "origin", "parser_version")
        looks = sorted({tuple(str(r[k] or "") for k in keys) for r in found})
        yield Page(
            receipt_path(sha),
            "receipt.html",
            f"Receipt {sha[:12]}",
            f"What {world.provider_name(first['provider'])} stated on {wording.long_day(first['observed_at'].date())}.",
            {
                "sha": sha,
                "provider": first["provider"],
                "first": first["observed_at"],
                "looks": [dict(zip(keys, look, strict=True)) for look in looks[:40]],
                "n_looks": len(looks),
                "rows": found,
                "n": found[0]["n_of_look"],
            },
            None,
            section="data.html",
        )
