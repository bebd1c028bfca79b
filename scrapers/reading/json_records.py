"""Turns data (JSON files and answers, data embedded in pages) into records: objects that name an accelerator and a price."""

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
from scrapers.reading.records import Field, Record

_DEEPEST: Final = 40
_NEAR: Final = 5  # levels: an accelerator's name that close above a price is with it
_MOST_LEVELS: Final = 8  # of an object that is read as one thing
_MOST_FIELDS: Final = 120
_MOST_RECORDS: Final = 50_000
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\-.\s]+")
_PRICED: Final = re.compile(
    r"\b(?:prices?|pricing|costs?|rates?|amount|fees?|hourly|monthly|usd|eur|inr|on ?demand|spot|preemptible|interruptible|reserved|dph|bid|per hour|per month|per gpu|charge|value)\b",
    re.IGNORECASE,
)
_NOT_PRICED: Final = re.compile(
    r"\b(?:storage|disk|volume|ssd|nvme|bandwidth|egress|ingress|inet|internet|network|transfer|vcpus?|cpus?|ram|memory|mem|token|tokens|count|quantity|id|ids|min count|max count|step|limit|quota|discount|percent(?:age)?|pct"
    r"|tax|vat|setup|one time|onetime|labor|deposit|balance|credits?|score|reliability|interval|threshold|sort|flag|version|year to date|previous|old|original|was|strike|updated|created|at|timestamp|license|licence|support|ip|snapshot|backup|image|windows|clock|payout|earnings?|pending|commission|wholesale|provider cost|error|success|frame|refresh|utilization|change"
    r"|vram(?! (?:price|cost|rate))|ipv4|ipv6|vol|free devices|(?:conversion|exchange) rate|in (?:gb|gib)|gpus? amount)\b",
    re.IGNORECASE,
)
_PER_TIME: Final = re.compile(r"(?:.*\b(?:gpus?|per) )?(?:hour|minute|month)", re.IGNORECASE)
_STATES_PRICE: Final = re.compile(r"\b(?:price|cost|rate)s?\b", re.IGNORECASE)
_NAMING: Final = re.compile(
    r"\b(?:gpu|gpus|model|name|type|title|description|display|label|accelerators?|card|device|chip|instance|sku|product|plan|hardware|machine|id|key|slug|size|flavou?r|shape|family|item|text|spec)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=16_384)  # objects of a list have the same keys
def key_words(key: str) -> str:
    """Return a key as words: "pricePerHour" and "price_per_hour" read "price per hour"."""
    if _COMMITS.search(key := str(key)):  # "reserved1Y", "commit3M"
        key = _SHORT_TERM.sub(lambda hit: f" {hit['n']} {'years' if hit['unit'] == 'Y' else 'months'} ", key)
    return " ".join(part for part in _CAMEL.split(key) if part)


_COMMITS: Final = re.compile(r"reserv|commit|contract|term|savings", re.IGNORECASE)
_SHORT_TERM: Final = re.compile(r"(?P<n>\d{1,2})(?P<unit>[YM])(?![a-z])")


def json_records(value: Any, group: int = 0) -> Iterator[Record]:
    """Yield a record for every object of the data that names an accelerator and holds a price, at any depth."""
    yield from itertools.islice(_visit(value, "$", (), (), group, 0), _MOST_RECORDS)


def _visit(
    value: Any, path: str, inherited: tuple[Field, ...], scope: tuple[str, ...], group: int, depth: int
) -> Iterator[Record]:
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, dict | list):
                yield from _visit(item, f"{path}[{i}]", inherited, scope, group, depth + 1)
        return
    if not isinstance(value, dict):
        return
    if _is_map(value):
        for key, item in value.items():
            if not mentions(str(key)):
                yield from _visit(item, f"{path}.{key}", inherited, (key_words(str(key)), *scope)[:6], group, depth + 1)
                continue
            named = Field("gpu", str(key), path=f"{path}.{key}")
            if isinstance(item, dict | list):
                fields = _flatten(item, f"{path}.{key}", "")
                if any(_is_price(f) for f in fields):
                    yield from _split(item, f"{path}.{key}", [named, *inherited], scope, group)
            elif number_of(item) is not None:
                title = f"{key_words(_without_name(str(key)))} price".strip()  # "h100_spot", "gpu_1x_a100_hourly"
                price = _price_field(Field(title, str(item), path=f"{path}.{key}", is_number=True))
                yield Record([named, *inherited, price], scope, "object", group)
        return
    if _is_record(value) and not _has_named_children(value):
        yield from _split(value, path, list(inherited), scope, group)
        return
    passed = tuple(f for f in _scalars(value, path) if f.text and len(f.text) <= 200 and not _is_price(f))[:20]
    for key, item in value.items():
        if isinstance(item, dict | list):
            named_key = (Field("gpu", str(key), path=f"{path}.{key}"),) if mentions(str(key)) else ()
            yield from _visit(
                item,
                f"{path}.{key}",
                (*named_key, *passed, *inherited)[:40],
                (key_words(str(key)), *scope)[:6],
                group,
                depth + 1,
            )


def _without_name(key: str) -> str:
    """Return a key without the accelerator that it names, and without the number before it."""
    name = mentions(key)[0]
    return re.sub(r"\d{1,3}\s?[x×][\s_-]*$", "", key[: name.start]) + key[name.end :]


def price_leaves(value: Any) -> Iterator[tuple[Field, bool]]:
    """Yield every scalar of the data that looks like a price, and whether an accelerator is named with or above it."""
    stack: list[tuple[Any, str, str, tuple[bool, ...]]] = [(value, "$", "", ())]
    while stack:
        node, path, title, named = stack.pop()
        if isinstance(node, list):
            stack += [(item, f"{path}[{i}]", title, named) for i, item in enumerate(node)]
            is_named = any(isinstance(item, str) and len(item) <= 200 and mentions(item) for item in node)
            for i, item in enumerate(node):
                if isinstance(item, str) and len(item) < 60 and find_amounts(item):
                    yield Field(title, item, path=f"{path}[{i}]", is_price=False), is_named or any(named)
        elif isinstance(node, dict):
            named_keys = [key for key in node if mentions(str(key))]
            here = _names(_scalars(node, path))
            for key, item in _with_whole_money(node).items():
                below = f"{title} {_title(str(key), node)}".strip()
                is_with = here or key in named_keys or any(not _are_alike(item, node[k]) for k in named_keys[:3])
                above = (is_with, *named)[:_NEAR]
                if isinstance(item, dict | list):
                    stack.append((item, f"{path}.{key}", below, above))
                    continue
                leaf = Field(below, _text(item), path=f"{path}.{key}", is_number=_is_numeric(item), is_price=False)
                if item is not None and _is_price(leaf) and (number_of(item) is None or number_of(item)):
                    yield leaf, any(above)


def _are_alike(one: Any, other: Any) -> bool:
    """Return whether two members of an object are things of one kind, so that the name of one is not the other's."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    return len(one.keys() & other.keys()) * 2 >= max(len(one), len(other)) > 0


def _title(key: str, holder: dict[Any, Any]) -> str:
    """Return a key as words; an "amount" beside a price counts things."""
    title = key_words(key)
    is_count = (
        len(title) == len("amount")
        and title.lower() == "amount"
        and any(_STATES_PRICE.search(key_words(str(other))) for other in holder)
    )
    return "quantity" if is_count else title


def _is_map(value: dict[Any, Any]) -> bool:
    """Return whether an object's keys name accelerators and its values are their prices or descriptions."""
    named = [key for key in value if mentions(str(key))]
    return len(named) >= 2 and len(named) * 2 >= len(value)


def _names(fields: list[Field]) -> bool:
    return any(_is_naming(f.title) and len(f.text) <= 200 and mentions(f.text, is_label=True) for f in fields)


@lru_cache(maxsize=16_384)
def _is_naming(title: str) -> bool:
    return _NAMING.search(title) is not None


def _is_record(value: Any) -> bool:
    """Return whether an object names an accelerator and holds a price, itself or in its parts."""
    fields = _flatten(value, "", "")
    return _names(fields) and any(map(_is_price, fields))


def _has_named_children(value: dict[Any, Any]) -> bool:
    """Return whether objects below name accelerators and prices of their own: then this one only groups them."""
    for item in value.values():
        named = [c for c in _objects_in(item) if _is_record(c)]
        if len(named) > 1 or (named and not _names(_scalars(value, ""))):
            return True
    return False


def _objects_in(value: Any) -> Iterator[dict[Any, Any]]:
    """Yield an object, or those of a list, also of lists in it."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _objects_in(item)


def _split(value: Any, path: str, context: list[Field], scope: tuple[str, ...], group: int) -> Iterator[Record]:
    """Yield one record of an object, or one for each of a list of prices in it."""
    if isinstance(value, dict):
        for key, item in value.items():
            if by_number := _by_number(item, key_words(key)):
                shared = [
                    f for f in _flatten({k: v for k, v in value.items() if k != key}, path, "") if not _is_price(f)
                ]
                for name, number, size in by_number:
                    at = f"{path}.{key}.{name}"
                    own = [_price_field(f) if _is_price(f) else f for f in _flatten(size, at, key_words(key))]
                    yield Record([number, *shared, *own, *context][:_MOST_FIELDS], scope, "object", group)
                if any(map(_is_price, _flatten(rest := {k: v for k, v in value.items() if k != key}, path, ""))):
                    yield from _split(rest, path, context, scope, group)  # "hourly" beside "monthly: {1: …, 6: …}"
                return
            priced = (
                [
                    (i, c)
                    for i, c in enumerate(item)
                    if isinstance(c, dict) and any(_is_price(f) for f in _flatten(c, "", key_words(key)))
                ]
                if isinstance(item, list)
                else []
            )
            if len(priced) > 1 and not _NOT_PRICED.search(key_words(key)):
                shared = [
                    f for f in _flatten({k: v for k, v in value.items() if k != key}, path, "") if not _is_price(f)
                ]
                for i, c in priced:
                    own = [
                        _price_field(f) if _is_price(f) else f
                        for f in _flatten(c, f"{path}.{key}[{i}]", key_words(key))
                    ]
                    yield Record([*shared, *own, *context][:_MOST_FIELDS], scope, "object", group)
                return
    fields = [_price_field(f) if _is_price(f) else f for f in _one_of_alike(_flatten(value, path, ""))]
    yield Record([*fields, *context][:_MOST_FIELDS], scope, "object", group)


def _by_number(sizes: Any, title: str) -> list[tuple[str, Field, Any]]:
    """Return the objects of a map by numbers, each with its key and what that is: of GPUs, where prices grow so; of months."""
    if (
        not isinstance(sizes, dict)
        or len(sizes) < _FEWEST_SIZES
        or not all(re.fullmatch(r"[1-9]\d?", str(k)) for k in sizes)
    ):
        return []
    first = {
        k: next((f for f in _flatten(item, "", title) if _is_price(f) and f.is_number), None)
        for k, item in sizes.items()
    }
    each = [Decimal(f.text) / int(k) for k, f in first.items() if f is not None]
    if len(each) < len(sizes) or not min(each):
        return []
    if max(each) <= min(each) * _MOST_APART:
        return [(k, Field("gpu count", str(k), is_number=True, is_price=False), item) for k, item in sizes.items()]
    if words.TERM.search(title) or words.TIME["month"].search(title):
        return [(k, Field("term", f"{k} months", is_price=False), item) for k, item in sizes.items()]
    return []


_FEWEST_SIZES: Final = 2
_MOST_APART: Final = Decimal("1.3")


def _one_of_alike(fields: list[Field]) -> list[Field]:
    """Leave out prices that only vary another one of the same object: the base beside the total, the adjusted one."""
    alike: dict[str, list[Field]] = {}
    for f in fields:
        if _is_price(f):
            alike.setdefault(" ".join(sorted(_VARIANT.sub(" ", f.title).lower().split())), []).append(f)
    left = set[int]()
    for group in alike.values():
        plain = min(
            group,
            key=lambda f: (not find_amounts(f.text), len(_VARIANT.findall(f.title)), "total" not in f.title.lower()),
        )
        is_printed = bool(find_amounts(plain.text))  # "0.71 EUR" beside 71000000
        left |= {id(f) for f in group if f is not plain and (is_printed or _VARIANT.search(f.title))}
    return [f for f in fields if id(f) not in left]


_VARIANT: Final = re.compile(r"\b(?:base|total|adj|adjusted|discounted|raw|rounded|formatted)\b", re.IGNORECASE)


def _scalars(value: dict[Any, Any], path: str) -> list[Field]:
    return [
        # "@type" and its like are the format's, not the thing's.
        Field(_title(str(key), value), _text(item), path=f"{path}.{key}", is_number=_is_numeric(item), is_price=False)
        for key, item in value.items()
        if isinstance(item, str | int | Decimal | float | bool) and not str(key).startswith("@")
    ]


def _flatten(value: Any, path: str, title: str, depth: int = 0) -> list[Field]:
    """Return the scalars below, each with the words of its keys; of a key that names an accelerator, the name too."""
    if depth > _MOST_LEVELS:
        return []
    fields: list[Field] = []
    if isinstance(value, dict):
        for key, item in _with_whole_money(value).items():
            if str(key).startswith("@"):
                continue
            below = f"{title} {_title(str(key), value)}".strip()
            if isinstance(item, dict) and mentions(str(key)):
                fields.append(Field("gpu", str(key), path=f"{path}.{key}"))
                below = "gpu"
            fields += _flatten(item, f"{path}.{key}", below, depth + 1)
            if len(fields) > _MOST_FIELDS:
                break
    elif isinstance(value, list):
        for i, item in enumerate(value[:20]):
            fields += _flatten(item, f"{path}[{i}]", title, depth + 1)
    elif value is not None:
        text, is_number = _text(value), _is_numeric(value)
        if is_number and (hit := _IN_MONTHS.search(title)):
            text, is_number = f"{text} {hit['unit'].lower()}", False
        fields.append(Field(title, text, path=path, is_number=is_number, is_price=False))
    return fields


_SPLIT_MONEY: Final = frozenset({"nanos", "scale", "decimals", "exponent"})
_MOST_PLACES: Final = 10


def _with_whole_money(value: dict[Any, Any]) -> dict[Any, Any]:
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


def _text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)[:400]


def _is_numeric(value: Any) -> bool:
    if isinstance(value, int):
        return not isinstance(value, bool)
    if isinstance(value, str):
        return _NUMBER.fullmatch(value.strip()) is not None
    return number_of(value) is not None


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


def _is_price(f: Field) -> bool:
    """Return whether a scalar is a price, by the words of its keys."""
    if f.is_number:
        return _titles_price(f.title)
    return len(f.text) < 60 and bool(find_amounts(f.text)) and not _titles_other(f.title)


@lru_cache(maxsize=16_384)  # objects of a list have the same keys
def _titles_other(title: str) -> bool:
    return _NOT_PRICED.search(title) is not None


@lru_cache(maxsize=16_384)
def _titles_price(title: str) -> bool:
    """Return whether the words of a number's keys say that it is a price."""
    last = " ".join(title.split()[-6:])
    if _MEASURE.search(last):
        return False
    return bool(_PRICED.search(last) or _PER_TIME.fullmatch(last)) and not _NOT_PRICED.search(_BOUNDS.sub(" ", last))


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


def _price_field(f: Field) -> Field:
    """Return the field with cents made units, and its title in the words of prices."""
    text = f.text
    title = re.sub(r"\bdph\b", "price per hour", f.title, flags=re.IGNORECASE)
    if f.is_number:
        parts = next((n for n, pattern in _SMALLER if pattern.search(title)), 1)
        text = text if parts == 1 else format(Decimal(text) / parts, "f")
    if re.search(r"\bbid\b", title, re.IGNORECASE):
        title = f"spot {title}"
    if not words.PRICE.search(title):
        title = f"{title} price"
    return Field(title, text, f.lines, f.path, f.is_number, is_price=True)
