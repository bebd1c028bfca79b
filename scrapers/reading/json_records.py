"""Turns data (JSON files and answers, data embedded in pages) into records: objects that name an accelerator and a price."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from scrapers.reading import words
from scrapers.reading.accelerator_names import mentions
from scrapers.reading.amounts import find_amounts
from scrapers.reading.field_kinds import kind_of
from scrapers.reading.json_fields import (
    MOST_FIELDS,
    NOT_PRICED,
    flatten,
    is_numeric,
    is_price,
    key_words,
    number_of,
    price_field,
    scalars,
    text_of,
    title_of,
    with_whole_money,
)
from scrapers.reading.records import Field, Record
from scrapers.reading.units import pricing_model

_DEEPEST: Final = 40
_NEAR: Final = 5  # levels: an accelerator's name that close above a price is with it
_MOST_RECORDS: Final = 50_000
_NAMING: Final = re.compile(
    r"\b(?=\w)(?:gpu|gpus|model|name|type|title|heading|subheading|subtitle|description|display|label|accelerators?|card|device|chip|instance|sku|product|plan|hardware|machine|id|key|slug|size|flavou?r|shape|family|item|text|spec|resource|server|node|offer|offering|variant|config|configuration|service|tier|partition|queue)\b",
    re.IGNORECASE,
)


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
                fields = flatten(item, f"{path}.{key}", "")
                if any(is_price(f) for f in fields):
                    yield from _split(item, f"{path}.{key}", [named, *inherited], scope, group)
            elif number_of(item) is not None:
                title = f"{key_words(_without_name(str(key)))} price".strip()  # "h100_spot", "gpu_1x_a100_hourly"
                price = price_field(Field(title, str(item), path=f"{path}.{key}", is_number=True))
                yield Record([named, *inherited, price], scope, "object", group)
        return
    fields = flatten(value, path, "")
    if _names(fields) and any(map(is_price, fields)) and not _has_named_children(value):
        yield from _split(value, path, list(inherited), scope, group, fields)
        return
    passed = tuple(f for f in scalars(value, path) if f.text and len(f.text) <= 200 and not is_price(f))[:20]
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
            here = _names(scalars(node, path))
            for key, item in with_whole_money(node).items():
                below = f"{title} {title_of(str(key), node)}".strip()
                is_with = here or key in named_keys or any(not _are_alike(item, node[k]) for k in named_keys[:3])
                above = (is_with, *named)[:_NEAR]
                if isinstance(item, dict | list):
                    stack.append((item, f"{path}.{key}", below, above))
                    continue
                leaf = Field(below, text_of(item), is_number=is_numeric(item), is_price=False)
                if item is not None and is_price(leaf) and (number_of(item) is None or number_of(item)):
                    leaf.path = f"{path}.{key}"
                    yield leaf, any(above)


def _are_alike(one: Any, other: Any) -> bool:
    """Return whether two members of an object are things of one kind, so that the name of one is not the other's."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    return len(one.keys() & other.keys()) * 2 >= max(len(one), len(other)) > 0


def _is_map(value: dict[Any, Any]) -> bool:
    """Return whether an object's keys name accelerators and its values are their prices or descriptions."""
    named = [key for key in value if mentions(str(key))]
    return len(named) >= 2 and len(named) * 2 >= len(value)


def _names(fields: Iterable[Field]) -> bool:
    return any(
        _is_naming(f.title)
        and len(f.text) <= 200
        and mentions(f.text, is_label=not f.is_number or kind_of(f) == "label")
        for f in fields
    )


@lru_cache(maxsize=16_384)
def _is_naming(title: str) -> bool:
    return _NAMING.search(title) is not None


def _is_record(value: Any) -> bool:
    """Return whether an object names an accelerator and holds a price, itself or in its parts."""
    fields = flatten(value, "", "")
    return _names(fields) and any(map(is_price, fields))


def _has_named_children(value: dict[Any, Any]) -> bool:
    """Return whether objects below name accelerators and prices of their own: then this one only groups them."""
    for item in value.values():
        named = list(itertools.islice((c for c in _objects_in(item) if _is_record(c)), 2))
        if len(named) > 1 or (named and not _names(scalars(value, ""))):
            return True
    return False


def _objects_in(value: Any) -> Iterator[dict[Any, Any]]:
    """Yield an object, or those of a list, also of lists in it."""
    if isinstance(value, dict):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _objects_in(item)


def _split(
    value: Any, path: str, context: list[Field], scope: tuple[str, ...], group: int, flat: list[Field] | None = None
) -> Iterator[Record]:
    """Yield one record of an object, or one for each of a list of prices in it. flat: its fields, where they were asked for."""
    if isinstance(value, dict):
        value = _with_lists_of_prices(value)
        for key, item in value.items():
            if not isinstance(item, dict | list):
                continue
            if by_number := _by_number(item, key_words(key)):
                shared = [f for f in flatten({k: v for k, v in value.items() if k != key}, path, "") if not is_price(f)]
                for name, number, size in by_number:
                    at = f"{path}.{key}.{name}"
                    own = [price_field(f) if is_price(f) else f for f in flatten(size, at, key_words(key))]
                    yield Record([number, *shared, *own, *context][:MOST_FIELDS], scope, "object", group)
                if any(map(is_price, flatten(rest := {k: v for k, v in value.items() if k != key}, path, ""))):
                    yield from _split(rest, path, context, scope, group)  # "hourly" beside "monthly: {1: …, 6: …}"
                return
            priced = (
                [
                    (i, c)
                    for i, c in enumerate(item)
                    if isinstance(c, dict) and any(is_price(f) for f in flatten(c, "", key_words(key)))
                ]
                if isinstance(item, list)
                else []
            )
            if len(priced) > 1 and not NOT_PRICED.search(key_words(key)):
                shared = [f for f in flatten({k: v for k, v in value.items() if k != key}, path, "") if not is_price(f)]
                for i, c in priced:
                    own = [
                        price_field(f) if is_price(f) else f for f in flatten(c, f"{path}.{key}[{i}]", key_words(key))
                    ]
                    yield Record([*shared, *own, *context][:MOST_FIELDS], scope, "object", group)
                rest = {k: v for k, v in value.items() if k != key}
                if _tells_itself_apart(rest):  # "onDemand: {…}" beside "reserved: [{…}, {…}]"
                    yield from _split(rest, path, context, scope, group)
                return
    fields = [price_field(f) if is_price(f) else f for f in _one_of_alike(flat or flatten(value, path, ""))]
    yield Record([*fields, *context][:MOST_FIELDS], scope, "object", group)


def _with_lists_of_prices(value: dict[Any, Any]) -> dict[Any, Any]:
    """Return an object with the lists of prices of its parts beside them: "terms: {onDemand: {…}, reserved: [{…}, {…}]}"."""
    hoisted: dict[Any, Any] = {}
    for key, item in value.items():
        lists = {
            name: part
            for name, part in item.items()
            if _by_number(part, f"{key_words(key)} {key_words(name)}")
            or (isinstance(part, list) and len(part) > 1 and all(isinstance(one, dict) and _holds_price(one) for one in part))
        } if isinstance(item, dict) else {}  # fmt: skip
        hoisted |= {f"{key}.{name}": part for name, part in lists.items()}
        hoisted[key] = {name: part for name, part in item.items() if name not in lists} if lists else item
    return hoisted if len(hoisted) > len(value) else value


def _holds_price(item: dict[Any, Any]) -> bool:
    return any(map(is_price, flatten(item, "", "")))


def _tells_itself_apart(rest: dict[Any, Any]) -> bool:
    """Return whether what is left of an object beside a list of prices has prices of a pricing model that they name."""
    return any(is_price(f) and pricing_model(f.title) in ("on_demand", "spot") for f in flatten(rest, "", ""))


def _by_number(sizes: Any, title: str) -> list[tuple[str, Field, Any]]:
    """Return the objects of a map by numbers, each with its key and what that is: of GPUs, where prices grow so; of months."""
    if (
        not isinstance(sizes, dict)
        or len(sizes) < _FEWEST_SIZES
        or not all(re.fullmatch(r"[1-9]\d?", str(k)) for k in sizes)
    ):
        return []
    first = {
        k: next((f for f in flatten(item, "", title) if is_price(f) and f.is_number), None) for k, item in sizes.items()
    }
    each = [Decimal(f.text) / int(k) for k, f in first.items() if f is not None]
    if len(each) < len(sizes) or not min(each):
        return []
    if max(each) <= min(each) * _MOST_APART:
        return [(k, Field("gpu count", str(k), is_number=True, is_price=False), item) for k, item in sizes.items()]
    if words.TERM.search(title) or words.TIME["month"].search(title) or pricing_model(title) == "reserved":
        return [(k, Field("term", f"{k} months", is_price=False), item) for k, item in sizes.items()]
    return []


_FEWEST_SIZES: Final = 2
_MOST_APART: Final = Decimal("1.3")


def _one_of_alike(fields: list[Field]) -> list[Field]:
    """Leave out prices that only vary another one of the same object: the base beside the total, the adjusted one."""
    alike: dict[str, list[Field]] = {}
    for f in fields:
        if is_price(f):
            alike.setdefault(_invariant(f.title), []).append(f)
    left = set[int]()
    for group in alike.values():
        if len(group) == 1:
            continue
        plain = min(
            group,
            key=lambda f: (not find_amounts(f.text), len(_VARIANT.findall(f.title)), "total" not in f.title.lower()),
        )
        is_printed = bool(find_amounts(plain.text))  # "0.71 EUR" beside 71000000
        left |= {id(f) for f in group if f is not plain and (is_printed or _VARIANT.search(f.title))}
    return [f for f in fields if id(f) not in left]


@lru_cache(maxsize=16_384)
def _invariant(title: str) -> str:
    return " ".join(sorted(_VARIANT.sub(" ", title).lower().split()))


_VARIANT: Final = re.compile(r"\b(?:base|total|adj|adjusted|discounted|raw|rounded|formatted)\b", re.IGNORECASE)
