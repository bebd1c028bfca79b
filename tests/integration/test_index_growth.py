"""An index that grew scrape by scrape equals one built at once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.model import Offer
from tests.support.worlds import built, extend, offer, put, rows
from tests.unit.warehouse.models.test_index import CHANGES, DAYS, PRESENCE, QUICK, SERIES, day, levels, look, world
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

FATES = st.lists(  # scrape -> provider -> outcome
    st.lists(st.sampled_from(["same", "same", "cut", "failed", "doubt", "lower"]), min_size=4, max_size=4),
    min_size=7,
    max_size=7,
)


def fated(fates: list[list[str]]) -> list[list[Seen]]:
    """Return scrapes, three days apart, of providers with two series; doubted prices stay quarantined for up to weeks."""
    asked = {p: Decimal(2) + Decimal(n) / 4 for n, p in enumerate("abcd")}
    found = []
    for nth, row in enumerate(fates):
        looks = []
        for provider, fate in zip("abcd", row, strict=True):
            asked[provider] *= Decimal("0.95") if fate == "lower" else 1
            one, two = str(asked[provider]), str(asked[provider] + 1)
            held = [offer(price, instance="i0") for price in (one, two)]
            lists: dict[str, list[str | Offer | None]] = {"cut": [None, two], "failed": [], "doubt": [*held, two]}
            status = "failed" if fate == "failed" else "ok"
            looks.append(look(3 * nth, provider, lists.get(fate, [one, two]), status=status))
        found.append(looks)
    return found


@QUICK
@given(fates=FATES, cuts=st.sets(st.integers(1, 6), max_size=4))
@example(fates=[["same"] * 4, *[["doubt", "same", "same", "same"]] * 5, ["same"] * 4], cuts={1, 2, 3, 4, 5, 6})
@example(fates=[["same"] * 4, *[["failed"] * 4] * 5, ["lower"] * 4], cuts={1, 2, 3, 4, 5, 6})
@example(  # a rename that was none, and is known as that only days later
    fates=[["same", "failed", "same", "same"]] * 2 + [["same", "doubt", "same", "same"], ["same"] * 3 + ["cut"]]
    + [["lower", "lower", "failed", "same"], ["failed", "failed", "cut", "failed"], ["same", "doubt", "same", "cut"]],
    cuts={1, 2, 3, 4},
)  # fmt: skip
@example(  # two names fit a new one on its day; one of them came back, and went again
    fates=[["same"] * 3 + ["doubt"], ["same"] * 3 + ["cut"], *[["same"] * 4] * 4, ["same"] * 3 + ["cut"]], cuts={6}
)
def test_index_built_scrape_by_scrape_equals_one_build(
    tmp_path_factory: pytest.TempPathFactory, fates: list[list[str]], cuts: set[int]
) -> None:
    home = Home(tmp_path_factory.mktemp("days"))
    whole = "from v1.index_daily order by index_id, day"
    with built(home, "v1.index_daily") as con:
        for nth, looks in enumerate(fated(fates), start=1):
            put(home, *looks)
            if nth in cuts or nth == len(fates):
                extend(con, home, "v1.index_daily")
        added = rows(con, whole)
    with built(home, "v1.index_daily") as con:
        assert added == rows(con, whole)


@QUICK
@given(presence=PRESENCE)
def test_changing_mix_does_not_move_the_chain(
    tmp_path_factory: pytest.TempPathFactory, presence: list[list[list[bool]]]
) -> None:
    looks = [one for looks in world(presence, [Decimal(1)] * DAYS) for one in looks]
    found = levels(tmp_path_factory.mktemp("mix"), looks)
    assert {row["chained_base100"] for row in found.values()} <= {Decimal(100), None}


@QUICK
@given(changes=CHANGES)
def test_chain_follows_when_all_prices_change(tmp_path_factory: pytest.TempPathFactory, changes: list[Decimal]) -> None:
    everywhere = [[[True] * SERIES] * 5] * DAYS
    found = levels(tmp_path_factory.mktemp("all"), [one for looks in world(everywhere, changes) for one in looks])
    expected = Decimal(100)
    for nth in range(DAYS):
        expected *= changes[nth] if nth else 1
        assert float(found[day(nth)]["chained_base100"]) == pytest.approx(float(expected), abs=1e-3)
        assert float(found[day(nth)]["chained_base100"]) == pytest.approx(
            100 * float(found[day(nth)]["level_median"] / found[day(0)]["level_median"]), abs=1e-3
        )
