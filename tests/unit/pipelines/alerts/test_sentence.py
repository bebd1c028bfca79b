"""A rule in words becomes the rule that a person would have written, or is refused with the words that were not read."""

from __future__ import annotations

from typing import Any

import pytest

from pipelines.alerts.config.schema import AlertConfig
from pipelines.alerts.config.sentence import EXAMPLES, NotUnderstood, rule_of

FIRST = {"market": "first_party", "pricing_model": "on_demand"}


@pytest.mark.parametrize(("sentence", "rule"), [
    ("A100 drops 5% anywhere in Europe",
        {"kind": "drop_pct", "pct": 5, "where": {"gpu": "A100", "continent": "Europe", **FIRST}}),
    ("a100 Drops 5 % in germany.", {"kind": "drop_pct", "pct": 5, "where": {"gpu": "a100", "country": "DE", **FIRST}}),
    ("H100 SXM 80GB goes down by at least 10 percent at lambda, coreweave or runpod",
        {"kind": "drop_pct", "pct": 10, "where": {"gpu": "H100 SXM 80GB",
            "provider": ["coreweave", "lambda", "runpod"], "pricing_model": "on_demand"}}),
    ("8x H100 on demand below $2.50 at Lambda", {"kind": "below", "price": 2.5,
        "where": {"gpu_count": 8, "pricing_model": "on_demand", "gpu": "H100", "provider": "lambda"}}),
    ("tell me when A100 80GB on AWS falls below $1.50/hour", {"kind": "below", "price": 1.5,
        "where": {"gpu": "A100 80GB", "provider": "aws", "pricing_model": "on_demand"}}),
    ("RTX 4090 spot under €0.30", {"kind": "below", "price": 0.3, "currency": "EUR",
        "where": {"pricing_model": "spot", "gpu": "RTX 4090"}}),
    ("H100 costs more than 3 dollars per GPU hour", {"kind": "above", "price": 3,
        "where": {"gpu": "H100", "pricing_model": "on_demand"}}),
    ("A100 or H100 drops 5%", {"kind": "drop_pct", "pct": 5, "where": {"gpu": ["A100", "H100"], **FIRST}}),
    ("1 year reserved H100 rises 3%", {"kind": "rise_pct", "pct": 3,
        "where": {"pricing_model": "reserved", "term_months": 12, "gpu": "H100", "market": "first_party"}}),
    ("H200 reaches its lowest price in 1 year", {"kind": "new_low", "window": "365d", "where": {"gpu": "H200", **FIRST}}),
    ("B200 with 8 GPUs all-time low in Asia",
        {"kind": "new_low", "where": {"gpu_count": 8, "gpu": "B200", "continent": "Asia", **FIRST}}),
    ("H100 is 20% below its median in us-east-1", {"kind": "below_median", "pct": 20,
        "where": {"gpu": "H100", "region": "us-east-1", "pricing_model": "on_demand"}}),
    ("MI300X is sold out in the United States",
        {"kind": "sold_out", "where": {"gpu": "MI300X", "country": "US", "pricing_model": "on_demand"}}),
    ("Tell us when A100 drops 5% in the US",
        {"kind": "drop_pct", "pct": 5, "where": {"gpu": "A100", "country": "US", **FIRST}}),
    ("let us know if A100 drops 5%", {"kind": "drop_pct", "pct": 5, "where": {"gpu": "A100", **FIRST}}),
    ("A100 is new at Vultr", {"kind": "offer_added", "where": {"gpu": "A100", "provider": "vultr"}}),
    ("another provider is the cheapest for H100", {"kind": "cheapest_changed", "where": {"gpu": "H100", **FIRST}}),
    ("Lambda fails", {"kind": "source_broken", "provider": "lambda"}),
    ("aws is not read for 3 days", {"kind": "source_stale", "after_days": 3, "provider": "aws"}),
], ids=lambda value: value if isinstance(value, str) else "")  # fmt: skip
def test_sentences(sentence: str, rule: dict[str, Any]) -> None:
    assert rule_of(sentence) == rule
    AlertConfig.model_validate({"rules": [{"id": "it", **rule}]})


@pytest.mark.parametrize("sentence", EXAMPLES)
def test_examples_are_rules(sentence: str) -> None:
    AlertConfig.model_validate({"rules": [{"id": "it", **rule_of(sentence)}]})


@pytest.mark.parametrize(("sentence", "words"), [
    ("A100 flies to the moon", "flies"), ("A100 drops 5% on Mars", "Mars"), ("A100 drops 5% and 10%", "10%"),
    ("A100 drops 5% at Lamda", "Lamda'; nearest: lambda"), ("A100 does not drop 5%", "does not"),
    ("A100 drops 5% except in Europe", "except"), ("drops 5%", "name a GPU"), ("A100", "no event"), ("", "no event"),
    ("Lambda fails in Europe", "about providers"), ("A100 drops " + "5" * 400 + "%", "at most 300"),
], ids=lambda value: value[:30])  # fmt: skip
def test_every_word_has_to_be_understood(sentence: str, words: str) -> None:
    with pytest.raises(NotUnderstood, match=words):
        rule_of(sentence)


@pytest.mark.parametrize("sentence", ["A100 drops 500%", "A100 drops 0%", "A100 below $0"])
def test_numbers_outside_the_bounds_are_refused_by_the_schema(sentence: str) -> None:
    with pytest.raises(ValueError, match="rules"):
        AlertConfig.model_validate({"rules": [{"id": "it", **rule_of(sentence)}]})
