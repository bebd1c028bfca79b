"""Reads what a record says of the machine besides its price: memory of its GPUs, availability, what the section sells."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from scrapers.model import Availability
from scrapers.reading import words
from scrapers.reading.field_kinds import kind_of
from scrapers.reading.page_tree import PLACE
from scrapers.reading.records import Field, Record
from scrapers.reading.units import pricing_model

_GB: Final = re.compile(
    r"(?<![\w.])(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>TiB|TB|To|ТБ|GiB|GB|Go|ГБ|G)(?![A-Za-z/])", re.IGNORECASE
)
_VRAM: Final = re.compile(
    r"(?<![\w.])(\d{1,4}(?:\.\d+)?)\s?(?:GiB|GB|Go|ГБ|G)\s*(?:of\s+)?(?:VRAM|HBM\w*|GDDR\w*|GPU (?:memory|RAM)|显存|video)|(?:显存|VRAM|GPU memory)\s*[:：]?\s*(\d{1,4})\s?GB(?![\w/])",
    re.IGNORECASE,
)
_VCPUS: Final = re.compile(r"(?<![\w.])(\d{1,4}) v?CPUs?\b", re.IGNORECASE)
_RAM: Final = re.compile(r"(?<![\w.])(\d[\d,]*(?:\.\d+)? ?(?:TB|GiB|GB)) (?:of )?(?:system )?RAM\b", re.IGNORECASE)
_SIZE: Final = re.compile(r"\s*\d{1,3}\s?GB\s*", re.IGNORECASE)
_EACH: Final = re.compile(r"(?<![\w.])\d{1,2}\s*[x×*]\s*(?P<size>\d{1,3})\s*(?:GiB|GB|Go|ГБ|G)\b", re.IGNORECASE)


def stated_memory(record: Record) -> tuple[str, str] | None:
    """Return the label of a record and the memory that it states of one GPU, whether it has a price or not."""
    kinds = [(f, kind_of(f)) for f in record.fields]
    label = next((f.text for f, kind in kinds if kind == "label"), "")
    by_kind = {kind: f for f, kind in reversed(kinds)}
    memory, is_total = gpu_memory(kinds, by_kind, None, None)
    return (label.upper(), memory) if label and memory and not is_total else None


def gpu_memory(
    kinds: list[tuple[Field, str]], by_kind: dict[str, Field], label_field: Field | None, count: Decimal | None
) -> tuple[str, bool]:
    if "vram" in by_kind and (_GB.search(by_kind["vram"].text) or re.fullmatch(r"\s*[\d,.]+\s*", by_kind["vram"].text)):
        f = by_kind["vram"]
        if each := _EACH.search(f.text):
            return f"{each['size']} GB", False
        text = (
            _with_unit(f.text)
            if re.fullmatch(r"\s*[\d,.]+\s*", f.text)
            else re.sub(r"(?<=\d)\s*(?:Go|ГБ)\b", " GB", f.text)
        )
        return text, bool(re.search(r"total|gesamt|合计|总", f.title, re.IGNORECASE))
    for f, kind in kinds:
        if (
            kind in ("other", "label", "price", "instance")
            and (size := _vram(f.text))
            and not (label_field is f and kind == "label")
        ):
            return f"{size} GB", False
    bare = [f.text for f, kind in kinds if kind == "other" and not f.title and _SIZE.fullmatch(f.text)]
    # "Memory: 141 GB" and another size: of two machines, or of one and its RAM.
    is_clear = "ram" not in by_kind or not re.fullmatch(r"\s*memory\s*", by_kind["ram"].title, re.IGNORECASE)
    if len(bare) == 1 and is_clear:
        return bare[0], False
    if (
        "ram" in by_kind
        and "vcpu" not in by_kind
        and re.fullmatch(r"\s*(?:gpu )?memory\s*", by_kind["ram"].title, re.IGNORECASE)
    ):
        return by_kind["ram"].text, count is not None and count > 1
    return "", False


@lru_cache(maxsize=16_384)
def _vram(text: str) -> str:
    hit = _VRAM.search(text)
    return hit[1] or hit[2] if hit else ""


def _with_unit(number: str) -> str:
    """Return a size without a unit with the one that its length tells: GB, MiB, or bytes as GB."""
    digits = re.sub(r"\D", "", number.partition(".")[0]) or "0"
    if len(digits) >= _FEWEST_OF_BYTES:
        return f"{int(digits[:20]) // 2**30} GB"
    return f"{number.strip()} {'MiB' if int(digits) > _MOST_GB else 'GB'}"


_MOST_GB: Final = 3000  # of GPUs together
_FEWEST_OF_BYTES: Final = 9  # digits
_CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])|_")  # "InStock", "out_of_stock"


def availability_of(kinds: list[tuple[Field, str]], f: Field) -> Availability:
    texts = [_CAMEL.sub(" ", one.text.rpartition("/")[2]) for one, kind in kinds if kind == "availability"] + [f.text]
    texts += [one.text for one, kind in kinds if kind in ("other", "label") and len(one.text) < 40]
    return next((state for text in texts if (state := _state(text)) != "unknown"), "unknown")


@lru_cache(maxsize=16_384)
def _state(text: str) -> Availability:
    """Return what a text says of availability, in the order of words.STATES."""
    return next((state for state, pattern in words.STATES if pattern.search(text)), "unknown")  # type: ignore[misc]


def product_of(record: Record) -> str:
    """Return what the section sells: an endpoint where any of its headings says so, else by the nearest that says it.

    A heading that lists several products says nothing of one of them.
    """
    return _product_of(record.scope[:6])


@lru_cache(maxsize=4096)
def _product_of(headings: tuple[str, ...]) -> str:
    single = [text for text in headings if not re.search(r",|&|\band\b|\bund\b|\bet\b|\bи\b|和|、", text)]
    for kinds in (words.PRODUCTS[:2], words.PRODUCTS[2:]):
        for text in single:
            for product, pattern in kinds:
                if pattern.search(text):
                    return product
    return ""


def instance_of(
    record: Record, kinds: list[tuple[Field, str]], by_kind: dict[str, Field], label_field: Field | None
) -> str:
    """Return the name of the machine that a record prices, beside its accelerator's; "" for none."""
    if (
        record.kind == "object"
        and label_field is not None
        and re.search(r"\b(?:name|title)$", label_field.title, re.IGNORECASE)
    ):
        return ""  # the object's own name is what its accelerator stands in
    others = [f for f, kind in kinds if kind == "label" and f is not label_field and words.INSTANCE.search(f.title)]
    named = [by_kind["instance"]] if "instance" in by_kind and by_kind["instance"] is not label_field else []
    first = kinds[:1] if record.kind == "card" else []
    named += others[:1]
    named += [f for f, kind in first if kind == "label" and f is not label_field and len(f.text) < _LONGEST_NAME]
    name = next((f.text for f in named if f.text), "")
    return name if has_letters(name) else ""  # a number names nothing


_LONGEST_NAME: Final = 60  # characters


def has_letters(text: str) -> bool:
    """Return whether a text holds a letter of any script."""
    return _LETTER.search(text) is not None


_LETTER: Final = re.compile(r"[^\W\d_]")


def region_of(record: Record, by_kind: dict[str, Field]) -> str:
    """Return where a record's machine stands, as printed: by a field, else by a heading; "" where nothing says it."""
    if "region" in by_kind:
        return by_kind["region"].text
    return next((hit["place"] for text in record.scope if (hit := PLACE.match(text))), "")


def place_of_column(record: Record, f: Field) -> str:
    """Return the place that heads the column of a price, where places head all columns of prices; "" for none."""
    if record.kind != "row" or not _bare_name(f.title):
        return ""
    names = {_bare_name(one.title) for one in record.fields if kind_of(one) == "price"}
    n_places = sum(map(_is_place, names))
    is_of_places = len(names) > 1 and n_places * 2 > len(names) and not any(map(_is_of_a_model, names))
    return re.sub(r"[()（）]", "", _bare_name(f.title)) if is_of_places else ""


@lru_cache(maxsize=4096)
def _bare_name(title: str) -> str:
    return _BESIDE_PLACE.sub(" ", title).strip(" /,:|-")


@lru_cache(maxsize=4096)
def _is_place(name: str) -> bool:
    """Return whether a name is that of a place, or of several: "华北-北京 华东-上海"."""
    is_one = words.PLACE.fullmatch(name) or _ZONE.fullmatch(name)
    return bool(name) and (bool(is_one) or all(map(words.PLACE.fullmatch, re.split(r"[\s,、/]+", name))))


@lru_cache(maxsize=4096)
def _is_of_a_model(name: str) -> bool:
    """Return whether a column's name says how one pays, or nothing, and not where."""
    return not name or pricing_model(name) is not None or words.DURATION.search(name) is not None


_ZONE: Final = re.compile(r"(?:EU|US|AP|NA|SA|CA|UK|ME|AF|CN|JP|IN|AU)[ -][A-Z]{1,5}-?\d{0,2}")


_BESIDE_PLACE: Final = re.compile(
    r"[(（][^()（）]*(?:元|円|[/$€£₽]|USD|EUR|\bper\b)[^()（）]*[)）]|\b(?:prices?|pricing|rates?|per (?:hour|month|gpu)|hourly|monthly|USD|EUR)\b|[\u4e00-\u9fff]{0,6}(?:价格?|費用?|费用?|料金)(?![^\W\d_])|/\s?(?:hr|h|mo)\b|[$€£]",
    re.IGNORECASE,
)


def machine_facts_of(
    record: Record, kinds: list[tuple[Field, str]], by_kind: dict[str, Field], memory: str
) -> dict[str, str]:
    """Return vCPUs, RAM, disks and network of the machine, as printed."""
    facts: dict[str, str] = {
        kind: by_kind[kind].text
        for kind in ("vcpu", "ram", "disk", "network")
        if kind in by_kind
        and not words.PER_GPU.search(by_kind[kind].title)
        and not (kind == "ram" and memory == by_kind[kind].text)
    }
    if record.kind == "row":
        return facts
    for fact, pattern in (("vcpu", _VCPUS), ("ram", _RAM)):
        if fact in facts:
            continue
        hit = next((hit for f, kind in kinds if kind != "price" and (hit := pattern.search(f.text))), None)
        if hit is not None:
            facts[fact] = hit[1]
    return facts
