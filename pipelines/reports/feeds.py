"""Feeds of price changes, Atom and JSON: an entry per event, under a permanent id."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pipelines.reports import wording
from pipelines.reports.query_runner import Row
from pipelines.reports.render import Renderer, dumps
from pipelines.reports.site_data import SiteData, gpu_name, key_of

MAX_ENTRIES = 100
_FACTS = ("event_id", "series_id", "provider", "gpu", "gpu_memory_gb", "form_factor", "instance", "region",
          "pricing_model", "term_months", "kind", "changed_on", "old_usd_per_gpu_hour", "new_usd_per_gpu_hour", "pct",
          "source_url", "sha256")  # fmt: skip


def feeds(data: SiteData, renderer: Renderer) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of the feed of all changes, and of those of each GPU and provider."""
    base = renderer.site["base_url"]
    news = data.news[:MAX_ENTRIES]
    yield from _feed(data, renderer, base, "changes", "changes.html", "Price changes", news)
    for key, gpu in data.gpus.items():
        rows = [c for c in data.changes_by_gpu.get(key, ()) if not c["is_first_observation"]]
        yield from _feed(
            data, renderer, base, f"gpu/{gpu.slug}", f"gpu/{gpu.slug}.html", f"{gpu.name}: price changes", rows, False
        )
    for provider in data.providers.values():
        rows = [c for c in data.changes_by_provider.get(provider.slug, ()) if not c["is_first_observation"]]
        path = f"provider/{provider.file}"
        yield from _feed(data, renderer, base, path, f"{path}.html", f"{provider.name}: price changes", rows, False)


def _feed(
    data: SiteData,
    renderer: Renderer,
    base: str,
    path: str,
    page: str,
    title: str,
    rows: Sequence[Row],
    with_json: bool = True,
) -> Iterator[tuple[str, bytes]]:
    at = f"{base}/" if base else "../" * path.count("/")
    entries = [_entry(data, at, c) for c in rows]
    feed = {
        "id": _urn(f"feed/{path}"),
        "title": f"gpuhour: {title}",
        "updated": max((e["updated"] for e in entries), default=f"{data.as_of}T00:00:00Z"),
        "self": f"{at}{path}.atom",
        "page": f"{at}{page}",
        "entries": entries,
    }
    yield f"{path}.atom", renderer.text("feed.atom", feed=feed)
    if with_json:
        yield f"{path}.json", dumps(_as_json(feed, base, path))


def _as_json(feed: dict[str, Any], base: str, path: str) -> dict[str, Any]:
    """Return a JSON Feed 1.1; its absolute addresses are left out where the site's is unknown."""
    whole = {"home_page_url": feed["page"], "feed_url": f"{base}/{path}.json"} if base else {}
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed["title"],
        **whole,
        "authors": [{"name": "gpuhour"}],
        "language": "en",
        "items": [
            {
                "id": e["id"],
                **({"url": e["url"]} if base else {}),
                "title": e["title"],
                "content_text": e["summary"],
                "date_published": e["updated"],
                "tags": [e["kind"]],
                "_gpuhour": e["facts"],
            }
            for e in feed["entries"]
        ],
    }


def _entry(data: SiteData, at: str, change: Row) -> dict[str, Any]:
    name = (
        f"{gpu_name(key_of(change))} at {data.provider_name(change['provider'])}"
        if change["gpu"]
        else data.provider_name(change["provider"])
    )
    old, new = wording.usd(change["old_usd_per_gpu_hour"]), wording.usd(change["new_usd_per_gpu_hour"])
    what = {
        "drop": f"fell to {new}",
        "rise": f"rose to {new}",
        "new": f"new at {new}",
        "back": f"listed again at {new}",
        "gone": "no longer listed",
    }.get(change["kind"], change["kind"])
    kind = wording.pricing(change["pricing_model"], change["term_months"])
    where = ", ".join(filter(None, (change["instance"], change["region"], change["zone"])))
    before = f" Before: {old}." if change["old_usd_per_gpu_hour"] is not None else ""
    day = wording.long_day(change["changed_on"])
    by = f" ({wording.moved(change)})" if change["pct"] is not None else ""
    return {
        "id": urn_of(change["event_id"]),
        "title": f"{name} {what}{by}, {kind}",
        "updated": _moment(change["observed_at"])
        if change["kind"] != "gone" and change["observed_at"].date() == change["changed_on"]
        else f"{change['changed_on']}T00:00:00Z",  # gone, or announced before: nothing was observed at that moment
        "url": f"{at}changes/{change['changed_on']}.html",
        "source_url": change["source_url"] or "",
        "kind": change["kind"],
        "summary": f"{', '.join(filter(None, (name, kind, where)))}: {what} per GPU-hour on {day}{by}.{before}",
        "facts": {k: change[k] for k in _FACTS},
    }


def urn_of(event_id: str) -> str:
    """Return the event's id in v1.price_changes as a URN; alerts use the same id."""
    if re.fullmatch(r"[0-9a-f]{32}", event_id):
        return UUID(event_id).urn
    return _urn(f"event/{event_id}")


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'gpuhour/{name}')}"


def _moment(value: datetime) -> str:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}"
