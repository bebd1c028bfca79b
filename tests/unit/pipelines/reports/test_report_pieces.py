"""Pieces of the report: what its queries read, names of files, numbers, lines of charts."""

from __future__ import annotations

import json
import os
import re
import sys
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.reports import charts, render, slugs, wording
from pipelines.reports.page_model import ReceiptLink, SitePage
from pipelines.reports.pages.about import METHODOLOGY
from pipelines.reports.price_lines import lines_of
from pipelines.reports.query_runner import QUERIES, TABLES
from pipelines.reports.render import HERE, hashed
from pipelines.timeseries import Segment, log_ticks

# -- what it reads -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(QUERIES.rglob("*.sql")), ids=lambda p: p.stem)
def test_every_query_reads_only_the_contract(path: Path) -> None:
    sql = path.read_text()
    assert sql.startswith("-- ") and ("Grain:" in sql or "One row" in sql)
    with duckdb.connect() as con:
        told = con.execute("select json_serialize_sql(?)", [re.sub(r"\$cited", "['x']", sql)]).fetchall()[0][0]
    assert not json.loads(told)["error"], told
    tables = set(re.findall(r'"schema_name":"([^"]*)","table_name":"([^"]*)"', told))
    own = set(re.findall(r'"key":"(\w+)"', told)) | set(re.findall(r"^\s*(?:with )?(\w+) as \($", sql, re.MULTILINE))
    wrong = {(s, t) for s, t in tables if s not in ("v1", "made") and not (s == "" and t in own)}
    assert not wrong
    assert {t for s, t in tables if s == "made"} <= set(TABLES)


# -- pieces --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [("A100 80gb", "a100-80gb"), ("llama-3.1-70b", "llama-3.1-70b"), ("Quadro RTX 6000 24gb", "quadro-rtx-6000-24gb")],
)
def test_plain_names_are_kept(text: str, name: str) -> None:
    assert slugs.slug(text) == name


@pytest.mark.parametrize(
    "text", ["../../etc/passwd", "con", "nul.txt", "", "..", "a/b", "Ä", "x" * 300, "a\0b", "-rf", "a b/"]
)
def test_any_name_becomes_a_safe_file_name(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slugs.slug(text)) and len(slugs.slug(text)) < 60
    assert slugs.slug(text) not in ("con", "nul")


def test_names_never_share_a_file() -> None:
    names = ["A 100", "a-100", "A-100", "a_100", "a 100 ", "A 100"]
    found = slugs.slugs((number, name) for number, name in enumerate(names))
    assert len(set(found.values())) == len(names) and found[0] == "a-100"


def test_number_formats() -> None:
    assert [wording.usd(v) for v in (None, 2.744705, Decimal("0.0123"), 560000, Decimal("2.005"), 12.5)] == [
        "–", "$2.74", "$0.0123", "$560,000", "$2.01", "$12.50"]  # fmt: skip
    assert [wording.pct(v) for v in (None, 3.24, -14.66, 0, -0.01)] == [
        "–",
        "+3.2\u00a0%",
        "−14.7\u00a0%",
        "0.0\u00a0%",
        "0.0\u00a0%",
    ]
    assert [wording.small(v) for v in (0.000244, 1.29, 560123, 0, 10.03, None)] == [
        "0.000244",
        "1.29",
        "560,000",
        "0",
        "10.0",
        "–",
    ]
    assert [wording.large(v) for v in (1.3e9, 15e12, 3.14e23, 580.6, None)] == ["1.3 B", "15 T", "3.14e23", "581", "–"]
    assert wording.price(Decimal("1.2345")) == "1.235" and wording.price(None) == "–"
    assert (
        wording.pricing("reserved", 36) == "reserved, 3 years"
        and wording.pricing("reserved", 6) == "reserved, 6 months"
    )
    assert wording.number(Decimal("262.500")) == "262.5" and wording.number(Decimal("8.0000")) == "8"
    assert (
        wording.several(["a"]) == "a"
        and wording.several(["a", "b"]) == "a and b"
        and wording.several(list("abcdef")) == "a, b, c and 3 more"
    )


D = date(2026, 1, 1)


def day(n: int) -> date:
    return D + timedelta(days=n)


def test_lines_have_steps_and_gaps() -> None:
    drawn = charts.steps(
        [("a", [Segment(day(0), day(10), 1.0), Segment(day(10), day(20), 2.0), Segment(day(30), day(40), 1.5)])]
    )
    assert drawn
    (line,) = drawn["lines"]
    assert line["d"] == "M0 260h250v-260h250M750 130h250"
    assert "L" not in line["d"] and drawn["rungs"][0]["label"] == "1.00"
    assert charts.steps([("a", [Segment(day(0), day(5), 1.0)])]) is None and charts.steps([]) is None


def test_band_is_closed_and_has_gaps() -> None:
    drawn = charts.steps(
        [("a", [Segment(day(0), day(40), 1.0)])],
        band=[(day(0), day(10), 1.0, 2.0), (day(10), day(20), 0.0, 1.0), (day(30), day(40), 0.5, 1.5)],
    )
    assert drawn and drawn["band"].count("M") == drawn["band"].count("z") == 2


def test_labels_do_not_overlap() -> None:
    lines = [(str(n), [Segment(day(0), day(40), 1.0 + n / 1000)]) for n in range(9)]
    drawn = charts.steps(lines)
    assert drawn and drawn["n_left_out"] == 3
    places = sorted(line["label_y"] for line in drawn["lines"])
    assert all(b - a >= 16 for a, b in pairwise(places)) and places[-1] <= 260


def test_wide_spreads_have_a_logarithmic_scale() -> None:
    drawn = charts.steps([("a", [Segment(day(0), day(10), 0.3), Segment(day(10), day(20), 30.0)])], height=100)
    assert drawn and drawn["is_log"]
    assert [r["label"] for r in drawn["rungs"]] == ["0.20", "0.50", "1", "2", "5", "10", "20", "50"]
    gaps = [a["y"] - b["y"] for a, b in pairwise(drawn["rungs"])]
    assert gaps[0] == pytest.approx(gaps[3], abs=1), "equal factors, equal heights"
    near = charts.steps([("a", [Segment(day(0), day(10), 1.0), Segment(day(10), day(20), 9.0)])])
    assert near and not near["is_log"] and near["rungs"][0]["label"] == "0"
    zero = charts.steps([("a", [Segment(day(0), day(10), 0.0), Segment(day(10), day(20), 9.0)])])
    assert zero and not zero["is_log"], "zero has no logarithm"


@pytest.mark.parametrize(("low", "high", "first", "last"), [
    (1.0, 100.0, 1.0, 100.0), (0.99, 101.0, 0.5, 200.0), (0.0004, 560.0, 0.0001, 1000.0), (2.0, 20.0, 2.0, 20.0),
])  # fmt: skip
def test_logarithmic_ticks_enclose_the_range(low: float, high: float, first: float, last: float) -> None:
    values = log_ticks(low, high)
    assert values[0] == pytest.approx(first) and values[-1] == pytest.approx(last) and len(values) <= 10


def test_marks_are_numbered_by_day_and_do_not_overlap() -> None:
    line = [Segment(day(0), day(100), 1.0), Segment(day(100), day(200), 2.0)]
    events = [charts.Mark(day(n), 2.0, {"of": n}) for n in (150, 100, 101, 230)] + [charts.Mark(day(-1), 1.0, {})]
    drawn = charts.steps([("a", line)], marks=events)
    assert drawn and [(m["number"], m["of"]) for m in drawn["marks"]] == [(1, 100), (2, 101), (3, 150), (4, 230)]
    first, second, _, announced = drawn["marks"]
    assert abs(first["y"] - second["y"]) >= 19 and first["at"] == "50" and announced["at"] == "100"


def test_first_date_leaves_its_year_to_a_near_one() -> None:
    drawn = charts.steps([("a", [Segment(date(2022, 6, 22), date(2024, 12, 27), 1.0)])])
    assert drawn and [d["label"] for d in drawn["dates"]] == ["Jul", "Jan 2023", "Jul", "Jan 2024", "Jul"]
    drawn = charts.steps([("a", [Segment(date(2024, 3, 20), date(2024, 12, 27), 1.0)])])
    assert drawn and drawn["dates"][0]["label"] == "Apr 2024"


def run_of(since: int, until: int, usd: float, rank: int = 1, **facts: Any) -> dict[str, Any]:
    given = {
        "gpu": "A100",
        "gpu_memory_gb": Decimal(80),
        "form_factor": "SXM",
        "provider": "p",
        "pricing_model": "on_demand",
    }
    return given | {"rank": rank, "feed": f"f{rank}", "since": day(since), "until": day(until), "usd": usd} | facts


def test_better_source_wins_and_sources_are_never_spliced() -> None:
    runs = [run_of(10, 20, 3.0, 1), run_of(0, 30, 1.0, 2), run_of(5, 15, 2.0, 1, gpu_memory_gb=Decimal(40))]
    lines = lines_of(runs, day(25))
    (of_80,), (of_40,) = lines["A100", Decimal(80)]["on_demand"], lines["A100", Decimal(40)]["on_demand"]
    assert [(s.since, s.until, s.value) for s in of_80.segments] == [
        (day(0), day(5), 1.0), (day(10), day(20), 3.0), (day(20), day(26), 1.0)]  # fmt: skip
    assert [(s.since, s.until, s.value) for s in of_40.segments] == [(day(5), day(15), 2.0)]
    assert of_80.on(day(7)) is None and of_80.on(day(19)) == 3.0 and of_80.between(day(4), day(10)) == [1.0, 3.0]


def test_compiled_templates_are_kept_where_compiled_modules_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert render._compiled_templates() is None
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(os, "access", lambda *_: False)  # installed by another user
    assert render._compiled_templates() is None


def test_page_cites_the_receipts_of_all_its_facts() -> None:
    links = [ReceiptLink(f"receipts/{n}.html", n) for n in "abc"]
    facts = {
        "one": links[0],
        "rows": [{"price": 2, "receipt": links[1]}, {"price": 3}],
        "pair": ("x", (links[2], None)),
    }
    assert SitePage("a.html", "a.html", "A", "a", facts).cited_receipts() == {"a", "b", "c"}


PUBLISHED_METHODS = {"1.0": "931dbcd06e0dfefebf3ea2f7", "1.1": "42768bd734904bfcd1715b6b"}


def test_published_methodology_never_changes() -> None:
    assert set(METHODOLOGY) == set(PUBLISHED_METHODS), "pin the new version here; old ones stay"
    for version, pinned in PUBLISHED_METHODS.items():
        text = (HERE / "templates" / f"methodology_{version}.html").read_bytes()
        assert hashed(text) == pinned, f"what changed gets a new version; {version} is out"
