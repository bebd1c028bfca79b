"""Receipts: the fetched page, its time and hash, and the text that each price was read from."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from pipelines.reports import wording
from pipelines.reports.page_model import SitePage
from pipelines.reports.site_data import SiteData, grouped, receipt_path


def receipt_pages(data: SiteData, cited: Collection[str]) -> Iterator[SitePage]:
    """Yield a page for each observation that other pages cite, by content hash. Its content never changes."""
    rows = data.rows("receipts", cited=sorted(cited))
    for sha, of_hash in grouped(rows, lambda r: r["sha256"]).items():
        first = min(of_hash, key=lambda r: r["observed_at"])
        keys = ("provider", "source", "source_url", "observed_at", "landed_on", "origin", "parser_version")
        observations = sorted({tuple(str(r[k] or "") for k in keys) for r in of_hash})
        yield SitePage(
            receipt_path(sha),
            "receipt.html",
            f"Receipt {sha[:12]}",
            f"Prices of {data.provider_name(first['provider'])} on {wording.long_day(first['observed_at'].date())}.",
            {
                "sha": sha,
                "provider": first["provider"],
                "is_sample": any(r["origin"] == "sample" for r in of_hash),
                "first": first["observed_at"],
                "observations": [dict(zip(keys, observation, strict=True)) for observation in observations[:40]],
                "n_observations": len(observations),
                "rows": of_hash,
                "n": of_hash[0]["n_of_observation"],
            },
            None,
            section="data.html",
        )
