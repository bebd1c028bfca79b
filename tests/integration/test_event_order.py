"""Each event is recorded once, in whatever order and however often runs happen."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.alerts import record_events
from pipelines.alerts.delivery import dispatcher
from tests.support.alert_worlds import book
from tests.support.effort import examples
from tests.unit.pipelines.alerts.test_record_events import DROP, LOG, at, daily, publish
from warehouse.storage import alert_outbox
from warehouse.storage.state_dir import Home

WORLDS = st.dictionaries(
    st.sampled_from("abcdef"), st.lists(st.sampled_from([4.0, 3.9, 3.8, 3.5, 4.4]), min_size=6, max_size=6), min_size=1
)


@pytest.mark.long
@settings(max_examples=examples(1, 15))
@given(WORLDS, st.lists(st.integers(0, 5), min_size=1, max_size=3), st.randoms(use_true_random=False))
def test_each_event_is_recorded_once_in_any_order(
    tmp_path_factory: pytest.TempPathFactory, series: dict[str, list[float]], days: list[int], order: random.Random
) -> None:
    """Runs on any days, again, with series in any order: the same ids as one run a day, and none twice."""
    rules = book(DROP, {"id": "low", "kind": "below", "price": 3.8}, **LOG)
    plain, odd = Home(tmp_path_factory.mktemp("plain")), Home(tmp_path_factory.mktemp("odd"))
    for n in range(6):
        daily(plain, rules, series, n)
    publish(odd, series, 0, order)
    record_events.run(odd, rules, at(0))
    for n in [*sorted(days)[:3], 5]:
        publish(odd, series, n, order)
        record_events.run(odd, rules, at(n))
        record_events.run(odd, rules, at(n))
    told = {e for e, what in alert_outbox.dispositions(plain).items() if what == "told"}
    assert {e for e, what in alert_outbox.dispositions(odd).items() if what == "told"} == told
    letters = dispatcher.deliver(odd, rules, at(6)).sent
    assert len(letters) == bool(told) and dispatcher.deliver(odd, rules, at(6)) == dispatcher.DeliveryResult()
