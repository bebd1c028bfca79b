"""Sizes of machines as answers print them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from scrapers.parsing.machine_facts import disks_gb, gigabytes, machine_facts, total


def test_sizes_are_in_gb_whatever_the_unit() -> None:
    assert machine_facts(vcpus="30", ram_mib=1966080, disk_bytes=6 * 10**12) == {
        "vcpus": Decimal(30), "ram_gb": Decimal(1920), "local_disk_gb": Decimal(6000), "interconnect": "",
    }  # fmt: skip
    assert machine_facts(ram_bytes=240518168576)["ram_gb"] == Decimal(224)


@pytest.mark.parametrize("nothing", [None, "", "NA", 0, "-1", "nan", {}, [1]])
def test_what_is_no_number_above_zero_is_not_stated(nothing: object) -> None:
    facts = machine_facts(vcpus=nothing, ram_gb=nothing, disk_gb=nothing)
    assert (facts["vcpus"], facts["ram_gb"], facts["local_disk_gb"]) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "gb"), [("1,152 GiB", 1152), ("2 TiB", 2048), ("512", 512), ("22528 MiB", 22), ("NA", None), ("", None)]
)
def test_printed_memory(text: str, gb: int | None) -> None:
    assert gigabytes(text) == (None if gb is None else Decimal(gb))


@pytest.mark.parametrize(
    ("text", "gb"),
    [("8 x 3840 NVMe SSD", 30720), ("1 x 125 GB NVMe SSD", 125), ("4 x 1900 GB NVMe SSD", 7600), ("EBS only", None),
     ("2 x 1.9 TB", 3800), ("", None)],
)  # fmt: skip
def test_printed_disks_add_up(text: str, gb: int | None) -> None:
    assert disks_gb(text) == (None if gb is None else Decimal(gb))


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert total([20, "20"]) == 40 and total([20, None]) is None and total([]) is None
