"""The report's pages: their number, content and links."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from pipelines.reports.build import build
from pipelines.reports.render import ribbon
from pipelines.reports.site_data import SiteData
from tests.conftest import Demo
from tests.support import report_world
from tests.support.report_site import BASE, BUDGET, Site
from warehouse.storage.state_dir import Home

ATOM = "{http://www.w3.org/2005/Atom}"


def rows_of(site: Site, path: str) -> list[dict[str, Any]]:
    matches: list[dict[str, Any]] = json.loads(site.text(path))["rows"]
    return matches


# -- what is there -------------------------------------------------------------------------------------------------


def test_demo_has_a_page_per_gpu_and_provider(demo: Demo) -> None:
    site = Site(demo.home.report)
    with duckdb.connect(str(demo.home.published), read_only=True) as con:
        gpus = con.execute("select distinct gpu, gpu_memory_gb from v1.offers_latest where gpu is not null").fetchall()
        providers = con.execute("select distinct provider from v1.source_health").fetchall()
    listed = rows_of(site, "api/v1/gpus.json")
    assert {(g, float(m)) for g, m in gpus} <= {(r["gpu"], r["gpu_memory_gb"]) for r in listed}
    pages = [r["page"] for r in (*listed, *rows_of(site, "api/v1/providers.json"))]
    assert len(pages) >= len(gpus) + len(providers) >= 20
    assert set(pages) <= set(site.pages)
    assert str(demo.home.report / "index.html") in demo.stderr.splitlines()[-1]
    for path in ("index.html", "gpu/a100-80gb.html"):
        assert "sample pages, rebuilt by hand from published prices" in site.text(path)


def test_receipts_of_samples_claim_no_bytes_of_the_provider(demo: Demo, site: Site) -> None:
    shown = Site(demo.home.report)
    for receipts, is_sample in ((shown, True), (site, False)):
        texts = [receipts.text(path) for path in receipts.pages if path.startswith("receipt/")]
        assert texts
        for text in texts:
            assert ("rebuilt by hand" in text, "stated the prices below" in text) == (is_sample, not is_sample)


def test_announced_rise_is_told_in_the_future_tense(demo: Demo) -> None:
    """On 20 September Nebius announces higher prices from 1 October."""
    site = Site(demo.home.report)
    for path in ("index.html", "changes.html", "provider/nebius.html", "gpu/h100-80gb.html"):
        shown = site.text(path)
        assert ">1 Oct 2026</th>" in shown and ">will rise<" in shown and ">rose<" not in shown, path
    assert "changes/2026-10-01.html" not in site.pages and "2026-10-01" not in site.text("changes.json")


@pytest.mark.parametrize(("origins", "has_live", "words"), [
    (["live"], True, ""), (["imported"], False, "Imported history"), (["recorded"], False, "recorded pages"),
    (["sample", "seed"], False, "Do not quote"), (["live", "sample"], True, "Prices marked sample"),
])  # fmt: skip
def test_ribbon_says_where_prices_come_from(origins: list[str], has_live: bool, words: str) -> None:
    data: Any = SimpleNamespace(meta={"origins": origins, "has_live": has_live}, today="20 September 2026")
    said = ribbon(data)
    assert words in said and bool(said) == bool(words) and ("rebuilt by hand" in said) == ("sample" in origins)


def test_every_page_kind_is_built(site: Site) -> None:
    tops = {"index", "gpus", "providers", "compare", "tokens", "train-or-infer", "indices", "changes", "data", "schema", "sql",
            "methodology", "health", "2023", "explore"}  # fmt: skip
    assert {p.removesuffix(".html") for p in site.pages if "/" not in p} == tops
    folders = {p.split("/")[0] for p in site.pages if "/" in p}
    assert folders == {"gpu", "history", "provider", "tokens", "index", "changes", "receipt", "methodology"}


def test_every_link_and_anchor_resolves(site: Site, demo: Demo) -> None:
    assert not list(site.broken())
    assert not list(Site(demo.home.report).broken())


def test_every_page_is_light_titled_and_unique(site: Site, demo: Demo) -> None:
    for matches in (site, Site(demo.home.report)):
        assert max(map(matches.weight, matches.pages)) <= BUDGET
        for path in matches.pages:
            facts = matches.facts(path)
            assert len(facts.ids) == len(set(facts.ids)), path
            tags = [tag for tag, _ in facts.elements]
            assert tags.count("h1") == tags.count("main") == tags.count("title") - tags.count("desc") == 1, path
            assert ("html", {"lang": "en"}) in facts.elements, path


def test_counts_of_sources_include_those_without_a_key(demo: Demo) -> None:
    """Sources that need a key were never read: they are no reason to leave them out of the number of all."""
    site = Site(demo.home.report)
    n_sources = site.text("health.html").split("<tbody>")[1].split("</tbody>")[0].count("<tr>")
    n_without = site.text("health.html").count(">needs a key</span>")
    assert n_without > 3
    for path in ("index.html", "health.html"):
        said = f"of {n_sources} sources were read within a week, {n_without} need a key that is not set;"
        assert said in site.text(path), path


def test_front_page_answers(site: Site) -> None:
    page = site.text("index.html")
    assert (
        "On 29 June 2026 the lowest on-demand list price of the A100 80\u00a0GB is $1.35 per GPU-hour, at Lambda"
        in page
    )
    assert (
        "the median of 3 specialised clouds is $3.25" in page
        and f'<link rel="canonical" href="{BASE}/index.html">' in page
    )


def test_sold_out_offers_are_not_lowest_if_others_are_available() -> None:
    def offer(provider: str, usd: float, availability: str, age_days: int = 0) -> dict[str, Any]:
        return {"provider": provider, "usd_per_gpu_hour": usd, "availability": availability, "age_days": age_days, "place": 1,
                "pricing_model": "on_demand"}  # fmt: skip

    world, gpu = SiteData.__new__(SiteData), ("A100", Decimal(80))
    gone, left, old = offer("lium", 0.69, "sold_out"), offer("lambda", 1.79, "unknown"), offer("aws", 1.5, "unknown", 9)
    world.__dict__["offers_by_gpu"] = {gpu: [gone, old, left]}
    assert world.lowest(gpu, "on_demand") == [left] and world.lowest(gpu, "on_demand", fresh=False) == [gone, old, left]
    world.__dict__["offers_by_gpu"] = {gpu: [gone]}
    assert world.lowest(gpu, "on_demand") == [gone]
    world.__dict__["providers"] = {}
    assert world.seller("nobody") == "nobody"


def test_gpu_page_matches_the_contract(site: Site, market: Home) -> None:
    page, level = site.text("gpu/a100-80gb.html"), "median of 3 specialised clouds $3.25"
    assert level in page and "carried forward, 7 days" in page and "rose" in page and "+12.0\u00a0%" in page
    with duckdb.connect(str(market.published), read_only=True) as con:
        lowest = con.execute(
            "select provider, min(usd_per_gpu_hour) from v1.offers_latest where gpu = 'A100' and pricing_model = 'on_demand' "
            "group by provider"
        ).fetchall()
    assert len(lowest) == 7
    for _, usd in lowest:
        assert f'<td class="n main">{usd:.3f}</td>' in page


def test_charts_mark_events_with_their_receipts(site: Site) -> None:
    """Lambda and Google cut all prices by a tenth on 30 March, Oracle raises its own by twelve percent on 25 May."""
    page = site.text("gpu/a100-80gb.html")
    events = page.split('<ol class="events"')[1].split("</ol>")[0]
    cuts = [line for line in events.splitlines() if "30 Mar 2026" in line]
    assert len(cuts) == 2 and any("Lambda: 1.500 to 1.350 (−10.0\u00a0%)" in cut for cut in cuts), (
        "one of each provider"
    )
    assert "25 May 2026, Oracle Cloud: 2.900 to 3.248 (+12.0\u00a0%)" in events and 'href="../receipt/' in events
    assert events.count("<li>") == page.split('class="marks"')[1].split("</svg>")[0].count("<circle")
    assert "Terms: MIT. https://gpuhour.example/prices/gpu/a100-80gb.html" in page


def test_history_page_tells_the_price_since_the_first_day(site: Site) -> None:
    page = site.text("history/a100-80gb.html")
    assert "<h1>A100 80\u00a0GB price since 2026</h1>" in page
    assert (
        "is $1.35 per GPU-hour on 29 June 2026 (Lambda, the lowest of 7 providers observed), 10.0\u00a0% less than the $1.50 "
        "of 5 January 2026 (Lambda, the lowest of 7 providers observed), the first day on record here." in page
    )
    (year,) = re.findall(r"<tr><th scope=\"row\">2026</th>.*?</tr>", page)
    assert [c for c in re.findall(r">([^<>]+)<", year) if c.strip()] == [
        "2026", "1.350", "Lambda", "−10.0\u00a0%", "1.500", "1.350", "1.500", "7", "176", "5 Jan 2026 to 29 Jun 2026"]  # fmt: skip
    assert "../gpu/a100-80gb-history.csv" in page and 'href="../history/a100-80gb.html"' in site.text(
        "gpu/a100-80gb.html"
    )


def test_one_day_of_data_says_what_its_charts_will_show(demo: Demo) -> None:
    site = Site(demo.home.report)
    page = site.text("gpu/a100-80gb.html")
    assert "gpuhour backfill PROVIDER" in page and "gpuhour import FILE" in page and '<figure class="chart"' not in page
    assert not [p for p in site.pages if p.startswith("history/")] and "chart." not in page.split("</head>")[0]


def test_component_prices_are_not_prices_per_gpu_hour(demo: Demo) -> None:
    page = Site(demo.home.report).text("gpu/p4-8gb.html")
    assert "prices of components" in page and "gpu component" in page


def test_stale_or_empty_data_still_builds_a_site(tmp_path: Path) -> None:
    home = report_world.make(tmp_path / "home", origin="live")  # of half a year ago: no price is in force today
    build(home, tmp_path / "out")
    site = Site(tmp_path / "out")
    assert "No on-demand price is in force" in site.text("index.html") and "Demo data" not in site.text("index.html")
    assert "the last was observed on 29 June 2026" in site.text("gpu/a100-80gb.html")
    assert not list(site.broken())
