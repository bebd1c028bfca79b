"""Providers that are no more than an address: one page, read by meaning, in the table beside this file.

Those of basis `unverified` nobody has recorded yet: they are fetched and archived, never published before a person has
looked. A provider that needs a hint, a second address or a layout has a file of its own (docs/adding-a-provider.md).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from scrapers.model import Provider, Request
from scrapers.reading.by_meaning import ByMeaning


def _provider(url: str, hosts: str, expects: str, **facts: Any) -> Provider:
    return Provider(
        requests=(Request(url, "pricing_page", ends_with="</html>"),),
        parse=ByMeaning(),
        hosts=tuple(filter(None, hosts.split("; "))),
        expects=tuple(filter(None, expects.split("; "))),
        **facts,
    )


with Path(__file__).with_name("by_meaning.csv").open(encoding="utf-8", newline="") as _stream:
    PROVIDERS = {row["slug"]: _provider(**row) for row in csv.DictReader(_stream)}
