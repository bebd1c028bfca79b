"""Reads what stands around an amount: unit of time, per GPU or not, pricing model, term, and bounds."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Final

from scrapers.model import PricingModel
from scrapers.reading import words
from scrapers.reading.amounts import Amount, find_amounts

_CODES: Final = {"HUR": "hour", "MON": "month", "DAY": "day", "ANN": "year", "WEE": "week", "SEC": "second"}
_EFFECTIVE: Final = re.compile(
    r"(?:effective|valid|starting|as of|gültig ab|à partir du)\s+(?:from\s+|as of\s+|on\s+)?(?P<day>[A-Z][a-z]+ \d{1,2},? \d{4}|\d{1,2} [A-Z][a-z]+ \d{4}|\d{4}-\d{2}-\d{2})",
    re.IGNORECASE,
)
_ALWAYS: Final = re.compile(r"24\s*/\s*7|24\s*hours?\s*a\s*day|\b24h\b", re.IGNORECASE)
_OFTEN: Final = re.compile(
    r"\b(?:once|twice|times) (?:an?|per|every|each) \w+", re.IGNORECASE
)  # how often, not for what
# Short forms whose full stop ends nothing, and what a price says of tax.
_SHORT: Final = re.compile(
    r"\b(?:max|ca|approx|est|min)\.|(?<=\bmtl)\.|\(?\b(?:zzgl|inkl|exkl|excl|incl|ex|ohne|plus|hors|excluding|including)\.?\s*(?:\d+\s?%\s*)?(?:MwSt|USt|VAT|taxes|tax|GST|TVA|НДС)\b\.?\)?|\bHT\b",
    re.IGNORECASE,
)
# "per GPU and hour".
_AND_TIME: Final = re.compile(
    r"\s+(?:and|und|et|и)\s+(?=(?:hour|minute|second|day|week|month|year|stunde|monat|tag\b|jahr|heure|mois|jour|час|месяц|день))",
    re.IGNORECASE,
)
_LONG_AGO: Final = 60  # characters: what stands further from an amount is about something else


@dataclass(frozen=True, slots=True)
class Rate:
    """What an amount buys: a time ("hour"; "" where none is stated), of a GPU or of something else."""

    time: str = ""
    is_per_gpu: bool = False
    other: str = ""  # "GB", "token": the amount is of that
    is_per_machine: bool = False


@lru_cache(maxsize=32_768)  # titles and headings are asked for every amount below them
def rate(text: str) -> Rate:
    """Return the unit that a text states."""
    plain = _AND_TIME.sub("/", _OFTEN.sub(" ", _ALWAYS.sub(" ", _in_digits(text))).replace("包年包月", " "))
    if (yearly := words.YEARLY.search(plain)) and any(
        p.search(plain.replace(yearly[0], " ")) for p in words.TIME.values()
    ):
        plain = plain.replace(yearly[0], " ")  # "年間契約時の月額": the price of a month
    is_per_gpu = words.PER_GPU.search(plain) is not None
    is_per_machine = words.PER_MACHINE.search(_IN_A_MACHINE.sub(" ", plain)) is not None
    other = words.PER_OTHER.search(plain)
    if other and is_per_gpu and re.match(r"gi?b|go", other["thing"], re.IGNORECASE) and "ram" in plain.lower():
        other = None
    bare = words.DURATION.sub(
        lambda hit: " " if _is_long(hit) and not re.search(r"(?:/|\bper)\s*$", plain[: hit.start()]) else hit[0], plain
    )
    if re.search(r"(?:\bper|\bpro|\bpar|/|每)\s*3[01][\s-]*(?:days?|tage|jours|天|日)", plain, re.IGNORECASE):
        return Rate("month", is_per_gpu, other["thing"] if other else "", is_per_machine)
    code = re.search(r"\b(HUR|MON|DAY|ANN|WEE|SEC)\b", bare)  # UN/CEFACT codes, as linked data uses them
    if code:
        return Rate(_CODES[code[1]], is_per_gpu, other["thing"] if other else "", is_per_machine)
    if (priced := _SIGN_AND_TIME.search(bare)) and (own := _first_time(priced["time"])):
        return Rate(own, is_per_gpu, other["thing"] if other else "", is_per_machine)  # "paid by the week, €/h"
    return Rate(_first_time(bare), is_per_gpu, other["thing"] if other else "", is_per_machine)


# "8x per node", "8 GPUs per server": how many there are, not what a price buys.
_IN_A_MACHINE: Final = re.compile(
    r"(?<![\d.,])\d{1,3}\s?(?:[x×]|[x×]?\s?(?:\w+\s)?(?:gpus?|cards?|accelerators?))\s+(?:per|/)\s*(?:node|server|machine|instance|vm|system|host)\b",
    re.IGNORECASE,
)


def _first_time(text: str) -> str:
    hit = _ANY_TIME.search(text)
    return hit.lastgroup or "" if hit else ""


_ANY_TIME: Final = re.compile(
    "|".join(f"(?P<{unit}>{pattern.pattern})" for unit, pattern in sorted(words.TIME.items())), re.IGNORECASE
)


_SIGN_AND_TIME: Final = re.compile(
    r"(?:[$€£₽¥₹₩元円]|\b(?:руб|USD|EUR|GBP|CHF|CNY|RMB|JPY|INR|RUB))\.?\s?(?P<time>/\s?\w+)", re.IGNORECASE
)


@lru_cache(maxsize=16_384)
def rate_of_prose(text: str) -> Rate:
    """Return the unit that a sentence states: "this year" and "over three years" state none."""
    if len(text) <= _LONGEST_TITLE:
        return rate(text)
    stated = " ; ".join(hit[0] for hit in _STATED.finditer(text))
    return rate(stated)


@lru_cache(maxsize=16_384)
def without_granularity(text: str) -> str:
    """Return a text without what it says of how finely use is billed, "per-second billing": no price is of that."""
    return _GRANULARITY.sub(" ", text)


_GRANULARITY: Final = re.compile(
    r"\bper[- ](?:second|minute)[- ](?:billing|granularity|metering)\b"
    r"|\b(?:bill|charge|meter|prorate)\w*\b[^.;:$€£]{0,30}?\b(?:by the|per|to the|in|every|each)\s(?:(?:nearest|full|\d+)[- ])?(?:seconds?|minutes?)\b"
    r"|\b(?:sekunden|minuten)genau\w*(?: abrechnung| abgerechnet)?|\bfactur\w+ à la (?:seconde|minute)\b|\b(?:посекундн|поминутн)\w*"
    r"|按秒计费|按分钟计费|秒级计费|按秒計費|秒(?:単位の)?課金|分(?:単位の)?課金",
    re.IGNORECASE,
)
_LONGEST_TITLE: Final = 45  # characters
_STATED: Final = re.compile(
    r"(?:/|\b(?:per|pro|par|je)\b|每)\s?(?:[\w-]+[\s/-]+(?:and |per |/ ?)?){0,2}(?:hour|hr|minute|second|day|week|month|year|stunde|monat|heure|mois|час|месяц|小时|時間|月|GPU)\w*"
    r"|\b(?:an|a|by the|for one|for an|every|each|за|в)\s(?:hour|minute|second|day|week|month|year|час|месяц)\b"
    r"|\b(?:hourly|monthly|yearly|daily|weekly|gpu-hours?|node-hours?|gpu hours?)\b",
    re.IGNORECASE,
)


def after_amount(text: str) -> str:
    """Return the words that belong to the amount before them: up to the next sentence, bracket or thought."""
    return _after_amount(text[:_WIDE])


_WIDE: Final = 5 * _LONG_AGO  # with all that is left out of the words; a line may hold thousands of amounts


@lru_cache(maxsize=16_384)
def _after_amount(text: str) -> str:
    text = _AND_TIME.sub("/", _SHORT.sub(" ", text))
    end = re.search(
        r"[.;!?|•](?:\s|$)|\s[-–—]\s|\s(?:or|ou|oder|или|and|plus|with|billed)\b|或|、|，|\s(?=[A-Z][\w-]*(?:\s[\w-]+){0,4}\s*:\s)",
        text,
    )
    return text[: end.start() if end else None][:_LONG_AGO]


def before_amount(text: str) -> str:
    """Return the words that lead to the amount behind them."""
    return _before_amount(text[-_WIDE:])


@lru_cache(maxsize=16_384)
def _before_amount(text: str) -> str:
    cut = max((hit.end() for hit in re.finditer(r"[.;!?|•](?:\s|$)|\s(?:or|ou|oder|или|and)\s", text)), default=0)
    return text[max(cut, len(text) - _LONG_AGO) :]


@lru_cache(maxsize=32_768)
def pricing_model(text: str) -> PricingModel | None:
    """Return the pricing model that a text names; None where it names none."""
    if words.NO_COMMITMENT.search(text):
        return "on_demand"
    if words.SPOT.search(text):
        return "spot"
    if words.ON_DEMAND.search(text):
        return "on_demand"
    if re.search(r"\bdynamic (?:price|pricing|rate)|^dynamic$", text.strip(), re.IGNORECASE):
        return "dynamic"
    if words.RESERVED.search(text) or _commits(text):
        return "reserved"
    return None


_SPELLED: Final = {
    "one": "1",
    "two": "2",
    "three": "3",
    "six": "6",
    "twelve": "12",
    "ein": "1",
    "eine": "1",
    "un": "1",
    "deux": "2",
    "trois": "3",
}
_SPELLED_TERM: Final = re.compile(
    rf"\b(?:{'|'.join(_SPELLED)})(?=[- ](?:months?|years?|monat\w*|jahr\w*|mois|ans?)(?:[- ](?:min\w*|commit\w*|term|contract|plan|reserv\w*|prepa\w*|laufzeit|vertrag|engagement|d'engagement)))",
    re.IGNORECASE,
)


def _in_digits(text: str) -> str:
    """Return a text with the spelled number of a commitment's months or years in digits: "one-month minimum"."""
    return _SPELLED_TERM.sub(lambda hit: _SPELLED[hit[0].lower()], text)


@lru_cache(maxsize=16_384)
def _commits(text: str) -> bool:
    """Return whether a text names a duration of weeks or more, as a commitment's title does."""
    text = _in_digits(text)
    hits = [hit for hit in words.DURATION.finditer(text) if _is_long(hit)]
    return not is_choice_of_terms(text) and any(
        _months_of(hit) is not None or hit["to"] or hit["plus"] or hit["after"] for hit in hits
    )


@lru_cache(maxsize=16_384)
def is_choice_of_terms(text: str) -> bool:
    """Return whether a text lists terms to choose from, "1mo 3mo 12mo 24mo": which one holds, it does not say."""
    left = words.DURATION.sub("", text)
    n_hits = sum(1 for _ in words.DURATION.finditer(text))
    return n_hits >= _MOST_TERMS and len(re.findall(r"[^\W\d_]{2,}", left)) < n_hits


_MOST_TERMS: Final = 3


def _is_long(hit: re.Match[str]) -> bool:
    return not re.match(r"h|時|小时", hit["unit"], re.IGNORECASE)


@lru_cache(maxsize=16_384)
def names_long(text: str) -> bool:
    """Return whether a text names a duration of days or more: hours commit to nothing."""
    return any(map(_is_long, words.DURATION.finditer(text)))


@lru_cache(maxsize=16_384)
def term_months(text: str) -> int | None:
    """Return the months of the one commitment that a text names; None for none, spans and days."""
    text = _in_digits(text)
    hits = [hit for hit in words.DURATION.finditer(text) if _is_long(hit)]
    if not hits and (prepaid := _PREPAID.search(text)):
        return {"м": 1, "г": 12}.get(prepaid["cycle"][0].lower())
    if not hits and "包月" in text:
        return 1  # "包年包月": by the month at least
    if not hits and words.YEARLY.search(text):
        return 12
    if len(hits) != 1 or hits[0]["to"] or hits[0]["plus"] or hits[0]["after"]:
        return None
    return _months_of(hits[0])


_PREPAID: Final = re.compile(r"при (?:пред)?оплате за (?P<cycle>недел\w*|месяц\w*|год\w*)", re.IGNORECASE)
_CYCLES: Final = (
    (3, r"quarterly|quartalsweise|vierteljährlich|trimestriel\w*|trimestral\w*|季付|季度|квартал\w*"),
    (6, r"semi-?annual(?:ly)?|half-?yearly|bi-?annual(?:ly)?|halbjährlich|semestriel\w*|semestral\w*|半年付?"),
    (12, r"annual(?:ly)?|yearly|jährlich|annuel\w*|anual\w*|年付"),
    (24, r"biennial(?:ly)?|two-yearly"),
    (36, r"triennial(?:ly)?|three-yearly"),
)


def cycle_months(text: str) -> int | None:
    """Return the months of a billing cycle that is all a text says, "Quarterly"; None for a month's or none."""
    return _cycle_months(text) if len(text) <= _WIDE else None


@lru_cache(maxsize=16_384)
def _cycle_months(text: str) -> int | None:
    plain = _PAID.sub(" ", text).strip(" :()")
    if not _CYCLE.fullmatch(plain):
        return None
    return next((n for n, names in _CYCLES if re.fullmatch(names, plain, re.IGNORECASE)), None)


_PAID: Final = re.compile(r"\b(?:billed|paid|billing|payment|prepaid|plan)\b", re.IGNORECASE)
_CYCLE: Final = re.compile("|".join(names for _, names in _CYCLES), re.IGNORECASE)


def _months_of(hit: re.Match[str]) -> int | None:
    unit = hit["unit"].lower()
    n = int(hit["n"])
    if re.match(r"m(?!in)|ay$|mois|мес|个月|個月|ヶ月|か月|カ月|개월", unit):
        return n
    if re.match(r"y|j|an|añ|år|rok|lat|let|год|лет|年|년", unit) and not unit.startswith("jour"):
        return n * 12 if n <= 10 else None
    return None


@lru_cache(maxsize=16_384)
def band(text: str) -> str:
    """Return the span of a commitment that is no number of months ("7-30 days", "2 weeks – 1 year"), for its name."""
    hits = [h for h in words.DURATION.finditer(text) if _is_long(h)]
    if not hits and (prepaid := _PREPAID.search(text)) and term_months(text) is None:
        return prepaid["cycle"].lower()
    if not hits or (len(hits) == 1 and term_months(text) is not None):
        return ""
    return re.sub(r"\s+", " ", text[hits[0].start() : hits[-1].end()]).strip().lower()[:60]


@lru_cache(maxsize=16_384)
def effective_from(text: str) -> date | None:
    """Return the day from which a price is announced, or None."""
    hit = _EFFECTIVE.search(text)
    if hit is None:
        return None
    for form in ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(hit["day"].replace(",", ""), form).replace(tzinfo=UTC).date()
        except ValueError:
            continue
    return None


def is_floor(before: str, after: str) -> bool:
    """Return whether the words around an amount make it a lower bound ("from", "starting at", "起")."""
    return bool(words.BOUND_BEFORE.search(before[-_NEAR:]) or words.BOUND_AFTER.match(after))


@lru_cache(maxsize=16_384)
def says_floor(title: str) -> bool:
    """Return whether a column's title makes its amounts lower bounds."""
    return bool(
        re.search(r"\b(?:lowest|starting|starts|from|as low as|ab|à partir|от)\b|低至|起", title, re.IGNORECASE)
    ) and not re.search(r"effective", title, re.IGNORECASE)


_TAXES: Final = r"(?:MwSt|USt|VAT|sales tax|tax(?:es)?|GST|TVA|НДС|IVA|DPH|BTW|moms|mva|KDV|PPN)\b"
_TAX: Final = re.compile(
    rf"(?P<net>(?:\b(?:excl?(?:uding|usive of)?|e[xk][ks]+l|zzgl|plus|before|without|ohne|hors|sin|sem|senza|bez|utan|uten|s(?=/))|\+)[./]?\s*(?:of\s*)?(?:\d+\s?%\s*)?(?:the |applicable )?{_TAXES})"
    rf"|(?P<gross>\b(?:incl?(?:uding|usive of)?|inkl|with|mit|avec|dont|con|com|včetně|vč|med|c(?=/)|s(?= DPH)|z(?= VAT))[./]?\s*(?:of\s*)?(?:\d+\s?%\s*)?{_TAXES})"
    rf"|(?P<net2>\b(?:netto|net|HT)\b|{_TAXES} (?:no incluido|non incluso|esclusa|excluido|hariç)|без НДС|税抜|税別|不含税|未税|(?:부가세|VAT) ?별도)"
    rf"|(?P<gross2>\b(?:brutto|gross|TTC)\b|{_TAXES} (?:incluido|incluída|inclusa|dahil)|с НДС|税込|含税|(?:부가세|VAT) ?포함)",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def _places(text: str) -> tuple[list[int], list[int]]:
    """Return where the amounts of a text begin and end: a cell may hold thousands."""
    amounts = find_amounts(text)
    return [a.start for a in amounts], [a.end for a in amounts]


def tax_of(text: str, amount: Amount, title: str) -> str:
    """Return "net" or "gross" where the words beside an amount, else its title, say whether it is with tax."""
    starts, ends = _places(text)
    before = bisect_right(ends, amount.start)
    start = ends[before - 1] if before else 0
    if starts and _TAX.search(text[: starts[0]]) is not None:
        hits = list(_TAX.finditer(text[start : amount.start]))
        hit = hits[-1] if hits else None
    else:
        behind = bisect_left(starts, amount.end)
        end = starts[behind] if behind < len(starts) else len(text)
        hit = _TAX.search(
            re.sub(r"[(（][^)）]*$", "", text[amount.end : end]) if end < len(text) else text[amount.end :]
        )
        opened = re.search(r"[(（]([^()（）]*)$", text[start : amount.start])  # "396 円 (税抜 360円)"
        hit = (_TAX.search(opened[1]) if opened else None) or hit
    hit = hit or _TAX.search(title)
    return "" if hit is None else "net" if hit["net"] or hit["net2"] else "gross"


OTHER_SUM: Final = "a discount, a credit, a former price or another sum"
# "€999 / month, no setup fee"; "€1,149 / month  Setup fee: €149", where the fee is the next amount.
_NONE_OF_IT: Final = re.compile(r"\b(?:no|without|zero|ohne|keine|sans|без)\b", re.IGNORECASE)
_LEADS_ON: Final = re.compile(r"(?:[\s-]*[^\W\d_]+){0,2}\s*[:：]\s*\D{0,4}\d")
_CALCULATED: Final = re.compile(r"(?:\d\s*[×*]|=)\s*$")


def not_a_price(before: str, after: str) -> str:
    """Return why words around an amount make it no price, or ""."""
    return _not_a_price(before[-_NEAR:], after[: 2 * _NEAR])


_NEAR: Final = 60  # characters: no words further away matter


@lru_cache(maxsize=16_384)
def _not_a_price(before: str, after: str) -> str:
    behind = words.NO_PRICE_AFTER.match(after)
    if words.NO_PRICE_BEFORE.search(before) or (
        behind and not _NONE_OF_IT.search(behind[0]) and not _LEADS_ON.match(after, behind.end())
    ):
        return OTHER_SUM
    if _CALCULATED.search(before) or re.match(r"^\s*(?:[×*]\s*\d|=\s*[\d$€£¥])", after):
        return "part of a calculation"
    if words.CEILING_BEFORE.search(before) or words.CEILING_AFTER.match(after):
        return "an upper bound"
    return ""
