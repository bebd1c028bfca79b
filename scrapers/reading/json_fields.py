"""Reads the scalars of data as fields: the words of their keys, which of them are prices, and in which unit of money."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import find_amounts
from scrapers.reading.records import Field

_MOST_LEVELS: Final = 8  # of an object that is read as one thing
MOST_FIELDS: Final = 120
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-.\s]+")
_PRICED: Final = re.compile(
    r"\b(?=\w)(?:prices?|pricing|costs?|rates?|amount|fees?|hourly|monthly|usd|eur|inr|on ?demand|spot|preemptible|interruptible|reserved|dph|bid|per hour|per month|per gpu|charge|value)\b",
    re.IGNORECASE,
)
NOT_PRICED: Final = re.compile(
    r"\b(?=\w)(?:storage|disk|volume|ssd|nvme|bandwidth|egress|ingress|inet|internet|network|transfer|vcpus?|cpus?|ram|memory|mem|token|tokens|count|quantity|id|ids|min count|max count|step|limit|quota|discount|percent(?:age)?|pct"
    r"|tax|vat|setup|one time|onetime|labor|deposit|balance|credits?|score|reliability|interval|threshold|sort|flag|version|year to date|previous|old|original|was|strike|updated|created|at|timestamp|license|licence|support|ip|snapshot|backup|image|windows|clock|payout|earnings?|pending|commission|wholesale|provider cost|error|success|frame|refresh|utilization|change"
    r"|vram(?! (?:price|cost|rate))|ipv4|ipv6|vol|free devices|(?:conversion|exchange) rate|in (?:gb|gib)|gpus? amount)\b",
    re.IGNORECASE,
)
_PER_TIME: Final = re.compile(r"(?:.*\b(?:gpus?|per) )?(?:hour|minute|month)", re.IGNORECASE)
_STATES_PRICE: Final = re.compile(r"\b(?:price|cost|rate)s?\b", re.IGNORECASE)


@lru_cache(maxsize=16_384)  # objects of a list have the same keys
def key_words(key: str) -> str:
    """Return a key as words: "pricePerHour" and "price_per_hour" read "price per hour"."""
    if _COMMITS.search(key := str(key)):  # "reserved1Y", "commit3M"
        key = _SHORT_TERM.sub(lambda hit: f" {hit['n']} {'years' if hit['unit'] == 'Y' else 'months'} ", key)
    return " ".join(part for part in _CAMEL.split(key) if part)


_COMMITS: Final = re.compile(r"reserv|commit|contract|term|savings", re.IGNORECASE)
_SHORT_TERM: Final = re.compile(r"(?P<n>\d{1,2})(?P<unit>[YM])(?![a-z])")


def title_of(key: str, holder: dict[Any, Any]) -> str:
    """Return a key as words; an "amount" beside a price counts things."""
    title = key_words(key)
    if len(title) != len("amount"):
        return title
    is_count = title.lower() == "amount" and any(_STATES_PRICE.search(key_words(str(other))) for other in holder)
    return "quantity" if is_count else title


def scalars(value: dict[Any, Any], path: str) -> Iterator[Field]:
    for key, item in value.items():
        # "@type" and its like are the format's, not the thing's.
        if isinstance(item, str | int | Decimal | float | bool) and not str(key).startswith("@"):
            title, is_number = title_of(str(key), value), is_numeric(item)
            yield Field(title, text_of(item), path=f"{path}.{key}", is_number=is_number, is_price=False)


def flatten(value: Any, path: str, title: str, depth: int = 0) -> list[Field]:
    """Return the scalars below, each with the words of its keys; of a key that names an accelerator, the name too."""
    if depth > _MOST_LEVELS:
        return []
    if isinstance(value, dict) and (pair := _named_value(value)) is not None:
        return [_leaf(pair[1], f"{path}.{_VALUE}", f"{title} {key_words(pair[0])}".strip())]
    fields: list[Field] = []
    if isinstance(value, dict):
        for key, item in with_whole_money(value).items():
            key = str(key)
            if key.startswith("@"):
                continue
            below = f"{title} {title_of(key, value)}" if title else title_of(key, value)
            if not isinstance(item, dict | list):  # nearly always
                if item is not None:
                    fields.append(_leaf(item, f"{path}.{key}", below))
                    if len(fields) > MOST_FIELDS:
                        break
                continue
            if isinstance(item, dict) and mentions(str(key)):
                fields.append(Field("gpu", str(key), path=f"{path}.{key}"))
                below = "gpu"
            fields += flatten(item, f"{path}.{key}", below, depth + 1)
            if len(fields) > MOST_FIELDS:
                break
    elif isinstance(value, list):
        for i, item in enumerate(value[:20]):
            fields += flatten(item, f"{path}[{i}]", title, depth + 1)
    elif value is not None:
        fields.append(_leaf(value, path, title))
    return fields


def _named_value(value: dict[Any, Any]) -> tuple[str, Any] | None:
    """Return a name and its value, where an object is nothing but that: {"name": "Billing", "value": "Hourly"}."""
    item = value.get(_VALUE)
    if item is None or isinstance(item, dict | list) or len(value) > _MOST_OF_A_PAIR:
        return None
    keys = [key for key in value if key != _VALUE and not str(key).startswith(("@", "_"))]
    name = value[keys[0]] if len(keys) == 1 and keys[0] in _NAMES_OF_VALUES else None
    is_name = isinstance(name, str) and len(name) <= _LONGEST_NAME and not mentions(name, is_label=True)
    return (name, item) if is_name and name else None


_VALUE: Final = "value"
_NAMES_OF_VALUES: Final = frozenset({"name", "key", "label", "attribute", "option", "property", "title"})
_MOST_OF_A_PAIR: Final = 3  # members
_LONGEST_NAME: Final = 40  # characters


def _leaf(value: Any, path: str, title: str) -> Field:
    text, is_number = text_of(value), is_numeric(value)
    if is_number and (unit := _counted_in(title)):
        text, is_number = f"{text} {unit}", False
    return Field(title, text, path=path, is_number=is_number, is_price=False)


@lru_cache(maxsize=4096)
def _counted_in(title: str) -> str:
    """Return the unit of a number that is the length of a commitment by its key, "commitment months"; "" for none."""
    hit = _IN_MONTHS.search(title)
    return hit["unit"].lower() if hit else ""


_SPLIT_MONEY: Final = frozenset({"nanos", "scale", "decimals", "exponent"})
_MOST_PLACES: Final = 10


def with_whole_money(value: dict[Any, Any]) -> dict[Any, Any]:
    """Return an object that says money in two numbers with the one that they make.

    Units and billionths of them ("units", "nanos"); digits and how many of them are behind the point ("amount", "scale").
    """
    if not value.keys() & _SPLIT_MONEY:
        return value
    for digits, places in itertools.product(("amount", "value"), ("scale", "decimals", "exponent")):
        number, n = number_of(value.get(digits)), number_of(value.get(places))
        if number is not None and n is not None and n in range(1, _MOST_PLACES):
            rest = {key: item for key, item in value.items() if key not in (digits, places)}
            return rest | {digits: format(number.scaleb(-int(n)), "f")}
    units, nanos = number_of(value.get("units", 0)), number_of(value.get("nanos"))
    if units is None or nanos is None:
        return value
    shown = "units" if "units" in value else "nanos"
    rest = {key: item for key, item in value.items() if key not in ("units", "nanos")}
    return rest | {shown: format(units + nanos / 10**9, "f")}


def text_of(value: Any) -> str:
    if isinstance(value, str):
        return value[:400]
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)[:400]


def is_numeric(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool)
    if isinstance(value, str):
        return value[:1] in _MAY_BEGIN and _NUMBER.fullmatch(value.strip()) is not None
    return value.is_finite() if isinstance(value, Decimal) else number_of(value) is not None


_MAY_BEGIN: Final = frozenset("0123456789. \t\n\r\f\v\u00a0")
_NUMBER: Final = re.compile(r"\d{0,12}\.?\d{1,12}")


def number_of(value: Any) -> Decimal | None:
    """Return the number that a scalar of data is, as a number or a text of digits alone."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal | float):
        number = Decimal(str(value))
        return number if number.is_finite() else None
    if isinstance(value, str) and _NUMBER.fullmatch(digits := value.strip()):
        return Decimal(digits)
    return None


def is_price(f: Field) -> bool:
    """Return whether a scalar is a price, by the words of its keys."""
    if f.is_number:
        return _titles_price(f.title)
    return len(f.text) < 60 and bool(find_amounts(f.text)) and not _titles_other(f.title)


@lru_cache(maxsize=16_384)  # objects of a list have the same keys
def _titles_other(title: str) -> bool:
    return NOT_PRICED.search(title) is not None


@lru_cache(maxsize=16_384)
def _titles_price(title: str) -> bool:
    """Return whether the words of a number's keys say that it is a price."""
    last = " ".join(title.split()[-6:])
    if _MEASURE.search(last):
        return False
    return bool(_PRICED.search(last) or _PER_TIME.fullmatch(last)) and not NOT_PRICED.search(_BOUNDS.sub(" ", last))


# "commitment months": how many; "price 12 months" is what they cost.
_MEASURE: Final = re.compile(r"(?<!\d)(?<!\d )\b(?:months|years|days|term|duration|length)$", re.IGNORECASE)
_IN_MONTHS: Final = re.compile(
    r"\b(?:commit\w*|terms?|contract|reserv\w*|duration|lock in|minimum) (?:length |period |in )?(?P<unit>months|years)$",
    re.IGNORECASE,
)
_BOUNDS: Final = re.compile(r"\b(?:min(?:imum)?|max(?:imum)?|per gpu|compute|discount(?= (?:price|rate|cost)))\b")


# Units by which data counts money, as parts of the currency's own.
_SMALLER: Final = (
    (100, re.compile(r"\bcents?\b", re.IGNORECASE)),
    (10**3, re.compile(r"\b(?:milli(?:s|usd|dollars?)?|mills)\b", re.IGNORECASE)),
    (10**6, re.compile(r"\bmicros?(?:usd|dollars?|eur\w*)?\b", re.IGNORECASE)),
    (10**9, re.compile(r"\bnanos?(?:usd|dollars?)?\b", re.IGNORECASE)),
)


def price_field(f: Field) -> Field:
    """Return the field with cents made units, and its title in the words of prices."""
    title, parts = _price_title(f.title)
    text = f.text if parts == 1 or not f.is_number else format(Decimal(f.text) / parts, "f")
    return Field(title, text, f.lines, f.path, f.is_number, is_price=True)


@lru_cache(maxsize=16_384)
def _price_title(title: str) -> tuple[str, int]:
    """Return a price's title in the words of prices, and the parts of a unit that it counts in."""
    title = re.sub(r"\bdph\b", "price per hour", title, flags=re.IGNORECASE)
    parts = next((n for n, pattern in _SMALLER if pattern.search(title)), 1)
    if re.search(r"\bbid\b", title, re.IGNORECASE):
        title = f"spot {title}"
    return title if words.PRICE.search(title) else f"{title} price", parts
