"""quarantine list, show, release and reject: all is listed, receipts are checked, verdicts are kept and acted on."""

from __future__ import annotations

import getpass
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import duckdb
import pytest

from scrapers.fetching.archive import Archive
from scrapers.model import Page
from tests.conftest import Run
from tests.support.published import A_SERIES, AN_EVENT, make
from warehouse.publish import release
from warehouse.storage import connection, ledger
from warehouse.storage.ledger import decisions
from warehouse.storage.state_dir import Home

COLUMNS = [
    "provider", "source", "instance", "region", "gpu", "pricing_model", "date", "date_to", "verdict", "status", "rule",
    "class", "reason", "price", "last_good", "event_id",
]  # fmt: skip
HELD, RELEASED, FLAGGED, SOURCE = "aa11" + "0" * 28, "aa22" + "0" * 28, "bb33" + "0" * 28, "cc44" + "0" * 28
CONTROL = [chr(n) for n in (*range(10), *range(11, 32), *range(127, 160))] + ["\u202e", "\u2066", "\u200f"]


def event(event_id: str, **facts: Any) -> dict[str, Any]:
    return AN_EVENT | {"event_id": event_id} | facts


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make(
        tmp_path / "home",
        series=[A_SERIES, A_SERIES | {"series_id": "s2", "gpu_memory_gb": 80, "provider": "lambda", "region": "eu"}],
        quality_events=[
            event(HELD),
            event(RELEASED, status="released", date="2023-06-01", provider="lambda", series_id="s2", region="eu",
                  **{"class": "spike"}),
            event(FLAGGED, verdict="flag", date="2023-07-01", pricing_model="spot", gpu="H100", series_id="s3"),
            event(SOURCE, series_id=None, instance="all", provider="all", gpu=None, pricing_model=None, price=None,
                  verdict="flag", last_good=None, region=None, date="2022-01-01"),
        ],
    )  # fmt: skip


def ids(run: Run, home: Home, *arguments: str) -> list[str]:
    return [row["event_id"][:4] for row in run("quarantine", "list", *arguments, "--json", home=home).records()]


def test_list_has_the_promised_columns_and_all_rows(run: Run, home: Home) -> None:
    said = run("quarantine", "list", "--json", home=home)
    rows = said.records()
    assert said.code == 0 and not said.err and all(list(row) == COLUMNS for row in rows)
    assert [row["event_id"] for row in rows] == [FLAGGED, RELEASED, HELD, SOURCE]  # newest first
    assert rows[2] == {
        "provider": "aws", "source": "price_list", "instance": "p4d.24xlarge", "region": "us-east-1", "gpu": "A100",
        "pricing_model": "on_demand", "date": "2023-05-01", "date_to": "2023-05-02", "verdict": "quarantine",
        "status": "held", "rule": "zero", "class": "zero_price", "reason": "a price of 0 is no price", "price": 0,
        "last_good": 32.7726, "event_id": HELD,
    }  # fmt: skip
    assert rows[3]["instance"] == rows[3]["provider"] == "all" and rows[3]["price"] is None


@pytest.mark.parametrize(("arguments", "expected"), [
    (("--status", "released"), ["aa22"]), (("--verdict", "flag"), ["bb33", "cc44"]), (("--class", "spike"), ["aa22"]),
    (("--status", "held", "--verdict", "quarantine"), ["aa11"]), (("--provider", "Lambda Labs"), ["aa22"]),
    (("--region", "east"), ["bb33", "aa11"]), (("--pricing-model", "spot"), ["bb33"]), (("--class", "nosuch"), []),
    (("A100",), ["aa22", "aa11"]), (("A100 80GB",), ["aa22"]), (("A100 40GB",), ["aa11"]), (("V100",), []),
])  # fmt: skip
def test_filters(run: Run, home: Home, arguments: tuple[str, ...], expected: list[str]) -> None:
    assert ids(run, home, *arguments) == expected


@pytest.mark.parametrize("width", [80, 100, 120])
def test_table_fits_the_terminal(
    run: Run, home: Home, width: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = event(
        "dd55" + "0" * 28, instance="a machine with a name beyond reason", region="somewhere far away in the south"
    )
    home = make(tmp_path / "long", quality_events=[long, event(HELD, **{"class": "not_scaled_by_gpu_count"})])
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("quarantine", "list", home=home).out.splitlines()
    assert max(map(len, lines)) <= width and len(lines) == 3
    assert "dd55000000" in lines[1] or "dd55000000" in lines[2]
    assert all("2023-05-01" in line and "held" in line for line in lines[1:])


def test_empty_list_is_reported(run: Run, tmp_path: Path) -> None:
    home = make(tmp_path)
    assert run("quarantine", "list", "--json", home=home).records() == []
    assert "nothing is held or flagged" in run("quarantine", "list", home=home).err


def test_a_long_list_is_quick_and_whole(run: Run, tmp_path: Path) -> None:
    """Half a second on a quiet machine; here the machine may be busy."""
    home = make(tmp_path, quality_events=[event(HELD)])
    with duckdb.connect(str(home.published)) as con:
        con.execute(
            "insert into v1.quality_events select quality_events.* replace (md5(numbers.range::varchar) as event_id, reason || numbers.range as reason) "
            "from v1.quality_events, range(30_000) as numbers"
        )
    for style in ("json", "table"):
        started = monotonic()
        said = run("quarantine", "list", "--format", style, home=home)
        assert said.code == 0 and monotonic() - started < 10
        assert (len(said.records()) if style == "json" else said.out.count("\n") - 1) == 30_001


def test_show_prints_all_facts(run: Run, home: Home) -> None:
    said = run("quarantine", "show", "aa11", home=home)
    assert said.code == 0
    for fact in (
        HELD,
        "a price of 0 is no price",
        "32.7726",
        "https://aws.example/prices.csv",
        "ab" * 32,
        "0123456789ab",
    ):
        assert fact in said.out
    (shown,) = run("quarantine", "show", "AA11", "--json", home=home).records()
    assert shown["archived_page"]["state"] == "absent" and shown["decisions"] == []


@pytest.mark.parametrize("damage", [False, True])
def test_show_finds_the_archived_page_and_hashes_it_again(run: Run, tmp_path: Path, damage: bool) -> None:
    home = Home(tmp_path)
    page = Page("aws", str(AN_EVENT["source_url"]), datetime(2023, 5, 1, 6, tzinfo=UTC), content=b"a,b\n1,2\n")
    kept = Archive(home.root).save(page)
    Archive(home.root).save(replace(page, content=b"other", url="https://aws.example/other"))
    make(tmp_path, quality_events=[event(HELD, sha256=kept.sha256)])
    assert kept.path
    if damage:
        kept.path.write_bytes(kept.path.read_bytes()[:-9])
    (shown,) = run("quarantine", "show", "aa11", "--json", home=home).records()
    assert shown["archived_page"]["path"] == str(kept.path)
    assert shown["archived_page"]["state"] == ("damaged" if damage else "verified")


@pytest.mark.parametrize("command", ["show", "release", "reject"])
def test_ambiguous_and_unknown_ids_are_rejected(run: Run, home: Home, command: str) -> None:
    for prefix, why in (
        ("aa", HELD),
        ("ffff", "no event id begins with 'ffff'"),
        ("", "is empty"),
        ("%", "no event"),
    ):
        said = run("quarantine", command, prefix, home=home)
        assert said.code == 2 and not said.out and why in said.err
    assert not home.ledger.exists()


@pytest.fixture
def builds(monkeypatch: pytest.MonkeyPatch) -> list[Home]:
    """Homes that were built; the build is a small one, which does what the ledger says."""
    built: list[Home] = []

    def build_and_publish(home: Home) -> None:
        built.append(home)
        with duckdb.connect(str(home.published)) as con:
            for decision in decisions(home):
                con.execute(
                    "update v1.quality_events set status = ? where event_id = ?", [decision.verdict, decision.event_id]
                )

    monkeypatch.setattr(release, "build_and_publish", build_and_publish)
    return built


def test_release_records_who_and_why_and_publishes(run: Run, home: Home, builds: list[Home]) -> None:
    said = run("quarantine", "release", "aa11", "bb", "--note", "their blog says so", home=home)
    assert said.code == 0 and len(builds) == 1 and "Traceback" not in said.err
    assert [(d.event_id, d.verdict, d.decided_by, d.note) for d in decisions(home)] == [
        (HELD, "released", getpass.getuser(), "their blog says so"),
        (FLAGGED, "released", getpass.getuser(), "their blog says so"),
    ]  # fmt: skip
    assert "aa11000000 aws p4d.24xlarge us-east-1 2023-05-01" in said.err and "released" in said.err
    assert set(ids(run, home, "--status", "released")) == {"aa11", "aa22", "bb33"}
    (shown,) = run("quarantine", "show", "aa11", "--json", home=home).records()
    assert shown["decisions"][0]["note"] == "their blog says so"


def test_later_verdict_wins(run: Run, home: Home, builds: list[Home]) -> None:
    assert run("quarantine", "release", "aa11", home=home).code == 0
    assert run("quarantine", "reject", "aa11", home=home).code == 0
    assert [d.verdict for d in decisions(home)] == ["released", "rejected"]
    assert ids(run, home, "--status", "rejected") == ["aa11"]


def test_one_unknown_id_records_nothing(run: Run, home: Home, builds: list[Home]) -> None:
    for bad, why in (("ffff", "no event"), ("cc", "whole source")):
        said = run("quarantine", "release", "aa11", bad, home=home)
        assert said.code == 2 and why in said.err
    assert not builds and not home.ledger.exists()


def test_failed_build_keeps_the_verdict(run: Run, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Home) -> None:
        raise connection.WarehouseBusy("it is being built by process 4711")

    monkeypatch.setattr(release, "build_and_publish", broken)
    said = run("quarantine", "release", "aa11", home=home)
    assert said.code == 1 and "is recorded" in said.err and "4711" in said.err and "Traceback" not in said.err
    assert [d.event_id for d in decisions(home)] == [HELD]


def test_build_that_ignores_the_verdict_is_reported(run: Run, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "build_and_publish", lambda home: None)
    assert "held, although your verdict is released" in run("quarantine", "release", "aa11", home=home).err


def test_unwritable_ledger_is_reported(run: Run, home: Home, builds: list[Home]) -> None:
    home.ledger.write_bytes(b"junk" * 5000)
    said = run("quarantine", "release", "aa11", home=home)
    assert said.code == 1 and str(home.ledger) in said.err and "Traceback" not in said.err and not builds
    shown = run("quarantine", "show", "aa11", home=home)
    assert shown.code == 0 and HELD in shown.out and str(home.ledger) in shown.err


def test_user_id_is_recorded_without_a_login_name(
    run: Run, home: Home, builds: list[Home], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody() -> str:
        raise KeyError("uid not found")

    monkeypatch.setattr(getpass, "getuser", nobody)
    assert run("quarantine", "reject", "aa11", home=home).code == 0
    assert decisions(home)[0].decided_by.isdigit()


@pytest.mark.parametrize("command", [("list",), ("show", "aa11"), ("list", "--json"), ("show", "aa11", "--json")])
def test_scraped_text_cannot_control_the_terminal(
    run: Run, tmp_path: Path, command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "250")  # no cell is cut
    evil = "\x1b[2J\x9b31m\u202egnp\x07 node"
    home = make(tmp_path, quality_events=[event(HELD, instance=evil, reason=evil, provider=f"../{evil}", sha256="")])
    said = run("quarantine", *command, home=home)
    assert said.code == 0 and "node" in said.out and not [c for c in CONTROL if c in said.out + said.err]
    if "--json" in command:
        assert json.loads(said.out)[0]["instance"] == evil


def test_without_a_command_help_is_printed(run: Run, home: Home) -> None:
    said = run("quarantine", home=home)
    assert all(command in said.out for command in ("list", "show", "release", "reject"))
    assert run("quarantine", "nosuch", home=home).code == 2


def test_ledger_accepts_the_verdicts_of_the_commands() -> None:
    from typing import get_args

    from pipelines.cli.commands import quarantine

    assert get_args(quarantine.Verdict) == get_args(ledger.Verdict)
