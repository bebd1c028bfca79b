"""Writes the source text of a provider's file: a provider that is read by meaning, as `providers add` describes it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from scrapers.model import Fact, Provider, Request

_HEAD = '''"""{name}: {access}, read by meaning."""

from __future__ import annotations

from scrapers.model import {model}
from scrapers.reading.by_meaning import ByMeaning

PROVIDER = Provider('''


def module_source(provider: Provider) -> str:
    """Return the file of a provider, formatted as the repository is: one value a line, so that diffs are small.

    Its texts must be free of double quotes; all else is escaped.
    """
    model = "Fact, Provider, Request" if provider.facts else "Provider, Request"
    lines = [_HEAD.format(name=provider.name, access=provider.access, model=model)]
    lines += _fields(slug=provider.slug, name=provider.name)
    lines += _items("requests", [_request(request) for request in provider.requests])
    lines.append("    parse=ByMeaning(),")
    lines += _fields(access=provider.access, publishes=provider.publishes, units=provider.units)
    lines += _items("hosts", [[f"{_text(host)},"] for host in provider.hosts])
    lines += _fields(basis=provider.basis)
    lines += _items("expects", [[f"{_text(gpu)},"] for gpu in provider.expects])
    lines += _items("facts", [_fact(fact) for fact in provider.facts])
    return "\n".join([*lines, ")", ""])


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _fields(**texts: str) -> Iterator[str]:
    yield from (f"    {name}={_text(text)}," for name, text in texts.items())


def _items(name: str, items: list[list[str]]) -> Iterator[str]:
    if items:
        yield f"    {name}=("
        yield from (f"        {line}" for item in items for line in item)
        yield "    ),"


def _request(request: Request) -> list[str]:
    values = [_text(request.url), _text(request.source)]
    values += ["browser=True"] if request.browser else []
    values += [f"ends_with={_text(request.ends_with)}"] if request.ends_with else []
    return ["Request(", *(f"    {value}," for value in values), "),"]


def _fact(fact: Fact) -> list[str]:
    values = (fact.topic, fact.text, fact.seen_on, fact.evidence)
    return ["Fact(", *(f"    {_text(value)}," for value in values), "),"]
