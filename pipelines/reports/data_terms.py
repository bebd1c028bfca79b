"""The terms under which the published data may be used: the owner's choice, stated wherever the data are described."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.reports.html_snippets import is_web
from pipelines.serialize import printable


@dataclass(frozen=True, slots=True)
class DataTerms:
    """A licence or other terms: their name, and their address, empty where they have none."""

    name: str
    url: str = ""


MIT = DataTerms("MIT", "https://spdx.org/licenses/MIT.html")


def data_terms(setting: str) -> DataTerms:
    """Return the terms that the setting names: words, then an address ("CC BY 4.0 https://..."); MIT if empty."""
    words = printable(setting).split()
    if not words:
        return MIT
    url = words.pop() if is_web(words[-1]) else ""
    return DataTerms(" ".join(words) or url, url)
