"""Resolves raw labels to GPUs: the one place that knows what "NVIDIA HGX H100" is. Whole tokens, longest alias first.

Rules (each has a regression test): unknown stays NULL and is listed, a qualifier that makes another card
("Laptop", "MIG") blocks the match, a bare name shared by several cards is told by its memory or stays NULL.
"""

from __future__ import annotations

import csv
import itertools
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from warehouse.identity.quantities import Quantity, part_of_instance, quantity
from warehouse.paths import SEEDS

if TYPE_CHECKING:
    from scrapers.model import Offer  # only needed as a type: read-only commands resolve labels without it

SNAP = Decimal("0.07")  # printed memory within 7 % of a known size is that size (22888 MiB, 143 GB)

_TRADEMARK = re.compile(r"[™®]|\((?:tm|r)\)", re.IGNORECASE)  # drivers write "Intel(R) Arc(TM)"
_TOKEN = re.compile(r"\d+\.\d+|[a-z0-9]+")
_MEMORY = re.compile(r"(?<![a-z0-9.])(\d+(?:\.\d+)?)[\s_-]*(gib|gb|g|mib|mb)(?![a-z0-9])")
_EITHER = re.compile(r"\d+\s*(?:/|or)\s*\d+[\s_-]*g", re.IGNORECASE)  # "40/80 GB" names no one size
_SUPERCHIP = re.compile(r"G[BH]\d")  # "GH200 480GB" names the memory of the CPU beside the GPU
_FORM = {"sxm": "SXM", "sxm2": "SXM", "sxm3": "SXM", "sxm4": "SXM", "sxm5": "SXM", "sxm6": "SXM", "hgx": "SXM",
         "dgx": "SXM", "pcie": "PCIe", "pci": "PCIe", "nvl": "NVL"}  # fmt: skip
# If one of these words is left over beside a match, the label means another product.
_OTHER_CARD = {"laptop", "mobile", "max", "maxq", "mig", "vgpu", "ti", "super", "d", "ada", "pro", "sff", "x", "s"}
_OTHER_CARD |= {"cnx"}
_ADA = re.compile(r"L\d|RTX 40\d0")


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU that a label names. Fields that the label leaves open are empty or None."""

    model: str | None = None
    vendor: str | None = None
    form_factor: str = ""
    memory_gb: Decimal | None = None  # of one whole GPU


@dataclass(frozen=True, slots=True)
class _Alias:
    model: str
    vendor: str
    form_factor: str
    memories: tuple[Decimal, ...]
    memory_is_display: bool


@dataclass(frozen=True, slots=True)
class InstanceGpus:
    """The GPUs of an instance type: label, count (may be a fraction), memory of one GPU; label "" = no GPU."""

    gpu_label: str
    gpu_count: Decimal | None
    gpu_memory_gb: Decimal | None
    vcpus: Decimal | None = None
    ram_gb: Decimal | None = None
    local_disk_gb: Decimal | None = None
    interconnect: str | None = None


@cache
def _aliases() -> dict[str, list[_Alias]]:
    """Return each glued alias ("rtxa6000") with the cards it may mean."""
    table: dict[str, list[_Alias]] = defaultdict(list)
    with (SEEDS / "gpus.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            memories = tuple(Decimal(m) for m in row["memory_gb"].split(";") if m)
            card = _Alias(row["model"], row["vendor"], row["form_factor"], memories, bool(row["memory_is_display"]))
            table[row["alias"].replace(" ", "")].append(card)
    return table


def models() -> set[str]:
    """Return the names of all known GPUs."""
    return {card.model for cards in _aliases().values() for card in cards}


@cache
def _spaced() -> frozenset[str]:
    """Return the aliases as written in the seed, with their spaces."""
    with (SEEDS / "gpus.csv").open(newline="") as stream:
        return frozenset(row["alias"] for row in csv.DictReader(stream))


def to_gb(text: str) -> Decimal | None:
    """Convert printed memory ("80 GB", "22888 MiB", "80") to the field's GB (1,024 MiB); None when unreadable."""
    hit = re.search(r"(\d[\d,]*(?:\.\d+)?)\s*(mib|mb|gib|gb|g|tib|tb)?", text.lower())
    if not hit or len(hit[1]) > 20:  # no memory has so many digits, and arithmetic has bounds
        return None
    value = Decimal(hit[1].replace(",", ""))
    return value / 1024 if (hit[2] or "").startswith("m") else value * 1000 if (hit[2] or "").startswith("t") else value


def states_memory(label: str) -> bool:
    """Return whether a label names a memory size ("A100 80GB")."""
    return _MEMORY.search(label.lower()) is not None


def snap(value: Decimal, known: tuple[Decimal, ...]) -> Decimal | None:
    """Return the nearest known size within 7 %, or None."""
    near = [k for k in known if abs(value - k) <= k * SNAP]
    return min(near, key=lambda k: abs(value - k)) if near else None


def _matches(tokens: list[str]) -> list[tuple[int, int, str]]:
    """Return aliases in a token list as (start, end, alias), longest first, without overlaps."""
    windows = [
        (i, j, "".join(tokens[i:j])) for i in range(len(tokens)) for j in range(i + 1, min(i + 6, len(tokens)) + 1)
    ]
    found = [w for w in windows if w[2] in _aliases() and not _joins_numbers(tokens[w[0] : w[1]])]
    chosen: list[tuple[int, int, str]] = []
    for start, end, alias in sorted(found, key=lambda w: (w[0] - w[1], -len(w[2]))):
        if all(end <= s or start >= e for s, e, _ in chosen):
            chosen.append((start, end, alias))
    return chosen


def _joins_numbers(tokens: list[str]) -> bool:
    """Return whether digits meet where tokens are glued ("A10 0.5" holds no A100), unless a name is so ("H20-3e")."""
    return " ".join(tokens) not in _spaced() and any(
        left[-1].isdigit() and right[0].isdigit() for left, right in itertools.pairwise(tokens)
    )


@lru_cache(maxsize=65_536)  # a label comes back with each of thousands of instances and regions
def resolve(label: str, memory_gb: Decimal | None = None) -> Gpu:
    """Return the GPU that a label names, with GB per GPU where the label, the argument or the model says.

    `memory_gb` is what stands beside the label, per GPU. Model is None for an unknown or ambiguous label, and for one
    that names a part of a card (`identify` reads those).
    """
    named = quantity(_TRADEMARK.sub(" ", label))
    if named.is_part:
        return Gpu(memory_gb=memory_gb)
    lowered = named.rest
    printed = _MEMORY.search(lowered)
    if memory_gb is None and printed and not _EITHER.search(lowered):
        memory_gb = to_gb(printed[0])
    tokens = _TOKEN.findall(_MEMORY.sub(" ", lowered))
    # "H100NVL" and "V100-SXM2" are one and two tokens of the same thing: a form factor glued on is cut off.
    tokens = [part for t in tokens for part in _unglue(t)]
    # A form factor may stand between the name and its qualifier ("A100 SXM NVLINK"): match without it too.
    plain = [t for t in tokens if t not in _FORM or t == "nvl"]
    found = _matches(plain)
    cards = {_choose(alias, memory_gb) for _, _, alias in found} - {None}
    used = {i for start, end, _ in found for i in range(start, end)}
    leftover = {t for i, t in enumerate(plain) if i not in used}
    if len(cards) != 1:
        return Gpu(memory_gb=memory_gb)
    (card,) = cards
    assert card is not None
    if _ADA.match(card.model):  # "NVIDIA L40S Ada" is the L40S: there the word names the architecture
        leftover.discard("ada")
    if leftover & _OTHER_CARD:
        return Gpu(memory_gb=memory_gb)
    stated = _form(card.model, leftover | {t for t in tokens if t in _FORM and t != "nvl"})
    # "A100 PCIe NVLink" is a PCIe card with a bridge; only NVL is a card of its own whatever stands beside.
    form = card.form_factor if card.form_factor == "NVL" or not stated else stated
    return Gpu(card.model, card.vendor, form, _memory(card, memory_gb))


def _unglue(token: str) -> list[str]:
    if token in _aliases():
        return [token]
    hit = re.fullmatch(r"(nvidia|tesla|geforce)?(.+?)(nvl|sxm\d?|pcie)?", token)
    return [part for part in hit.groups() if part] if hit and hit[2] in _aliases() else [token]


def _form(model: str, tokens: set[str]) -> str:
    """Return the form factor that a label states; HGX and DGX boards hold SXM modules."""
    stated = {_FORM[t] for t in tokens if t in _FORM}
    if model == "H100" and "hbm3" in tokens:  # only the SXM module has HBM3; the PCIe card has HBM2e
        stated.add("SXM")
    return stated.pop() if len(stated) == 1 else ""


def _choose(alias: str, memory_gb: Decimal | None) -> _Alias | None:
    cards = _aliases()[alias]
    if len(cards) == 1:
        return cards[0]
    if memory_gb is None:
        return None
    fitting = [c for c in cards if snap(memory_gb, c.memories)]
    return fitting[0] if len(fitting) == 1 else None


def _memory(card: _Alias, stated: Decimal | None) -> Decimal | None:
    if stated is None or (_SUPERCHIP.match(card.model) and stated > max(card.memories) * Decimal("1.5")):
        return card.memories[0] if len(card.memories) == 1 else None
    return stated if card.memory_is_display else snap(stated, card.memories) or stated


@cache
def _instance_tables() -> dict[str, Path]:
    """Return each provider's table. By listing: a provider's name is data, and as a path it could lead anywhere."""
    return {path.stem: path for path in (SEEDS / "instance_gpus").glob("*.csv")}


@cache
def _instances(provider: str) -> list[tuple[re.Pattern[str], InstanceGpus]]:
    path = _instance_tables().get(provider)
    if path is None:
        return []
    with path.open(newline="") as stream:
        return [
            (
                # Azure's prefix says nothing, and many leave it out; some write spaces where it has lines.
                re.compile(row["pattern"].replace("Standard_", "(?:Standard_)?", 1), re.IGNORECASE),
                InstanceGpus(
                    row["gpu_label"],
                    _fraction(row["gpu_count"]),
                    _fraction(row["gpu_memory_gb"]),
                    _fraction(row.get("vcpus", "")),
                    _fraction(row.get("ram_gb", "")),
                    _fraction(row.get("local_disk_gb", "")),
                    row.get("interconnect") or None,
                ),
            )
            for row in csv.DictReader(stream)
        ]


def _fraction(text: str) -> Decimal | None:
    """Convert "1/6" to 0.1666666667; ten decimals keep a per-GPU price exact to the sixth."""
    if not text:
        return None
    return _decimal(Fraction(text))


@cache
def instance_gpus(provider: str, instance: str) -> InstanceGpus | None:
    """Return the GPUs of an instance type by the seeds; None where they do not list it."""
    name = re.sub(r"\s+", "_", instance.strip())
    tried = (instance, name) if name != instance else (instance,)
    return next((gpus for text in tried for pattern, gpus in _instances(provider) if pattern.fullmatch(text)), None)


@dataclass(frozen=True, slots=True)
class Identity:
    """A GPU with its count, for one distinct (provider, instance, label, memory, count) of the landing."""

    gpu: Gpu
    gpu_count: Decimal | None
    known_count: Decimal | None = None  # from seeds/instance_gpus, whatever the page prints
    is_accelerator: bool = True
    printed: Gpu = Gpu()  # read from the page's label and memory alone
    machine: InstanceGpus | None = None  # what seeds/instance_gpus knows of the instance type
    gpu_part: Decimal | None = Decimal(1)  # share of a GPU that the label calls one; None: a part of unknown size


def identify(
    provider: str, instance: str, label: str, memory: str, memory_is_total: bool, count: Decimal | None
) -> Identity:
    """Combine what the page printed with what the seed knows of the instance type.

    The page's count wins, except over a part of a GPU that it rounds; the seed names what the page does not (label,
    form factor, memory, count). A label that names a part of a card counts as that part.
    """
    known = instance_gpus(provider, instance) if instance else None
    if known is not None and not known.gpu_label:
        return Identity(Gpu(), count, is_accelerator=False)
    known_count = known.gpu_count if known else None
    count = count or None  # a machine with a GPU has not none of them: zero is a part rounded down, or unstated
    if known_count is not None and (count is None or _rounds(count, known_count)):
        count = known_count
    named = quantity(label)
    stated = to_gb(memory) if memory else None
    if stated and count and not memory_is_total and _is_divided(named.rest, stated, count):
        stated = None
    if known_count is None:
        if not named.is_part and (part := part_of_instance(instance)):
            named = replace(part, rest=named.rest, count=named.count)
        is_below = not memory_is_total and _is_below(label, stated)
        if named.is_part or (is_below and count in (None, 1)):
            return replace(_identify_part(named, stated, count), machine=known)
        if is_below and count is not None and count < 1:  # "1/20 GPU" with 4 GB: the part is numbered
            part = replace(named, share=Fraction(count).limit_denominator(_SMALLEST))
            return replace(_identify_part(part, stated, count), machine=known)
        if is_below:  # several parts, or cards that are not on record: not so many whole ones in any case
            return Identity(resolve(named.rest), None, machine=known, gpu_part=None)
        count = Decimal(named.count) if named.count and count in (None, 1) else count
    label = named.rest
    if count is None and memory_is_total and stated:
        count = _count_by_memory(known, label, stated)
    if stated is not None and (memory_is_total or _is_of_all(label, stated, count)):
        stated = stated / count if count else None
    printed = resolve(label, stated) if label else Gpu()
    return Identity(_gpu(known, label, stated), count, known_count, printed=printed, machine=known)


def _rounds(printed: Decimal, known: Decimal) -> bool:
    """Return whether a printed count is a known part of a GPU, rounded: to one, or to some decimals."""
    return known < 1 and (printed == 1 or any(round(known, digits) == printed for digits in (1, 2, 3)))


_SMALLEST = 64  # part of a card that anybody rents
_PARTS = (2, 3, 4, 6, 8, 12, 16)  # into which clouds divide a card


def _is_below(label: str, stated_gb: Decimal | None) -> bool:
    """Return whether a GPU's memory cannot be that of a whole card: an "H100" with 10 GB."""
    if stated_gb is None:
        return False
    sizes = _sizes(resolve(label).model)
    return bool(sizes) and stated_gb < min(sizes) * Decimal("0.6")


def _is_divided(label: str, stated_gb: Decimal, count: Decimal) -> bool:
    """Return whether a memory column holds the label's memory divided by the count: eight A100 80 GB with 10."""
    if count <= 1 or not _MEMORY.search(label):
        return False
    own = resolve(label)
    return own.memory_gb in _sizes(own.model) and stated_gb * count == own.memory_gb


def _identify_part(named: Quantity, stated_gb: Decimal | None, count: Decimal | None) -> Identity:
    """Identify a part of a card: the count is a share of the whole card, or None where nothing tells the share."""
    whole = resolve(named.rest)
    share = named.share
    sizes = (whole.memory_gb,) if whole.memory_gb else _sizes(whole.model)
    if stated_gb is not None and snap(stated_gb, sizes) is None and share and snap(stated_gb / _decimal(share), sizes):
        stated_gb = stated_gb / _decimal(share)
    if stated_gb is not None and (fit := snap(stated_gb, sizes)) and not (share and len(sizes) > 1):
        sizes = (fit,)
    part_gb = named.memory_gb or (stated_gb if stated_gb and sizes and stated_gb < min(sizes) else None)
    if share is None and part_gb is not None:
        shares = {size: _share_of(part_gb, size, named.slices) for size in sizes}
        fitting = {size: found for size, found in shares.items() if found is not None}
        share = next(iter(fitting.values())) if len(fitting) == 1 else None
        sizes = tuple(fitting) if len(fitting) == 1 else sizes
    memory_gb = sizes[0] if len(sizes) == 1 else None
    gpu = Gpu(whole.model, whole.vendor, whole.form_factor, memory_gb)
    if count is not None and count < 1:  # printed as the share itself
        return Identity(gpu, count, printed=gpu)
    if share is None or whole.model is None:
        return Identity(gpu, None, printed=gpu, gpu_part=None)
    part = _decimal(share)
    pieces = count if count is not None and count != 1 else Decimal(named.count or 1)
    return Identity(gpu, round(part * pieces, 10), printed=gpu, gpu_part=part)


def _share_of(part_gb: Decimal, size_gb: Decimal, slices: int | None) -> Fraction | None:
    """Return the share of a card's memory that a part has, None where no card is divided so.

    A MIG part of n compute slices of seven has at least n eighths of the memory; one of one slice may have twice that.
    """
    ratio = part_gb / size_gb
    usual = {Fraction(n, 8) for n in (1, 2, 4, 8)} if slices else {Fraction(1, n) for n in (1, *_PARTS)}
    near = [share for share in usual if abs(_decimal(share) - ratio) <= _decimal(share) * SNAP]
    if not near or (slices and not Fraction(slices, 8) <= near[0] and slices != 7):
        return None
    if slices and near[0] > max(Fraction(1, 4), Fraction(slices, 4)):
        return None
    return near[0]


def _decimal(share: Fraction) -> Decimal:
    with localcontext(prec=28):
        return round(Decimal(share.numerator) / share.denominator, 10)


def identify_offer(provider: str, o: Offer) -> Identity:
    """Identify the GPU of an offer as a provider's page states it."""
    return identify(provider, o.instance, o.gpu_label, o.gpu_memory, o.gpu_memory_is_total, o.gpu_count)


@cache
def _sizes(model: str | None) -> tuple[Decimal, ...]:
    """Return all memory sizes of a model, GB; none for None."""
    return tuple(sorted({m for cards in _aliases().values() for c in cards if c.model == model for m in c.memories}))


def _count_by_memory(known: InstanceGpus | None, label: str, stated_gb: Decimal) -> Decimal | None:
    """Return the GPUs that a total of memory makes, where the size of one is known: 4 of 80 GB are a twentieth."""
    one = known.gpu_memory_gb if known else None
    if one is None:
        one = resolve(label).memory_gb if label else None
    return _fraction(f"{Fraction(stated_gb) / Fraction(one)}") if one else None


def _is_of_all(label: str, stated_gb: Decimal, count: Decimal | None) -> bool:
    """Return whether memory can only be a total: far above the model's sizes, and one of them per GPU."""
    sizes = _sizes(resolve(label).model)
    if not sizes or not count or count <= 1:
        return False
    return stated_gb > max(sizes) * Decimal("1.5") and snap(stated_gb / count, sizes) is not None


def _gpu(known: InstanceGpus | None, label: str, stated_gb: Decimal | None) -> Gpu:
    if known is None:
        return resolve(label, stated_gb)
    by_table = resolve(known.gpu_label, known.gpu_memory_gb)
    printed = resolve(label, stated_gb) if label else by_table
    if printed.model and by_table.model and printed.model != by_table.model:
        return Gpu()  # page and table disagree: neither is published
    return by_table if by_table.model else printed
