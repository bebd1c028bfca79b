"""Meaning of GPU labels: each pair of names that trackers have confused, and properties of every known card."""

from __future__ import annotations

import csv
import re
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.identity.gpus import Gpu, identify, instance_gpus, resolve, snap, to_gb
from warehouse.paths import SEEDS


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines()))


CARDS = rows_of(SEEDS / "gpus.csv")
INSTANCES = sorted((SEEDS / "instance_gpus").glob("*.csv"))
FORMS = {"SXM", "PCIe", "NVL", ""}


def said(label: str) -> tuple[str | None, str, object]:
    gpu = resolve(label)
    return gpu.model, gpu.form_factor, None if gpu.memory_gb is None else f"{gpu.memory_gb.normalize():f}"


# --- names as the field writes them


@pytest.mark.parametrize(
    ("label", "model", "form", "memory"),
    [
        ("Tesla V100-SXM2-16GB", "V100", "SXM", "16"),
        ("Tesla T4", "T4", "", "16"),
        ("NVIDIA H100 80GB HBM3", "H100", "SXM", "80"),
        ("NVIDIA H100 PCIe", "H100", "PCIe", "80"),
        ("NVIDIA H100 NVL", "H100", "NVL", "94"),
        ("A100 SXM4", "A100", "SXM", None),
        ("A100 PCIE", "A100", "PCIe", None),
        ("1x H100 SXM5 80GB", "H100", "SXM", "80"),
        ("2x B300 SXM6 268GB", "B300", "SXM", "268"),
        ("nvidia_rtx6000_ada", "RTX 6000 Ada", "", "48"),
        ("amd_mi300x", "MI300X", "", "192"),
        ("NVIDIA_A100", "A100", "", None),
        ("A100-PCIe-80GB", "A100", "PCIe", "80"),
        ("GB200-NVL-186GB", "GB200", "", "186"),
        ("MI355X_288GB", "MI355X", "", "288"),
        ("gpu_8x_a100_80gb_sxm4", "A100", "SXM", "80"),
        ("gpu-h200-sxm", "H200", "SXM", "141"),
        ("RTX PRO Server 6000", "RTX PRO 6000", "", "96"),
        ("A100_80G", "A100", "", "80"),
        ("H100_SXM5_80GB", "H100", "SXM", "80"),
        ("RTX_PRO_6000B_96GB", "RTX PRO 6000", "", "96"),
        ("RTX-PRO6000", "RTX PRO 6000", "", "96"),
        ("RTX 6000Ada", "RTX 6000 Ada", "", "48"),
        ("Q RTX 8000", "Quadro RTX 8000", "", "48"),
        ("RTX 6000 96GB", "RTX PRO 6000", "", "96"),
        ("Nvidia Quadro K2200", "Quadro K2200", "", "4"),
        ("2x Quadro K4200", "Quadro K4200", "", "4"),
        ("Quadro M5000", "Quadro M5000", "", "8"),
        ("昇腾910B", "Ascend 910B", "", "64"),
        ("huawei-ascend-910b", "Ascend 910B", "", "64"),
        ("2x RX 7900 XTX 24GB", "RX 7900 XTX", "", "24"),
        ("bm-spr-pvc-1550-8", "Data Center GPU Max 1550", "", "128"),
        ("h100 80gb", "H100", "", "80"),
        ("HGX H200", "H200", "SXM", "141"),
        ("NVIDIA HGX H100", "H100", "SXM", "80"),
        ("GPU.A100-v2", "A100", "", None),
        ("nvidia-h100-mega-80gb", "H100", "SXM", "80"),
        ("nvidia-tesla-a100", "A100", "", None),
        ("teslaa100-4.16.256.480", "A100", "", None),
        ("geforcertx4090-pcie-24gb", "RTX 4090", "PCIe", "24"),
        ("NVIDIA L40S Ada 48GB", "L40S", "", "48"),
        ("NVIDIA RTX PRO 6000 Blackwell Server Edition", "RTX PRO 6000", "", "96"),
        ("NVIDIA GB300 NVL72", "GB300", "", "279"),
        ("A100 80GB NVLINK", "A100", "SXM", "80"),
        ("A100 80GB PCIe NVLink", "A100", "PCIe", "80"),
        ("H100 (80 GB SXM5)", "H100", "SXM", "80"),
        ("NVIDIA H20-3e", "H20-3e", "", "141"),
        ("H20", "H20", "", "96"),
        ("AMD Instinct MI308X", "MI308X", "", None),
        ("RTX 2060 SUPER", "RTX 2060 SUPER", "", "8"),
        ("Radeon Pro V710", "Radeon Pro V710", "", "24"),
        ("Tenstorrent n300s", "n300", "", "24"),
        ("Intel Arc Pro B50", "Arc Pro B50", "", "16"),
        ("NVIDIA Vera Rubin NVL72", "VR200", "", "288"),
        ("Gaudi 2", "Gaudi2", "", "96"),
        ("Trillium", "TPU v6e", "", "32"),
        ("Tpu v5p", "TPU v5p", "", "95"),
    ],
)
def test_labels_of_the_field(label: str, model: str, form: str, memory: str | None) -> None:
    assert said(label) == (model, form, memory)


@pytest.mark.parametrize(
    ("label", "is_not"),
    [
        ("RTX A4000", "A40"), ("A4500", "A40"), ("L40S", "L40"), ("L40S", "L4"), ("L40", "L4"), ("GB200", "B200"),
        ("GB300", "B300"), ("RTX 6000 Ada", "RTX A6000"), ("RTX PRO 6000", "RTX A6000"), ("RTX A6000", "RTX 6000 Ada"),
        ("A10G", "A10"), ("A10", "A100"), ("A10G", "A100"), ("MI300A", "MI300X"), ("A100X", "A100"), ("A800", "A100"),
        ("GH200", "H200"), ("H20", "H200"), ("T4G", "T4"), ("V100S", "V100"), ("A2000", "A2"), ("A16", "A10"),
        ("RTX 4070 Ti SUPER", "RTX 4070 Ti"), ("RTX 4090 D", "RTX 4090"), ("P100", "P10"), ("H20-3e", "H20"), ("MI308X", "MI300X"), ("MI250X", "MI250"),
        ("Trainium2", "Trainium1"), ("Inferentia2", "Inferentia1"), ("Gaudi3", "Gaudi"),
    ],
)  # fmt: skip
def test_names_that_contain_each_other_are_two_cards(label: str, is_not: str) -> None:
    assert resolve(label).model not in (None, is_not)


def test_ambiguous_name_is_resolved_only_by_its_memory() -> None:
    assert [resolve("RTX6000", m).model for m in map(Decimal, (24, 48, 96))] == [
        "Quadro RTX 6000", "RTX 6000 Ada", "RTX PRO 6000",
    ]  # fmt: skip
    assert resolve("rtx6000").model is None and resolve("RTX 6000", Decimal(64)).model is None
    assert resolve("A100").memory_gb is None and resolve("A100 40/80GB").memory_gb is None


def test_numbers_beside_a_name_are_not_part_of_it() -> None:
    assert resolve("A10 0 left").model == resolve("A10, 0.5 of it").model == "A10"


def test_the_nvl_card_is_not_the_other_h100s() -> None:
    assert said("H100NVL") == said("H100 NVL") == said("NVIDIA H100-NVL 94GB") == ("H100", "NVL", "94")
    assert said("H200 NVL") == ("H200", "NVL", "141")


@pytest.mark.parametrize(
    "label",
    ["GPU4", "80gb plus", "B100", "L40G", "A10M", "MI300", "Titan X", "Jetson AGX", "GTX 960", "A100/H100", "", "GPU",
     "NVIDIA L40 / L40S", "NVIDIA", "T1000", "R100", "Vera Rubin NVL144", "GB10"],
)  # fmt: skip
def test_unknown_and_ambiguous_labels_stay_unknown(label: str) -> None:
    assert resolve(label) == Gpu(memory_gb=resolve(label).memory_gb)


# --- properties

NAMES = sorted({row["alias"] for row in CARDS})
CASES = st.sampled_from([str.lower, str.upper, str.title, str])
PARTS = st.sampled_from([" ", "-", "_", ".", "  "])
VENDORS = st.sampled_from(["", "nvidia", "tensor core", "gpu"])


@settings(max_examples=300)
@given(st.sampled_from(NAMES), CASES, PARTS, VENDORS)
def test_case_separators_and_vendor_words_change_nothing(name: str, case: object, part: str, vendor: str) -> None:
    assert callable(case)
    written = case(f"{vendor} {name}".strip().replace(" ", part))
    assert resolve(written) == resolve(name)


@settings(max_examples=200)
@given(
    st.sampled_from(["A100", "H100", "H200", "B200", "V100"]),
    st.permutations(["name", "80GB", "SXM", "NVIDIA"]),
    st.sampled_from([" ", "-", "_"]),
)
def test_the_order_of_memory_and_form_factor_changes_nothing(name: str, order: list[str], part: str) -> None:
    gpu = resolve(part.join(name if word == "name" else word for word in order))
    assert (gpu.model, gpu.form_factor, gpu.vendor) == (name, "SXM", "NVIDIA")


@settings(max_examples=300)
@given(st.sampled_from(NAMES), st.sampled_from(["Laptop", "Mobile", "Max-Q", "MIG", "vGPU", "CNX"]), PARTS)
def test_word_of_another_card_blocks_the_match(name: str, word: str, part: str) -> None:
    found, plain = resolve(f"{name}{part}{word}").model, resolve(name).model
    assert found is None or found == f"{plain} {word}", "unknown, or known as the other card that it is"


@settings(max_examples=300)
@given(st.sampled_from(NAMES), st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=2))
def test_letters_glued_to_a_name_make_another_name(name: str, glued: str) -> None:
    """ "A100x" may be a card of its own, never an A100."""
    whole = (name + glued).replace(" ", "")
    if whole in {alias.replace(" ", "") for alias in NAMES} or re.fullmatch(r"x\d", glued):
        return  # "H100x8" are eight
    found = resolve(name + glued)
    assert found.model is None or found == resolve(found.model, found.memory_gb) or found.model != resolve(name).model


@settings(max_examples=200)
@given(st.sampled_from([r for r in CARDS if r["memory_gb"] and not r["memory_is_display"]]), st.data())
def test_memory_in_any_unit_and_slightly_off_is_the_known_size(row: dict[str, str], data: st.DataObject) -> None:
    size = Decimal(data.draw(st.sampled_from(row["memory_gb"].split(";"))))
    factor = data.draw(st.decimals(Decimal("0.95"), Decimal("1.05"), places=3))
    sizes = {Decimal(m) for r in CARDS if r["model"] == row["model"] for m in r["memory_gb"].split(";") if m}
    near = min(sizes, key=lambda known: abs(known - size * factor))
    for printed in (f"{size * factor} GB", f"{size * factor} GiB", f"{int(size * factor * 1024)} MiB"):
        found = resolve(row["alias"], to_gb(printed))
        assert found.memory_gb in (near, size)


@pytest.mark.parametrize(
    ("printed", "gb"),
    [
        ("80 GB", 80), ("80GiB", 80), ("22888 MiB", "22.3515625"), ("640 GB HBM3", 640), ("2,048 GB", 2048),
        ("2.1 TB", 2100), ("80", 80), ("NA", None), ("", None),
    ],
)  # fmt: skip
def test_memory_as_printed(printed: str, gb: object) -> None:
    assert to_gb(printed) == (None if gb is None else Decimal(str(gb)))


@pytest.mark.parametrize("mib", [22888, 24576, 40960, 46068, 81559, 81920, 95830, 143771])
def test_driver_memory_snaps_to_a_known_size(mib: int) -> None:
    known = (Decimal(24), Decimal(40), Decimal(48), Decimal(80), Decimal(94), Decimal(141))
    assert snap(Decimal(mib) / 1024, known) is not None
    assert snap(Decimal(64), known) is None


# --- an instance, a label, a count and a memory together


def test_memory_of_all_gpus_is_shared_out() -> None:
    assert identify("aws", "x1.huge", "A100", "320 GB", True, Decimal(8)).gpu.memory_gb == 40
    assert identify("x", "", "A100", "640 GB", False, Decimal(8)).gpu.memory_gb == 80  # not said, but no A100 has 640
    assert identify("x", "", "A100", "80 GB", False, Decimal(2)).gpu.memory_gb == 80
    assert identify("x", "", "H100", "80 GB", True, None).gpu.memory_gb == 80  # without a count: the model's own


@pytest.mark.parametrize(
    ("label", "memory", "count", "gpu", "share"),
    [
        ("A100 3g.20gb", "", 1, ("A100", 40), "0.5"),  # no A100 with 80 GB is divided so
        ("A100 1g.10gb", "", 1, ("A100", None), None),  # an eighth of 80 GB or a quarter of 40
        ("A100 80GB 1g.10gb", "", 2, ("A100", 80), "0.25"),
        ("NVIDIA H100 80GB HBM3 MIG 1g.10gb", "10 GiB", 1, ("H100", 80), "0.125"),
        ("H200 3g.71gb", "", None, ("H200", 141), "0.5"),
        ("A30 2g.12gb", "", 1, ("A30", 24), "0.5"),
        ("H100 7g.80gb", "", 1, ("H100", 80), "1"),
        ("L40S-12Q", "", 1, ("L40S", 48), "0.25"),
        ("A16-2B", "2 GiB", 1, ("A16", 16), "0.125"),
        ("1/2 H100", "", 1, ("H100", 80), "0.5"),
        ("½ H100", "", 1, ("H100", 80), "0.5"),
        ("H100 (0.5 GPU)", "40 GB", 1, ("H100", 80), "0.5"),
        ("H100 25% share", "", 1, ("H100", 80), "0.25"),
        ("H100 0.5x", "", "0.5", ("H100", 80), "0.5"),  # printed twice, not halved twice
        ("H100", "10 GB", 1, ("H100", 80), "0.125"),
        ("H100", "1 GB", 1, ("H100", 80), None),
        ("H100 (shared)", "", 1, ("H100", 80), None),
        ("A100 80GB MIG slice", "", 1, ("A100", 80), None),
        ("H100 vGPU", "", 8, ("H100", 80), None),
    ],
)
def test_part_of_a_card_is_never_a_whole_one(
    label: str, memory: str, count: object, gpu: tuple[str, object], share: str | None
) -> None:
    found = identify("x", "", label, memory, False, None if count is None else Decimal(str(count)))
    assert (found.gpu.model, found.gpu.memory_gb) == gpu
    assert found.gpu_count == (None if share is None else Decimal(share))
    assert (found.gpu_part is None) == (share is None)
    assert resolve(label).model in (None, label), "as a filter, a part's label is no whole card's"


def test_a_memory_column_that_was_divided_by_the_count_makes_no_parts() -> None:
    found = identify("x", "", "A100 (80 GB)", "10", False, Decimal(8))
    assert (found.gpu.memory_gb, found.gpu_count) == (80, 8)  # type: ignore[comparison-overlap]
    assert identify("x", "", "A100 (80 GB)", "20", False, Decimal(8)).gpu_count is None  # two cards in eight parts?


def test_part_may_be_named_by_the_instance_alone() -> None:
    assert identify("x", "nvidia-a100-mig-1g.5gb", "A100 40GB", "", False, Decimal(1)).gpu_count == Decimal("0.125")
    assert identify("x", "rtx49-7c-kn.2", "RTX 4090", "24 GB", False, Decimal(2)).gpu_count == 2


@pytest.mark.parametrize(
    ("provider", "instance", "printed", "count"),
    [
        ("aws", "g6f.2xlarge", "1", "0.25"),
        ("aws", "g6f.large", "0", "0.125"),
        ("azure", "Standard_NV6ads_A10_v5", "0.17", "0.1666666667"),
        ("azure", "Standard_NV12ads_A10_v5", None, "0.3333333333"),
        ("aws", "p5.48xlarge", "12", "12"),  # a doubt for the gate, not for the table to overrule
    ],
)
def test_table_is_believed_over_a_rounded_part(provider: str, instance: str, printed: str | None, count: str) -> None:
    found = identify(provider, instance, "", "", False, None if printed is None else Decimal(printed))
    assert found.gpu_count == Decimal(count)


@pytest.mark.parametrize(
    ("label", "printed", "count"),
    [
        ("8xH100", None, 8), ("8 x H100", 1, 8), ("H100 x8", None, 8), ("H100x8", None, 8), ("HGX H100 8-GPU", 1, 8),
        ("gpu_8x_a100_80gb_sxm4", None, 8), ("8x H100", 16, 16), ("A100 PCIe 4.0 x16", None, None), ("H100", None, None),
        ("v5p-8", 1, 4), ("TPU v4-32", None, 16), ("tpu-v3-8", 1, 4), ("v5litepod-4", 1, 4), ("tpu v6e-8", 1, 8),
        ("TPU v5e", 1, 1), ("tpu7x-8", 1, None),
    ],
)  # fmt: skip
def test_count_that_the_label_states(label: str, printed: int | None, count: int | None) -> None:
    assert identify("x", "", label, "", False, None if printed is None else Decimal(printed)).gpu_count == count


def test_the_hosts_memory_is_not_the_gpus() -> None:
    assert resolve("GH200 480GB").memory_gb is None and resolve("GH200 96GB").memory_gb == 96


def test_instance_tables_name_the_gpu() -> None:
    p5 = identify("aws", "p5.48xlarge", "", "640 GB HBM3", True, None)
    assert (p5.gpu.model, p5.gpu.form_factor) == ("H100", "SXM")
    assert (p5.gpu.memory_gb, p5.gpu_count) == (Decimal(80), Decimal(8))
    unknown = identify("aws", "p99.48xlarge", "", "", False, None)
    assert unknown.gpu == Gpu() and unknown.is_accelerator
    assert not identify("azure", "Standard_NP10s", "", "", False, None).is_accelerator


def test_contradicting_page_and_table_name_no_gpu() -> None:
    assert identify("aws", "p5.48xlarge", "H200", "", False, Decimal(8)).gpu == Gpu()


@pytest.mark.parametrize(
    ("provider", "instance", "parts"),
    [
        ("azure", "Standard_NV6ads_A10_v5", 6), ("azure", "Standard_NV12ads_A10_v5", 3),
        ("azure", "Standard_NC8ads_A10_v4", 2), ("aws", "g6f.large", 8), ("aws", "g6f.2xlarge", 4),
        ("gcp", "g4-standard-6", 8), ("gcp", "g4-standard-24", 2),
    ],
)  # fmt: skip
def test_fractions_of_a_gpu_add_up(provider: str, instance: str, parts: int) -> None:
    known = instance_gpus(provider, instance)
    assert known and known.gpu_count is not None and abs(known.gpu_count * parts - 1) < Decimal("0.000001")


@pytest.mark.parametrize(
    ("provider", "instance", "model", "count"),
    [
        ("azure", "Standard_NC36lds_xl_RTXPRO6000BSE_v6", "RTX PRO 6000", "0.25"),
        ("azure", "Standard_NC72ds_xl_RTXPRO6000BSE_v6", "RTX PRO 6000", "0.5"),
        ("azure", "Standard_NC128ds_xl_RTXPRO6000BSE_v6", "RTX PRO 6000", "1"),
        ("azure", "Standard_NC320lds_xl_RTXPRO6000BSE_v6", "RTX PRO 6000", "2"),
        ("azure", "Standard_ND128isrf_NDR_GB200_v6", "GB200", "4"),
        ("azure", "Standard_ND96ams_A100_v4", "A100", "8"),
        ("azure", "Standard_ND40s_v2", "V100", "8"),
        ("azure", "Standard_NG32adms_V620_v1", "Radeon Pro V620", "1"),
        ("azure", "Standard_NC24_Promo", "K80", "4"),
        ("aws", "p6e-gb200.36xlarge", "GB200", "4"),
        ("oracle", "BM.GPU.RTXPRO.8", "RTX PRO 6000", "8"),
        ("oracle", "BM.GPU.A100-v2.8", "A100", "8"),
    ],
)
def test_machines_whose_gpus_are_on_record(provider: str, instance: str, model: str, count: str) -> None:
    found = identify(provider, instance, "", "", False, None)
    assert (found.gpu.model, found.gpu_count) == (model, Decimal(count))


# --- the seeds


def test_cards_are_distinguished() -> None:
    seen: set[tuple[str, str]] = set()
    vendors: dict[str, str] = {}
    for row in CARDS:
        assert row["alias"] == row["alias"].lower() and re.fullmatch(r"[a-z0-9 ]+", row["alias"]), row
        assert row["model"] and row["vendor"] and row["form_factor"] in FORMS, row
        assert vendors.setdefault(row["model"], row["vendor"]) == row["vendor"], row
        for memory in row["memory_gb"].split(";"):
            assert (row["alias"], memory) not in seen and (not memory or Decimal(memory) > 0), row
            seen.add((row["alias"], memory))


@pytest.mark.parametrize("row", CARDS, ids=lambda row: row["alias"])
def test_every_alias_resolves(row: dict[str, str]) -> None:
    found = resolve(row["alias"], Decimal(row["memory_gb"].split(";")[0]) if row["memory_gb"] else None)
    assert (found.model, found.vendor) == (row["model"], row["vendor"]) and found.form_factor in FORMS


@pytest.mark.parametrize("path", INSTANCES, ids=lambda p: p.stem)
def test_instance_tables_name_known_gpus_with_source_and_date(path: Path) -> None:
    for row in rows_of(path):
        re.compile(row["pattern"])
        assert row["source"] and re.fullmatch(r"\d{4}-\d\d-\d\d", row["checked_on"]), row
        memory = Decimal(row["gpu_memory_gb"]) if row["gpu_memory_gb"] else None
        assert not row["gpu_label"] or resolve(row["gpu_label"], memory).model, row
        assert row["gpu_label"] or not row["gpu_count"], row
        # A count that is not here stands on the page, or is told by the memory that a plan has of one GPU's.
        assert not row["gpu_label"] or row["gpu_count"] or memory, row


@pytest.mark.parametrize(("label", "count"), [
    ("1/2x H100", "0.5"), ("1/4x A100", "0.25"), ("1/2xH100", "0.5"), ("0.5 H100", "0.5"), ("H100 50%", "0.5"),
    ("H100 third", "0.3333333333"), ("H100.1g.10gb", "0.125"), ("gpu_a100.3g.20gb", "0.5"), ("H100/2", None),
    ("H100 partial", None), ("MI300X CPX", None), ("8xH100", "8"), ("V100 (third gen)", "1"),
    ("Quadro RTX 6000/8000", "1"), ("H100 SXM5 80GB", "1"),
])  # fmt: skip
def test_a_part_is_never_a_number_of_whole_cards(label: str, count: str | None) -> None:
    found = identify("t", "x", label, "", False, Decimal(1))
    assert found.gpu_count == (None if count is None else Decimal(count))


@pytest.mark.parametrize(("label", "memory", "count", "expected"), [
    ("H100", "10 GB", 8, None),  # of no whole card on record
    ("A800", "40 GB", 1, 1), ("A100", "40 GB", 8, 8), ("H100", "80 GB", 1, 1),
])  # fmt: skip
def test_memory_of_no_whole_card_is_no_number_of_cards(
    label: str, memory: str, count: int, expected: int | None
) -> None:
    assert identify("t", "x", label, memory, False, Decimal(count)).gpu_count == expected


@pytest.mark.parametrize(
    "name", ["Standard_NV12ads_A10_v5", "nv12ads_a10_v5", "NV12ads A10 v5", "Standard NV12ads A10 v5 "]
)
def test_instance_types_are_known_by_their_usual_spellings(name: str) -> None:
    assert identify("azure", name, "A10", "", False, Decimal(1)).gpu_count == Decimal("0.3333333333")
