"""Texts that are plain data are read as data: CSV and YAML. The samples are made up."""

from __future__ import annotations

import pytest

from scrapers.reading.plain_data import forms_of
from tests.unit.scrapers.reading.test_reader import facts, read

_CSV = (
    "seller,gpu_type,provisioning,usd_per_gpu_hour,min_gpus,product\n"
    'one,H100-80GB,on-demand,2.15,1,"H100 SXM, shared hall"\n'
    "one,H100-80GB,spot,1.05,1,H100 SXM\n"
    "one,A100-80GB,on-demand,1.35,8,8x A100 SXM\n"
)
_YAML = (
    "# Prices copied by hand.\ngenerated: '2026-09-20'\nnote: about $99 /mo for one\ncurrency: USD\nplans:\n"
    "- name: 8x H100 SXM\n  price_text: $3.45\n  price: 3.45\n  unit: per GPU per hour\n"
    "- name: 8x A100 SXM 80 GB\n  price_text: $2.05\n  price: 2.05\n  unit: per GPU per hour\n"
)


def test_csv_is_read_as_data() -> None:
    offers = read(_CSV).offers
    assert [(o.gpu_label, o.pricing_model, str(o.price)) for o in offers] == [
        ("H100-80GB", "on_demand", "2.15"), ("H100-80GB", "spot", "1.05"), ("A100-80GB", "on_demand", "1.35"),
    ]  # fmt: skip


def test_csv_with_titles_in_words_is_a_table() -> None:
    offers = read('GPU;VRAM;Price ($/hr)\n"H100; SXM";80 GB;$2.45\nL4;24 GB;$0.55\n').offers
    assert [(str(o.price), o.currency, o.price_unit) for o in offers] == [
        ("2.45", "USD", "gpu_hour"), ("0.55", "USD", "gpu_hour"),
    ]  # fmt: skip


def test_yaml_is_read_as_data() -> None:
    offers = read(_YAML).offers
    assert [(facts(o)[0], str(o.gpu_count), str(o.price), o.price_unit) for o in offers] == [
        ("H100 SXM", "8", "3.45", "gpu_hour"), ("A100 SXM 80 GB", "8", "2.05", "gpu_hour"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The H100, the A100, the L4: prices fell.\nThe H100 is $2.\n",
        "# GPUs\n\n| GPU | Price |\n|---|---|\n| H100 | $2.45 |\n",
        "---\ntitle: GPUs\ndate: 2026\n---\n\n## H100\n\nfrom $2.45 an hour, as of today\n",
        "a: &x [H100]\nb: *x\nc: *x\nd: *x\ne: *x\nprice: 1\n",
        "gpu: H100\nprice: 1\na: 1\nb: 1\nc: 1\nd: " + "[" * 50 + "\n",
        "gpu: H100\nprice: 1\na: 1\nb: 1\nc: 1\nd: [1\n",
        'gpu,price,hour\nH100,1\nA100,"2,3\n',
        "# prices of the H100\n,,\n,,\n",
    ],
)
def test_other_texts_are_no_plain_data(text: str) -> None:
    assert forms_of(text) == ("", "")


def test_csv_with_numbered_rows_is_a_table() -> None:
    text = ",Instance,GPU Type,Memory (GB),$/Hour\n0,big one,V100,16,3.15\n1,small one,K80,12,0.95\n"
    assert [(o.gpu_label, str(o.price)) for o in read(text).offers] == [("V100", "3.15"), ("K80", "0.95")]
