"""Providers that nobody has seen publish nothing; what changed on a page is told in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.cli.commands.providers import accept, check
from pipelines.errors import CommandError
from pipelines.ingest.layout_drift import differences, summarise_page
from pipelines.ingest.parse_file import OFFER_COLUMNS, parse_file
from pipelines.ingest.scrape_provider import missing_gpus, read_page, withhold_unreviewed
from scrapers import registry
from scrapers.model import Page
from warehouse.storage import ledger
from warehouse.storage.state_dir import Home

HTML = """<html><body><table><tr><th>GPU</th><th>VRAM</th><th>PRICE/GPU/HR</th></tr>
<tr><td>NVIDIA H100</td><td>80 GB</td><td>$2.50</td></tr><tr><td>NVIDIA L40S</td><td>48 GB</td><td>$1.10</td></tr>
</table></body></html>"""


def page(slug: str, html: str) -> Page:
    request = registry.get(slug).requests[0]
    when = datetime(2026, 11, 26, tzinfo=UTC)
    return Page(slug, request.url, when, source=request.source, content=html.encode())


def test_unverified_provider_publishes_nothing_until_accepted(tmp_path: Path) -> None:
    home, provider = Home(tmp_path), registry.get("ibm")
    assert provider.basis == "unverified"
    seen = withhold_unreviewed(provider, read_page(provider, page("ibm", HTML)), home)
    assert seen.status == "unverified" and not seen.offers
    assert "2 prices" in seen.detail and "gpuhour providers accept ibm" in seen.detail
    assert accept("ibm", note="looked at it", home=tmp_path) == 0
    assert ledger.accepted(home) == {"ibm"}
    seen = withhold_unreviewed(provider, read_page(provider, page("ibm", HTML)), home)
    assert seen.status == "ok" and [str(o.price) for o in seen.offers] == ["2.50", "1.10"]
    assert accept("ibm", home=tmp_path) == 0


def test_unknown_layout_of_an_unverified_provider_is_not_a_failure(tmp_path: Path) -> None:
    provider = registry.get("modal")
    odd = "<html><body><p>H100 costs $0.001097 / sec</p></body></html>"
    seen = withhold_unreviewed(provider, read_page(provider, page("modal", odd)), Home(tmp_path))
    assert seen.status == "unverified" and "1 prices, the first 'H100" in seen.detail
    sales = "<html><body><p>Please contact sales.</p></body></html>"
    assert read_page(provider, page("modal", sales)).status == "no_public_price"


def test_only_unverified_providers_can_be_accepted(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="needs no acceptance"):
        accept("civo", home=tmp_path)


def test_acceptance_survives_ledger_migration(tmp_path: Path) -> None:
    home = Home(tmp_path)
    ledger.decide(home, "e1", "released", "me")
    ledger.accept(home, "ibm", "me", "seen")
    assert ledger.accepted(home) == {"ibm"} and [d.event_id for d in ledger.decisions(home)] == ["e1"]


def changes(before: str, after: str) -> list[tuple[str, bool]]:
    provider = replace(registry.get("fal"), expects=())
    return list(
        differences(summarise_page(provider, page("fal", after)), summarise_page(provider, page("fal", before)))
    )


def test_renamed_column_is_reported_with_its_replacement() -> None:
    output = changes(HTML, HTML.replace("PRICE/GPU/HR", "HOURLY RATE"))
    assert ("column 'PRICE/GPU/HR' gone; new header 'HOURLY RATE'", False) in output
    lost = changes(HTML, HTML.replace("PRICE/GPU/HR", "USD"))
    assert ("column 'PRICE/GPU/HR' gone; new header 'USD'", True) in lost
    assert any("unknown layout" in result and is_alarm for result, is_alarm in lost)


def test_changes_of_gpus_units_and_rows() -> None:
    per_month = HTML.replace("$2.50", "$2.50 / hr")
    assert ("units beside prices were per hour, now per month", True) in changes(
        per_month, per_month.replace("hr<", "month<")
    )
    fewer = HTML.replace("<tr><td>NVIDIA L40S</td><td>48 GB</td><td>$1.10</td></tr>", "")
    assert {("GPU L40S gone", True), ("2 rows before, 1 now", True)} <= set(changes(HTML, fewer))
    assert changes(HTML, HTML) == []


def test_missing_expected_gpu_is_reported() -> None:
    provider = replace(registry.get("fal"), expects=("H100", "H200"))
    seen = read_page(provider, page("fal", HTML))
    assert missing_gpus(provider, [seen]) == ["H200"]
    failed = replace(seen, status="failed", offers=())
    assert missing_gpus(provider, [seen, failed]) == []


def test_check_accepts_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "2026-11-26.html"
    file.write_text(HTML.replace("PRICE/GPU/HR", "USD"))
    assert check("fal", file, as_json=True) == 3
    assert "column 'LIST PRICE' gone" in capsys.readouterr().out


def test_renamed_provider_is_known_by_its_old_name(tmp_path: Path) -> None:
    assert registry.get("datacrunch").slug == "verda"
    with pytest.raises(KeyError, match="unknown provider"):
        registry.get("nosuch")
    file = tmp_path / "2025-08.html"
    file.write_text(
        "<table><tr><th>Instance name</th><th>GPU model</th><th>GPU</th><th>VRAM</th><th>On demand price</th></tr>"
        "<tr><td>2B200.60V</td><td>B200 SXM6</td><td>2</td><td>360</td><td>$7.27/h</td></tr></table>"
    )
    rows = parse_file("datacrunch", file).offers()
    priced = dict(zip(OFFER_COLUMNS, rows[0], strict=True))
    assert priced["provider"] == "verda" and float(priced["usd_per_gpu_hour"]) == 3.635


def test_provider_kinds_are_marked() -> None:
    kinds = {p.slug: p.kind for p in registry.all_providers()}
    assert {s for s, k in kinds.items() if k == "aggregator"} == {
        "shadeform", "primeintellect", "huggingface", "sesterce",
    }  # fmt: skip
    assert {"vast", "tensordock", "hyperbolic", "lium", "cudo", "salad"} <= {
        s for s, k in kinds.items() if k == "marketplace"
    }
    assert len(kinds) >= 37
