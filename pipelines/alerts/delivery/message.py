"""A message: events grouped for one reader; text, Markdown, HTML and JSON from one context."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from typing import Any

from pipelines.alerts.delivery import event_text
from pipelines.alerts.event import Event
from pipelines.queries.percent import change_pct, pct_number
from pipelines.serialize import json_value, printable

LINES = 20  # offers that a message lists; the rest are counted
_SUFFIX = {"text": "txt", "markdown": "md", "html": "html"}


def payload(event: Event, context: Mapping[str, Any] | None = None) -> str:
    """Return an event as JSON with its context: all that a message will ever need of it."""
    about = event.about | {k: v for k, v in (context or {}).items() if v is not None and k != "event_id"}
    fields = event.row() | {
        "subject": event.subject, "unit": event.unit, "about": {k: v for k, v in about.items() if v not in (None, "")},
    }  # fmt: skip
    return json.dumps(_plain(fields), ensure_ascii=False, sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    return float(value) if isinstance(value, Decimal) and value % 1 else json_value(value)


def message_id(channel: str, event_ids: Sequence[str]) -> str:
    """Return the id of a message, which is its idempotency key: a retry under it is the same message."""
    return hashlib.sha256("\x1f".join([channel, *sorted(event_ids)]).encode()).hexdigest()[:32]


def content(channel: str, events: Sequence[str], now: datetime, is_test: bool = False) -> dict[str, Any]:
    """Return the context of a message about events, as written by `payload`."""
    parsed = [json.loads(e) for e in events]
    collapsed = collapse(parsed)
    groups = [_group(group_events) for group_events in _grouped(collapsed)]
    shown = LINES
    for group in groups:
        group["more"] = max(0, len(group["lines"]) - shown)
        group["lines"] = group["lines"][:shown]
        shown -= len(group["lines"])
    more = sum(group["more"] for group in groups)
    return {
        "message_id": message_id(channel, [e["event_id"] for e in parsed]),
        "channel": channel,
        "composed_at": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "is_test": is_test,
        "subject": ("TEST: " if is_test else "") + _subject(groups),
        "groups": groups,
        "more": more,
        "events": parsed,
    }


def collapse(events: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Merge several events of one rule on one subject, as in a digest: the last one, with the first old price."""
    last: dict[tuple[str, str], dict[str, Any]] = {}
    for event in events:
        key = event["rule"], event["subject"]
        before = last.pop(key, None)  # re-inserted at the end, in order of time
        event = dict(event)
        if before:
            event["since"] = before.get("since", before["date"])
            event["old_usd_per_gpu_hour"] = before["old_usd_per_gpu_hour"]
            event["n_changes"] = before.get("n_changes", 1) + 1
            change = change_pct(event["old_usd_per_gpu_hour"], event["new_usd_per_gpu_hour"])
            event["pct"] = event["pct"] if change is None else pct_number(change)
        last[key] = event
    return list(last.values())


def _key(event: dict[str, Any]) -> tuple[str, ...]:
    about = event["about"]
    of_list = about.get("list_cut")  # a cut of a whole list is one piece of news
    what = (of_list, about.get("price_scope")) if of_list else (event["gpu"], about.get("gpu_memory_gb"))
    return tuple(
        str(v or "")
        for v in (event["rule"], event["kind"], event["provider"] or event["subject"], *what,
                  event["pricing_model"], event["date"])
    )  # fmt: skip


def _grouped(events: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    ordered = sorted(events, key=lambda e: (_key(e), e["pct"] is None, e["pct"], e["event_id"]))
    groups = [list(group_events) for _, group_events in groupby(ordered, key=_key)]
    return sorted(groups, key=lambda g: (g[0]["pct"] is None, -abs(g[0]["pct"] or 0), _key(g[0])))


def _group(events: list[dict[str, Any]]) -> dict[str, Any]:
    first = events[0]
    return {
        "title": event_text.title(events),
        "rule": first["rule"],
        "kind": first["kind"],
        "date": first["date"],
        "lines": [event_text.line(e) for e in events],
    }


def _subject(groups: list[dict[str, Any]]) -> str:
    if not groups:
        return "gpuhour"
    more = f" (and {len(groups) - 1} more)" if len(groups) > 1 else ""
    return printable(groups[0]["title"] + more)[:200]


@cache
def _templates() -> Any:
    from jinja2 import PackageLoader
    from jinja2.sandbox import SandboxedEnvironment

    environment = SandboxedEnvironment(
        loader=PackageLoader("pipelines.alerts.delivery", "templates"),
        autoescape=lambda name: bool(name and name.endswith("html.j2")),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["md"] = _markdown_safe
    return environment


def _markdown_safe(text: str) -> str:
    """Escape text for Markdown, and angle brackets too, since many renderers pass HTML on."""
    return re.sub(r"([\\`*_{}\[\]()#+!|~>-])", r"\\\1", str(text)).replace("<", "&lt;")


def fitted(content: dict[str, Any], form: str, most: int) -> str:
    """Render a message in at most `most` characters: offers that do not fit are counted.

    Longer only where even the groups without any offer are.
    """
    groups = [dict(group) for group in content["groups"]]
    content = content | {"groups": groups}
    while len(text := render(content, form)) > most:
        last = next((group for group in reversed(groups) if group["lines"]), None)
        if last is None:
            break
        last["lines"] = last["lines"][:-1]
        last["more"] += 1
        content["more"] += 1
    return text


def render(content: dict[str, Any], form: str) -> str:
    """Render a message's context as text, markdown, html or json."""
    if form == "json":
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    template = _templates().get_template(f"message.{_SUFFIX[form]}.j2")
    return str(template.render(content))
