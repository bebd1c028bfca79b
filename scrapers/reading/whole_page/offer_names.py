"""Names offers of one label and several prices by what differs between them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from scrapers.reading import words
from scrapers.reading.amounts import find_amounts
from scrapers.reading.meaning.drafts import Draft


def tell_apart(drafts: Iterable[Draft]) -> None:
    """Name offers of one label and several prices by what differs between their rows."""
    same: dict[object, list[Draft]] = defaultdict(list)
    for d in drafts:
        same[d.identity()].append(d)
    for alike in same.values():
        plain = {d.amount.value for d in alike if not d.is_floor}
        members = [d for d in alike if not (d.is_floor and d.amount.value in plain)]
        if len({d.amount.value for d in members}) < 2:
            continue
        if len({id(d.record) for d in members}) < len(members):
            _by_title(members)
            continue
        scopes = [" ".join(d.record.scope[:1]) if d.record.kind == "object" else "" for d in members]
        texts = [
            {
                f.title or str(i): f.text
                for i, f in enumerate(d.record.fields)
                if f is not d.cell and not re.search(r"[$€£₹¥]\s*\d", f.text)
            }
            for d in members
        ]
        headings = [d.record.heading for d in members if d.record.kind == "row"]
        if len(set(headings)) == len(members) and all(map(_heads_product, headings)):
            for d, heading in zip(members, headings, strict=True):
                d.instance = f"{d.instance or d.label}, {heading}"[:200]
            continue
        nearest = [next(iter(d.record.scope), "") for d in members]
        if len(set(nearest)) == len(members) and _name_kinds_of_one(nearest):
            for d, heading in zip(members, nearest, strict=True):
                d.instance = f"{d.instance or d.label}, {heading}"[:200]
            continue
        places = [_BRACKETS.sub("", text).strip() for text in nearest]
        if len(set(places)) == len(members) and all(map(_is_place, places)) and not any(d.region for d in members):
            for d, place in zip(members, nearest, strict=True):
                d.region = place
            continue
        if len(set(scopes)) > 1:
            for d, scope in zip(members, scopes, strict=True):
                d.instance = f"{d.instance or d.label} {scope}".strip()[:200]
            continue
        titles = {title for own in texts for title in own}
        values = {title: {other.get(title) for other in texts} for title in titles}
        for d, own in zip(members, texts, strict=True):
            differing = [
                text
                for title, text in own.items()
                if text and text != d.label and len(values[title]) > 1 and not words.SALES.search(text)
            ]
            if differing:
                d.instance = ", ".join([d.instance or d.label, *differing])[:200]


_BRACKETS: Final = re.compile(r"\s*[(（][^()（）]*[)）]")


def _heads_product(heading: str) -> bool:
    """Return whether a heading is of a kind of machines: "Bare metal" beside "Virtual machines"."""
    return len(heading) <= _LONGEST_HEADING and any(pattern.search(heading) for _, pattern in words.PRODUCTS)


def _name_kinds_of_one(headings: list[str]) -> bool:
    """Return whether headings are of kinds of one thing: "Production mode" beside "Prototyping mode", "Production" alone."""
    if all(map(_STAGE.fullmatch, headings)):
        return True
    ends = {heading.rpartition(" ")[2].lower() for heading in headings}
    return len(ends) == 1 and all(_KIND.fullmatch(heading) for heading in headings)


_STAGE: Final = re.compile(
    rf"\s*(?:{words.TIERS.pattern}|production|prototyping|development|dedicated|shared)\s*", re.IGNORECASE
)
_KIND: Final = re.compile(
    r"[^\W\d_][\w-]*(?: [\w-]+)? (?:mode|cloud|tier|plan|class|capacity|network)s?", re.IGNORECASE
)
_LONGEST_HEADING: Final = 40  # characters


def _is_place(title: str) -> bool:
    """Return whether a title is of a place, or of a city in one: "EU Frankfurt"."""
    parts = title.split()
    return any(
        words.PLACE.fullmatch(" ".join(parts[:n]).strip(" ,/-")) and all(part[:1].isupper() for part in parts[n:])
        for n in range(len(parts), 0, -1)
    )


def _by_title(members: list[Draft]) -> None:
    """Name offers of one record by the words of their titles that say no price: "secure", "community"."""
    names = [" ".join(_TITLE_WORDS.sub(" ", d.title or _lead(d) or _tail(d)).split()) for d in members]
    places = [_SIGNS.sub("", name).strip(" /,:|-") for name in names]
    # Of columns that are mostly places, the others are places that no list has: "Singapore", "Tokyo", "Da Nang".
    n_places = sum(map(_is_place, places))
    are_places = n_places * 2 >= len(places) and all(_is_place(p) or _NAME.fullmatch(p) for p in places)
    if are_places and n_places and len(set(places)) == len(places):
        for d, place in zip(members, places, strict=True):
            d.region = d.region or place
        return
    is_data = members[0].record.kind == "object"
    if is_data and len({re.sub(r"\d+", "", name) for name in names}) == 1:
        return  # keys that are numbers: of what, nobody says
    alike = is_data or len({name.rpartition(" ")[2].lower() for name in names}) == 1  # "High priority", "Low priority"
    alike = alike or all(
        any(p.search(name) for p in (words.TIERS, words.ON_DEMAND, words.INTERCONNECT, _SERVICE))
        or words.SUBSCRIPTION.fullmatch(name)
        for name in names
    )
    if alike and all(name and len(name) <= 30 for name in names) and len({n.lower() for n in names}) == len(members):
        for d, name in zip(members, names, strict=True):
            d.instance = f"{d.instance or d.label} {name.strip()}".strip()


def _lead(d: Draft) -> str:
    """Return the words right before an amount in its line: "Secure Cloud $2.79/hr"."""
    lead = d.cell.text[: d.amount.start].strip(" :：-–—|")
    return lead if len(lead) <= _LONGEST_HEADING and not find_amounts(lead) else ""


def _tail(d: Draft) -> str:
    """Return the words behind an amount and its unit, where they end its line: "$2.79/hr Secure Cloud"."""
    tail = _UNIT.sub("", d.cell.text[d.amount.end :]).strip(" :：-–—|()")
    return tail if len(tail) <= _LONGEST_HEADING and not find_amounts(tail) else ""


_UNIT: Final = re.compile(r"^\s*(?:/|per\b)\s*\w+(?:\s*/\s*\w+)?")
_NAME: Final = re.compile(r"(?:[A-Z][a-z]+|[A-Z]{2})(?:[ -][A-Z][a-z]+){0,2}")
_SERVICE: Final = words.word(
    r"(?:private|public|dedicated|shared) cloud|containers?|bare[- ]?metal|virtual machines?|vms?|clusters?|kubernetes|serverless"
)
_SIGNS: Final = re.compile(r"[$€£¥()]")
_TITLE_WORDS: Final = re.compile(r"\b(?:price|pricing|cost|rate|usd|per|hour|hourly|hr|gpu|amount)\b", re.IGNORECASE)
