"""A rule's feed: an entry per event, newest first, whole files, hostile text only as text."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.alerts.config.schema import Channel
from pipelines.alerts.delivery import channels, message, rule_feeds
from pipelines.alerts.event import Event, event_id
from pipelines.errors import CommandError

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ATOM = {"a": "http://www.w3.org/2005/Atom"}


def event(n: int, rule: str = "a100-drop", instance: str = "gpu", url: str = "https://example.com/pricing") -> Event:
    about = {"provider": "lambda", "instance": instance, "gpu": "A100", "gpu_memory_gb": 80, "region": "us",
             "pricing_model": "on_demand", "term_months": 0, "source_url": url, "sha256": "ab" * 32}  # fmt: skip
    return Event(event_id(rule, f"s{n}", "drop_pct", f"t{n}"), rule, "drop_pct", f"s{n}", date(2026, 11, 26),
                 date(2026, 11, 26), 1.29, 1.1, -14.73, "fell by 14.7 %", about=about)  # fmt: skip


def content(*events: Event, at: datetime = NOW) -> dict[str, Any]:
    composed = message.content("feed", [message.payload(e) for e in events], at)
    return dict(json.loads(json.dumps(composed)))  # as the outbox keeps it


def entries(path: Path) -> list[ET.Element]:
    return ET.parse(path).getroot().findall("a:entry", ATOM)


def test_each_rule_has_its_feed_with_the_newest_first(tmp_path: Path) -> None:
    feed = Channel(type="feed")
    assert channels.send(feed, content(event(1), event(2, rule="h100-low")), tmp_path).is_sent
    assert channels.send(feed, content(event(3), at=NOW + timedelta(days=1)), tmp_path).is_sent
    assert {p.name for p in (tmp_path / "feeds").glob("*.atom")} == {"a100-drop.atom", "h100-low.atom"}
    first, second = entries(tmp_path / "feeds" / "a100-drop.atom")
    assert first.findtext("a:title", "", ATOM) == "A100 80GB on-demand: lambda $1.29 -> $1.10 /GPU-h (-14.7%)"
    assert first.findtext("a:updated", "", ATOM) == "2026-11-27T12:00:00Z"
    assert second.findtext("a:updated", "", ATOM) == "2026-11-26T12:00:00Z"
    assert "fell by 14.7 %" in first.findtext("a:summary", "", ATOM) and "sha256 abab" in first.findtext(
        "a:summary", "", ATOM
    )
    root = ET.parse(tmp_path / "feeds" / "a100-drop.atom").getroot()
    for name in ("id", "title", "updated", "author"):  # what RFC 4287 asks of a feed
        assert root.find(f"a:{name}", ATOM) is not None
    assert root.findtext("a:updated", "", ATOM) == "2026-11-27T12:00:00Z"


def test_message_sent_again_adds_nothing(tmp_path: Path) -> None:
    rule_feeds.add(tmp_path, content(event(1), event(2)))
    before = (tmp_path / "a100-drop.atom").read_bytes()
    rule_feeds.add(tmp_path, content(event(1), event(2)))
    assert (tmp_path / "a100-drop.atom").read_bytes() == before


def test_old_entries_make_room(tmp_path: Path) -> None:
    for day in range(3):
        events = [event(100 * day + n) for n in range(60)]
        rule_feeds.add(tmp_path, content(*events, at=NOW + timedelta(days=day)))
    listed = [e.findtext("a:updated", "", ATOM)[:10] for e in entries(tmp_path / "a100-drop.atom")]
    assert listed == ["2026-11-28"] * 60 + ["2026-11-27"] * 40


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    name = "</summary><script>x</script>\x00\x1b[31m\ufffe &amp; <![CDATA["
    rule_feeds.add(tmp_path, content(event(1, instance=name, url="javascript:alert(1)")))
    (entry,) = entries(tmp_path / "a100-drop.atom")
    assert "<script>x</script>" in entry.findtext("a:summary", "", ATOM)
    assert entry.find("a:link", ATOM) is None and b"<script" not in (tmp_path / "a100-drop.atom").read_bytes()
    rule_feeds.add(tmp_path, content(event(2)))  # it reads what it wrote
    assert len(entries(tmp_path / "a100-drop.atom")) == 2


@pytest.mark.parametrize("text", ["", "<feed/>", "half <a", '<!DOCTYPE x><feed xmlns="http://www.w3.org/2005/Atom"/>'])
def test_other_file_of_that_name_is_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "feeds" / "a100-drop.atom"
    path.parent.mkdir()
    path.write_text(text)
    result = channels.send(Channel(type="feed"), content(event(1)), tmp_path)
    assert not result.is_sent and "is no feed of alerts: move it away" in result.error and path.read_text() == text
    with pytest.raises(CommandError, match="a100-drop"):
        rule_feeds.add(path.parent, content(event(1)))
