"""What a page says of all its prices: language, currency, decimal mark, and the unit of time that it uses throughout."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from scrapers.reading import words
from scrapers.reading.amounts import CODES, Amount, find_amounts, uses_decimal_comma
from scrapers.reading.page_tree import Line
from scrapers.reading.units import after_amount, rate, without_granularity

_ALL_IN: Final = re.compile(
    r"(?:prices?|pricing|rates?|amounts?|fees)\b[^.]{0,40}?\b(?:in|are|is|shown in|quoted in|listed in)\s+(?:\w+ ){0,2}?\(?(?P<code>USD|CAD|AUD|NZD|SGD|HKD|EUR|GBP|TWD|MXN|BRL|CHF|JPY|CNY|RMB|INR|RUB|SEK|NOK|DKK|PLN|CZK|KRW|euros?|US dollars?|U\.S\. dollars?|Canadian dollars?|Australian dollars?|Singapore dollars?|New Zealand dollars?|Swedish kronor|Norwegian kroner|Danish kroner|Swiss francs?|pounds? sterling|Japanese yen)\b"
    r"|\bcurrency\s*[:：]\s*(?P<set>[A-Z]{3})\b"
    r"|\b(?:preise?|entgelte?|prix|tarifs?|precios?|preços?|prezzi|ceny|cennik|цен[ыа]|стоимость|тарифы?|giá|harga)\b[^.]{0,40}?"
    r"\b(?:in|en|em|w|v|в|bằng|dalam) (?P<named>EUR|CHF|USD|PLN|CZK|BRL|RUB|VND|VNĐ|IDR|euros?|eurach|franken|francs suisses|reais|złotych|рублях|долларах|евро|rupiah)\b"
    r"|(?:价格|價格|价目)[^。]{0,20}?(?P<zh>人民币|人民幣|美元)",
    re.IGNORECASE,
)  # fmt: skip
_CART: Final = re.compile(
    r"\b(?:add|added) to (?:cart|basket|bag)\b|\bin den warenkorb\b|\bajouter au panier\b|в корзину|加入购物车|カートに入れる|장바구니",
    re.IGNORECASE,
)
_NAMES: Final = {
    "us dollar": "USD",
    "u.s. dollar": "USD",
    "canadian dollar": "CAD",
    "australian dollar": "AUD",
    "singapore dollar": "SGD",
    "new zealand dollar": "NZD",
    "swedish kronor": "SEK",
    "norwegian kroner": "NOK",
    "danish kroner": "DKK",
    "swiss franc": "CHF",
    "pound sterling": "GBP",
    "japanese yen": "JPY",
    "euro": "EUR",
    "rmb": "CNY",
    "рублях": "RUB",
    "eurach": "EUR",
    "franken": "CHF",
    "francs suisses": "CHF",
    "reais": "BRL",
    "złotych": "PLN",
    "vnđ": "VND",
    "rupiah": "IDR",
    "долларах": "USD",
    "евро": "EUR",
    "人民币": "CNY",
    "人民幣": "CNY",
    "美元": "USD",
}
_REGIONS: Final = {
    "en-au": "AUD",
    "en-ca": "CAD",
    "fr-ca": "CAD",
    "en-nz": "NZD",
    "en-sg": "SGD",
    "zh-hk": "HKD",
    "en-hk": "HKD",
    "pt-br": "BRL",
    "es-mx": "MXN",
}


@dataclass(frozen=True, slots=True)
class PageFacts:
    """Facts of a whole page. `dollar`, `yen`, `krone` and `rand` are what the bare signs mean, "" where that is unknown."""

    language: str = ""
    decimal_comma: bool = False
    dollar: str = "USD"
    yen: str = ""
    krone: str = ""
    rand: str = ""
    yuan: str = "CNY"  # "元" is a dollar's in Taipei and Hong Kong
    default: str = ""  # currency of numbers without a sign
    is_stated: bool = False  # the page says so in words, it does not only print one
    time: str = ""  # the one unit of time that the page names beside amounts
    is_per_gpu: bool = False
    own: str = ""  # the text that names the page's own provider
    compares: bool = False  # the page lists what others charge
    is_shop: bool = False  # the page sells cards, it does not rent them out
    credit: str = ""  # the currency of which a credit of the provider's is one, as the page says
    notes: Mapping[str, str] = field(default_factory=dict)  # footnotes, by their mark

    def resolve(self, printed: str) -> str:
        """Return the ISO code of a printed currency; "" where it is unknown."""
        return {
            "$": self.dollar,
            "¥": self.yen,
            "kr": self.krone,
            "R": self.rand,
            "CNY": self.yuan,
            "": self.default,
        }.get(printed, printed)


def page_facts(language: str, texts: list[str], currency: str = "", others: frozenset[int] = frozenset()) -> PageFacts:
    """Return the facts of a page from its language and its lines.

    `currency` is a hint of the provider's; the lines at `others` are of things that are no accelerators.
    """
    amounts = {text: find_amounts(text) for text in dict.fromkeys(texts)}
    comma = uses_decimal_comma([text for text in texts for _ in amounts[text]])
    everything = " ".join(texts)
    printed = {a.currency for of_text in amounts.values() for a in of_text} - {""}
    stated = _stated_in(everything) - {""}
    dollar = _dollar(language.lower(), stated, printed)
    written = _written_in(everything) or language[:2].lower()
    yen = (
        "JPY"
        if written == "ja" or "円" in everything or "JPY" in printed
        else "CNY"
        if written == "zh" or re.search(r"元|人民币|RMB", everything) or "CNY" in printed
        else ""
    )
    krone = _krone(language.lower(), (stated | printed) & set(_KRONES.values()))
    is_african = language.lower() in ("en-za", "af", "af-za")
    rand = "ZAR" if "R" in printed and (is_african or _RAND.search(everything)) else ""
    yuans = {_YUANS[name] for name in _OTHER_YUAN.findall(everything)} if "元" in everything else set()
    yuan = yuans.pop() if len(yuans) == 1 and not _YUAN.search(everything) else "CNY"
    named = {PageFacts(dollar=dollar, yen=yen, krone=krone, rand=rand).resolve(c) for c in printed} & (CODES | {""})
    is_stated = bool(currency) or len(stated) == 1
    default = currency or (stated.pop() if len(stated) == 1 else "") or (named.pop() if len(named) == 1 else "")
    own = {text: amounts[text] for i, text in enumerate(texts) if i not in others}
    is_shop = any(len(text) <= 40 and _CART.search(text) for text in amounts)
    time, is_per_gpu = ("", False) if is_shop else _habit(own)  # the instalments of a shop say nothing of its prices
    credit = _CREDIT.search(everything)
    return PageFacts(
        language, comma, dollar, yen, krone, rand, yuan, default, is_stated, time, is_per_gpu, is_shop=is_shop,
        credit=(dollar if credit["dollar"] else "EUR") if credit else "",
    )  # fmt: skip


# "1 credit equals 1 USD": what is counted in credits is counted in dollars.
_CREDIT: Final = re.compile(
    r"\b(?:1|one) (?:\w+ )?credit\s*(?:=|:|is|equals?|is (?:worth|equal to)|costs?)\s*"
    r"(?:(?P<dollar>(?:US)?\$ ?1(?:\.00?)?|(?:1|one) (?:USD|(?:US )?dollar))|(?:€ ?1(?:\.00?)?|1(?:\.00?)? ?€|(?:1|one) (?:EUR|euro)))(?![\d.,]*\d)",
    re.IGNORECASE,
)


_YUANS: Final = {"新台": "TWD", "新臺": "TWD", "港": "HKD"}
_OTHER_YUAN: Final = re.compile(r"(新[台臺]|港)(?=[幣币元])")
_YUAN: Final = re.compile(r"人民[币幣]|\b(?:RMB|CNY)\b")
_RAND: Final = re.compile(r"\bZAR\b|\brands?\b(?! corp)|\bSouth Africa|\bJohannesburg\b|\bCape Town\b", re.IGNORECASE)


def footnotes(lines: Iterable[Line]) -> dict[str, str]:
    """Return the footnotes of a page, by their mark."""
    notes: dict[str, str] = {}
    for line in lines:
        if line.is_note and line.notes:
            notes.setdefault(line.notes[0], line.text)
        elif line.text[:1] in _MARKS and (hit := _NOTE.match(line.text)):
            notes.setdefault(hit["mark"], hit["text"])
    return notes


_MARKS: Final = frozenset("*†‡¹²³⁴")
_NOTE: Final = re.compile(r"(?P<mark>\*{1,3}|[†‡¹²³⁴])\s*(?P<text>(?:[^\W\d_]|[$€£¥]\d).{8,})$")


def _dollar(language: str, stated: set[str], printed: set[str]) -> str:
    """Return what a bare "$" means: USD, unless the page says otherwise; "" where it says two things."""
    dollars = {c for c in stated if c in ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "BRL")}
    if len(dollars) == 1:
        return dollars.pop()
    if len(dollars) > 1:
        return ""
    others = printed & {"CAD", "AUD", "NZD", "SGD", "HKD", "TWD"}
    if others and "USD" not in printed and language in _REGIONS:
        return _REGIONS[language]
    return _REGIONS.get(language, "USD")


def _written_in(text: str) -> str:
    """Return "ja" or "zh" where the signs of a text say so, whatever the page's tag: templates leave it at "en"."""
    if text.isascii():
        return ""
    n_kana, n_han = len(re.findall(r"[\u3041-\u30ff]", text)), len(re.findall(r"[\u4e00-\u9fff]", text))
    return "" if n_kana + n_han < _FEWEST_SIGNS else "ja" if n_kana * 10 > n_han else "zh"


_FEWEST_SIGNS: Final = 8
_KRONES: Final = {"sv": "SEK", "nb": "NOK", "nn": "NOK", "no": "NOK", "da": "DKK"}


def _krone(language: str, stated: set[str]) -> str:
    """Return what "kr" means: the one krone that the page states, else that of its language."""
    return stated.pop() if len(stated) == 1 else "" if stated else _KRONES.get(language[:2], "")


def _stated_in(text: str) -> set[str]:
    """Return the currencies in which a text says that its prices are; it is looked at only around words that may say so."""
    lowered = text.lower()
    if len(lowered) != len(text):  # some letters have two small ones
        return {_code(hit) for hit in _ALL_IN.finditer(text)}
    starts = [hit.start() for hit in _MAY_STATE.finditer(lowered)]
    return {_code(hit) for start in starts if (hit := _ALL_IN.match(text, start))}


_MAY_STATE: Final = re.compile(
    r"pri[cx]|rate|amount|fees|currency|preis|entgelt|tarif|preço|prezzi|cen[yn]|цен[ыа]|стоимость|тариф|giá|harga|价格|價格|价目"
)


def _code(hit: re.Match[str]) -> str:
    text = hit["code"] or hit["set"] or hit["named"] or hit["zh"]
    names = (
        _NAMES.get(text.lower()),
        _NAMES.get(text.lower().rstrip("s")),
        _NAMES.get(text.lower().replace("pounds", "pound")),
    )
    return next((code for code in names if code), text.upper() if text.upper() in CODES else "")


def _habit(lines: dict[str, tuple[Amount, ...]]) -> tuple[str, bool]:
    """Return the unit of time that all amounts with one have, and whether each of them is per GPU."""
    times: set[str] = set()
    per_gpu: list[bool] = []
    for text, amounts in lines.items():
        for amount in amounts:
            read = rate(after_amount(text[amount.end :]))
            if read.time and not read.other:
                times.add(read.time)
                per_gpu.append(read.is_per_gpu)
        if amounts or len(text) > 60 or not words.PRICE.search(text):
            continue
        read = rate(without_granularity(text))  # titles of columns say it too
        if read.time and not read.other:
            times.add(read.time)
            per_gpu += [True] if read.is_per_gpu else []
    if not times:
        return _stated_unit(lines)
    return (times.pop() if len(times) == 1 else ""), bool(per_gpu) and all(per_gpu)


def _stated_unit(lines: dict[str, tuple[Amount, ...]]) -> tuple[str, bool]:
    """Return the unit that a sentence states of all prices, where no amount has one: "Prices are in USD per GPU-hour"."""
    stated = {
        (read.time, read.is_per_gpu)
        for text, amounts in lines.items()
        if not amounts and (hit := _ALL_PER.search(without_granularity(text)) or _BILLED_PER.search(text))
        if (read := rate(hit["unit"])).time and not read.other
    }
    return stated.pop() if len(stated) == 1 else ("", False)


# By the hour alone may be how finely it is billed; by the GPU-hour is what is priced.
_BILLED_PER: Final = re.compile(
    r"\b(?:billed|charged|metered)\b[^.;!?$€£¥]{0,30}?\b(?P<unit>(?:per|by the) GPU[- /](?:per[- ])?h(?:ou)?r\b)",
    re.IGNORECASE,
)
_ALL_PER: Final = re.compile(
    r"(?:\b(?:prices?|pricing|rates?|preise|prix|tarifs?|цены)\b|价格|价目|単価|料金)[^.;。；!?$€£¥]{0,80}?"
    r"(?P<unit>(?:/|\b(?:per|pro|par|je|за|в)\b|每|1)\s?(?:[\w-]+[\s/-]+(?:and |per |/ ?|und |et )?){0,2}?"
    r"(?:(?:gpu|chip|card)[- /]?)?(?:hour|hr\b|stunde|heure|час\b|小时|時間|month|monat\b|mois|месяц|月)(?:あたり)?(?:\s?(?:/|per|pro|par|and|und) ?(?:gpu|card|chip)\b)?)",
    re.IGNORECASE,
)
