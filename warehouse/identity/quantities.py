"""Reads how much of a card a label names: a part ("1g.10gb", "1/2", "-12Q"), several ("8x"), or a TPU slice's chips."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

# A MIG profile names compute slices and memory; whoever cuts the name short prints the slices alone ("MIG 1g").
# It begins a word, or follows a name and a dot ("h100.1g.10gb").
_BEGINS = r"(?:(?<![a-z0-9.])|(?<=[a-z]\.)|(?<=[a-z]\d\.)|(?<=[a-z]\d\d\.)|(?<=[a-z]\d\d\d\.))"
_MIG = re.compile(_BEGINS + r"(\d)g(?:[._-]?(\d+(?:\.\d+)?)gb(?:\+\w+)*)(?![a-z0-9.])")
_MIG_SLICES = re.compile(_BEGINS + r"(\d)g(?![a-z0-9.])")
# vGPU profiles end in their memory and a letter: Q workstation, C compute, B desktop, A applications. No card has
# 400 GB: "ascend-910b" is a name.
_VGPU = re.compile(r"(?<=[a-z0-9])(?:[-_]([1-3]?\d{1,2})[qcba]|\s+([1-3]?\d{1,2})q)(?=$|\s|[()])")
_RATIO = re.compile(
    r"(?<![a-z0-9./])([1-9])\s*/\s*(\d{1,2})(?:th|rd|nd)?"
    r"(?:\s*[x×*](?=[\s_-]*[a-z])|(?![a-z0-9./]|\s*[-_]?g(?:i?b)?\b)(?:\s+(?:of|x)\b)?)"
)
_DECIMAL = re.compile(
    r"(?<![a-z0-9.])(0?\.\d+)\s*(?:[x×*]|v?gpus?|of\s+an?)(?![a-z0-9])|\((0?\.\d+)\)|(?<![a-z0-9])[x×*]\s*(0?\.\d+)(?!\d)"
    r"|^\s*(0?\.\d+)\s+(?=[a-z])"
)
_PERCENT = re.compile(r"(?<![a-z0-9.])(\d{1,2}(?:\.\d+)?)\s?%(?:\s*(?:of|gpus?|slice|share)(?![a-z0-9])|\s*$)")
_FRACTIONS = {"half": 2, "third": 3, "quarter": 4}
_HALF = re.compile(
    r"\b(half|third|quarter)\b(?!\W*(?:height|length|width|size|rack|node|year|gen|party))(?:\s+(?:of\s+)?an?\b)?"
)
_PART = re.compile(
    r"(?<![a-z0-9])(?:mig|v-?gpu|virtual gpu|slices?|sliced|fractions?|fractional|partial|shared|partition(?:ed)?|cpx"
    r"|time[- ]?slic\w+)(?![a-z0-9]|[- ](?:enabled|capable|ready|support\w*))"
)
_MIG_WORD = re.compile(r"(?<![a-z0-9])mig(?![a-z0-9])")
_DIVIDED = re.compile(r"(?<=[a-z0-9])\s*/\s*\d{1,2}\s*$")  # "H100/2": a part, or something else of the machine
_PART_OF_INSTANCE = re.compile(r"(?<![a-z])(?:slice|fraction|fractional|half|quarter)(?![a-z])")
_WHOLE_SLICE = re.compile(r"\b1 gpu slice\b")  # Google's words for one GPU with its share of the host
_SEVERAL = re.compile(
    r"(?<![a-z0-9./])(\d{1,3})\s?[x×*](?=[\s_-]*[a-z])|(?<![a-z0-9.])(\d{1,3})[\s_-]?gpus?(?![a-z0-9])"
)
_TIMES = re.compile(r"(?<![a-z0-9])[x×*]\s?(\d{1,3})(?![a-z0-9.])|(?<=\d)x(\d{1,2})(?![a-z0-9.])")
_LANES = re.compile(r"(?:pcie?[\s-]*(?:gen[\s-]*)?[\d.]*|gen[\s-]*\d|\d\.0)[\s-]*x\d+")  # "PCIe 4.0 x16"
# Up to v4, and for v5p, the number counts TensorCores, of which a chip has two; later names count chips. What the
# number of a v7 name counts is not on record.
_TPU = re.compile(r"(tpu[\s_-]*)?v(2|3|4|5p|5e|5litepod|5lite|6e)[\s_-]+(\d{1,5})(?![a-z0-9.])")
_TPU_OTHER = re.compile(r"tpu[\s_-]*v?7x?[\s_-]+\d+(?![a-z0-9.])")
_CORES_PER_CHIP = {"2": 2, "3": 2, "4": 2, "5p": 2}


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much a label names, and the label without those words.

    A part has a `share` where the words state one, and what a profile states of it: `memory_gb`, compute `slices`.
    """

    rest: str
    is_part: bool = False
    share: Fraction | None = None  # of one GPU
    memory_gb: Decimal | None = None  # of the part
    slices: int | None = None
    count: int | None = None  # GPUs, parts of one, or chips of a slice; None: the label does not say


@lru_cache(maxsize=65_536)
def quantity(label: str) -> Quantity:
    """Return how much of a card the label names."""
    text = label.lower()
    if tpu := _tpu(text):
        return tpu
    text = _WHOLE_SLICE.sub(" ", text)
    rest, memory_gb, slices = _profile(text)
    rest, share = _share(rest)
    is_part = share is not None or slices is not None or memory_gb is not None or _PART.search(text) is not None
    if not is_part and _DIVIDED.search(rest):
        rest, is_part = _DIVIDED.sub(" ", rest), True
    rest = _PART.sub(" ", rest) if is_part else rest
    rest, count = _count(rest)
    return Quantity(rest, is_part, share, memory_gb, slices, count)


@lru_cache(maxsize=65_536)
def part_of_instance(instance: str) -> Quantity | None:
    """Return the part of a card that an instance's name states as a MIG profile or by a word, without its size then.

    Other numbers in a name are no GPU's.
    """
    text = instance.lower()
    if _PART_OF_INSTANCE.search(text):
        return Quantity("", True)
    if not (_MIG.search(text) or _MIG_WORD.search(text)):
        return None
    _, memory_gb, slices = _profile(text)
    return Quantity("", True, memory_gb=memory_gb, slices=slices)


def _tpu(text: str) -> Quantity | None:
    if _TPU_OTHER.search(text):
        return Quantity(text, is_part=True)  # several chips, and nobody says how many
    hit = _TPU.search(text)
    # Without the word, only the whole label is a TPU's name: "A100 v4-8" is none.
    if hit is None or not (hit[1] or hit[0].strip() == text.strip()):
        return None
    version = "5e" if hit[2].startswith("5l") else hit[2]
    cores = _CORES_PER_CHIP.get(version, 1)
    chips = int(hit[3]) // cores
    return Quantity(f"tpu v{version}", count=chips) if chips * cores == int(hit[3]) and chips else None


def _profile(text: str) -> tuple[str, Decimal | None, int | None]:
    """Cut out a MIG or vGPU profile: (text without it, GB of the part, compute slices)."""
    if hit := _MIG.search(text):
        return _without(text, hit), Decimal(hit[2]), int(hit[1])
    if _PART.search(text) and (hit := _MIG_SLICES.search(text)):
        return _without(text, hit), None, int(hit[1])
    if hit := _VGPU.search(text):
        return _without(text, hit), Decimal(hit[1] or hit[2]), None
    return text, None, None


def _share(text: str) -> tuple[str, Fraction | None]:
    """Cut out a stated share below one."""
    for pattern in (_RATIO, _DECIMAL, _PERCENT, _HALF):
        for hit in pattern.finditer(text):
            words = [group for group in hit.groups() if group]
            if pattern is _HALF:
                share = Fraction(1, _FRACTIONS[words[0]])
            else:
                share = Fraction(int(words[0]), max(int(words[1]), 1)) if pattern is _RATIO else Fraction(words[0])
                share /= 100 if pattern is _PERCENT else 1
            if 0 < share < 1:
                return _without(text, hit), share
    for sign in text:
        if unicodedata.category(sign) == "No" and 0 < unicodedata.numeric(sign, 0) < 1:
            return text.replace(sign, " "), Fraction(unicodedata.numeric(sign)).limit_denominator(16)
    return text, None


def _count(text: str) -> tuple[str, int | None]:
    """Cut out a number of GPUs; two that differ name none."""
    text = _LANES.sub(lambda hit: hit[0].rpartition("x")[0], text)
    counts = set()
    for pattern in (_SEVERAL, _TIMES):
        for hit in list(pattern.finditer(text))[::-1]:
            counts.add(int(next(group for group in hit.groups() if group)))
            text = _without(text, hit)
    return text, counts.pop() if len(counts) == 1 and counts != {0} else None


def _without(text: str, hit: re.Match[str]) -> str:
    return f"{text[: hit.start()]} {text[hit.end() :]}"
