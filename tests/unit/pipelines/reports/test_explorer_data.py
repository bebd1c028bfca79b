"""The explorer's data: what it says, how small it is, and that no name in it can do anything."""

from __future__ import annotations

import gzip
import json
import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from pipelines.reports import explorer_data
from pipelines.reports.page_model import ReceiptLink

HOSTILE = "</script><script>alert(1)</script>\u2028\u2029'\"\\`${x}<!--"
TODAY = date(2026, 9, 20)


def row(number: int = 0, **facts: Any) -> dict[str, Any]:
    """Return an offer as queries/explorer.sql does."""
    return {
        "series_id": f"s{number:05}", "source": "pricing_page", "provider": "lambda", "instance": f"box-{number}", "gpu": "H100",
        "vendor": "NVIDIA", "form_factor": "SXM", "gpu_memory_gb": Decimal(80), "gpu_count": Decimal(8), "region": "eu-1", "zone": "",
        "country": "DE", "continent": "Europe", "pricing_model": "on_demand", "term_months": 0, "upfront": "",
        "valid_from": TODAY, "last_seen_on": TODAY, "currency": "USD", "usd_per_unit": 1.0,
        "usd_per_gpu_hour": Decimal("2.5") + number, "effective_from": None, "effective_until": None, "availability": "unknown",
        "vcpus": Decimal("96.0000"), "ram_gb": None, "quality": "ok", "origin": "live", "source_url": "https://lambda.example/pricing",
        "sha256": "ab" * 32, "is_carried_forward": False, "is_held": False, "age_days": 0, "place": None, "n": 1,
    } | facts  # fmt: skip


def world(rows: list[dict[str, Any]], rates: list[dict[str, Any]] | None = None) -> Any:
    """Return as much of SiteData as the explorer asks for."""
    queries = {"explorer": [r | {"n": len(rows)} for r in rows], "exchange_rates": rates or []}
    return SimpleNamespace(
        rows=queries.__getitem__, as_of=TODAY, meta={"has_live": True}, gpus={}, providers={}, model_files={},
        provider_name=lambda slug: slug.title(),
        receipt=lambda r: ReceiptLink(f"receipt/{r['sha256'][:20]}.html", r["sha256"]) if r["sha256"] else "",
    )  # fmt: skip


def document(content: bytes) -> dict[str, Any]:
    """Read the script as a browser does: a string literal, and the JSON in it."""
    literal = re.fullmatch(r"globalThis\.gpuhourOffers = JSON\.parse\((.*)\);\n", content.decode("ascii"))
    assert literal
    parsed: dict[str, Any] = json.loads(json.loads(literal[1]))
    return parsed


def value(data: dict[str, Any], name: str, offer: int) -> Any:
    """Return an offer's value of a column of indices."""
    return data["lists"][name][data["columns"][name][offer]]


def test_columns_hold_every_offer_in_order() -> None:
    made = explorer_data.explorer(world([
        row(0), row(1, provider="vast", country=None, continent=None, region=None, availability="sold_out", age_days=9),
    ]))  # fmt: skip
    data = document(made.asset.content)
    assert (
        data["columns"]["usd"] == [2.5, 3.5]
        and data["columns"]["vcpus"] == [96, 96]
        and data["columns"]["ram"] == [None, None]
    )
    assert value(data, "provider", 0) == ["Lambda", "provider", "", "lambda"] and value(data, "place", 0) == [
        "DE",
        "Europe",
    ]
    assert (
        value(data, "place", 1) == ["", ""] and value(data, "region", 1) == "" and value(data, "stock", 1) == "sold_out"
    )
    assert data["columns"]["age"] == [0, 9] and data["as_of"] == "2026-09-20"
    assert value(data, "gpu", 0)[:3] == ["H100", 80, "H100 80\u00a0GB"]
    assert {len(column) for column in data["columns"].values()} == {2} == {made.n_shown, made.n_comparable}
    assert [str(link) for link in made.receipts] == [value(data, "receipt", 0)]


def test_hostile_names_are_only_text() -> None:
    names = {"provider": "__proto__", "instance": HOSTILE, "gpu": "constructor", "region": HOSTILE}
    content = explorer_data.explorer(world([row(0, source_url="javascript:alert(2)", **names)])).asset.content
    assert b"<" not in content and content.isascii() and content.count(b"\n") == 1
    data = document(content)
    assert (
        value(data, "instance", 0) == HOSTILE and value(data, "region", 0) == HOSTILE and value(data, "page", 0) == ""
    )
    keys = {*data, *data["lists"], *data["columns"]}
    assert not keys & {"__proto__", "constructor", HOSTILE}


def test_rates_are_of_known_currencies_and_dated() -> None:
    rates = [
        {"currency": code, "usd_per_unit": usd, "rate_on": date(2026, 9, 18)}
        for code, usd in (("EUR", 1.146), ("SEK", 0.1))
    ]
    made = explorer_data.explorer(world([row(0, currency="EUR", usd_per_unit=1.2)], rates))
    data = document(made.asset.content)
    assert data["rates"] == [["USD", 1, None], ["EUR", 1.146, "2026-09-18"]]
    assert value(data, "currency", 0) == ["EUR", 1.2], (
        "the rate of the price's own day leads back to what was published"
    )
    assert [r["currency"] for r in made.rates] == ["EUR"]


def test_too_many_offers_leave_the_lowest_within_the_budget() -> None:
    rows = [row(n, instance=f"{n * 7919 % 100_003:x}-{n * 104_729 % 999_983:x}", sha256=f"{n:064x}", place=1 if n > 1990 else None)
            for n in range(2000)]  # fmt: skip
    made = explorer_data.explorer(world(rows), budget=12_000)
    assert len(gzip.compress(made.asset.content, 6)) <= 12_000
    data = document(made.asset.content)
    kept = data["columns"]["usd"]
    assert 100 < made.n_shown == len(kept) < 2000 == made.n_comparable and kept == sorted(kept)
    assert kept[0] == 2.5 and kept[-1] == 2001.5, "a provider's lowest stays, however dear"
    assert kept[:50] == [2.5 + n for n in range(50)]


def test_equal_offers_have_one_address_and_no_offers_are_no_error() -> None:
    first, again, other = (explorer_data.explorer(world([row(n)])).asset.path for n in (0, 0, 1))
    assert first == again != other and re.fullmatch(r"assets/explore-data\.[0-9a-f]{10}\.js", first)
    empty = explorer_data.explorer(world([]))
    assert empty.n_shown == empty.n_comparable == 0 and document(empty.asset.content)["columns"]["usd"] == []
