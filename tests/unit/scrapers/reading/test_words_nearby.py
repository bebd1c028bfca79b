"""Words that stand near prices and are not of them: discounts, rivals, summaries, sizes, tax."""

from __future__ import annotations

import json

import pytest

from tests.unit.scrapers.reading.test_reader import facts, page, read, table


@pytest.mark.parametrize(
    "above",
    [
        "Prices per hour, VAT excluded. Commitment discounts for 3, 6 and 12 months.",
        "Prices per hour. Save with reserved instances for 12 months.",
        "Prices per hour. Contracts of 6 or 12 months on request.",
    ],
)
def test_a_sentence_about_commitments_is_not_of_the_prices_below(above: str) -> None:
    account = read(page(f"<h1>GPU</h1><p>{above}</p>{table('|1 GPU|2 GPU', 'NVIDIA L4|€0.38|€0.76')}"))
    assert [facts(o)[2:5] for o in account.offers] == [("on_demand", None, "0.38"), ("on_demand", None, "0.76")]


def test_cores_per_gpu_in_french_are_no_number_of_gpus() -> None:
    rows = ("GPU|vCore par GPU|Prix par GPU", "NVIDIA V100S|13|1,93 € HT/heure")
    (offer,) = read(page(table(*rows), "fr")).offers
    assert (offer.gpu_count, offer.price_unit) == (1, "gpu_hour")  # type: ignore[comparison-overlap]


def test_tax_stands_between_an_amount_and_its_unit() -> None:
    cell = "<b>0,75 €</b> HT/heure<br><small>soit 547,50 € HT/mois</small>"
    account = read(page(table("Nom|GPU|Prix", f"l4-90|1x L4 24 Go|{cell}"), "fr"))
    assert account.is_whole and [(str(o.price), o.price_unit) for o in account.offers] == [("0.75", "instance_hour")]


@pytest.mark.parametrize(
    ("size", "label"), [("GPU VM H200 S", "GPU VM H200"), ("L40 S", "L40 S"), ("VM L4 M", "VM L4")]
)
def test_a_size_behind_a_name_is_no_part_of_it(size: str, label: str) -> None:
    (offer,) = read(page(f"<div><h3>{size}</h3><p>4,20 €/Stunde</p></div>", "de")).offers
    assert offer.gpu_label == label


def test_keys_of_data_name_rivals_and_summaries() -> None:
    own = [{"gpu": "RTX 4090", "hourly": {"usd": 0.46}}]
    data = {
        "seo": {"title": "GPUs", "description": "Rent RTX 4090 from $0.20/h"},
        "instances": own,
        "competitors": [{"name": "Other", "gpu": "RTX 4090", "hourly": {"usd": 0.69}}],
    }
    account = read(json.dumps({"pageProps": data}))
    assert [str(o.price) for o in account.offers] == ["0.46"]


def test_some_cloud_is_another_provider() -> None:
    card = "<div><h3>V100-32GB</h3><p>¥2.42/时</p></div>"
    account = read(page(f"<h1>GPU 价格</h1>{card}<h2>对比</h2><p>同等 V100 机型，某云 ¥26.46/时</p>", "zh-CN"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["2.42"]


def test_a_coupon_in_japanese_is_no_price() -> None:
    prices = table("プラン|GPU|料金", "H100プラン|NVIDIA H100 × 1|990円/時間")
    account = read(page(f"{prices}<p>いまなら3,000円分の無料クーポンをプレゼント</p>", "ja"))
    assert account.is_whole and [str(o.price) for o in account.offers] == ["990"]
