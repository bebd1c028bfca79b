"""An index that grew scrape by scrape equals one built at once, and its chain follows prices alone."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scrapers.model import Offer
from tests.support.effort import examples, first_of
from tests.support.worlds import built, extend, offer, put_together, rows
from tests.unit.warehouse.models.test_index import A100, day, index, look
from warehouse.storage import connection
from warehouse.storage.landing import Seen
from warehouse.storage.state_dir import Home

FATES = st.lists(  # scrape -> provider -> outcome
    st.lists(st.sampled_from(["same", "same", "cut", "failed", "doubt", "lower", "gone"]), min_size=4, max_size=4),
    min_size=7,
    max_size=7,
)
SAME = ["same"] * 4
TABLES = ("v1.index_daily", "v1.index_constituents")
ASKED = (
    "from v1.index_daily order by all",
    "from v1.index_constituents order by all",
    "select * exclude (series_no, first_scrape) from intermediate.index_prices order by all",
    "from intermediate.index_links order by all",
    "from intermediate.index_days order by all",
)


def fated(fates: list[list[str]], days_apart: int) -> list[list[Seen]]:
    """Return scrapes of providers with two series; doubted prices stay quarantined for up to weeks."""
    asked = {p: Decimal(2) + Decimal(n) / 4 for n, p in enumerate("abcd")}
    scrapes = []
    for nth, row in enumerate(fates):
        looks = []
        for provider, fate in zip("abcd", row, strict=True):
            asked[provider] *= Decimal("0.95") if fate == "lower" else 1
            one, two = str(asked[provider]), str(asked[provider] + 1)
            held = [offer(price, instance="i0") for price in (one, two)]
            lists: dict[str, list[str | Offer | None]] = {
                "cut": [None, two],
                "failed": [],
                "gone": [],
                "doubt": [*held, two],
            }
            status = "failed" if fate == "failed" else "ok"
            looks.append(look(days_apart * nth, provider, lists.get(fate, [one, two]), status=status))
        scrapes.append(looks)
    return scrapes


def contents(con: connection.Connection) -> list[list[dict[str, Any]]]:
    return [rows(con, query) for query in ASKED]


def grows_as_built(folder: Path, scrapes: list[list[Seen]], cuts: set[int]) -> None:
    """Build after some of the scrapes and after the last, and once more from nothing."""
    home = Home(folder)
    with connection.in_memory() as con:
        for nth, looks in enumerate(scrapes, start=1):
            put_together(home, *looks)
            if nth in cuts or nth == len(scrapes):
                extend(con, home, *TABLES)
        grown = contents(con)
    with built(home, *TABLES) as con:
        assert grown == contents(con)


CASES = {
    "a price is doubted for longer than it is carried forward": (
        [SAME, *[["doubt", "same", "same", "same"]] * 5, SAME], {1, 3, 5, 6}, 14
    ),
    "no level for months": ([SAME, *[["failed"] * 4] * 5, ["lower"] * 4], {2, 4, 5, 6}, 20),
    "a price returns after more than it may be carried forward, and one that left is in the basket": (
        [SAME, *[["failed", "cut", "same", "gone"]] * 4, ["same", "same", "cut", "same"], SAME], {1, 3, 4, 5}, 14
    ),
    "a rename that was none, and is known as that only days later": (
        [["same", "failed", "same", "same"]] * 2 + [["same", "doubt", "same", "same"], ["same"] * 3 + ["cut"]]
        + [["lower", "lower", "failed", "same"], ["failed", "failed", "cut", "failed"], ["same", "doubt", "same", "cut"]],
        {1, 2, 3, 4}, 3,
    ),
    "two names fit a new one on its day; one of them came back, and went again": (
        [["same"] * 3 + ["doubt"], ["same"] * 3 + ["cut"], *[SAME] * 4, ["same"] * 3 + ["cut"]], {6}, 3
    ),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", first_of(list(CASES)))
def test_index_built_scrape_by_scrape_equals_one_build(tmp_path: Path, name: str) -> None:
    fates, cuts, days_apart = CASES[name]
    grows_as_built(tmp_path, fated(fates, days_apart), cuts)


@pytest.mark.long
@settings(max_examples=examples(1, 10), suppress_health_check=list(HealthCheck))
@given(fates=FATES, cuts=st.sets(st.integers(1, 6), max_size=3), days_apart=st.sampled_from([3, 14]))
def test_any_index_built_scrape_by_scrape_equals_one_build(
    tmp_path_factory: pytest.TempPathFactory, fates: list[list[str]], cuts: set[int], days_apart: int
) -> None:
    grows_as_built(tmp_path_factory.mktemp("days"), fated(fates, days_apart), cuts)


# -- the chain ---------------------------------------------------------------------------------------------------------

# Each GPU is a market of its own, so that one build shows several: label -> index.
GPUS = {
    "A100 80GB": A100, "A100 40GB": "a100-40gb-on-demand-neocloud", "H100 80GB": "h100-80gb-on-demand-neocloud",
    "L40S 48GB": "l40s-48gb-on-demand-neocloud",
}  # fmt: skip
DAYS, PROVIDERS, SERIES = 6, "abcde", 3


def market(label: str, provider: int, factor: Decimal, listed: list[bool]) -> list[Offer]:
    """Return a provider's offers of one GPU: every series has its own price, times the factor."""
    return [
        offer(
            str((Decimal("1.5") + Decimal(provider) / 4 + Decimal(s) / 8) * factor), gpu_label=label, instance=f"i{s}"
        )
        for s, is_on in enumerate(listed)
        if is_on
    ]


@pytest.mark.parametrize("seed", first_of([1, 2]))
def test_chain_follows_prices_and_not_who_lists_them(tmp_path: Path, seed: int) -> None:
    """Two markets in which offers come and go at one price, and two in which all prices change."""
    chance = random.Random(seed)
    presence = [
        [[[chance.random() < 0.6 for _ in range(SERIES)] for _ in PROVIDERS] for _ in range(DAYS)] for _ in "12"
    ]
    changes = [[Decimal(chance.choice(["0.9", "1", "1.05"])) for _ in range(DAYS)] for _ in "12"]
    still, moving = list(GPUS)[:2], list(GPUS)[2:]
    factors = [[Decimal(1)], [Decimal(1)]]
    looks = []
    for nth in range(DAYS):
        for one, steps in zip(factors, changes, strict=True):
            one.append(one[-1] * (steps[nth] if nth else 1))
        for p, name in enumerate(PROVIDERS):
            offers = [
                o for gpu, on in zip(still, presence, strict=True) for o in market(gpu, p, Decimal(1), on[nth][p])
            ]
            offers += [
                o for gpu, f in zip(moving, factors, strict=True) for o in market(gpu, p, f[-1], [True] * SERIES)
            ]
            looks.append(look(nth, name, offers))
    home = Home(tmp_path)
    put_together(home, *looks)
    with built(home, "v1.index_daily") as con:
        levels = {label: index(con, index_id) for label, index_id in GPUS.items()}
    for label in still:
        assert {row["chained_base100"] for row in levels[label].values()} - {None} == {Decimal(100)}
        assert len({row["basket_median"] for row in levels[label].values()}) > 1
    for label, expected in zip(moving, factors, strict=True):
        for nth in range(DAYS):
            got = levels[label][day(nth)]
            assert float(got["chained_base100"]) == pytest.approx(100 * float(expected[nth + 1]), abs=1e-3)
            before = float(levels[label][day(0)]["level_median"])
            assert float(got["level_median"]) == pytest.approx(before * float(expected[nth + 1]), abs=1e-4)
