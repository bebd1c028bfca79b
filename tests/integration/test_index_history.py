"""The indices of 1.5 million real prices, 2011 to 2024: no level moves without prices, no gap breaks a chain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby

import pytest

from pipelines.queries.index_day import compare
from tests.conftest import Demo
from tests.support.worlds import rows
from warehouse.storage import connection


@pytest.fixture(scope="module")
def history(archive: Demo) -> Iterator[connection.Connection]:
    assert archive.code == 0, archive.stderr
    with connection.published(archive.home) as con:
        yield con


def test_every_day_is_consistent(history: connection.Connection) -> None:
    found = history.execute(
        "select index_id, status, level_median, p25, p75, chained_base100, chain_start, n_providers, n_basket, vintage, day "
        "from v1.index_daily order by index_id, day"
    ).fetchall()
    wanted = {f"{gpu}-on-demand-{kind}" for gpu in ("a100-80gb", "h100-80gb") for kind in ("hyperscaler", "neocloud")}
    assert wanted <= {row[0] for row in found}
    for _, group in groupby(found, key=lambda row: row[0]):
        days = list(group)
        assert [row[9] for row in days] == ["final"] * (len(days) - 1) + ["provisional"]
        for _, status, level, p25, p75, chained, start, n, n_basket, _, day in days:
            assert (status == "insufficient") == (n < 3) and (status == "thin") == (n >= 3 and n < 0.6 * n_basket)
            assert (status == "ok") == (level is not None) == (chained is not None)
            assert level is None or (0.02 < level < 40 and p25 <= level <= p75)
            assert start != day or chained == 100


def test_no_level_moves_by_15_percent_unless_prices_did(history: connection.Connection) -> None:
    """Decompose each move: the median of the providers on both days, at their prices of both days, is the prices' part."""
    moves = rows(
        history,
        """
        with same as (
            select index_id, day, ln(median(usd_now::double) / median(usd_before::double)) as log_same
            from v1.index_constituents where usd_now is not null group by all
        )
        select index_id, day, day - lag(day) over one as days, log_same,
            ln(level_median::double / lag(level_median) over one) as log_level
        from v1.index_daily left join same using (index_id, day)
        where status = 'ok'
        window one as (partition by index_id order by day)
        """,
    )
    followed = [m for m in moves if m["days"] is not None and m["days"] <= 180]
    assert len(followed) > 5000
    unexplained = [m for m in followed if abs(m["log_level"] - m["log_same"]) > 0.1398]
    assert not unexplained
    assert sum(abs(m["log_level"]) > 0.1398 for m in followed) < 20, "and such days are rare"


def test_no_gap_breaks_a_chain(history: connection.Connection) -> None:
    """One chain each, however many gaps; A100 and H100 fell at specialised clouds."""
    chains = rows(
        history,
        "select index_id, count(distinct chain_start) as chains, min(day) as since, max(day) as until, "
        "arg_max(chained_base100, day) as last from v1.index_daily where status = 'ok' group by index_id",
    )
    assert {c["chains"] for c in chains} == {1}
    a100, h100, dear = (
        next(c for c in chains if c["index_id"] == name)
        for name in ("a100-80gb-on-demand-neocloud", "h100-80gb-on-demand-neocloud", "a100-80gb-on-demand-hyperscaler")
    )
    assert (a100["since"], a100["until"]) == (date(2023, 2, 2), date(2024, 12, 20))
    assert dear["since"] == date(2022, 9, 11) and dear["until"] == date(2024, 12, 31)
    assert a100["last"] < 95 and h100["last"] < 85


def test_h100_of_specialised_clouds_in_october_2024(history: connection.Connection) -> None:
    """SemiAnalysis published 2.99; a blend with hyperscalers moved between 3.00 and 11.06 in those weeks."""
    levels = rows(
        history,
        "select level_median as level, n_providers from v1.index_daily "
        "where index_id = 'h100-80gb-on-demand-neocloud' and day between '2024-10-01' and '2024-11-30' order by day",
    )
    assert len(levels) == 61 and all(2.95 <= one["level"] <= 3.18 and one["n_providers"] >= 11 for one in levels)
    assert abs(float(levels[30]["level"]) - 2.99) < 0.02  # 31 October


@pytest.mark.parametrize("index_id, day", [
    ("h100-80gb-on-demand-neocloud", "2024-10-26"),
    ("a100-80gb-on-demand-neocloud", "2023-10-05"),  # linked by providers alone
    ("a100-40gb-on-demand-neocloud", "2023-05-20"),  # a new basket is still entering
    ("a100-80gb-on-demand-hyperscaler", "2023-08-15"),  # no level
    ("k80-12gb-on-demand-hyperscaler", "2022-02-09"),  # over a gap
])  # fmt: skip
def test_day_is_recomputed_from_receipts(
    history: connection.Connection, archive: Demo, index_id: str, day: str
) -> None:
    assert not [f for f in compare(history, archive.home, index_id, date.fromisoformat(day)) if not f.is_equal]
