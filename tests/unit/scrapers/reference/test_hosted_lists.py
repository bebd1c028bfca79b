"""Published lists of prices per token: three forms, read without conversion, and bounded whatever they hold."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from scrapers.model import HostedPrice, LayoutError, Page, Provider
from scrapers.reference import hosted_lists

FOLDER = Path(__file__).parents[3] / "support" / "hosted_lists"
WHEN = datetime(2026, 11, 20, 6, 15, tzinfo=UTC)


def page(of: Provider, content: Any = None) -> Page:
    data = next((FOLDER / of.slug).rglob("page.json")).read_bytes() if content is None else content
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Page(of.slug, of.requests[0].url, WHEN, hosted_lists.SOURCE, content=data)


def stated(of: Provider, content: Any = None) -> dict[tuple[Any, ...], HostedPrice]:
    return {(p.host, p.model, p.kind, p.above_tokens, p.hours_utc, p.effective_from): p
            for p in hosted_lists.prices(page(of, content))[0]}  # fmt: skip


def money(of: Provider) -> dict[tuple[Any, ...], Decimal]:
    return {key: price.price for key, price in stated(of).items()}


def test_genai_prices_has_dates_hours_tiers_and_batches() -> None:
    got = money(hosted_lists.GENAI_PRICES)
    reasoner, since = ("deepseek", "deepseek-reasoner"), date(2026, 10, 1)
    assert got[*reasoner, "input", 0, "", None] == Decimal("0.55")
    assert got[*reasoner, "input", 0, "16:30-00:30", None] == Decimal("0.135")
    assert got["deepseek", "deepseek-r1-0528", "cached_input", 0, "", since] == Decimal("0.14")
    assert got["deepseek", "deepseek-r1-0528", "output", 0, "", None] == Decimal("2.5")
    sonnet = ("anthropic", "claude-sonnet-4-5")
    assert got[*sonnet, "input", 0, "", None] == 3 and got[*sonnet, "input", 200_000, "", None] == 6
    assert got[*sonnet, "cache_write", 0, "", None] == Decimal("3.75")
    assert got[*sonnet, "batch_output", 0, "", date(2026, 10, 14)] == Decimal("7.5")
    assert all(price.unit == "m_tokens" for price in stated(hosted_lists.GENAI_PRICES).values())
    assert not [key for key, price in got.items() if price in (30, 150, 10)]  # the fast lane, and searches


def test_models_dev_has_one_tier_however_it_is_written() -> None:
    got = stated(hosted_lists.MODELS_DEV)
    assert got["google", "gemini-2.5-pro", "output", 200_000, "", None].price == 15
    assert got["google", "gemini-3.1-pro", "input", 200_000, "", None].price == 4
    assert len([key for key in got if key[1] == "gemini-3.1-pro"]) == 4  # not the same tier under both of its names
    guard = got["groq", "meta-llama/llama-guard-4-12b", "output", 0, "", None]
    assert guard.price == 128 and guard.context_tokens == 131_072 and guard.output_limit == 128
    assert got["groq", "llama-3.1-8b-instant", "input", 0, "", None].is_deprecated
    assert guard.host_url == "https://console.groq.com/docs/models" and guard.text == "output: 128"


def test_litellm_prices_are_per_token_and_of_text_only() -> None:
    got = stated(hosted_lists.LITELLM)
    mini = got["openai", "gpt-4.1", "batch_input", 0, "", None]
    assert (mini.price, mini.unit, mini.text) == (
        Decimal("0.000001"),
        "token",
        "input_cost_per_token_batches: 0.000001",
    )
    assert got["anthropic", "claude-sonnet-4-5", "output", 200_000, "", None].price == Decimal("0.0000225")
    assert got["dashscope", "dashscope/qwen3-coder-plus", "input", 32_000, "", None].price == Decimal("0.0000018")
    assert not [key for key in got if key[1] in ("sample_spec", "text-embedding-3-small")]
    # What a list says is copied, the absurd too: the gate judges it.
    assert got["deepinfra", "deepinfra/deepseek-ai/DeepSeek-R1", "input", 0, "", None].price == 131_072


@pytest.mark.parametrize("broken", [b"[]", b"{}", b'{"a": 1}', b"[1]", b"null", b"[" * 100_000, b'{"x": {}}', b"[{}]"])
@pytest.mark.parametrize("of", hosted_lists.ALL, ids=lambda of: of.slug)
def test_what_is_no_list_is_an_unknown_layout(of: Provider, broken: bytes) -> None:
    with pytest.raises(LayoutError):
        hosted_lists.prices(page(of, broken))


LLAMA = {"input_cost_per_token": 1e-7, "output_cost_per_token": 2e-7, "litellm_provider": "groq", "mode": "chat"}


@pytest.mark.parametrize(("name", "entry", "why"), [
    ("x" * 201, LLAMA, "printable"),
    ("evil\u001b[2J", LLAMA, "printable"),
    ("turned\u202etxet", LLAMA, "printable"),
    ("huge", LLAMA | {"input_cost_per_token": 1e300}, "beyond"),
    ("long", LLAMA | {"tiered_pricing": [{"range": [n, n + 1], "input_cost_per_token": 1} for n in range(21)]}, "tiers"),
    ("tier", LLAMA | {"tiered_pricing": [{"range": ["many"], "input_cost_per_token": 1}]}, "no number of tokens"),
    ("prose", 7, "cannot be read"),
])  # fmt: skip
def test_one_bad_entry_is_refused_alone(name: str, entry: Any, why: str) -> None:
    usable, refused = hosted_lists.prices(page(hosted_lists.LITELLM, {"good": LLAMA, name: entry}))
    assert {price.model for price in usable} >= {"good"} and len(refused) == 1
    (said,) = refused.values()
    assert why in said and said.isprintable() and len(said) < 300


def test_digits_without_end_are_refused() -> None:
    text = json.dumps({"good": LLAMA}).replace("1e-07", "1e-31").encode()
    usable, refused = hosted_lists.prices(page(hosted_lists.LITELLM, text))
    assert [price.kind for price in usable] == ["output"] and "thirtieth" in refused["good"]


def test_only_figures_are_prices() -> None:
    words = LLAMA | {"input_cost_per_token": "free", "output_cost_per_token": True, "cache_read_input_token_cost": 1e-8}
    usable, _ = hosted_lists.prices(page(hosted_lists.LITELLM, {"good": words}))
    assert [price.kind for price in usable] == ["cached_input"]
