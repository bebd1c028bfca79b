"""Which day "now" means: today as soon as a price is live or imported, the replayed day otherwise."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support.worlds import built, offer, put, seen
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

DAY = "2026-03-02"
REPLAYED = seen(DAY, [offer("2.00")], origin="recorded")
SAMPLE = seen(DAY, [offer("2.00")], origin="sample")
LIVE = seen(DAY, [offer("2.00")], origin="live")
IMPORTED = seen(DAY, [offer("2.10", source="mine")], provider="aws", origin="imported", source="mine")
HELD = seen(DAY, [offer("0", source="mine")], provider="aws", origin="imported", source="mine")
CROSSCHECK = seen(DAY, [offer("2.10", source="crosscheck")], provider="aws", origin="imported", source="crosscheck")


@pytest.mark.parametrize(("scrapes", "is_today"), [
    ([REPLAYED], False),
    ([SAMPLE], False),
    ([LIVE], True),
    ([IMPORTED], True),
    ([SAMPLE, IMPORTED], True),
    ([SAMPLE, HELD], False),  # a price that the gate holds is none
    ([HELD], True),  # but nobody asked for the day of the reference document
    ([SAMPLE, CROSSCHECK], False),  # other people's readings of the same pages
    ([], False),
])  # fmt: skip
def test_now_is_today_where_a_price_is_live_or_imported(tmp_path: Path, scrapes: list[Seen], is_today: bool) -> None:
    put(Home(tmp_path), *scrapes)
    with built(Home(tmp_path), "core.meta") as con:
        ((follows_clock, as_of),) = con.execute("select follows_clock, as_of from core.meta").fetchall()
    replayed = date.fromisoformat(DAY) if scrapes else date(2023, 4, 7)  # the reference document's
    assert follows_clock is is_today
    assert as_of == (datetime.now(UTC).date() if is_today else replayed)


def test_old_imported_price_is_not_in_force_now(tmp_path: Path) -> None:
    put(Home(tmp_path), IMPORTED)
    with built(Home(tmp_path), "v1.offers_latest", "v1.prices_as_of") as con:
        assert con.execute("from v1.offers_latest").fetchall() == []
        query = "select age_days, is_carried_forward from v1.prices_as_of(current_date, max_age := 36500) where source = 'mine'"
        ((age, is_carried_forward),) = con.execute(query).fetchall()
    assert age == (datetime.now(UTC).date() - date.fromisoformat(DAY)).days and is_carried_forward
