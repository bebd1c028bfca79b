"""The gate's rules, each on a fault and on the legitimate price that looks like it; values typed by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.effort import examples
from tests.support.gate_worlds import DAY, judged, rules, run, statuses, steps

LATER = DAY + timedelta(days=30)


def named(runs: list[dict[str, Any]], **tables: Any) -> set[str]:
    """Return only the names of the rules that fired."""
    return {rule for _, _, rule in rules(runs, **tables)}


def regions(*prices: float, **differs: Any) -> list[dict[str, Any]]:
    """Return one machine in as many regions as prices, each a series of its own."""
    return [run(series_no=n + 10, region=f"r{n}", price=p, **differs) for n, p in enumerate(prices)]


def history(gpu: str, *prices: float) -> list[dict[str, Any]]:
    """Return prices of a GPU in the two months before DAY: the band that new prices are compared with."""
    past = DAY - timedelta(days=60)
    return [
        run(series_no=500 + n, provider=f"p{n}", gpu=gpu, gpu_label=gpu, price=p, first_on=past, n_seen=60)
        for n, p in enumerate(prices)
    ]


BAND = history("A40", 0.4, 0.45, 0.5, 0.5, 0.55, 0.6, 0.6, 0.7, 0.75, 0.8, 1.1, 1.2)
MACHINE: dict[str, Any] = {
    "gpu": "A40",
    "gpu_label": "A40",
    "label_gpu": "A40",
    "gpu_memory_gb": 48,
    "label_memory_gb": 48,
}
YEAR: dict[str, Any] = {"series_no": 2, "pricing_model": "reserved", "term_months": 12}
YEARS: dict[str, Any] = {"series_no": 3, "pricing_model": "reserved", "term_months": 36}

OTHERS = [
    run(series_no=60 + n, provider=f"q{n}", price=price, first_on=DAY - timedelta(days=1), n_seen=2)
    for n, price in enumerate((3, 4, 5))
]

FAULTS: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "what only the general reader read": ("general_reader", [run(source="general_reader"), run(series_no=2, price=3)]),
    "zero": ("zero_price", [run(price=0)]),
    "below zero": ("zero_price", [run(price=-1)]),
    "a fee below zero": ("zero_price", [run(upfront_price=-5)]),
    "numbers that no table holds": ("out_of_range", [run(price_status="out_of_range")]),
    "an amount in no stated currency": (
        "unknown_currency", [run(price_status="unknown_currency", currency="", usd_per_gpu_hour=None, price=250)]),
    "less than its electricity": ("below_power", [run(price="0.02")]),
    "a month for an hour of a small card": ("above_power", [run(gpu="T4", price=180)]),
    "a hundredth of an older chip's price": (
        "below_lesser_chip", [run(gpu="A100", price=3), run(series_no=2, gpu="B200", price="0.09")]),
    "the newest chip for cents": ("below_floor", [run(price="0.20")]),
    "a small card for a cent or two": ("below_floor", [run(gpu="T4", gpu_memory_gb=16, price="0.02")]),
    "a chip of unknown power for cents": ("below_floor", [run(gpu="TPU v5p", gpu_memory_gb=95, price="0.15")]),
    "a chip without a spec for cents": ("below_floor", [run(gpu="MI300A", gpu_memory_gb=128, price="0.15")]),
    "more memory than any chip on record": ("below_floor", [run(gpu="VR300", gpu_memory_gb=1024, price="1.50")]),
    "a tenth of what others ask": ("far_from_peers", [*OTHERS, run(price="0.25")]),
    "empty": ("missing_price", [run(price=None, price_status="missing")]),
    "two prices in one listing": ("duplicate_conflict", [run(n_prices=2)]),
    "the median of a feed": ("offer_aggregate", [run(price_scope="offer_aggregate")]),
    "12 GPUs where 8 are": ("gpu_count_known", [run(gpu_count=12, known_count=8, price=30)]),
    "a sibling of a machine that is miscounted": (
        "gpu_count_of_source",
        [run(gpu_count=12, known_count=8, price=30), run(series_no=2, instance="x2", gpu_count=6, price=15)],
    ),
    "a third counted as one": ("fractional_gpu", [run(gpu_count="0.3333333333", known_count="0.3333333333", price=1)]),
    "40 GB on the label of an 80 GB card": ("gpu_name", [run(label_memory_gb=40)]),
    "another card on the label": ("gpu_name", [run(label_gpu="A100")]),
    "a year at the on-demand price": ("reserved_equals_on_demand", [run(), run(**YEAR, price=4)]),
    "a year for nearly the on-demand price": ("reserved_equals_on_demand", [run(), run(**YEAR, price=4.002)]),
    "a year above on demand": ("reserved_above_on_demand", [run(), run(**YEAR, price=5)]),
    "three years for a fifteenth": ("reserved_too_cheap", [run(), run(**YEARS, price=0.3)]),
    "three years dearer than one": ("longer_above_shorter", [run(), run(**YEAR, price=2), run(**YEARS, price=2.5)]),
    "spot above on demand": ("spot_above_on_demand", [run(), run(series_no=2, pricing_model="spot", price=4.5)]),
    "spot of a zone above on demand": (
        "spot_above_on_demand",
        [run(), run(series_no=2, pricing_model="spot", zone="a", price=4.5)],
    ),
    "eight for the price of one": ("not_scaled_by_count", [run(), run(series_no=2, instance="x8", gpu_count=8, price=4)]),
    "one region for a fifth": ("region_too_cheap", regions(4, 4.1, 4.2, 4, 4.4, 0.8)),
    "spot of a machine whose sum lacks the GPU": (
        "sibling_lacks_component",
        [*regions(4, 4.1, 4.2, 4, 4.4, 0.8), run(series_no=2, region="r5", pricing_model="spot", price=0.25)],
    ),
    "one region sevenfold": ("region_too_dear", BAND + regions(0.6, 0.65, 0.6, 4.6, **MACHINE)),
    "a machine without its GPU": (
        "all_in_below_component",
        [run(price=0.8), run(series_no=2, instance="gpu", price_scope="gpu_component", price=2.9)],
    ),
    "a tenth of a cent": ("out_of_bounds", [run(price=0.001)]),
    "thousands": ("out_of_bounds", [run(price=2000)]),
    "a twentieth of all others": ("out_of_band", [*BAND, run(**MACHINE, price=0.03)]),
    "ten GPUs out of the band by ten": ("unit_slip_count", [*BAND, run(**MACHINE, gpu_count=10, price=0.7)]),
    "a month under the name of an hour": ("unit_slip", [*BAND, run(**MACHINE, price=0.6 * 730)]),
    "cents": ("unit_slip", [*BAND, run(**MACHINE, price=60)]),
    "a fifth dearer": ("jump", steps(4, 5, looks=3)),
    "half off": ("big_jump", steps(4, 1.9, looks=3)),
    "spot to a sixth": ("big_jump_spot", steps(3, 0.5, pricing_model="spot")),
    "there and back": ("spike_flip", steps(4, 3, 4)),
    "there and back, rounded": ("spike_flip", steps(4, 3, 4.0001)),
    "back": ("spike_return", steps(4, 3, 4)),
    "there, back and there": ("flip_again", steps(4, 3, 4, 3)),
    "to and fro": ("flapping", steps(4, 3, 4, 3, 4)),
    "a month of another price": ("flip_kept", steps(4, 3, 4, looks=20)),
    "most of a listing by a third": (
        "definition_change",
        [r for n in range(6) for r in steps(4 + n, 1 + n / 4, looks=9, series_no=n + 1, instance=f"x{n}")],
    ),
}  # fmt: skip

LEGITIMATE: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "what the general reader and another source read": ("general_reader", [run(source="general_reader"), run(series_no=2)]),
    "a price": ("zero_price", [run()]),
    "a price in another currency": ("unknown_currency", [run(currency="INR", price=250)]),
    "an old card for cents": ("below_power", [run(gpu="K80", price="0.03")]),
    "a chip whose power is not known": ("below_power", [run(gpu="RTX 3060", price="0.01")]),
    "a small card in the largest machine of the dearest region": ("above_power", [run(gpu="T4", price="7.4")]),
    "a games card beside a newer chip of less power": (
        "below_lesser_chip", [run(gpu="L4", price="0.8"), run(series_no=2, gpu="RTX 2080 Ti", price="0.03")]),
    "another provider's older chip": (
        "below_lesser_chip", [run(gpu="A100", price=3, provider="other"), run(series_no=2, gpu="B200", price="0.1")]),
    # The lowest prices on record, per GB, TB/s and PFLOPS.
    "a spot price of cents": ("below_floor", [run(gpu="T4G", gpu_memory_gb=16, pricing_model="spot", price="0.0459")]),
    "a games card for cents": ("below_floor", [run(gpu="RTX 3080", gpu_memory_gb=10, price="0.0822")]),
    "a new chip sold off": ("below_floor", [run(gpu="B200", gpu_memory_gb=180, pricing_model="spot", price="0.80")]),
    "a games card without a spec": ("below_floor", [run(gpu="RTX 3060", gpu_memory_gb=12, price="0.03")]),
    "a chip of unknown memory": ("below_floor", [run(gpu="M40", gpu_memory_gb=None, price="0.02")]),
    "half of what others ask": ("far_from_peers", [*OTHERS, run(price="1.25")]),
    "an old card at a tenth of the clouds' price": (
        "far_from_peers", [r | {"gpu": "K80", "usd_per_gpu_hour": "0.9"} for r in OTHERS] + [run(gpu="K80", price="0.10")]),
    "what two others contradict": ("far_from_peers", [*OTHERS[:2], run(price="0.25")]),
    "a fee alone": ("zero_price", [run(**YEAR, price=0, upfront="all", upfront_price=5198)]),
    "a price of a cent": ("out_of_range", [run(price="0.01")]),
    "contact sales": ("missing_price", [run(price=None, price_status="contact_sales")]),
    "the count that is known": ("gpu_count_known", [run(gpu_count=8, known_count=8, price=30)]),
    "a source that counts another GPU wrong": (
        "gpu_count_of_source",
        [run(gpu_count=12, known_count=8, price=30), run(series_no=2, instance="x2", gpu="A10", gpu_count=6, price=6)],
    ),
    "a third counted as a third": (
        "fractional_gpu",
        [run(gpu_count="0.3333333333", printed_count="0.3333333333", known_count="0.3333333333", price=1)],
    ),
    "the memory of all GPUs together": ("gpu_name", [run(gpu_count=8, label_memory_gb=640, price=30)]),
    "a label that was corrected since": ("gpu_name", steps(4, 4.1, label_memory_gb=40)[1:]),
    "a name that is not known": ("gpu_name", [run(label_gpu=None)]),
    "a year for two thirds": ("reserved_equals_on_demand", [run(), run(**YEAR, price=2.6)]),
    "a year as dear as on demand elsewhere": (
        "reserved_above_on_demand", [run(region="south", price=3), run(**YEAR, price=3.5)]),
    "a year above an on-demand price that has ended": (
        "reserved_above_on_demand",
        [run(first_on=DAY - timedelta(days=9), ended_on=DAY - timedelta(days=5), price=3), run(**YEAR, price=3.5)],
    ),
    "three years for a third": ("reserved_too_cheap", [run(), run(**YEARS, price=1.4)]),
    "three years with another payment": (
        "longer_above_shorter", [run(), run(**YEAR, upfront="all", price=2), run(**YEARS, price=2.5)]),
    "spot at the on-demand price": ("spot_above_on_demand", [run(), run(series_no=2, pricing_model="spot", price=4)]),
    "two for the price of one, beside a cheaper tier": (
        "not_scaled_by_count",
        [run(), run(series_no=2, instance="cheap", price=2), run(series_no=3, instance="x2", gpu_count=2, price=4)],
    ),
    "two spot machines at one price": (
        "not_scaled_by_count",
        [run(pricing_model="spot"), run(series_no=2, instance="x2", gpu_count=2, pricing_model="spot")],
    ),
    "a cheap region": ("region_too_cheap", regions(4, 4.1, 4.2, 4, 4.4, 2.4)),
    "a commitment above a sum that lacks the GPU": (
        "sibling_lacks_component",
        [*regions(4, 4.1, 4.2, 4, 4.4, 0.8), run(region="r5", **YEAR, price=2.5)],
    ),
    "two regions only": ("region_too_cheap", regions(4, 1)),
    "the one right region among wrong ones": ("region_too_dear", BAND + regions(0.1, 0.1, 0.1, 0.6, **MACHINE)),
    "spot of a region for a fifth": ("region_too_cheap", regions(4, 4.1, 4.2, 4, 4.4, 0.8, pricing_model="spot")),
    "a machine dearer than its GPU": (
        "all_in_below_component",
        [run(price=3.5), run(series_no=2, instance="gpu", price_scope="gpu_component", price=2.9)],
    ),
    "a GPU nobody offered before": ("out_of_band", [run(gpu="B999", price=25)]),
    "a third of the cheapest": ("out_of_band", [*BAND, run(**MACHINE, price=0.14)]),
    "ten GPUs as cheap as two are": (
        "unit_slip_count",
        [*BAND, run(**MACHINE, gpu_count=10, price=0.7), run(series_no=2, instance="x2", **MACHINE, gpu_count=2, price=0.15)],
    ),
    "a tenth dearer": ("jump", steps(4, 4.4, looks=3)),
    "half off after a wrong price": (
        "big_jump", [run(series_no=7, instance="x0", price=2, n_seen=9),
                     *steps(2, 16, series_no=8, instance="x8", gpu_count=8)],
    ),
    "spot to a third": ("big_jump_spot", steps(3, 1, pricing_model="spot")),
    "there and on": ("spike_flip", steps(4, 3, 2)),
    "a cent there and back": ("spike_flip", steps(4, 3.99, 4)),
    "spot there and back": ("spike_flip", steps(4, 3, 4, pricing_model="spot")),
    "to and fro among three": ("flapping", steps(4, 3, 5, 3, 4)),
    "back after a year": ("flip_kept", steps(4, 3, 4, looks=200)),
    "four of twenty by a third": (
        "definition_change",
        [r for n in range(4) for r in steps(4 + n, 1 + n / 4, looks=9, series_no=n + 1, instance=f"x{n}")]
        + [run(series_no=n, instance=f"x{n}", n_seen=30) for n in range(20, 40)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FAULTS)
def test_rule_fires_on_the_fault(case: str) -> None:
    rule, runs = FAULTS[case]
    assert rule in named(runs)


@pytest.mark.parametrize("case", LEGITIMATE)
def test_rule_is_silent_on_the_similar_legitimate_price(case: str) -> None:
    rule, runs = LEGITIMATE[case]
    assert rule not in named(runs)


def test_every_rule_has_a_fault_here_or_below() -> None:
    of_sources = {"renamed_sku", "renamed_zone", "gap", "stale_source", "partial_snapshot", "product_vanished"}
    with judged([]) as con:
        known = {row[0] for row in con.execute("select rule from seeds.gate_rules").fetchall()}
    assert known - of_sources == {rule for rule, _ in FAULTS.values()}
    assert known - of_sources == {rule for rule, _ in LEGITIMATE.values()} | {
        "duplicate_conflict", "offer_aggregate", "out_of_bounds", "unit_slip", "spike_return", "flip_again"}  # fmt: skip


# What these doubt is published and marked; all others hold a price back.
ONLY_FLAGS = {
    "definition_change", "flip_kept", "fractional_gpu", "gap", "gpu_name", "jump", "offer_aggregate",
    "partial_snapshot", "product_vanished", "renamed_sku", "renamed_zone", "spike_return", "stale_source",
}  # fmt: skip


def test_verdict_of_every_rule() -> None:
    with judged([]) as con:
        verdicts = dict(con.execute("select rule, verdict from seeds.gate_rules").fetchall())
    assert verdicts == {rule: "flag" if rule in ONLY_FLAGS else "quarantine" for rule in verdicts}


def test_ordinary_prices_are_accepted() -> None:
    runs = [run(), run(**YEAR, price=2.6), run(**YEARS, price=1.6), run(series_no=4, pricing_model="spot", price=1.5),
            run(series_no=5, instance="x8", gpu_count=8, price=32)]  # fmt: skip
    assert statuses(runs) == {}


def test_large_cut_is_quarantined_until_the_next_scrape() -> None:
    assert statuses(steps(98.32, 40))[1, 2] == ("big_jump", "held")
    seen_again = [*steps(98.32, looks=5), run(version_no=2, price=40, first_on=LATER, n_seen=2)]
    assert statuses(seen_again)[1, 2] == ("big_jump", "released")


def test_a_cut_of_44_percent_passes_at_once() -> None:
    """The largest genuine cut of a list price at a first scrape: AWS p5, 98.32 to 55.04."""
    assert statuses(steps(98.32, 55.04, looks=5))[1, 2] == ("jump", "released")


def test_next_version_confirms() -> None:
    assert statuses(steps(9, 4, 4.1))[1, 2] == ("big_jump", "released")
    assert statuses(steps(9, 4, 8.8))[1, 2] == ("big_jump", "held")


def test_another_source_confirms_and_the_same_one_elsewhere_does_not() -> None:
    cut = steps(9, 4)
    same_day = {"series_no": 2, "price": 4, "first_on": DAY + timedelta(days=1)}
    assert statuses([*cut, run(**same_day, source="other")])[1, 2] == ("big_jump", "released")
    assert statuses([*cut, run(**same_day, region="south")])[1, 2] == ("big_jump", "held")


def test_repetition_does_not_release_a_contradicted_price() -> None:
    assert statuses([run(n_seen=90), run(**YEAR, price=4, n_seen=90)])[2, 1] == ("reserved_equals_on_demand", "held")


def test_quarantine_beats_flag() -> None:
    assert statuses([run(price=0, label_gpu="A100")])[1, 1] == ("zero_price", "held")


def test_released_version_stays_released() -> None:
    kept = [(1, 2, "quarantine", "released", "big_jump")]
    assert statuses(steps(9, 4), state__verdicts=kept)[1, 2] == ("big_jump", "released")


@pytest.mark.parametrize("word", ["released", "rejected"])
def test_decision_by_a_person_wins(word: str) -> None:
    assert statuses([run(price=0)], intermediate__manual_verdicts=[(1, 1, word)])[1, 1] == ("zero_price", word)


def test_release_by_a_person_makes_a_reference() -> None:
    runs = [run(), *steps(4, 2, looks=3, **YEAR)]
    assert (2, 2, "big_jump") not in rules(runs), "what contradicts is no measure"
    assert (2, 2, "big_jump") in rules(runs, intermediate__manual_verdicts=[(2, 1, "released")])


def test_judged_version_keeps_its_findings_without_its_context() -> None:
    kept = (2, 1, "reserved_equals_on_demand", "quarantine", "reserved_equals_on_demand", True, 4.0, "kept")
    assert statuses([run(**YEAR, price=4, is_new=False)], state__findings=[kept])[2, 1] == (
        "reserved_equals_on_demand", "held")  # fmt: skip


def test_the_way_back_is_judged_when_it_is_seen() -> None:
    first, second, third = steps(4, 3, 4)
    old = [first | {"is_new": False}, second | {"is_new": False}]
    assert (1, 2, "spike_flip") in rules([*old, third])
    assert (1, 2, "spike_flip") not in rules(old)


def test_thresholds_come_from_before_the_month() -> None:
    """The same prices in the same month make no band: the future judges no price."""
    together = [row | {"first_on": DAY, "last_on": DAY} for row in BAND]
    assert "out_of_band" not in named([*together, run(**MACHINE, price=0.03)])


def test_reason_and_expected_name_the_numbers() -> None:
    with judged([run(), run(**YEAR, price=5)]) as con:
        row = con.execute("select expected, reason from intermediate.new_verdicts").fetchone()
    assert row == (4.0, "reserved for 12 months at 5; on demand at 4")


@pytest.mark.long
@settings(max_examples=examples(5, 50))
@given(cut=st.floats(0.05, 0.97), price=st.floats(0.5, 90))
def test_cut_seen_twice_is_not_quarantined(cut: float, price: float) -> None:
    runs = [*steps(price, looks=4), run(version_no=2, price=price * cut, first_on=LATER, n_seen=2)]
    assert all(status == "released" for _, status in statuses(runs).values()) or price * cut < 0.2507  # its floor


@pytest.mark.long
@settings(max_examples=examples(5, 50))
@given(spot=st.floats(0.05, 1), year=st.floats(0.3, 0.95), years=st.floats(0.75, 1), price=st.floats(6, 60))
def test_no_consistent_set_of_terms_is_doubted(spot: float, year: float, years: float, price: float) -> None:
    runs = [
        run(price=price),
        run(**YEAR, price=price * year),
        run(**YEARS, price=price * year * years),
        run(series_no=4, pricing_model="spot", price=price * spot),
    ]
    assert statuses(runs) == {}


@pytest.mark.long
@settings(max_examples=examples(5, 50))
@given(scale=st.floats(0.2, 8))
def test_relations_do_not_depend_on_the_size_of_prices(scale: float) -> None:
    runs = [
        run(price=4 * scale),
        run(**YEAR, price=4 * scale),
        run(series_no=4, instance="x8", gpu_count=8, price=4 * scale),
    ]
    found = {rule for _, _, rule in rules(runs)} - {"below_floor"}  # the one rule here that is about size
    assert found == {"reserved_equals_on_demand", "not_scaled_by_count"}
