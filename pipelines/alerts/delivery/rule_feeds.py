"""Feeds of alerts, one Atom file per rule, for feed readers: an entry per event, under a permanent id."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pipelines.alerts.delivery import event_text
from pipelines.errors import CommandError
from pipelines.serialize import printable
from warehouse.storage.files import locked, replacing

MAX_ENTRIES = 100
_ATOM = "{http://www.w3.org/2005/Atom}"
_MAX_BYTES = 4_000_000  # of a feed that is read again
_NO_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def add(folder: Path, content: dict[str, Any]) -> None:
    """Add a message's events to the feeds of their rules, `FOLDER/RULE.atom`, newest first; repeats change nothing.

    Raises CommandError where a file of that name is no feed, and OSError.
    """
    events = sorted(content["events"], key=lambda event: event["rule"])
    for rule, of_rule in groupby(events, key=lambda event: event["rule"]):
        path = folder / f"{rule}.atom"
        with locked(folder / f".{rule}.lock"):
            _write(path, rule, [_entry(event, content) for event in of_rule], content["composed_at"])


def _write(path: Path, rule: str, entries: Sequence[ET.Element], moment: str) -> None:
    ids = {entry.findtext(f"{_ATOM}id") for entry in entries}
    before = [entry for entry in _entries(path) if entry.findtext(f"{_ATOM}id") not in ids]
    feed = ET.Element(f"{_ATOM}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "en"})
    _add_text(feed, "id", uuid5(NAMESPACE_URL, f"gpuhour/alerts/{rule}").urn)
    _add_text(feed, "title", f"gpuhour: {rule}")
    _add_text(feed, "subtitle", "Alerts of one rule. List prices as published, for information only.")
    _add_text(feed, "updated", moment)
    _add_text(ET.SubElement(feed, f"{_ATOM}author"), "name", "gpuhour")
    feed.extend([*entries, *before][:MAX_ENTRIES])
    ET.register_namespace("", _ATOM[1:-1])
    with replacing(path) as part:
        ET.ElementTree(feed).write(part, encoding="utf-8", xml_declaration=True)


def _entries(path: Path) -> list[ET.Element]:
    """Return the entries of a feed as it stands: none where there is no file yet."""
    if not path.exists():
        return []
    try:
        text = path.read_text(encoding="utf-8")
        if len(text) > _MAX_BYTES or "<!DOCTYPE" in text:
            raise ValueError
        root = ET.fromstring(text)  # noqa: S314 -- without a document type nothing in it can grow
        if root.tag != f"{_ATOM}feed":
            raise ValueError
    except (ValueError, ET.ParseError):
        raise CommandError(f"{path} is no feed of alerts: move it away, the next message begins anew") from None
    return root.findall(f"{_ATOM}entry")


def _entry(event: dict[str, Any], content: dict[str, Any]) -> ET.Element:
    line = event_text.line(event)
    entry = ET.Element(f"{_ATOM}entry")
    _add_text(entry, "id", UUID(event["event_id"]).urn)
    _add_text(entry, "title", ("TEST: " if content["is_test"] else "") + event_text.title([event]))
    _add_text(entry, "updated", content["composed_at"])
    if line["source_url"]:
        ET.SubElement(entry, f"{_ATOM}link", rel="alternate", href=line["source_url"])
    ET.SubElement(entry, f"{_ATOM}category", term=event["kind"])
    of_offer = ": ".join(filter(None, (line["what"], line["moves"])))
    receipt = f"observed {line['seen_at']}" + (f", sha256 {line['sha256'][:16]}" if line["sha256"] else "")
    _add_text(entry, "summary", "\n".join([of_offer, *line["facts"], line["reason"], receipt]))
    return entry


def _add_text(parent: ET.Element, name: str, text: str) -> None:
    """Add an element; what XML cannot hold is left out of its text."""
    ET.SubElement(parent, f"{_ATOM}{name}").text = _NO_XML.sub("", "\n".join(map(printable, text.split("\n"))))
