"""Our prices beside independent catalogs of the same providers: equal, different, and unreadable ones."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.cli.commands import crosscheck
from scrapers.fetching.crawler import Fetcher
from scrapers.fetching.replay import Replay
from scrapers.reference import peer_catalogs
from tests.conftest import Run
from tests.support.worlds import offer, put, rows, seen, without_costs
from warehouse.publish import release
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

FOLDER = Path(__file__).parents[1] / "support" / "catalogs"
TODAY = datetime.now(UTC).date().isoformat()
A100 = {
    "gpu_label": "",
    "instance": "p4d.24xlarge",
    "region": "us-east-1",
    "gpu_count": Decimal(8),
    "price_unit": "instance_hour",
}


@pytest.fixture(scope="module", autouse=True)
def _without_costs() -> Iterator[None]:
    with without_costs("marts.crosscheck"):
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Make the home that each test gets a copy of."""
    made = Home(tmp_path_factory.mktemp("made"))
    a100 = offer("21.957642", **A100)
    a10g = offer("1.006", gpu_label="", instance="g5.xlarge", region="us-east-1", price_unit="instance_hour")
    a10 = offer("0.75", gpu_label="NVIDIA A10", instance="1x NVIDIA A10", gpu_count=Decimal(1), region="global")
    year = offer("14.0", **A100, pricing_model="reserved", term_months=12, upfront="none")
    put(made, seen(TODAY, [a100, a10g, year], provider="aws"), seen(TODAY, [a10], provider="lambda"))
    release.build_and_publish(made)
    return made


@pytest.fixture
def home(made: Home, tmp_path: Path) -> Home:
    shutil.copytree(made.root, tmp_path / "home")
    return Home(tmp_path / "home")


def recorded(*wanted: str) -> list[str]:
    known = {"gpuhunt": "gpuhunt:aws=gpuhunt-aws.csv", "skypilot": "skypilot:lambda=skypilot-lambda.csv",
             "ec2instances": "ec2instances:aws=ec2instances.json"}  # fmt: skip
    texts = [known[name] for name in wanted or known]
    return [part for text in texts for part in ("--file", text.replace("=", f"={FOLDER}/"))]


def test_differences_are_shown_with_both_receipts(run: Run, home: Home) -> None:
    done = run("crosscheck", *recorded(), "--json", home=home)
    assert done.code == 0, done.err
    output = {(row["catalog"], row["instance"], row["pricing_model"]): row for row in done.records()}
    assert set(output) == {
        ("dstackai/gpuhunt", "g5.xlarge", "on_demand"), ("vantage-sh/ec2instances.info", "p4d.24xlarge", "reserved"),
    }  # fmt: skip
    a10g = output["dstackai/gpuhunt", "g5.xlarge", "on_demand"]
    assert (a10g["usd_per_gpu_hour"], a10g["their_usd_per_gpu_hour"]) == (1.006, 1.212)
    assert a10g["difference_pct"] == pytest.approx(20.48) and a10g["matched_by"] == "machine"
    assert a10g["source_url"] and a10g["sha256"] and a10g["their_source_url"] and a10g["their_sha256"]
    assert "dstackai/gpuhunt: 1 of 2 prices agree" in done.err


def test_different_machine_names_are_compared_by_gpu(run: Run, home: Home) -> None:
    output = run("crosscheck", *recorded("skypilot"), "--all", "--json", home=home).records()
    (row,) = [r for r in output if r["provider"] == "lambda"]
    assert row["matched_by"] == "gpu" and row["agrees"] and row["instance"] == "1x NVIDIA A10"


def test_catalogs_never_replace_a_scraped_provider(run: Run, home: Home) -> None:
    run("crosscheck", *recorded(), home=home)
    shown = run("prices", "A10G", "--json", home=home).records()
    assert [(row["usd_per_gpu_hour"], row["source"]) for row in shown] == [(1.006, "pricing_page")]


def test_equal_price_of_the_same_machine_confirms_a_quarantined_one(run: Run, tmp_path: Path) -> None:
    """98.32 to 55.04 on the day is quarantined as a jump; the catalog states the same, so it is released."""
    home = Home(tmp_path / "p5")
    p5 = {
        "gpu_label": "",
        "instance": "p4d.24xlarge",
        "region": "us-east-1",
        "gpu_count": Decimal(8),
        "price_unit": "instance_hour",
    }
    for day in range(1, 5):
        put(home, seen(f"2026-11-0{day}", [offer("60", **p5)], provider="aws"))
    put(home, seen(TODAY, [offer("21.957642", **p5)], provider="aws"))
    release.build_and_publish(home)

    def status() -> set[str]:
        with connection.published(home) as con:
            matches = rows(
                con, "select status from v1.quality_events where instance = 'p4d.24xlarge' and verdict = 'quarantine'"
            )
        return {row["status"] for row in matches}

    assert status() == {"held"}
    assert run("crosscheck", *recorded("ec2instances"), home=home).code == 0
    assert status() == {"released"}


def test_unreadable_catalog_is_reported_and_others_continue(run: Run, home: Home, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("a,b\n1,2\n")
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04 cut")
    (tmp_path / "cut.json").write_text('[{"instance_type": "p4d.24xlarge", "GPU": 8, ')
    broken = [
        f"gpuhunt:aws={tmp_path}/bad.csv",
        f"gpuhunt:gcp={tmp_path}/cut.zip",
        f"ec2instances:aws={tmp_path}/cut.json",
    ]
    done = run("crosscheck", *(p for text in broken for p in ("--file", text)), *recorded("gpuhunt"), home=home)
    assert done.code == 3
    assert "a column instance_name" in done.err and "cut.zip" in done.err and "cut.json" in done.err
    assert "g5.xlarge" in done.out


@pytest.mark.parametrize("text", ["nosuch:aws=x.csv", "gpuhunt=x.csv", "gpuhunt:aws", "gpuhunt:aws=/nosuch.csv"])
def test_invalid_files_are_usage_errors(run: Run, home: Home, text: str) -> None:
    assert run("crosscheck", "--file", text, home=home).code == 2


def test_offline_compares_with_landed_catalogs(run: Run, home: Home) -> None:
    assert "no price could be compared" in run("crosscheck", "--offline", home=home).err
    run("crosscheck", *recorded("gpuhunt"), home=home)
    assert len(run("crosscheck", "--offline", "--json", home=home).records()) == 1


def test_live_catalogs_use_the_same_fetcher(
    run: Run, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Replayed responses: a zip of one cloud; unrecorded requests are failures, reported and counted."""
    captures = tmp_path / "captures"
    url = peer_catalogs.GPUHUNT.requests[0].url
    (captures / "gpuhunt" / "aws").mkdir(parents=True)
    with zipfile.ZipFile(captures / "gpuhunt" / "aws" / "page.zip", "w") as packed:
        packed.write(FOLDER / "gpuhunt-aws.csv", "aws.csv")
    meta = {"url": url, "method": "GET", "status": 200, "content_type": "application/zip", "is_excerpt": True,
            "captured_at": f"{TODAY}T00:30:00Z", "source": "aws", "fetched_by": "http"}  # fmt: skip
    (captures / "gpuhunt" / "aws" / "meta.json").write_text(json.dumps(meta))
    replayed: Callable[..., Fetcher] = lambda archive, settings: Fetcher(  # noqa: E731
        archive, Replay(captures), settings
    )
    monkeypatch.setattr("scrapers.fetching.crawler.Fetcher", replayed)
    done = run("crosscheck", "--json", home=home)
    assert done.code == 3 and len(done.records()) == 1
    assert "skypilot" in done.err and "ec2instances" in done.err
    assert (
        len(re.findall(r"^gpuhour: gpuhunt: ", done.err, re.M)) == 1
        and "(and 7 more of its files from dstack-gpu" in done.err
    )
    assert crosscheck.COLUMNS[0] == "difference_pct"
