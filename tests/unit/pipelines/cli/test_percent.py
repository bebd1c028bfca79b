"""One change has one number and one text, wherever it is worked out and shown."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.alerts.delivery import event_text
from pipelines.queries.percent import change_pct, pct_number, pct_text
from pipelines.reports import wording
from tests.conftest import Run
from tests.support.published import A_CHANGE, AN_INTERVAL, make
from tests.support.worlds import ROOT

CASES = [
    ("2.49", "2.19", "-12.0%", -12.05),  # -12.048: from the two decimals it would be -12.1
    ("2.19", "2.49", "+13.7%", 13.7), ("10", "8.7951", "-12.0%", -12.05), ("8", "7.036", "-12.1%", -12.05),  # a true tie
    ("3.00", "2.9985", "-0.1%", -0.05), ("4", "4.0001", "0.0%", 0.0), ("0.01", "1.5", "+14,900.0%", 14900.0),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "text", "number"), CASES)
def test_every_way_to_show_a_change_agrees(
    run: Run, tmp_path: Path, old: str, new: str, text: str, number: float
) -> None:
    change = change_pct(Decimal(old), Decimal(new))
    noisy = change_pct(math.exp(math.log(float(old))), float(new))  # as references of alert rules are kept
    assert (pct_text(change), pct_number(change), pct_text(noisy), pct_number(noisy)) == (text, number, text, number)
    prices = {"old_usd_per_gpu_hour": Decimal(old), "new_usd_per_gpu_hour": Decimal(new)}
    assert wording.moved(prices) == text.replace("-", wording.MINUS).replace("%", "\u00a0%")
    event: dict[str, Any] = {k: float(v) for k, v in prices.items()} | {"pct": number}
    assert event_text.moves(event).endswith(f"({text})")
    with duckdb.connect() as con:
        sql = (ROOT / "warehouse/models/v1/price_changes.sql").read_text()
        (formula,) = (line.removesuffix(" as pct,").strip() for line in sql.splitlines() if line.endswith(" as pct,"))
        query = f"select {formula} from (select {old}::decimal(18, 6) as old_usd, {new}::decimal(18, 6) as new_usd)"
        assert con.execute(query).fetchall() == [(Decimal(str(number)),)]
    then = {"valid_to": "2024-12-20", "ended_by": "change", "usd_per_gpu_hour": old}
    home = make(
        tmp_path,
        price_changes=[A_CHANGE | prices | {"pct": number}],
        price_intervals=[AN_INTERVAL | then, AN_INTERVAL | {"valid_from": "2024-12-20", "usd_per_gpu_hour": new}],
    )
    assert f" {text} " in run("changes", home=home).out and f" {text} " in run("history", "A100", home=home).out


def test_a_change_needs_two_prices() -> None:
    assert change_pct(None, 1) is None and change_pct(0, 1) is None and change_pct(1, None) is None
    assert pct_text(None) == "" and pct_number(None) is None and wording.pct(None) == "–"
    assert change_pct(2, 0) == -100
