"""Reads an alert rule from a sentence: "A100 drops 5% anywhere in Europe". Every word has to be understood."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from warehouse.identity import regions
from warehouse.identity.gpus import models, resolve, states_memory
from warehouse.identity.nearest import nearest
from warehouse.identity.providers import known_providers, provider_slug

EXAMPLES = (
    "A100 drops 5% anywhere in Europe",
    "8x H100 on demand below $2.50 at Lambda or CoreWeave",
    "H200 hits a new low in 90 days",
    "spot L40S rises 20%",
    "B200 is back in stock in Germany",
    "another provider is the cheapest for H100",
)
_NUMBER = r"(\d+(?:\.\d+)?)"
_PERCENT = rf"(?:by |of )?(?:at least |more than |over )?{_NUMBER} ?(?:%|percent)(?: or more)?"
_FALLS = r"(?:drops?|falls?|is cut|is reduced|gets cheaper|goes down|declines?|decreases?|dips?)"
_RISES = r"(?:rises?|goes up|gets dearer|gets more expensive|increases?|climbs?|jumps?)"
_MOVES = r"(?:moves?|changes?)"
_MONEY = r"(?:(?P<sign>[$€£₹]) ?)?(?P<amount>\d+(?:\.\d+)?)(?: ?(?P<code>usd|eur|gbp|inr|dollars?|euros?|pounds?))?"
_PER_HOUR = r"(?: ?(?:/ ?|per |an? )(?:gpu[- ]?)?(?:hour|hr?))?"
_CURRENCIES = {
    "$": "USD", "€": "EUR", "£": "GBP", "₹": "INR", "usd": "USD", "eur": "EUR", "gbp": "GBP", "inr": "INR",
    "dollar": "USD", "euro": "EUR", "pound": "GBP",
}  # fmt: skip
_FILLERS = frozenset((
    "a", "an", "the", "of", "for", "at", "in", "on", "by", "from", "to", "and", "or", "when", "if", "whenever", "its",
    "it", "is", "price", "prices", "pricing", "cost", "costs", "any", "anywhere", "gpu", "gpus", "offer", "offers",
    "machine", "machines", "instance", "instances", "hour", "per", "that", "which", "with", "provider",
    "providers", "list",
))  # fmt: skip
# Taken off first: the "us" of "tell us" is no country.
_OPENING = re.compile(r"^(?:please )?(?:(?:tell|notify|alert|warn) (?:me|us)|let (?:me|us) know)\b", re.IGNORECASE)
_SHORT_CODES = frozenset(("us", "uk", "eu"))


class NotUnderstood(Exception):
    """A sentence that no rule can be made of; the message says which words, and gives examples."""


@dataclass(slots=True)
class _Text:
    """A sentence of which what was understood is taken out, piece by piece."""

    left: str
    rule: dict[str, Any] = field(default_factory=dict)
    where: dict[str, Any] = field(default_factory=dict)

    def take(self, pattern: str) -> re.Match[str] | None:
        """Take the first match out of what is left."""
        hit = re.search(rf"(?<![\w$€£₹.]){pattern}(?![\w%]| ?%| ?percent)", self.left, re.IGNORECASE)
        if hit:
            self.left = f"{self.left[: hit.start()]} | {self.left[hit.end() :]}"
        return hit


def rule_of(sentence: str) -> dict[str, Any]:
    """Return the fields of a rule, without `id` and `to`, as they stand in a rules file.

    Raises NotUnderstood, naming the words that were not understood.
    """
    if len(sentence) > 300:
        raise NotUnderstood("a rule in words has at most 300 characters; longer ones are written into alerts.yaml")
    text = _Text(_OPENING.sub("", re.sub(r"\s+", " ", sentence.strip().rstrip(".!?"))))
    for read in (_event, _count, _pricing_model, _gpu, _place, _providers):
        read(text)
    words = re.findall(r"[^\s|,;:]+", text.left)
    unknown = [word for word in words if word.lower() not in _FILLERS]
    if unknown:
        names = [*models(), *known_providers()]
        raise NotUnderstood(
            f"not understood: {' '.join(unknown)!r}{nearest(unknown[0], names)}. For example: {'; '.join(EXAMPLES)}"
        )
    if "kind" not in text.rule:
        raise NotUnderstood(f"no event in {sentence!r}. For example: {'; '.join(EXAMPLES)}")
    if not text.where and text.rule["kind"] not in _OF_SOURCES:
        raise NotUnderstood(f"{sentence!r} is about every price: name a GPU, a provider or a place")
    return _whole(text)


_OF_SOURCES = ("source_broken", "source_stale")


def _whole(text: _Text) -> dict[str, Any]:
    kind = text.rule["kind"]
    if kind in _OF_SOURCES:
        if set(text.where) - {"provider"}:
            raise NotUnderstood(f"a {kind} rule is about providers, not about {', '.join(sorted(text.where))}")
        return text.rule | text.where
    # A marketplace's hosts move their prices all day; a rule that means them says so.
    if kind in ("drop_pct", "rise_pct", "change_pct", "new_low", "cheapest_changed") and "provider" not in text.where:
        text.where.setdefault("market", "first_party")
    if "pricing_model" not in text.where and kind not in ("offer_added", "offer_removed"):
        text.where["pricing_model"] = "on_demand"
    return text.rule | {"where": text.where}


def _event(text: _Text) -> None:
    for pattern, fields in _EVENTS:
        if hit := text.take(pattern):
            text.rule |= fields(hit)
            return


def _line(kind: str) -> Callable[[re.Match[str]], Mapping[str, Any]]:
    def fields(hit: re.Match[str]) -> Mapping[str, Any]:
        word = (hit["code"] or "").lower().rstrip("s") if hit["code"] not in ("s", None) else ""
        currency = _CURRENCIES.get(hit["sign"] or word, "USD")
        return {"kind": kind, "price": _number(hit["amount"])} | ({} if currency == "USD" else {"currency": currency})

    return fields


def _percent(kind: str) -> Callable[[re.Match[str]], Mapping[str, Any]]:
    return lambda hit: {"kind": kind, "pct": _number(hit[1])}


def _number(text: str) -> float:
    """Return a number as it stands in a file: 5, 2.5."""
    return float(text) if "." in text else int(text)


def _low(hit: re.Match[str]) -> Mapping[str, Any]:
    days = hit["days"]
    return {"kind": "new_low"} | ({"window": f"{int(days) * _DAYS[hit['unit'].lower()]}d"} if days else {})


_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_PERIOD = r"(?: (?:in|of|for|within)(?: the last)? (?P<days>\d{1,3}) ?(?P<unit>day|week|month|year)s?)?"
# In this order: "drops below $2" is a threshold, "drops 5%" a move.
_EVENTS: tuple[tuple[str, Callable[[re.Match[str]], Mapping[str, Any]]], ...] = (
    (rf"(?:{_PERCENT}) below its (?:30[- ]day )?median", _percent("below_median")),
    (rf"(?:{_PERCENT}) below its (?:30[- ]day )?(?:high|peak)", _percent("drawdown")),
    (rf"(?:{_FALLS} |is |costs |goes )?(?:to )?(?:below|under|less than|cheaper than|at most) {_MONEY}{_PER_HOUR}",
        _line("below")),
    (rf"(?:{_RISES} |is |costs |goes )?(?:to )?(?:above|over|more than|exceeds|at least) {_MONEY}{_PER_HOUR}",
        _line("above")),
    (rf"{_FALLS} {_PERCENT}", _percent("drop_pct")),
    (rf"{_RISES} {_PERCENT}", _percent("rise_pct")),
    (rf"{_MOVES} {_PERCENT}", _percent("change_pct")),
    (rf"{_PERCENT} (?:cheaper|drop|cut|lower)", _percent("drop_pct")),
    (rf"{_PERCENT} (?:dearer|rise|increase|higher)", _percent("rise_pct")),
    (rf"(?:(?:hits|reaches|is at|has) )?(?:an? |its )?(?:new |all[- ]time |record )?low(?:est)?(?: price)?{_PERIOD}",
        _low),
    (r"(?:is )?(?:back(?: in stock)?|restocked|available again|in stock again|becomes available|gets available)",
        lambda _: {"kind": "restock"}),
    (r"(?:is |gets )?(?:sold[- ]out|sells out|out of stock)", lambda _: {"kind": "sold_out"}),
    (r"another provider (?:is|becomes|gets) (?:the )?cheapest|(?:the )?cheapest provider changes",
        lambda _: {"kind": "cheapest_changed"}),
    (r"(?:is added|appears|is new|is listed)|new offers?", lambda _: {"kind": "offer_added"}),
    (r"(?:is removed|disappears|is gone|is delisted)", lambda _: {"kind": "offer_removed"}),
    (r"(?:is (?:held|quarantined))", lambda _: {"kind": "quarantined"}),
    (r"(?:is not|not|was not|has not been) read (?:for|in) (?P<n>\d{1,3}) days?",
        lambda hit: {"kind": "source_stale", "after_days": int(hit["n"])}),
    (r"(?:fails|breaks|is broken|cannot be read)", lambda _: {"kind": "source_broken"}),
)  # fmt: skip


def _count(text: _Text) -> None:
    if hit := text.take(r"(\d{1,4}) ?x(?= )") or text.take(r"with (\d{1,4}) gpus?") or text.take(r"(\d{1,4}) gpus"):
        text.where["gpu_count"] = int(hit[1])


def _pricing_model(text: _Text) -> None:
    if text.take(r"on[- ]demand"):
        text.where["pricing_model"] = "on_demand"
    elif text.take(r"(?:spot|preemptible|interruptible)"):
        text.where["pricing_model"] = "spot"
    elif hit := text.take(
        r"(?:(\d)[- ]years? )?(?:reserved|reservations?|committed|commitments?)(?: for (\d) years?)?"
    ):
        text.where["pricing_model"] = "reserved"
        if years := hit[1] or hit[2]:
            text.where["term_months"] = 12 * int(years)


def _gpu(text: _Text) -> None:
    """Take the GPUs that are named, each with its memory and form factor."""
    labels: list[str] = []
    while label := _gpu_label(text.left):
        text.left = text.left.replace(label, " | ", 1)
        labels.append(label)
    if labels:
        text.where["gpu"] = labels[0] if len(labels) == 1 else labels


def _gpu_label(text: str) -> str | None:
    """Return the longest run of words that names one GPU, each of which says more than the others."""
    for label in _runs(text, 6):
        card = resolve(label)
        rest = resolve(" ".join(label.split(" ")[:-1])) if " " in label else None
        adds = rest is None or (card.model, card.memory_gb, card.form_factor) != (
            rest.model, rest.memory_gb, rest.form_factor
        ) or (states_memory(label) and not states_memory(" ".join(label.split(" ")[:-1])))  # fmt: skip
        begins = resolve(label.split(" ", 1)[1]).model if " " in label else None
        if card.model and adds and begins != card.model:
            return label
    return None


def _place(text: _Text) -> None:
    for label in _runs(text.left, 4):
        words = label.lower()
        with suppress(regions.UnknownPlace):
            text.where["continent"] = regions.continent_name("Europe" if words == "eu" else label)
            text.left = text.left.replace(label, " | ", 1)
            return
        with suppress(regions.UnknownPlace):
            if len(words) > 3 or words in _SHORT_CODES:
                text.where["country"] = regions.country_code(label)
                text.left = text.left.replace(label, " | ", 1)
                return
    if hit := text.take(r"in ([a-z]{2,}-[a-z0-9-]*\d[a-z]?)"):
        text.where["region"] = hit[1].lower()


def _providers(text: _Text) -> None:
    slugs = known_providers()
    names = [label for label in _runs(text.left, 3) if provider_slug(label) in slugs and label.lower() not in _FILLERS]
    chosen: list[str] = []
    for name in names:
        if name in text.left:
            text.left = text.left.replace(name, " | ", 1)
            chosen.append(provider_slug(name))
    if chosen:
        text.where["provider"] = chosen[0] if len(chosen) == 1 else sorted(chosen)


def _runs(text: str, most: int) -> Iterator[str]:
    """Yield runs of words that stand together, the longest first."""
    pieces = [piece.strip(" ,;:") for piece in re.split(r"[|,;:]", text)]
    split = [piece.split(" ") for piece in pieces if piece]
    for length in range(most, 0, -1):
        for words in split:
            for start in range(len(words) - length + 1):
                run = words[start : start + length]
                if run[0].lower() not in _FILLERS | {"or"} and run[-1].lower() not in _FILLERS:
                    yield " ".join(run)
