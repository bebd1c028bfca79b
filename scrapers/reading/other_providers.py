"""Tells whose price a record states: the page's own provider's, or another one's that the page only compares with."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache
from typing import Final

from scrapers.reading import words
from scrapers.reading.records import Field, Record

_HYPERSCALERS: Final = (
    r"AWS|Amazon(?: Web Services| EC2)?|EC2|(?:Microsoft )?Azure|Google Cloud(?: Platform)?|GCP|Google Compute Engine|Oracle(?: Cloud)?|OCI|IBM Cloud|Alibaba Cloud|Aliyun"
    r"|阿里云|腾讯云|华为云|百度智能云|火山引擎"
)
_SPECIALISTS: Final = (
    r"Lambda(?: ?Labs| Cloud)?|CoreWeave|RunPod|Vast(?:\.ai| AI)?|Paperspace|Crusoe(?: Cloud)?|Nebius|Together AI|FluidStack|Hyperstack|DataCrunch|TensorDock|Jarvis ?Labs"
    r"|Vultr|DigitalOcean|Linode|OVH(?:cloud)?|Scaleway|Genesis Cloud|Latitude\.sh|Voltage Park|Shadeform|Prime Intellect|Massed Compute|Cudo(?: Compute)?|Denvr"
    r"|E2E (?:Networks|Cloud)|Hetzner|Leaseweb|Contabo|Fly\.io|Koyeb|Northflank|Thunder Compute|Gcore|Exoscale|AutoDL|SF Compute|SaladCloud|Hugging ?Face|Replicate|Baseten|Sesterce|(?-i:Modal)"
)
_DOMAIN: Final = r"(?:\.(?:io|ai|com|cloud|net|dev|ru|cn))?"
# What a provider calls all of them.
_ALL: Final = r"competitors?|hyperscalers?|others?|typical|average|big (?:three|3|clouds?)|(?:public|legacy|large|major) clouds?|traditional|wettbewerber|concurrents?|конкурент\w*|(?:其他|某)(?:云|厂商|平台|大厂)\w*|友商|他社|타사"
# Not "AWS Inferentia2": there the maker's name is the accelerator's.
_NAME: Final = re.compile(
    rf"(?<![\w.-])(?=[^\W\d_])(?:{_HYPERSCALERS}|{_SPECIALISTS}){_DOMAIN}(?![\w-])(?!\s+(?:Inferentia|Trainium|TPU))",
    re.IGNORECASE,
)
_SPECIALIST: Final = re.compile(rf"(?<![\w.-])(?:{_SPECIALISTS})(?![\w-])", re.IGNORECASE)
_TITLE: Final = re.compile(rf"(?<![^\W\d_])(?:{_ALL})(?![^\W\d_])|{_NAME.pattern}", re.IGNORECASE)
_OURS: Final = re.compile(
    r"\b(?:ours?|us|we|wir|uns(?:er\w*)?|nous|notre|мы|наш\w*)\b|本站|我们|当社|弊社|자사", re.IGNORECASE
)
# A page that lists what others charge: a comparison, a tracker, a guide.
_COMPARES: Final = re.compile(
    r"\bcompar(?:e|es|ing|ison|ed)\b.{0,40}\b(?:providers?|clouds?(?! gpus?\b))\b|\b(?:providers?|clouds?)\b.{0,20}\bcompar(?:ed|ison)\b|\b(?:prices?|pricing|rates?) comparison\b"
    r"|\bcheapest\b.{0,30}\b(?:clouds?|providers?|prices?|(?:place|way|option)s? to rent)\b|\bwhere to rent\b|\bprice (?:tracker|index|comparison|history)\b|\bacross \d+\+? (?:\w+ )?(?:clouds?|providers?)"
    r"|preisvergleich|anbietervergleich|anbieter im vergleich|comparateur|comparatif|сравнение (?:цен|провайдеров|тарифов)|比价|(?:价格|厂商|平台)(?:进行|横向)?(?:对比|比较)|価格比較|料金比較|(?:가격|요금) ?비교",
    re.IGNORECASE,
)  # fmt: skip
_SEPARATOR: Final = re.compile(r"\s[-–—|·•»]+\s|[|·•:]\s|\n")
_VERSUS: Final = re.compile(r"\bvs\.?\s|\bversus\b|\balternatives?\b", re.IGNORECASE)
_CHARGES: Final = re.compile(
    r"\b(?:lists?(?: it)? (?:at|for)|charg(?:es?|ing)|costs?|asks?|bills?|(?:is|are) priced at|sells? (?:it )?(?:at|for)|verlangt|berechnet|kostet|facture|demande|coûte)\b|(?:берёт|берет|просит|стоит)\b|收费",
    re.IGNORECASE,
)
_SELLER: Final = re.compile(
    r"\b(?:seller|offered ?by|provider|vendor|cloud provider|anbieter|fournisseur|hébergeur|prove[e]?dor|fornecedor|fornitore|провайдер|поставщик)\b|厂商|服务商|プロバイダ|事業者|업체|제공사",
    re.IGNORECASE,
)


def own_names(title: str) -> str:
    """Return the text that names the page's own provider: the parts of its title that name no other one.

    "Acme, a third of the price of AWS" is a page of Acme's; "GPU instances - Amazon EC2 - AWS" is one of AWS's.
    """
    if compares(title) or _VERSUS.search(title):
        return ""
    parts = [part.strip() for part in _SEPARATOR.split(title)]
    return " | ".join(p for p in parts if not (hit := _NAME.search(p)) or hit.start() == 0).lower()


def compares(text: str) -> bool:
    """Return whether a title announces what several providers charge."""
    return _COMPARES.search(text) is not None


@lru_cache(maxsize=16_384)
def other_provider(text: str, own: str) -> str:
    """Return the name of another provider, or the word for all of them, in a column's title; "" for none."""
    return next((hit[0] for hit in _TITLE.finditer(text) if hit[0].lower() not in own), "")


@lru_cache(maxsize=16_384)
def other_provider_before(before: str, own: str) -> str:
    """Return the same of the words before an amount, unless they come to the page's own: "unlike AWS, ours costs"."""
    return _unless_ours(before, other_provider(before, own))


@lru_cache(maxsize=16_384)
def named_beside(label: str, own: str) -> str:
    """Return the other provider that a label names beside an accelerator: "H100 on AWS", "RunPod: 1x A100"."""
    name = next((hit[0] for hit in _NAME.finditer(label) if hit[0].lower() not in own), "")
    return _unless_ours(label, name)


@lru_cache(maxsize=16_384)
def named_behind(after: str, own: str) -> str:
    """Return the other provider whose name is all that follows an amount and its unit: "$0.60/hr (RunPod)"."""
    hit = _NAME.search(after)
    is_all = hit is not None and _BEHIND.fullmatch(after[: hit.start()]) and not after[hit.end() :].strip(" )）.,;|")
    return hit[0] if hit is not None and is_all and hit[0].lower() not in own else ""


_BEHIND: Final = re.compile(
    r"\s*(?:(?:/|per\b)\s*(?:gpu[ -/]*)?\w+)?\s*[(（,–—-]?\s*(?:(?:at|on|from|via|bei|chez|at the|with)\s+)?",
    re.IGNORECASE,
)


def _unless_ours(text: str, name: str) -> str:
    """Return the name of another provider, "" where the words after it come to the page's own."""
    return "" if name and _OURS.search(text, text.rfind(name)) else name


@lru_cache(maxsize=16_384)
def charged_by(before: str, own: str) -> str:
    """Return the other provider that charges an amount, as the words before it say: "AWS lists it at"; "" for none."""
    named = [hit for hit in _NAME.finditer(before) if hit[0].lower() not in own]
    if not named or _OURS.search(before, named[-1].end()):
        return ""
    return named[-1][0] if _CHARGES.search(before, named[-1].end()) else ""


@lru_cache(maxsize=16_384)
def is_other_provider(text: str, own: str) -> bool:
    """Return whether a short text is nothing but the name of another provider."""
    hit = _NAME.match(text.strip(" :*·|"))
    return hit is not None and hit.end() == len(text.strip(" :*·|")) and hit[0].lower() not in own


def note_sellers(rows: list[Record]) -> None:
    """Note who sells what each row of a table prices, where one of its columns names several providers."""
    columns: dict[int, set[str]] = defaultdict(set)
    titles: dict[int, str] = {}
    for row in rows:
        for f in row.fields:
            if f.text:
                columns[f.column].add(f.text)
                titles[f.column] = f.title
    for column, texts in sorted(columns.items()):
        named = {name for text in texts if len(text) <= 60 and (name := _first_name(text))}
        is_titled = _SELLER.search(titles[column]) or words.PROVIDER.fullmatch(titles[column].strip())
        if len(named) < 2 and not (is_titled and len(texts) >= 2):
            continue
        are_specialists = any(map(_SPECIALIST.fullmatch, named)) and len(named) >= 2
        for row in rows:
            for f in row.fields:
                if f.column == column and f.text:
                    row.seller, row.among_specialists = f.text[:60], are_specialists


@lru_cache(maxsize=16_384)
def _first_name(text: str) -> str:
    hit = _NAME.search(text) if _LETTERS.search(text) else None
    return hit[0].lower() if hit else ""


_LETTERS: Final = re.compile(r"[^\W\d_]{2}")  # a price has none, nor has the name of many a machine


def note_sellers_in_data(records: list[Record], own: str) -> None:
    """Note who sells what the objects of a document price, where the page's own provider is one of several."""
    sellers = {id(record): seller_in_data(record.fields) for record in records}
    named = {seller.lower() for seller in sellers.values() if seller}
    if len(named) > 1 and any(is_own(seller, own) for seller in named):
        for record in records:
            record.seller = sellers[id(record)]


def seller_in_data(fields: list[Field]) -> str:
    """Return who sells what an object of data prices, where a key says so."""
    return next(
        (f.text for f in fields if _SELLER.search(" ".join(f.title.split()[-3:])) and 0 < len(f.text) <= 60), ""
    )


@lru_cache(maxsize=16_384)
def is_own(seller: str, own: str) -> bool:
    """Return whether a seller is the page's own provider."""
    return bool(_OURS.search(seller)) or (bool(own) and seller.strip().lower() in own)
