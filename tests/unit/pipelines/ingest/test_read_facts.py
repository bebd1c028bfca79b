"""Facts about providers come from recorded pages with date and words, and take the place of unverified ones only."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.cli import read_facts
from pipelines.ingest.provider_facts import COLUMNS, as_csv, facts_of, merged, page_lines, read_seed, recorded_pages

HTML = "<html><body><h1>Pricing</h1><p>{}</p></body></html>"


def put(folder: Path, name: str, text: str, **meta: str) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    if meta:
        path.with_name("meta.json").write_text(json.dumps(meta))


def row(provider: str, fact: str, value: str, how: str = "read", from_gb: str = "") -> dict[str, str]:
    values = (provider, fact, from_gb, value, "", how, "https://x.example", "2026-11-01")
    return dict(zip(COLUMNS, values, strict=True))


def test_newest_page_states_the_fact_with_source_day_and_words(tmp_path: Path) -> None:
    put(tmp_path, "civo/2025-03_pricing.html", HTML.format("Billed by the hour"))
    put(tmp_path, "civo/2026-08_pricing.html", HTML.format("Billed by the minute"))
    put(tmp_path, "datacrunch/2026-01-02_x/page.html", HTML.format("Zero egress fees, it's true"),
        url="https://verda.com/pricing", captured_at="2026-01-02T06:00:00Z")  # fmt: skip
    put(tmp_path, "nobody/2026-08_pricing.html", HTML.format("Billed by the second"))
    assert [tuple(fact.values()) for fact in facts_of(list(recorded_pages(tmp_path)))] == [
        ("civo", "billing_seconds", "", "60", "'Billed by the minute'", "read", "recorded page civo/2026-08_pricing.html", "2026-08-01"),
        ("verda", "egress_usd_per_gb", "0", "0", "'Zero egress fees, it’s true'", "read", "https://verda.com/pricing", "2026-01-02"),
    ]  # fmt: skip


def test_pages_rebuilt_by_hand_state_nothing(tmp_path: Path) -> None:
    page = HTML.format("Zero egress fees")
    put(tmp_path, "civo/2026-01-02_x/page.html", page, captured_at="2026-01-02T06:00:00Z", note="Written by hand.")
    put(tmp_path, "civo/2026-01-03_x.html", f"<!-- FIXTURE source: a/b ; transcribed -->{page}")
    assert not list(recorded_pages(tmp_path))
    put(tmp_path, "civo/2026-01-04_x.html", f"<!-- FIXTURE source: a/b@1:c.md ; rendered -->{page}")
    assert [found.source for found in recorded_pages(tmp_path)] == ["a/b@1:c.md"]


def test_data_states_networks_and_machines_but_not_by_the_names_of_products() -> None:
    feed = {"name": "Bare metal, billed per second", "connectionType": "infiniband", "nodes": [{"machine_type": "vm"}]}
    assert page_lines(json.dumps(feed)) == ["connection Type: infiniband", "machine type: vm"]
    assert page_lines('{"cut": [') == []


def test_read_facts_replace_unverified_ones_alone() -> None:
    seed = [
        row("a", "support", "chat", "unverified"),
        row("a", "minimum", "none"),
        row("b", "egress_usd_per_gb", "0", "unverified", "0"),
        row("b", "egress_usd_per_gb", "0.1", "unverified", "100"),
        row("c", "hq_country", "US", "unverified"),
    ]
    found = [
        row("a", "support", "24/7 support"), row("a", "minimum", "a month"), row("a", "regions", "3 regions"),
        row("b", "egress_usd_per_gb", "0.01", from_gb="0"), row("d", "delivery", "VM"),
    ]  # fmt: skip
    assert merged(seed, found) == [
        row("a", "support", "24/7 support"), row("a", "minimum", "none"), row("a", "regions", "3 regions"),
        row("b", "egress_usd_per_gb", "0.01", from_gb="0"), row("c", "hq_country", "US", "unverified"),
        row("d", "delivery", "VM"),
    ]  # fmt: skip


def test_seed_is_written_as_it_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert as_csv(read_seed(read_facts.SEED)) == read_facts.SEED.read_text()
    put(tmp_path, "pages/civo/2026-08_pricing.html", HTML.format("24/7 support, zero egress fees"))
    seed = tmp_path / "seed.csv"
    seed.write_text(as_csv([row("civo", "support", "chat", "unverified")]))
    assert read_facts.main([str(tmp_path / "pages"), "--write"], seed) == 0
    assert [(r["fact"], r["value"], r["how"]) for r in read_seed(seed)] == [
        ("support", "24/7 support", "read"), ("egress_usd_per_gb", "0", "read"),
    ]  # fmt: skip
    assert "2 facts read, 0 unverified" in capsys.readouterr().err
    assert read_facts.main([str(tmp_path / "pages"), "--write"], seed) == 0
    assert "0 facts read" in capsys.readouterr().err
    assert read_facts.main([str(tmp_path / "pages")], seed) == 0 and "24/7 support" in capsys.readouterr().out
    assert read_facts.main([str(tmp_path / "absent")], seed) == 2


def test_reader_agrees_with_what_people_have_read(shared: Callable[[str], Path]) -> None:
    """The figures that the recorded pages state are those of the seed, wherever both have one."""
    kept = {(r["provider"], r["fact"]): r["value"] for r in read_seed(read_facts.SEED) if r["how"] == "read"}
    pages = [page for name in ("captures", "captures-newer", "pages/captures") for page in recorded_pages(shared(name))]
    both = {
        (r["provider"], r["fact"]): (r["value"], kept[r["provider"], r["fact"]])
        for r in facts_of(pages)
        if r["fact"] in ("billing_seconds", "egress_usd_per_gb") and (r["provider"], r["fact"]) in kept
    }
    assert len(both) >= 5 and not {key: values for key, values in both.items() if values[0] != values[1]}
