"""Writes docs/sources.md from what the providers say of themselves (--write), or prints it: make sources."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from scrapers import registry
from scrapers.fetching.api_keys import environment_variables
from scrapers.model import Provider, Request

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"
_HEAD = """# Sources

What each source really does: where it is asked, what a price buys, in which currency, how a list goes on, what
misleads. Made by `make sources` from the providers' own files; do not edit it. Each fact has the day on which it
was so, and how we know. `recorded`: written from pages that were really served; `documented`: from a documented
schema; `unverified`: nobody has recorded the page, and nothing is published before a person has reviewed it
(`gpuhour providers accept`). "Else" names the addresses that are asked where the one before leads to no offers: the
one that answered stands in every receipt.
"""


def terms(provider: Provider) -> str:
    """Return what is known of robots.txt and terms: from the provider's file, else implied by its kind of access."""
    if provider.terms:
        return provider.terms
    return "; ".join(
        ["robots.txt is checked before every fetch"]
        + (["its API is used under the terms of your own account"] if any(map(_keys, provider.requests)) else [])
        + (["public API"] if "public API" in provider.access or "bulk" in provider.access else [])
        + (["the site's terms were not reviewed by a lawyer"] if "page" in provider.access.lower() else [])
    )


def sources_page() -> str:
    """Return the page: a section per provider, in order of its slug."""
    return "\n".join([_HEAD, *(line for provider in registry.all_providers() for line in _section(provider))])


def _section(provider: Provider) -> Iterator[str]:
    yield f"## {provider.name} (`{provider.slug}`)"
    yield ""
    yield f"- {provider.access}; {provider.kind}; {provider.basis}. Publishes {provider.publishes}."
    yield f"- Unit: {provider.units}."
    yield from dict.fromkeys(
        f"- Asks {'; else '.join(map(_address, (request, *request.alternatives)))}." for request in provider.requests
    )
    if provider.follow is not None:
        yield "- Paging: what an answer leads to is followed; a list that lacks rows by its own count is `partial`."
    if provider.note:
        yield f"- {provider.note[:1].upper()}{provider.note[1:]}."
    for fact in provider.facts:
        yield f"- {fact.topic.capitalize()}: {fact.text} ({fact.seen_on}, {fact.evidence})."
    yield f"- Terms: {terms(provider)}."
    yield ""


def _address(request: Request) -> str:
    """Return a request's address without its query, how it is asked, and the keys it needs."""
    parts = urlsplit(request.url)
    asked = "POST " if request.method == "POST" else ""
    keys = _keys(request)
    how = [request.source, *(["in a browser"] if request.browser else [])]
    how += ["needs " + " and ".join(f"`{key}`" for key in keys)] if keys else []
    return f"`{asked}{parts.netloc}{parts.path}` ({', '.join(how)})"


def _keys(request: Request) -> list[str]:
    return environment_variables(request.headers, request.url)


def write(path: Path = PAGE) -> bool:
    """Bring the page up to date; return whether it changed."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    new = sources_page()
    if new != old:
        path.write_text(new, encoding="utf-8")
    return new != old


if __name__ == "__main__":
    if "--write" not in sys.argv[1:]:
        print(sources_page())
    elif write():
        print(f"{PAGE.name}: the page of sources is up to date again")
