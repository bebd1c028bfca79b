"""Describes a provider that nobody has described yet, from its address and from what was read on its page."""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from dataclasses import replace
from typing import Final

from scrapers.fetching.policy import host_of
from scrapers.model import Fact, Offer, Page, Provider, Request, clip
from scrapers.reading.by_meaning import ByMeaning
from scrapers.reading.documents import kind

SOURCE: Final = "pricing_page"
MOST_EXPECTED: Final = 3  # GPUs whose absence is an alarm: the ones with the most prices
_ACCESS: Final = {"html": "HTML page", "json": "public API", "markdown": "Markdown page"}
_MODELS: Final = {"on_demand": "on-demand", "spot": "spot", "reserved": "reserved"}
_SECOND_LEVEL: Final = ("co", "com", "net", "org", "ac", "gov")  # of country domains: acme.co.uk
_NAME: Final = re.compile(r"[^\W_][\w .&+()/'-]{0,59}")


def is_name(name: str) -> bool:
    """Return whether a name can stand in source text, Markdown and terminals as it is."""
    return bool(_NAME.fullmatch(name)) and name.isprintable()


def domain_label(url: str) -> str:
    """Return the word of a host that its owner chose ("www.acme-cloud.co.uk" -> "acme-cloud"); empty for an address."""
    host = host_of(url)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")[:-1]
        if len(labels) > 1 and labels[-1] in _SECOND_LEVEL:
            labels.pop()
        return labels[-1] if labels else ""
    return ""


def slug_of(url: str) -> str:
    """Return a slug made from an address; empty where it has no name."""
    return re.sub(r"[^a-z0-9]+", "", domain_label(url))


def name_of(url: str, text: str, slug: str) -> str:
    """Return a provider's name: as its page states it where that fits the address, else the host's word."""
    stated = re.search(r"<meta\s[^>]{0,300}og:site_name[^>]{0,300}>", text[:200_000], re.IGNORECASE)
    content = re.search(r"content\s*=\s*[\"']([^\"']{1,60})[\"']", stated[0], re.IGNORECASE) if stated else None
    name = clip(content[1], 60).strip() if content else ""
    label = domain_label(url)
    if is_name(name) and label and re.sub(r"\W|_", "", name.lower())[:4] == re.sub(r"\W|_", "", label)[:4]:
        return name
    return " ".join(word.capitalize() for word in re.split(r"[-_]+", label or slug))


def start(slug: str, name: str, url: str) -> Provider:
    """Return a provider as it is before its page was read."""
    host = host_of(url).removeprefix("www.")
    return Provider(slug, name, (Request(url, SOURCE),), ByMeaning(), hosts=(host,) if host else ())


def describe(provider: Provider, page: Page, offers: list[Offer], gpus: list[str]) -> Provider:
    """Return the provider with what its page says: access, models, units, expected GPUs, facts.

    `offers` are those with a price in force, at least one; `gpus` the canonical models of the rows.
    """
    text = page.text()
    request = replace(
        provider.requests[0],
        browser=page.fetched_by == "browser",
        ends_with="</html>" if text.rstrip().endswith("</html>") else "",
    )
    asked, answered = host_of(request.url), host_of(page.final_url)
    return replace(
        provider,
        requests=(request,),
        access=_ACCESS[kind(text)],
        publishes=_publishes(offers),
        units=_units(offers),
        hosts=(answered,) if answered and answered != asked else (),
        expects=tuple(sorted(gpu for gpu, _ in Counter(gpus).most_common(MOST_EXPECTED))),
        facts=tuple(_facts(page, offers)),
        basis="recorded",
    )


def _publishes(offers: list[Offer]) -> str:
    models = [model for model, _ in Counter(offer.pricing_model for offer in offers).most_common()]
    words = [_MODELS.get(model, model.replace("_", " ")) for model in models]
    if terms := sorted({offer.term_months for offer in offers if offer.term_months}):
        months = f"{', '.join(map(str, terms[:6]))} months"
        words = [f"{word} {months}" if word == "reserved" else word for word in words]
    return ", ".join(words)


def _units(offers: list[Offer]) -> str:
    currencies = sorted({offer.currency for offer in offers} - {"USD", ""})
    return " and ".join(_units_by_count(offers)) + (f", in {', '.join(currencies)}" if currencies else "")


def _units_by_count(offers: list[Offer]) -> list[str]:
    units = [unit for unit, _ in Counter(offer.price_unit for offer in offers).most_common()]
    return [f"per {unit.replace('gpu_', 'GPU-').replace('instance_', 'instance-').replace('_', ' ')}" for unit in units]


def _facts(page: Page, offers: list[Offer]) -> list[Fact]:
    """Return what was seen of units and currency, each with the words of a price as evidence."""
    day = f"{page.captured_at:%Y-%m-%d}"
    first = min(offers, key=lambda offer: len(offer.text))
    evidence = f"recorded page: {plain_words(first.text.partition(' [')[0])}"
    facts = [Fact("unit", f"{len(offers)} prices, {' and '.join(_units_by_count(offers))}", day, evidence)]
    if unstated := [offer for offer in offers if not offer.currency]:
        facts.append(Fact("currency", f"{len(unstated)} of {len(offers)} prices state none", day, evidence))
    elif first.currency != "USD":
        facts.append(Fact("currency", " and ".join(sorted({o.currency for o in offers})), day, evidence))
    return facts


def plain_words(text: str, limit: int = 80) -> str:
    """Return words of a page without what would mean something in source text, Markdown or a terminal."""
    return clip(re.sub(r"[^\w\s.,:%()+/$€£₹¥-]|_", " ", text), limit)
