"""Finds which field of a record, or heading above it, names the accelerator, and how the offer calls it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import NOT_ITS_OWN, Mention, is_singular, mentions
from scrapers.reading.field_kinds import NUMBER, SHARE
from scrapers.reading.line_kinds import is_sentence
from scrapers.reading.records import Field, Record
from scrapers.reading.tables.grids import has_money

_BADGE: Final = re.compile(
    r"\s+(?:new|beta|popular|hot|sale|preview|promo|best value|most popular)!?$|\s+(?:余量\S{1,4}|已?售罄|有货|无货|缺货|库存\S{1,4})$|(?:(?<=[2-5]0[5-9]0)|(?<=\b[HBA][12348]00))\s+PRO(?=$|\s\d{2,3}\s?GB)|(?<=[^\W\d_]\d)\s+(?:XS|S|M|L|XL|XXL)$|(?<!L40)(?<=[^\W\d_]\d{2})\s+(?:XS|S|M|L|XL|XXL)$|(?<!V100)(?<=[^\W\d_]\d{3})[\s-]+(?:XS|S|M|L|XL|XXL)$",
    re.IGNORECASE,
)
_PRO_BEHIND: Final = re.compile(r"\bRTX[ -]?(?P<n>[456][05]00)[ -]PRO\b", re.IGNORECASE)  # a line's name, put last
# "V100s" of several are no V100S; "L40s" may be either.
_PLURAL: Final = re.compile(
    r"((?:\b(?:GB|GH|[HBA])\d{2,3}[GMX]?|\bK80|\bM60|\bP100|\bP40|\b[TPL]4|\bL40S|(?<=[2-9] )V100|(?<=[2-9]x)V100|(?<=[2-9]x )V100"
    r"|\bMI\d{3}X?|\b[RG]TX[ -]?A?\d{4}(?: Ti| SUPER)?))s\b"
)
_PLAN: Final = re.compile(r"^(?:on-?demand|reserved|spot)\s+(?=\d|nvidia|amd|[a-z]+\d)", re.IGNORECASE)
_PART: Final = re.compile(
    r"(?<![\d./])(?P<part>1/[2-9]|1/1\d|1/2\d)\s*(?:of\s)?(?:(?:NVIDIA|AMD|Tesla)\s*)*$", re.IGNORECASE
)
# "Pro RTX A6000", "Max 2x A100": the plan's name is none of the card's.
_SIZE_OF_PLAN: Final = re.compile(
    r"^(?:starter|basic|standard|pro|plus|max|premium|ultra|mini|lite|advanced|enterprise|business|professional|essential)[\s:·|–—-]+"
    r"(?=(?:\d{1,2}\s?[x×]\s*)?(?:nvidia|amd|(?:rtx|gtx|tesla|quadro|[abhlv]\d{2,3}|mi\d)))",
    re.IGNORECASE,
)
_CPU_WORDS: Final = re.compile(
    r"\b(?:EPYC|Xeon|Ryzen|Threadripper|vCPUs?|CPUs?|RAM|cores|Genoa|Milan|Turin|Broadwell|Skylake|(?:Ice|Cascade) ?Lake|Sapphire Rapids|NVMe|SSD)\b|\d\s?[核コ]|内存|メモリ|\bядер\b|코어",
    re.IGNORECASE,
)
_KEY: Final = re.compile(
    r"^(?:GPUs?|Graphics|Grafikkarte|Carte graphique|Видеокарта|显卡)\s?[:：]\s+(?=\S)", re.IGNORECASE
)
_SIZED: Final = re.compile(r"\d\s?GB?\b.*[+/,|]\s*\S*\s*$", re.IGNORECASE)  # "Dedicated 32 GB + RTX6000": the machine's
_BESIDE_NAMES: Final = re.compile(r"NVIDIA|AMD|(?<![\w.])\d{1,3}\s?[x×](?=\s)")
_EITHER: Final = re.compile(r"^[\s,]*(?:/|or|,|&|and|oder|ou|или)[\s,]*$", re.IGNORECASE)


def find_label(record: Record, kinds: list[tuple[Field, str]]) -> tuple[Field | None, tuple[Mention, ...]]:
    """Return the field that names the accelerator, and the names: of a row, else of the nearest heading."""
    order = [f for f, kind in kinds if kind == "label" and words.LABEL.search(f.title)]
    order.sort(key=lambda f: not is_singular(f.text))  # "NVIDIA A30 24 GB" says more than "GL20-1-A30"
    if (
        record.kind == "card"
        and len(order) > 1
        and mentions(order[1].text)
        and mentions(order[1].text)[0].key == mentions(order[0].text, is_label=True)[0].key
    ):
        order[0], order[1] = order[1], order[0]  # the card's own line on its GPU says more than its title
    order += [f for f, kind in kinds if kind == "label" and f not in order]
    order.sort(  # "RTX 3080 10GB" in a card says more than its title "vGPU-3080"
        key=lambda f: (
            f.title == "gpu" and record.kind == "card" and not mentions(f.text, is_label=True)[0].name[:1].isalpha()
        )
    )
    order += [
        f
        for f, kind in kinds
        if kind in ("instance", "other", "provider")
        and f not in order
        and not f.is_number
        and not (len(f.text) > 100 and is_sentence(f.text))
    ]
    order = [f for f in order if not f.text.rstrip().endswith(("?", "？"))]  # a question names no offer
    if record.kind == "card":
        order.sort(key=lambda f: not is_singular(f.text))
    for f in order:
        names = mentions(f.text, is_label=True)
        if names:
            if record.kind == "row" and not (is_singular(f.text) and mentions(f.text)):  # "GPU-3070-S" is a plan's name
                f = next((one for one in order if _says_it_in_words(one, names[0].key)), f)
            return f, _distinct(f.text, mentions(f.text, is_label=True))
    for f, kind in kinds:  # "$2.49 / H100 / hr", and columns that are named for an accelerator
        if (
            kind == "price"
            and (names := _mentions_of_its_own(f.text) or mentions(f.title))
            and len({n.key for n in names}) == 1
        ):
            return f, names[:1]
    for f, _ in kinds:  # a column "H100s" of their numbers
        if record.kind == "row" and len(names := mentions(f.title)) == 1 and (hit := NUMBER.match(f.text)):
            counted = Field("gpu", f"{hit['n']}x {names[0].name}", f.lines)
            return counted, mentions(counted.text)
        if record.kind == "row" and len(names) == 1 and SHARE.match(f.text):
            return Field("gpu", names[0].name, f.lines), mentions(names[0].name)
    if any(_OF_CPUS.search(f.title) for f in record.fields):
        return None, ()
    for text in (record.heading, *record.scope[:3]):
        names = mentions(text)
        if not names and text and any(pattern.search(text) for _, pattern in words.NOT_SOLD_HERE):
            break  # the section sells something else, whatever the page is about
        if names and len({n.key for n in names}) == 1:
            return Field("heading", text), names[:1]
    return None, ()


@lru_cache(maxsize=16_384)
def _mentions_of_its_own(text: str) -> tuple[Mention, ...]:
    """Return the accelerators that a text names before it compares: not "€0.60/hour, 3.6x cheaper than A100"."""
    compares = _COMPARES.search(text)
    return mentions(text[: compares.start()] if compares else text)


_COMPARES: Final = re.compile(
    r"\b(?:than|versus|vs\.?|compared (?:to|with)|als (?:eine?|die|der)|moins cher que|чем)\s|(?<=[^\W\d_])比(?=[A-Z\s])",
    re.IGNORECASE,
)


def _says_it_in_words(f: Field, key: str) -> bool:
    """Return whether a field names an accelerator outside of a type's name: "2 x A100-80GB GPU" for "gpu.2xa100"."""
    names = mentions(f.text, is_label=True)
    return bool(names) and names[0].key == key and " " in f.text.strip() and is_singular(f.text) and len(f.text) < 100


_OF_CPUS: Final = re.compile(
    r"\bCPU[- ](?:only|instances?|machines?|servers?|vms?|plans?|flavou?rs?|types?)\b", re.IGNORECASE
)


def _distinct(text: str, names: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Return one mention for each accelerator of a label: two, where it prices either ("RTX A6000/A40")."""
    first = names[0]
    # "A6000" and "RTX A6000" are one, "L4" and "L40" two.
    others = [n for n in names[1:] if not n.key.endswith(first.key) and not first.key.endswith(n.key)]
    if not others:
        return names[:1]
    chosen = [first]
    for n in names[1:]:
        if n in others and _EITHER.match(_BESIDE_NAMES.sub("", text[chosen[-1].end : n.start])):
            chosen.append(n)
    return tuple(chosen) if len(chosen) > 1 else names[:1]


_UNIT_OF_LABEL: Final = re.compile(
    r"\s*[,(]?\s*(?:/|\bper\b|\bpro\b|\bpar\b)\s*(?:gpu|card|node)?[-\s/]*(?:hours?|hr|h|months?|stunde|heure|mois)\)?\s*$",
    re.IGNORECASE,
)
_NOISE: Final = re.compile(
    r"[+,&|•·-]?\s*\d[\d.,]*\s*(?:[TGM]b(?:it)?/?p?s|[TGM]b/s)\b(?:\s*(?:infiniband|ethernet|network\w*|IB))?|\bWindows\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)
def _bare_label(text: str) -> str:
    """Return a label without its title, its unit, badges and what else is no part of the name."""
    text = NOT_ITS_OWN.sub(" ", text)
    text = _PRO_BEHIND.sub(r"RTX PRO \g<n>", text)
    text = _NOISE.sub(" ", _UNIT_OF_LABEL.sub("", _KEY.sub("", text)))
    return _SIZE_OF_PLAN.sub("", _PLAN.sub("", _BADGE.sub("", _PLURAL.sub(r"\1", text).strip())))


@lru_cache(maxsize=16_384)
def of_a_plan(label: str) -> bool:
    """Return whether a label begins with the name of a plan."""
    return _SIZE_OF_PLAN.match(label) is not None


_FORM_BEHIND: Final = re.compile(r"[ ,(-]{1,3}(?P<form>SXM\d?|PCI-?E|NVL\d{0,2}|OAM)(?![A-Za-z0-9])", re.IGNORECASE)


_WITHOUT_LINE: Final = re.compile(r"PRO[ _-]?\d", re.IGNORECASE)  # "Pro 6000 SE"
_SISTER: Final = re.compile(r"(?<=\w\d{2})/[A-Z](?![\w/])")  # "V100/S": the one or the other


def label_text(label_field: Field | None, name: Mention, is_one_of_several: bool) -> str:
    text = plain = _PLURAL.sub(r"\1", f"{name.count or 1} {name.name}").partition(" ")[2]
    if label_field:
        text = _SISTER.sub("", _bare_label(label_field.text))
        if label_field.text[: name.end].endswith(name.name) and (
            form := _FORM_BEHIND.match(label_field.text, name.end)
        ):
            plain = f"{plain} {form['form']}"  # "H100 80GB PCIe – $2.15"
    if not name.name[:1].isalpha() or _WITHOUT_LINE.match(name.name):
        text = text.replace(name.name, f"RTX {name.name}", 1)  # "4090": the line is left out
    lead = label_field.text[: name.start] if label_field else ""
    if is_one_of_several or has_money(text) or len(text) > 70 or _CPU_WORDS.search(text) or _SIZED.search(lead):
        part = _PART.search(lead)  # "1/4 NVIDIA A100, 8 vCPU"
        return f"{name.count}x {plain}" if name.count else f"{part['part']} {plain}" if part else plain
    return text
