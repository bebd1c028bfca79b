"""Finds what a page states about its provider besides prices: billing, egress, storage, network, delivery, support."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from scrapers.model import clip

LONGEST: Final = 400  # characters of a line that is read: what is longer is an article, seldom about its provider
_WORDS: Final = 110  # characters of evidence


@dataclass(frozen=True, slots=True)
class Statement:
    """One fact as seeds/provider_facts.csv has it, and the words that state it."""

    fact: str
    value: str
    words: str


def find_statements(lines: Sequence[str]) -> list[Statement]:
    """Return the facts that the lines of a page state, at most one of each kind.

    Where a page states two values of one kind (billed by the second here, by the hour there), none is taken: which of
    them holds for a GPU is a question for a person.
    """
    by_fact: dict[str, dict[str, str]] = {}
    short = [line for line in (" ".join(line.split()) for line in lines) if 0 < len(line) <= LONGEST]
    for number, line in enumerate(short):
        for read in _READERS:
            for statement in read(line, short[max(0, number - 2) : number]):
                by_fact.setdefault(statement.fact, {}).setdefault(statement.value, statement.words)
    statements = []
    for fact, values in by_fact.items():
        if fact in _COLLECTED:
            order = [value for value in _COLLECTED[fact] if value in values] or sorted(values)
            value = _COLLECTED_AS[fact].join(order)
            statements.append(Statement(fact, value, clip(" / ".join(dict.fromkeys(values[v] for v in order)), 200)))
        elif len(values) == 1:
            ((value, words),) = values.items()
            statements.append(Statement(fact, value, words))
    return sorted(statements, key=lambda statement: statement.fact)


def _around(line: str, hit: re.Match[str]) -> str:
    """Return the words of a hit, with what stands around it as far as there is room."""
    room = max(0, _WORDS - (hit.end() - hit.start())) // 2
    start, end = max(0, hit.start() - room), hit.end() + room
    start = line.find(" ", start) + 1 if start and " " in line[start : hit.start()] else start
    end = line.rfind(" ", hit.end(), end) if end < len(line) and " " in line[hit.end() : end] else min(end, len(line))
    return clip(line[start:end].strip(), _WORDS)


_NOT: Final = re.compile(
    r"\b(?:not|unlike|other (?:clouds|providers)|elsewhere|competitors?|instead of)\b", re.IGNORECASE
)
_BILLED: Final = r"(?:bill(?:ed|ing|s)?|charged?|pay|metered|granularity|computed)"
_TIMES: Final = {"second": "1", "minute": "60", "hour": "3600"}
_BILLING: Final = re.compile(
    rf"\b{_BILLED}\b[^.;$]{{0,60}}?\b(?:by|per|to|in)[ -](?:the |one[ -])?(second|minute|hour)\b(?! rates?)"
    rf"|\bper[ -](second|minute)[ -](?:bill|usage|granular)\w*"
    rf"|\b(second|minute)(?:[ -]level)? (?:billing|granularity)\b|\b(hour)ly billing\b",
    re.IGNORECASE,
)


def _billing(line: str, _: Sequence[str]) -> Iterator[Statement]:
    for hit in _BILLING.finditer(line):
        time = next(group for group in hit.groups() if group).lower()
        # "Pay by the hour" is how every price reads; only what is billed says how time is counted.
        if _NOT.search(line) or (time == "hour" and not re.search("bill|charge|meter", hit[0], re.IGNORECASE)):
            continue
        yield Statement("billing_seconds", _TIMES[time], _around(line, hit))


_OUT: Final = r"(?:egress|outbound (?:data|traffic|transfer|bandwidth)|data transfer(?:red)? out)"
_FREE_EGRESS: Final = re.compile(
    rf"\b(?:no|zero|free|without|never any)\b[^.;$]{{0,30}}\b{_OUT}\b(?! limit)"
    rf"|\b{_OUT}(?: (?:fees?|charges?|traffic|costs?))?(?: is| are|:)? "
    r"(?:free|included|not charged|\$0(?:\.0+)?)(?![\w.])",
    re.IGNORECASE,
)
_EGRESS_RATE: Final = re.compile(
    rf"\b{_OUT}\b[^.;$]{{0,60}}\$ ?(?P<usd>0?\.\d{{1,5}})\s*(?:/|per)\s*Gi?B\b(?!\s*[/-])", re.IGNORECASE
)


# "The first 100 GB are free": a part is no rate for all.
_ALLOWANCE: Final = re.compile(r"\bfirst\b|\bup to\b|\d ?[GT]i?B\b", re.IGNORECASE)


def _egress(line: str, _: Sequence[str]) -> Iterator[Statement]:
    if hit := _EGRESS_RATE.search(line):
        yield Statement("egress_usd_per_gb", _plain(Decimal(hit["usd"])), _around(line, hit))
    elif (hit := _FREE_EGRESS.search(line)) and not _ALLOWANCE.search(line):
        yield Statement("egress_usd_per_gb", "0", _around(line, hit))


_STORAGE_RATE: Final = re.compile(
    r"\$ ?(?P<usd>\d{0,3}\.?\d{1,5})\s*(?:/|per)\s*(?P<unit>[GT])i?B\s*(?:/|-|per|a)\s*mo(?:nth)?\b", re.IGNORECASE
)
_STORAGE: Final = re.compile(r"storage|volume|disk|file ?system", re.IGNORECASE)
_OTHER_STORAGE: Final = re.compile(r"object|\bS3\b|backup|snapshot|archive|image|registry", re.IGNORECASE)


def _storage(line: str, before: Sequence[str]) -> Iterator[Statement]:
    hit = _STORAGE_RATE.search(line)
    texts = (line, *reversed(before))
    named = next((text for text in texts if _STORAGE.search(text) or _OTHER_STORAGE.search(text)), "")
    if hit and _STORAGE.search(named) and not _OTHER_STORAGE.search(named):
        usd = Decimal(hit["usd"]) / (1000 if hit["unit"].upper() == "T" else 1)
        if Decimal("0.01") <= usd <= 1:
            words = _around(line, hit) if named == line else clip(f"{clip(named, 50)}: {_around(line, hit)}", _WORDS)
            yield Statement("storage_usd_per_gb_month", _plain(usd), words)


_FABRIC: Final = re.compile(r"\b(InfiniBand|RoCE(?:v2)?|EFA|RDMA|Spectrum-X)\b", re.IGNORECASE)
_NAMES: Final = {"infiniband": "InfiniBand", "roce": "RoCE", "rocev2": "RoCE", "efa": "EFA", "rdma": "RDMA",
                 "spectrum-x": "Spectrum-X Ethernet"}  # fmt: skip
_SPEED: Final = re.compile(r"(?<![\d.,])(\d{1,2},\d{3}|\d{1,4}(?:\.\d)?) ?(G|T)(?:b(?:ps|/s|it/s)|bit)(?![A-Za-z])")
_SHORT_FABRIC: Final = re.compile(r"\bIB[ -]?(\d{3,4})G(?:bps|b/s)?\b")  # "IB 3200G", of feeds
_ETHERNET: Final = re.compile(
    r"\b(?:on[ -]demand|connection ?type|network|interconnect)\b[^.;]{0,20}\b(Ethernet)\b", re.IGNORECASE
)


def _interconnect(line: str, _: Sequence[str]) -> Iterator[Statement]:
    """Yield each network between machines that a line names, with its speed where one stands beside it."""
    if short := _SHORT_FABRIC.search(line):
        yield Statement("interconnect", f"InfiniBand of {int(short[1]):,} Gbit/s", _around(line, short))
        return
    hit = _FABRIC.search(line)
    if hit is None:
        if hit := _ETHERNET.search(line):
            yield Statement("interconnect", "Ethernet", _around(line, hit))
        return
    if re.search(r"\b(?:no|without|non)[ -]$", line[: hit.start()], re.IGNORECASE) or _NOT.search(line):
        return
    near = line[max(0, hit.start() - 40) : hit.end() + 40]
    speeds = {_gbit(speed) for speed in _SPEED.finditer(near)}
    speed = f" of {next(iter(speeds)):,} Gbit/s" if len(speeds) == 1 else ""
    yield Statement("interconnect", f"{_NAMES[hit[1].lower()]}{speed}", _around(line, hit))


def _gbit(speed: re.Match[str]) -> int:
    return int(Decimal(speed[1].replace(",", "")) * (1000 if speed[2] == "T" else 1))


_FORMS: Final = {
    "VM": re.compile(r"\bVMs?\b|\bvirtual[ -]machines?\b", re.IGNORECASE),
    "bare metal": re.compile(r"\bbare[ -]metal\b", re.IGNORECASE),
    "container": re.compile(r"\b(?:containers?|pods?)\b(?! (?:disk|registry|storage|size))", re.IGNORECASE),
    "serverless": re.compile(r"\bserverless\b", re.IGNORECASE),
    "cluster": re.compile(r"\b(?:GPU|instant|dedicated|HGX|DGX) clusters?\b", re.IGNORECASE),
}


def _delivery(line: str, _: Sequence[str]) -> Iterator[Statement]:
    if len(line) > 160 or _NOT.search(line):
        return
    for form, pattern in _FORMS.items():
        if hit := pattern.search(line):
            yield Statement("delivery", form, _around(line, hit))


_REGIONS: Final = re.compile(
    r"\b(\d{1,3})\+? (?:global |cloud |worldwide )?(regions|data ?cent(?:er|re)s|locations)\b", re.IGNORECASE
)


def _regions(line: str, _: Sequence[str]) -> Iterator[Statement]:
    if hit := _REGIONS.search(line):
        yield Statement("regions", clip(hit[0], 60), _around(line, hit))


_SUPPORT: Final = re.compile(
    r"\b24/7\b[^.;,]{0,30}\bsupport\b"
    r"|\b(?:free|included|dedicated|premium|enterprise|technical|expert|priority|e-?mail|chat|phone|Slack|ticket)"
    r"(?: (?:and|or|&) \w+)? support\b(?! for\b)"
    r"|\bsupport (?:is )?(?:included|plans?|by (?:e-?mail|chat|phone))\b|\bchat option available\b",
    re.IGNORECASE,
)


def _support(line: str, _: Sequence[str]) -> Iterator[Statement]:
    if (hit := _SUPPORT.search(line)) and not re.search(r"\bno\b", line[: hit.start()], re.IGNORECASE):
        yield Statement("support", clip(hit[0].lower(), 60), _around(line, hit))


_NO_MINIMUM: Final = re.compile(
    r"\bno (?:long[ -]term |minimum |upfront |fixed )?(?:commitments?|contracts?|minimums?|terms?)\b", re.IGNORECASE
)
_MINIMUM: Final = re.compile(
    r"\b(?:one|two|three|six|\d{1,2})[ -](?:hour|day|week|month|year) minimum\b", re.IGNORECASE
)


def _minimum(line: str, _: Sequence[str]) -> Iterator[Statement]:
    if hit := _NO_MINIMUM.search(line):
        yield Statement("minimum", "none", _around(line, hit))
    elif hit := _MINIMUM.search(line):
        yield Statement("minimum", clip(hit[0].lower(), 60), _around(line, hit))


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


_READERS: Final[tuple[Callable[[str, Sequence[str]], Iterator[Statement]], ...]] = (
    _billing, _egress, _storage, _interconnect, _delivery, _regions, _support, _minimum,
)  # fmt: skip
# Kinds of which a provider may have several at once, in the order in which they are listed (others by their words).
_COLLECTED: Final[dict[str, tuple[str, ...]]] = {"delivery": tuple(_FORMS), "interconnect": (), "support": ()}
_COLLECTED_AS: Final = {"delivery": ", ", "interconnect": "; ", "support": "; "}
