"""Markup that every row of every table needs: functions, since macros take ten times as long."""

from __future__ import annotations

import re
from functools import cached_property

from markupsafe import Markup, escape

from pipelines.queries.filters import SOLD_OUT
from pipelines.reports import wording
from pipelines.reports.query_runner import Row
from pipelines.reports.site_data import GpuKey, SiteData, gpu_name

_LINK = Markup('<a href="@/{}">{}</a>')
_FLAG = Markup(' <span class="flag">{}</span>')
_PAGE = Markup(' <a href="{}" rel="nofollow noopener" aria-label="Source page of {}">page</a>')
_QUIET = Markup(' <span class="quiet">{}</span>')


class Links:
    """Links to the pages of GPUs, providers and models; empty where there is no page."""

    def __init__(self, data: SiteData) -> None:
        self._gpus = {key: f"gpu/{gpu.slug}.html" for key, gpu in data.gpus.items()}
        self._providers = {p.slug: f"provider/{p.file}.html" for p in data.providers.values()}
        self._models = {model: f"tokens/{file}.html" for model, file in data.model_files.items()}

    def gpu(self, key: GpuKey) -> str:
        """Return the link to a GPU with its memory."""
        return self._gpus.get((key[0], key[1]), "")

    def provider(self, slug: str) -> str:
        """Return the link to a provider."""
        return self._providers.get(slug, "")

    def model(self, name: str) -> str:
        """Return the link to a language model."""
        return self._models.get(name, "")

    @cached_property
    def digest(self) -> str:
        """Return a text that changes when a page moves."""
        return repr([sorted(map(repr, d.items())) for d in (self._gpus, self._providers, self._models)])


class RowMarkup:
    """Markup of the parts that rows share. Values from rows are escaped; links are resolved by render.py."""

    def __init__(self, data: SiteData, links: Links) -> None:
        """Prepare markup for the entries that have pages."""
        self._links, self._has_live = links, bool(data.meta["has_live"])
        self._name = data.provider_name
        self._kind = data.provider_kind
        self._gpus: dict[GpuKey, Markup] = {}
        self._providers: dict[str, Markup] = {}

    def gpu(self, key: GpuKey) -> Markup:
        """Return a GPU, as a link where it has a page."""
        key = (key[0], key[1])
        if key not in self._gpus:
            self._gpus[key] = _linked(self._links.gpu(key), gpu_name(key)) if key[0] else Markup("<i>unknown GPU</i>")
        return self._gpus[key]

    def provider(self, slug: str) -> Markup:
        """Return a provider, as a link where it has a page."""
        if slug not in self._providers:
            self._providers[slug] = _linked(self._links.provider(slug), self._name(slug))
        return self._providers[slug]

    def source(self, url: str | None, text: str) -> Markup:
        """Return a link to the source of a price; text alone where the address is not a web address."""
        return Markup('<a href="{}" rel="nofollow noopener">{}</a>').format(url, text) if is_web(url) else escape(text)

    def receipt(self, row: Row) -> Markup:
        """Return links to the receipt and the provider's page; the beginning of the hash where it has no receipt."""
        of = f"{self._name(row['provider'])}, {row['instance'] or row['gpu'] or 'price'}"
        sha = row["sha256"]
        if row["receipt"]:
            shown = Markup('<a href="@/{}" aria-label="Receipt of {}">receipt</a>').format(row["receipt"], of)
        else:
            shown = Markup('<span class="quiet" title="{}">{}</span>').format(sha, sha[:8]) if sha else Markup("–")
        url = row.get("source_url")
        return shown + (_PAGE.format(url, of) if is_web(url) else "")

    def what(self, row: Row) -> Markup:
        """Return the offer: instance, region, zone."""
        where = " ".join(filter(None, (row["region"], row["zone"])))
        return escape(row["instance"] or "–") + (_QUIET.format(where) if where else "")

    def flags(self, row: Row) -> Markup:
        """Return notes on the reliability of a price; empty where there are none."""
        return Markup("").join(_FLAG.format(text) for text in reliability_notes(row, self._has_live))

    def stock(self, row: Row) -> Markup:
        """Return the availability of an offer, with what a buyer must know of its seller: a marketplace, resold."""
        stock = row["availability"]
        text = _FLAG.format(wording.stock(stock)) if stock in SOLD_OUT else escape(wording.stock(stock))
        seller = self._kind(row["provider"])
        return text + (_FLAG.format(seller) if seller in ("marketplace", "aggregator") else "")

    def at(self, row: Row) -> Markup:
        """Return the provider of a price, with its availability where it is stated."""
        stock = self.stock(row)
        return self.provider(row["provider"]) + ("" if stock == "–" else Markup(" ") + stock.removeprefix("–"))


def reliability_notes(row: Row, has_live: bool) -> list[str]:
    """Return notes on the reliability of a price, each a few words. `has_live`: other origins are worth a note."""
    days = row["age_days"]
    notes = [
        row["is_carried_forward"] and f"carried forward, {days} day{'' if days == 1 else 's'}",
        row["is_held"] and "newer value held back",
        row["quality"] == "flagged" and "flagged",
        row["effective_from"]
        and row["effective_from"] > row["valid_from"]
        and f"from {wording.day(row['effective_from'])}",
        row["effective_until"] and f"until {wording.day(row['effective_until'])}",
        has_live and row["origin"] != "live" and row["origin"],
    ]
    return [note for note in notes if note]


def is_web(url: str | None) -> bool:
    """Return whether an address may be linked to: http or https, not a script."""
    return bool(re.match(r"https?://[^\s/]", url or "", re.IGNORECASE))


def _linked(path: str, text: str) -> Markup:
    return _LINK.format(path, text) if path else escape(text)
