"""A source that cuts its whole list: told once, with how much of it fell, also where it sells GPUs without machines."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.alerts.config.loader import DEFAULT, load
from pipelines.alerts.delivery import message
from pipelines.alerts.event import Event
from tests.support.alert_worlds import NOW, book, day, told
from tests.support.worlds import offer, seen
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

PART: dict[str, Any] = {"price_scope": "gpu_component", "source": "list", "region": "", "gpu_count": Decimal(1)}
OLD = {"L40S 48GB": "2.50", "A10 24GB": "1.50", "A100 40GB": "2.50", "A100 80GB": "3.50"}
NEW = {"L40S 48GB": "0.70", "A10 24GB": "0.75", "A100 40GB": "1.25", "A100 80GB": "1.50"}


def listings(*lists: dict[str, str], provider: str, **facts: Any) -> list[Seen]:
    return [
        seen(
            day(n),
            [offer(price, gpu_label=gpu, instance=gpu, **facts) for gpu, price in listed.items()],
            provider=provider, source="list", origin="imported", url="https://x/list",
        )
        for n, listed in enumerate(lists)
    ]  # fmt: skip


def by_default(tmp_path: Path, looks: list[Seen]) -> list[Event]:
    rules = load(DEFAULT)
    return [e for e in told(Home(tmp_path / "home"), rules, looks, NOW) if e.kind == "drop_pct"]


def said(events: list[Event]) -> dict[str, Any]:
    return message.content("console", [message.payload(e) for e in events], NOW)


def test_parts_cut_by_half_are_told_once_as_parts(tmp_path: Path) -> None:
    looks = listings(OLD, OLD, OLD, NEW, NEW, NEW, NEW, provider="fly", **PART)
    events = by_default(tmp_path, looks)
    assert {(e.about["gpu"], e.about["gpu_memory_gb"], e.old, e.new) for e in events} >= {
        ("A100", 40, 2.5, 1.25), ("A100", 80, 3.5, 1.5),
    }  # fmt: skip
    assert len(events) == len({e.subject for e in events}) == 4
    [group] = said(events)["groups"]
    assert group["title"] == "fly on-demand, GPU alone: all 4 of its prices fell -72.0% to -50.0%"
    assert all("a component price: the GPU alone" in line["facts"][0] for line in group["lines"])
    assert all("all 4 of its prices fell" in e.reason for e in events)


def test_a_marketplace_s_own_list_is_told(tmp_path: Path) -> None:
    new = {gpu: f"{float(price) * 0.82:.2f}" for gpu, price in OLD.items()}
    events = by_default(tmp_path, listings(OLD, OLD, OLD, new, new, provider="tensordock", source="list"))
    assert len(events) == 4 and {e.rule for e in events} == {"list-cut"}
    one_left = new | {"A10 24GB": "1.50"}
    events = by_default(
        tmp_path / "b", listings(OLD, OLD, OLD, one_left, one_left, provider="tensordock", source="list")
    )
    assert len(events) == 3 and all("3 of 4 of its prices fell" in e.reason for e in events)


def test_less_than_most_of_a_list_is_no_cut_of_it(tmp_path: Path) -> None:
    some = OLD | {"A100 40GB": "2.00", "A100 80GB": "3.00"}
    assert by_default(tmp_path, listings(OLD, OLD, OLD, some, some, provider="tensordock", source="list")) == []


def test_a_price_that_another_rule_tells_is_not_told_twice(tmp_path: Path) -> None:
    new = {gpu: f"{float(price) * 0.82:.2f}" for gpu, price in OLD.items()}
    events = by_default(tmp_path, listings(OLD, OLD, OLD, new, new, provider="acme", source="list"))
    assert sorted((e.rule, e.about["gpu"]) for e in events) == [
        ("a100-drop", "A100"), ("a100-drop", "A100"), ("list-cut", "A10"), ("list-cut", "L40S"),
    ]  # fmt: skip
    assert all("all 4 of its prices fell" in e.reason for e in events)


def test_rules_without_a_word_on_scope_see_machines_only(tmp_path: Path) -> None:
    looks = listings(OLD, OLD, OLD, NEW, NEW, NEW, provider="fly", **PART)
    rules = book({"kind": "below", "price": 2}, {"kind": "drop_pct", "pct": 2})
    assert told(Home(tmp_path), rules, looks) == []


def test_new_fields_leave_the_definition_of_older_rules(tmp_path: Path) -> None:
    one, other = (book({"kind": "drop_pct", "pct": 2} | more).rules[0] for more in ({}, {"of_list": True}))
    fields = json.loads(one.model_dump_json())
    assert "of_list" in fields and one.definition() != other.definition()
