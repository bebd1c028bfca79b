"""Finds every amount of money in a text: value, currency as printed, and what keeps it from being a plain price."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, NamedTuple

from scrapers.parsing.text import number

# Signs that name one currency; "$", "¥" and "kr" are shared by several and resolved by the page.
_SIGNS: Final = {
    "US$": "USD", "USD$": "USD", "$USD": "USD", "$ US": "USD", "$ CA": "CAD", "$CA": "CAD", "USD": "USD", "$US": "USD", "U$S": "USD", "A$": "AUD", "AU$": "AUD", "AUD": "AUD", "AUD$": "AUD", "C$": "CAD", "CA$": "CAD",
    "CAD": "CAD", "CAD$": "CAD", "CDN$": "CAD", "S$": "SGD", "SG$": "SGD", "SGD": "SGD", "HK$": "HKD", "HKD": "HKD", "NZ$": "NZD", "NZD": "NZD",
    "NT$": "TWD", "TWD": "TWD", "新台幣": "TWD", "新臺幣": "TWD", "新台币": "TWD", "R$": "BRL", "BRL": "BRL", "MX$": "MXN", "MXN": "MXN", "€": "EUR", "EUR": "EUR",
    "EURO": "EUR", "EUROS": "EUR", "£": "GBP", "GBP": "GBP", "₹": "INR", "RS": "INR", "RS.": "INR", "INR": "INR", "¥": "¥", "￥": "¥",
    "RMB": "CNY", "CNY": "CNY", "人民币": "CNY", "元": "CNY", "JPY": "JPY", "円": "JPY", "₩": "KRW", "KRW": "KRW", "원": "KRW",
    "美元": "USD", "美金": "USD", "米ドル": "USD", "달러": "$", "ドル": "$", "欧元": "EUR", "歐元": "EUR", "ユーロ": "EUR", "유로": "EUR", "英镑": "GBP", "英鎊": "GBP",
    "日元": "JPY", "港元": "HKD", "港币": "HKD", "港幣": "HKD", "台币": "TWD", "台幣": "TWD", "卢布": "RUB", "韩元": "KRW",
    "₽": "RUB", "RUB": "RUB", "РУБ": "RUB", "РУБ.": "RUB", "РУБЛЕЙ": "RUB", "РУБЛЯ": "RUB", "РУБЛЬ": "RUB", "РУБЛЯХ": "RUB", "Р.": "RUB",
    "CHF": "CHF", "ZŁ": "PLN", "PLN": "PLN", "KČ": "CZK", "CZK": "CZK", "₺": "TRY", "TRY": "TRY", "₴": "UAH", "UAH": "UAH",
    "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "KR": "kr", "AED": "AED", "SAR": "SAR", "₪": "ILS", "ILS": "ILS",
    "฿": "THB", "THB": "THB", "₫": "VND", "VND": "VND", "VNĐ": "VND", "Đ": "VND", "₱": "PHP", "PHP": "PHP", "RM": "MYR", "MYR": "MYR",
    "RP": "IDR", "IDR": "IDR", "ZAR": "ZAR", "$": "$", "DOLLARS": "$", "DOLLAR": "$",
    "¢": "$", "CENT": "", "CENTS": "", "CT": "", "CTS": "", "PENCE": "GBP", "КОП": "RUB", "КОП.": "RUB",
}  # fmt: skip
_HUNDREDTHS: Final = frozenset({"¢", "CENT", "CENTS", "CT", "CTS", "PENCE", "КОП", "КОП."})
_IN_HUNDREDTHS: Final = re.compile(r"(?<![^\W\d_])(?:¢|cents?|cts?|pence|коп\w*)(?![^\W\d_])", re.IGNORECASE)
SHARED: Final = frozenset({"$", "¥", "kr", "R"})
CODES: Final = frozenset(code for code in _SIGNS.values() if len(code) == 3)
# In words of Chinese, Japanese and Korean: letters may follow them, the longest first ("美元" is no "元").
_IN_WORDS: Final = sorted((sign for sign in _SIGNS if "぀" <= sign[0] <= "힣"), key=len, reverse=True)
_ONLY_AFTER: Final = {
    *(sign for sign in _IN_WORDS if sign[0] not in "新人"),  # "新台幣 30"
    "РУБ",
    "РУБ.",
    "РУБЛЕЙ",
    "РУБЛЯ",
    "РУБЛЬ",
    "РУБЛЯХ",
    "Р.",
    "ZŁ",
    "KČ",
    "EURO",
    "EUROS",
    "DOLLARS",
    "DOLLAR",
    "VNĐ",
    "Đ",
    *_HUNDREDTHS,
}
_ONLY_BEFORE: Final = {
    "RS",
    "RS.",
    "RM",
    "RP",
    "A$",
    "AU$",
    "AUD$",
    "C$",
    "CAD$",
    "CDN$",
    "S$",
    "SG$",
    "HK$",
    "NZ$",
    "NT$",
    "R$",
    "MX$",
    "人民币",
}


def _any_of(signs: list[str]) -> str:
    firsts = re.escape("".join(sorted({sign[0] for sign in signs})))  # they rule out most places at once
    return rf"(?=[{firsts}])(?:{'|'.join(re.escape(sign) for sign in sorted(signs, key=len, reverse=True))})"


_BEFORE = _any_of([sign for sign in _SIGNS if sign not in _ONLY_AFTER])
_AFTER = _any_of([sign for sign in _SIGNS if sign not in _ONLY_BEFORE])
_LETTER = "[A-Za-zÀ-ɏА-я]"  # Chinese and Japanese put no space before a number
_SPACES = "\u00a0\u202f\u2009"
# Ordinary spaces group thousands only where the sign stands behind: "1 234,50 €".
_TIGHT = rf"\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?:\.\d+)?(?!\d)|\d{{1,3}}(?: \d{{3}})+[.,]\d{{2}}(?!\d)|\d{{1,3}}(?:[,.'’{_SPACES}]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d+(?:\s?[.,]\d+)?|[.,]\d+"
_LOOSE = rf"\d{{1,2}}(?:,\d{{2}})+,\d{{3}}(?:\.\d+)?(?!\d)|\d{{1,3}}(?:[,.'’ {_SPACES}]\d{{3}})+(?:[.,]\d+)?(?!\d)|\d+(?:[.,]\d+)?|[.,]\d+"
_MONEY = re.compile(
    rf"(?<!{_LETTER})(?P<before>{_BEFORE})\s{{0,2}}(?P<a>{_TIGHT})(?:\s?(?P<code>USD|CAD|AUD|NZD|SGD|HKD|EUR|GBP|TWD|MXN|BRL|INR|CNY|JPY)(?![^\W\d_]))?"
    rf"|(?=[\d.,])(?<!{_LETTER})(?<![\d_.,])(?P<b>{_LOOSE})(?:[.,][–—-]{{1,2}})?\s{{0,2}}(?P<after>{_AFTER})(?![^\W\d_]|\d)"
    rf"|(?=[\d.,])(?<!{_LETTER})(?<![\d_.,])(?P<c>{_LOOSE})\s{{0,2}}(?P<cjk>(?:万|萬)元|万円|만원|{'|'.join(_IN_WORDS)})",
    re.IGNORECASE,
)
# A bare number is an amount only where a unit stands right behind it: "3.24/h", "0.95 per hour".
_RATE = re.compile(
    r"(?<![\w.,/:-])(?P<n>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:[.,]\d+)?|[.]\d+)\s*(?=(?:/|\bper\b)\s*(?:gpu\b|h\b|hr\b|hour|mo\b|month|小时|時間|час))",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"^\s*[~≈]?\s*(?P<n>\d{1,3}(?:[, ]\d{3})+(?:[.,]\d{1,2})?|\d{1,3}(?:\.\d{3})+,\d{1,2}|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:['’]\d{3})+(?:\.\d{1,2})?|\d+(?:[.,]\d+)?|[.]\d+)(?:[.,][-–—]{1,2})?\s*\*{0,2}\s*$"
)
_WITHOUT_CENTS: Final = frozenset({"VND", "IDR"})
_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
_ROUND: Final = re.compile(r",[-–—]")
_LINK = re.compile(r"^\s*(?:[-–—~〜～]|to|bis|à|до)\s*$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_MOST_DIGITS = 20


class Amount(NamedTuple):
    """An amount as printed. `currency` is an ISO code, a shared sign ("$", "¥", "kr"), or "" where none is printed."""

    value: Decimal
    currency: str
    start: int
    end: int
    fault: str = ""  # why it is no plain price; empty: it may be one


# The rand's sign is a letter that names many things: it is one where cents or a unit of time follow, "R18.50", "R450/month".
_RAND = re.compile(
    rf"(?<![\w$.-])R\s?(?P<n>\d{{1,3}}(?:[ {_SPACES}]\d{{3}})+[.,]\d{{2}}|\d{{1,3}}(?:,\d{{3}})+(?:\.\d{{2}})?|\d{{1,6}}[.,]\d{{2}}"
    rf"|\d{{1,3}}(?:[ {_SPACES}]?\d{{3}})*(?=\s?(?:/\s?|per |p/?)(?:h|hr|hour|gpu|m|mo|month|pm)\b))(?![\d%]|[.,]\d)"
)


def find_amounts(text: str, decimal_comma: bool = False) -> tuple[Amount, ...]:
    """Return the amounts with a currency in a text, in order."""
    return _amounts_in(text, decimal_comma)


@lru_cache(maxsize=65_536)  # a cell is asked for its amounts by each step of the reading
def _amounts_in(text: str, decimal_comma: bool) -> tuple[Amount, ...]:
    if plain := _PLAIN.fullmatch(text):  # a cell of a price list, nearly always
        return (Amount(Decimal(plain["n"]) or Decimal(0), _SIGNS[plain["sign"]], 0, len(text)),)
    if not _DIGIT.search(text) or text.isdecimal():
        return ()
    amounts = []
    for hit in _MONEY.finditer(text):
        sign = hit["before"] or hit["after"] or hit["cjk"]
        digits = hit["a"] or hit["b"] or hit["c"]
        currency = _SIGNS.get(sign.upper(), _SIGNS.get(sign, ""))
        if hit["code"] and currency in SHARED:
            currency = hit["code"].upper()
        if _ROUND.match(text, hit.end("a") if hit["a"] else hit.end("b")) and _THOUSANDS.fullmatch(digits):
            digits = digits.replace(".", "")  # "1.299,-"
        value = _value(digits, decimal_comma)
        if currency in _WITHOUT_CENTS and _THOUSANDS.fullmatch(digits):
            value = Decimal(digits.replace(".", ""))  # "25.500 đ" are many thousand
        if value is not None and sign.upper() in _HUNDREDTHS:
            value /= 100
        if value is not None and len(sign) > 1 and sign[0] in "万萬만":
            value, currency = value * 10_000, _SIGNS[sign[1]]  # "3.8万元"
        fault = "an amount that cannot be read" if value is None else _fault(text, hit.start(), hit.end())
        amounts.append(Amount(value or Decimal(0), currency, hit.start(), hit.end(), fault))
    for hit in _RAND.finditer(text) if "R" in text else ():
        value = _value(hit["n"].replace(" ", ""), decimal_comma)
        if value is not None and all(a.end <= hit.start() or hit.end() <= a.start for a in amounts):
            amounts.append(Amount(value, "R", hit.start(), hit.end(), _fault(text, hit.start(), hit.end())))
    return tuple(_ranges(text, sorted(amounts, key=lambda a: a.start))) if amounts else ()


_PLAIN: Final = re.compile(r"(?P<sign>[$€£₹])(?P<n>[0-9]{1,6}(?:\.[0-9]{1,2})?)")


@lru_cache(maxsize=65_536)
def find_rates(text: str, decimal_comma: bool = False) -> tuple[Amount, ...]:
    """Return the numbers without a currency that a unit of a price follows directly: "3.24/h"."""
    if "/" not in text and "per" not in text.lower():
        return ()
    values = ((hit, _value(hit["n"], decimal_comma)) for hit in _RATE.finditer(text))
    return tuple(Amount(value, "", hit.start(), hit.end("n")) for hit, value in values if value is not None)


@lru_cache(maxsize=16_384)
def bare_amount(text: str, decimal_comma: bool = False) -> Amount | None:
    """Return the number that is the whole text, for a cell below a price's title; None where it is no number."""
    hit = _BARE.match(text)
    value = _value(hit["n"], decimal_comma) if hit else None
    return Amount(value, "", hit.start("n"), hit.end("n")) if hit and value is not None else None


@lru_cache(maxsize=16_384)
def is_in_hundredths(title: str) -> bool:
    """Return whether a title says that the numbers below are cents: "ct/Minute", "¢ per second"."""
    return _IN_HUNDREDTHS.search(title) is not None


@lru_cache(maxsize=16_384)
def stated_currency(text: str) -> str:
    """Return the one currency that a title or sentence names ("Price USD", "元/小时"), or ""."""
    named = {
        _SIGNS[hit[0].upper()]
        for hit in re.finditer(
            rf"(?<![^\W\d_])(?:{_AFTER}|{_BEFORE})(?![^\W\d_])|{'|'.join(_IN_WORDS)}", text, re.IGNORECASE
        )
        if hit[0].upper() in _SIGNS and hit[0].upper() not in ("RS", "RM", "KR", "R$")
    } - {""}
    precise = named - SHARED
    return precise.pop() if len(precise) == 1 else named.pop() if len(named) == 1 else ""


def alike_in_other_currencies(text: str, amounts: list[Amount]) -> set[int]:
    """Return which amounts only repeat the one before them in another currency: "$2.60 €2.40 £2.05 per hour"."""
    return {
        i
        for i, (left, right) in enumerate(itertools.pairwise(amounts), start=1)
        if left.currency and right.currency and left.currency != right.currency
        and re.fullmatch(r"(?:\s*(?:/|\bper\b)\s*[\w-]{1,8}){0,2}[\s/|·•(（≈~]*(?:approx\.?|ca\.?|约|約)?\s*", text[left.end : right.start])
    }  # fmt: skip


def repeated_about(text: str, amounts: list[Amount]) -> set[int]:
    """Return which amounts only say again, for another time, what the one before them says: "¥1.2/小时 ≈ ¥20/天"."""
    return {
        i
        for i, (left, right) in enumerate(itertools.pairwise(amounts), start=1)
        if left.currency == right.currency and _ABOUT.fullmatch(text[left.end : right.start])
    }


_ABOUT: Final = re.compile(r"\s*(?:/|\bper\b|每)\s*\w{1,8}\s*[≈≃]\s*(?:约|約|ca\.)?\s*")


def uses_decimal_comma(texts: list[str]) -> bool:
    """Return whether a page's amounts are printed as "1.234,50": a comma before one or two last digits, no dot so."""
    commas = dots = 0
    for text, times in Counter(texts).items():
        for a in find_amounts(text):
            shown = text[a.start : a.end]
            commas += times * bool(_AFTER_COMMA.search(shown))
            dots += times * bool(_AFTER_DOT.search(shown))
    return commas > dots


_AFTER_COMMA: Final = re.compile(r",\d{1,2}\D*$")
_AFTER_DOT: Final = re.compile(r"\.\d{1,2}\D*$")


_PLAIN_NUMBER: Final = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")


def _value(digits: str, decimal_comma: bool) -> Decimal | None:
    if _PLAIN_NUMBER.fullmatch(digits):
        return Decimal(digits)
    tidy = digits.strip().replace("’", "'").replace("\u2009", "\u202f")
    if sum(c.isdigit() for c in tidy) > _MOST_DIGITS:
        return None
    if re.fullmatch(r"\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d+)?", tidy):  # lakhs and crores
        tidy = tidy.replace(",", "")
    if tidy[:1] in ".,":
        tidy = f"0{tidy}"
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}" if not decimal_comma else r"\d{1,3}(?:\.\d{3})+", tidy):
        tidy = tidy.replace(".", "")
    elif decimal_comma and re.fullmatch(r"\d+,\d{3}", tidy):
        tidy = tidy.replace(",", ".")
    try:
        return number(tidy)
    except (ValueError, InvalidOperation):
        return None


def _fault(text: str, start: int, end: int) -> str:
    before, after = text[max(0, start - 3) : start], text[end : end + 3]
    if re.search(r"(?:^|[\s(])[-−]$", before) and not re.search(r"\d\s*[-−]\s?$", text[:start]):
        return "a negative amount"
    if re.match(r"\s?(?:(?:[kKmMbB]|bn|тыс)(?![^\W\d_])|[万萬億亿])", after):
        return "an abbreviated amount"
    if re.match(r"[·.,]\d|\d|%", after) or re.match(r"\s?[.,·]\s?\d", after):
        return "an amount that cannot be read"
    return ""


def _ranges(text: str, amounts: list[Amount]) -> list[Amount]:
    """Mark the two ends of a range: neither is the price."""
    ends = {
        i for i, (left, right) in enumerate(itertools.pairwise(amounts)) if _LINK.match(text[left.end : right.start])
    }
    marked = ends | {i + 1 for i in ends}
    result = [
        Amount(a.value, a.currency, a.start, a.end, a.fault or "one end of a range") if i in marked else a
        for i, a in enumerate(amounts)
    ]
    # "1.50 - 2.00 $" and "$1.50-2.00": the other end has no sign of its own.
    return [
        Amount(a.value, a.currency, a.start, a.end, a.fault or "one end of a range")
        if _LEADS_ON.match(text, a.end)
        or _is_below(text, a)
        or (_DASH.search(text, a.start - 3, a.start) and _LED.search(text[: a.start]))
        else a
        for a in result
    ]


def _is_below(text: str, low: Amount) -> bool:
    """Return whether a dash joins an amount to a higher whole number that counts nothing else: "$2-3", "¥800-1200"."""
    high = _WHOLE_BEHIND.match(text, low.end)
    return high is not None and Decimal(high["n"]) > low.value


_WHOLE_BEHIND: Final = re.compile(
    r"[-–—~～](?P<n>\d{1,9})(?![\d.,]|(?!元|円|원|美元|USD|EUR)[^\W\d_]|[-–—×%]"
    r"|\s?(?:x\b|gpus?|cards?|nodes?|months?|mos?\b|years?|yrs?\b|weeks?|days?|hours?|hrs?\b|g[i]?b|t[i]?b|v?cpus?|cores?|users?|seats?|mins?\b|monate?|jahre?|mois|ans?\b|месяц|卡|张|个月|月|年|台))",
    re.IGNORECASE,
)
_DASH: Final = re.compile(r"[-–—~]")
_LEADS_ON: Final = re.compile(r"\s?[-–—~]\s?\d+[.,]\d|\s?[-–—~]\s?\d+\s*(?:/|per\b)")
_LED: Final = re.compile(r"(?<![\w.,])(?:\d+[.,]\d+\s?[-–—~]\s?|\d{1,3}[-–—~])$")  # not "L4 – $0.45"
