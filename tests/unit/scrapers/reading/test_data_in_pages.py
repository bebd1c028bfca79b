"""Prices that stand in a page's scripts and attributes, in JSON or in JavaScript, and what their fields say."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from scrapers.parsing.js_literals import literals, revived
from tests.unit.scrapers.reading.test_reader import page, read, table

ROW = ("NVIDIA H100", 8, "2.20", "gpu_hour")
PLANS = [{"title": "NVIDIA H100", "gpu_count": 8, "price_per_gpu_hour": 2.20, "currency": "USD"}]
FLIGHT = json.dumps(
    f'0:["$","div",null,{{"children":[["$","h1",null,{{}}],["$","$L3",null,{{"plans":{json.dumps(PLANS)}}}]]}}]'
)


def rows(body: str) -> list[tuple[str, object, str, str]]:
    return [(o.gpu_label, o.gpu_count, f"{o.price:.2f}", o.price_unit) for o in read(page(body)).offers]


@pytest.mark.parametrize(
    "body",
    [
        "<script>const plans = [{title: 'NVIDIA H100', gpu_count: 8, price_per_gpu_hour: 2.20, currency: \"USD\", isNew: !0,},];</script>",
        "<script>window.__NUXT__=(function(a,b,c){return {data:[{title:a,gpu_count:b,price_per_gpu_hour:2.2,currency:c}],error:null}}('NVIDIA H100',8,'USD'));</script>",
        '<script type="application/json" id="__NUXT_DATA__">[["Reactive",1],{"plans":2},[3],{"title":4,"gpu_count":5,"price_per_gpu_hour":6,"currency":7},"NVIDIA H100",8,2.2,"USD"]</script>',
        f"<script>self.__next_f.push([1,{FLIGHT}])</script>",
        f"<div data-props='{json.dumps(PLANS)}'></div>",
        "<p>Prices in USD</p><select><option data-gpu-count=8 data-price-per-gpu-hour=2.20>NVIDIA H100</option></select>",
    ],
    ids=["literal", "nuxt2", "nuxt3", "flight", "attribute of JSON", "attributes"],
)  # fmt: skip
def test_data_of_every_form_is_read(body: str) -> None:
    assert rows(body) == [ROW]


def test_data_that_the_page_shows_adds_nothing() -> None:
    body = "<div data-gpu=H100 data-hourly=2.89 data-monthly=2109.70><span>NVIDIA H100</span> <span data-usd=2.89 data-eur=2.65>$2.89</span><span>/hr</span></div>"
    assert [(str(o.price), o.currency) for o in read(page(body)).offers] == [("2.89", "USD")]


@pytest.mark.parametrize(
    ("script", "values"),
    [
        ("x = {a: 1, 'b': [.5, -2, 1e3], c: void 0, d: !1, // note\n e: \"\\u0041\\n\"}", [{"a": 1, "b": [Decimal("0.5"), -2, 1000], "c": None, "d": False, "e": "A\n"}]),
        ("f({a: g(), b: 1}); y = {c: 2}", [{"c": 2}]),
        ("x = {a: 1", []),
        ("x = {a: b.c}", []),
        ("x = [" * 100, []),
    ],
)  # fmt: skip
def test_only_what_is_a_literal_is_read_as_one(script: str, values: list[object]) -> None:
    assert list(literals(script)) == values


def test_a_payload_that_points_at_itself_ends() -> None:
    assert revived([{"a": 0}]) is not None
    assert revived([["Reactive", 1], [1, 1, 1, 1]]) is not None


def offers(*objects: dict[str, object]) -> list[tuple[object, str, str, str]]:
    return [(o.gpu_count, o.pricing_model, str(o.price), o.price_unit) for o in read(json.dumps(list(objects))).offers]


def test_a_share_of_the_machine_is_no_part_of_a_gpu() -> None:
    ask = {"gpu_frac": 0.25, "gpu_lanes": 16, "gpu_mem_bw": 2844.7, "gpu_name": "H100 SXM", "gpu_ram": 81559, "num_gpus": 1,
           "dph_base": 1.30, "dph_total": 1.31, "dph_total_adj": 1.32, "min_bid": 1.0, "search": {"gpuCostPerHour": 1.30}}  # fmt: skip
    assert offers(ask) == [(1, "on_demand", "1.31", "instance_hour"), (1, "spot", "1.0", "instance_hour")]


@pytest.mark.parametrize(("size", "memory"), [(81559, "81559 MiB"), (85899345920, "80 GB"), (80, "80 GB")])
def test_the_length_of_a_size_tells_its_unit(size: int, memory: str) -> None:
    (offer,) = read(json.dumps([{"gpu_name": "H100", "gpu_memory": size, "price_per_hour": 2.5}])).offers
    assert offer.gpu_memory == memory


def test_figures_per_gpu_stand_with_a_price_per_gpu() -> None:
    stock = {"gpu_type": "A100-80GB", "num_gpus": 4, "cpus_per_gpu": 28, "ram_per_gpu": 112, "price_per_hour": 1.49}
    assert offers(stock)[0][2:] == ("1.49", "gpu_hour")


@pytest.mark.parametrize("title", ["DBU / hour", "Price (GLM/h)", "AKT per hour", "Price (CLORE)"])
def test_letters_that_are_no_currency_are_no_money(title: str) -> None:
    assert read(page(f"<p>Hourly prices</p>{table(f'GPU|{title}', '1x V100|3.48')}")).offers == []


@pytest.mark.parametrize(
    ("sizes", "right"),
    [
        ({"1": 2.6, "8": 20.8}, [(1, None, "2.6"), (8, None, "20.8")]),
        ({"1": 2.6, "12": 2.1}, []),
    ],
)
def test_a_map_by_numbers_is_of_sizes_where_prices_grow(sizes: dict[str, float], right: list[object]) -> None:
    gpu = {"gpuModel": "NVIDIA H100", "sizes": {n: {"vcpus": 24, "priceHourlyEur": p} for n, p in sizes.items()}}
    account = read(json.dumps({"products": {"gpu-h100": gpu}}))
    assert [(o.gpu_count, o.term_months, str(o.price)) for o in account.offers] == right
    assert account.is_whole == bool(right)


def test_a_map_by_numbers_may_be_of_months() -> None:
    gpu = {"gpuModel": "NVIDIA H100", "terms": {n: {"priceHourlyEur": p} for n, p in (("1", 2.6), ("12", 2.1))}}
    offers = read(json.dumps([gpu])).offers
    assert [(o.term_months, str(o.price)) for o in offers] == [(1, "2.6"), (12, "2.1")]


@pytest.mark.parametrize(
    ("items", "right"),
    [
        ([{"gpu": "L40S", "count": 1, "hourly_usd": 0.99}, {"gpu": "L40S", "count": 4, "hourly_usd": 3.96}], [(1, "0.99"), (4, "3.96")]),
        ([{"gpu": "L40S", "count": 312, "hourly_usd": 0.99}, {"gpu": "H100", "count": 88, "hourly_usd": 2.5}], [(1, "0.99"), (1, "2.5")]),
        ([{"gpu": "H100", "hourly": {"original_price": 2.99, "discount_price": 2.49}}], [(1, "2.49")]),
        ([{"gpu": "H100", "hourly": {"min": 1.79, "max": 3.2}}], []),
    ],
    ids=["counts", "stocks", "a discounted price", "a range"],
)  # fmt: skip
def test_what_counts_and_ranges_of_data_mean(items: list[dict[str, object]], right: list[object]) -> None:
    account = read(json.dumps({"currency": "USD", "list": items}))
    assert [(o.gpu_count, str(o.price)) for o in account.offers] == right


@pytest.mark.parametrize(
    "data",
    [
        {"content": {"rendered": table("GPU|Per hour", "NVIDIA H100|$2.60", "NVIDIA A40|$0.55")}},
        {"pricing": ["NVIDIA H100: $2.60/hr", "NVIDIA A40: $0.55/hr"]},
    ],
    ids=["HTML", "lines"],
)
def test_texts_of_data_are_read_where_nothing_else_is(data: dict[str, object]) -> None:
    account = read(json.dumps(data))
    rows = [(o.gpu_label.removeprefix("NVIDIA "), str(o.price)) for o in account.offers]
    assert rows == [("H100", "2.60"), ("A40", "0.55")]


def test_billing_cycles_of_data() -> None:
    billing = [{"cycle": "monthly", "price": 399}, {"cycle": "quarterly", "price": 1137}]
    offers = read(json.dumps([{"gpu": "1x NVIDIA RTX 4090", "billing": billing, "currency": "USD"}])).offers
    assert [(o.term_months, str(o.price), o.price_unit) for o in offers] == [
        (None, "399", "month"),
        (3, "1137", "term_total"),
    ]


def test_a_term_of_no_months_is_no_commitment() -> None:
    rows = [("H100", 0, "on_demand"), ("A100", 0, "spot"), ("L40S", 12, "reserved"), ("B200", "0", None)]
    data = [
        {"gpu": gpu, "term_months": term, "pricing_model": model, "price_usd": 1.85, "price_unit": "gpu_hour"}
        for gpu, term, model in rows
    ]
    offers = read(json.dumps(data)).offers
    assert [(o.gpu_label, o.pricing_model, o.term_months) for o in offers] == [
        ("H100", "on_demand", None), ("A100", "spot", None), ("L40S", "reserved", 12), ("B200", "on_demand", None),
    ]  # fmt: skip


@pytest.mark.parametrize(("stated", "is_assumed"), [({}, True), ({"currency": "USD"}, False)])
def test_data_without_a_currency_is_of_dollars_and_says_so(stated: dict[str, str], is_assumed: bool) -> None:
    (offer,) = read(json.dumps([{"gpu": "H100 80GB", "price_per_hour": 2.49, **stated}])).offers
    assert offer.currency == "USD" and ("currency: none is stated" in (offer.text or "")) == is_assumed
