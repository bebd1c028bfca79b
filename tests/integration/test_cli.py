"""The command line: exit codes, clean stdout, messages that help, filters, a read-only sql, and text that stays text."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.commands import sql
from pipelines.queries.current_prices import PRICE_COLUMNS
from scrapers import registry
from tests.conftest import Demo, Run
from tests.support import worlds
from tests.support.worlds import CAPTURES, ROOT, offer, put, seen
from warehouse.engine import build
from warehouse.publish import publish
from warehouse.storage import connection
from warehouse.storage.state_dir import Home

PARSE_COLUMNS = [
    "provider", "instance", "gpu", "form_factor", "gpu_memory_gb", "gpu_count", "region", "region_id", "country",
    "continent", "pricing_model", "term_months", "price", "currency", "price_unit", "usd_per_gpu_hour", "price_scope",
    "availability", "product", "is_floor", "vcpus", "ram_gb", "local_disk_gb", "interconnect",
]  # fmt: skip
RECEIPT_COLUMNS = [
    "observed_at", "valid_from", "last_seen_on", "effective_from", "effective_until", "quality", "source", "origin",
    "is_carried_forward", "age_days", "source_url", "sha256", "series_id",
]  # fmt: skip
COMMANDS = (
    "demo", "refresh", "prices", "history", "changes", "explain", "quarantine", "replay", "sql", "providers", "schedule",
    "doctor", "parse",
)  # fmt: skip
PAGE = CAPTURES / "oracle" / "2026-09-20_products" / "page.json"


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Publish a database of a hostile page."""
    home = Home(tmp_path_factory.mktemp("nasty"))
    evil = "\x1b[2J\x9b31m\u202egnp\x07 node"
    put(home, seen("2026-03-02", [
        offer("2.00", instance=evil, region="=cmd|' /C calc'!A0"), offer("3.00", instance="tame", region="eu"),
    ], origin="recorded"))  # fmt: skip
    with connection.writer_lock(home), connection.warehouse(home) as con:
        build.build(con, home)
        publish.publish(con, home)
    return home


# -- exit codes and where things are said ----------------------------------------------------------------------------


def test_demo_shows_prices_with_their_sources(demo: Demo) -> None:
    assert demo.code == 0, demo.stderr
    assert demo.stdout.startswith("usd/gpu-h  gpus  ") and demo.stdout.count("A100") > 20
    assert "ample pages, rebuilt by hand" in demo.stderr and "recorded" not in demo.stderr
    assert "39 of 44 providers read" in demo.stderr and "fluidstack: no_public_price" in demo.stderr
    assert "gpuhour:" not in demo.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run: Run, command: str) -> None:
    said = run(command, "--help")
    assert said.code == 0 and f"gpuhour {command}" in said.out and len(said.out) > 80 and not said.err


def test_help_lists_every_command_and_version_is_one_line(run: Run) -> None:
    said = run("--help")
    assert said.code == 0 and all(f" {command} " in said.out for command in COMMANDS)
    assert run("--version").out == version("gpuhour") + "\n" != "0.0.0\n"


@pytest.mark.parametrize("arguments", [
    ("nosuch",), ("prices", "--max-age", "soon"), ("prices", "--as-of", "yesterday"), ("prices", "--format", "xml"),
    ("sql",), ("sql", " ; "), ("sql", "/* nothing */"), ("history",), ("parse", "oracle"), ("parse", "nosuch", str(PAGE)),
    ("refresh", "--provider", "nosuch"),
    ("refresh", "--date", "2020-01-01"), ("prices", "--nosuch"), ("prices", "--provider", "nosuch"),
    ("history", "A100", "--provider", "nosuch"),
])  # fmt: skip
def test_wrong_usage_exits_2_and_says_why(run: Run, demo: Demo, arguments: tuple[str, ...]) -> None:
    said = run(*arguments, home=demo.home)
    assert said.code == 2 and not said.out and len(said.err) > 20
    if "nosuch" in arguments and arguments[0] != "nosuch":
        assert "oracle" in said.err  # the known ones


@pytest.mark.parametrize(("arguments", "hints"), [
    (("prices", "H1OO"), ("'H1OO'", "nearest: H100", "marts.available_gpus")),
    (("history", "Z9"), ("unknown GPU 'Z9'", "marts.available_gpus")),
    (("changes", "B2OO"), ("nearest: B200",)),
    (("quarantine", "list", "RTX 409O"), ("nearest: RTX 4090",)),
    (("prices", "--pricing-model", "ondemand"), ("nearest: on_demand", "known: on_demand, spot, reserved")),
    (("cost", "--model", "llama-3.1-8b", "--gpu", "H100", "--pricing-model", "sp0t"), ("nearest: spot",)),
    (("prices", "--region", "Mars"), ("unknown region 'Mars'", "v1.series")),
    (("prices", "--region", "us-esat-1"), ("nearest: us-east-1",)),
    (("prices", "--source", "price_lst"), ("nearest: price_list",)),
    (("history", "A100", "--provider", "lambdaa"), ("unknown provider", "nearest: lambda;")),
    (("refresh", "--provider", "orcale"), ("unknown provider", "nearest: oracle")),
    (("cost", "train", "--params", "7"), ("write 7b for billions",)),
    (("cost", "train", "--params", "7b", "--tokens", "300"), ("--tokens 300", "300b")),
    (("cost", "--model", "llama-3.1-8b", "--gpu", "H100", "--precision", "fp7"), ("'fp7'", "FP32, FP16", "MXFP4")),
    (("prices", "--as-of", "yesterday"), ("--as-of", "YYYY-MM-DD")),
    (("explain", "lambda", "A100", "--date", "21.9.2026"), ("--date", "YYYY-MM-DD")),
    (("alerts", "preview", "--since", "soon"), ("--since", "YYYY-MM-DD")),
    (("prices", "--max-age", "-3"), ("--max-age",)),
    (("cost", "job", "--gpu", "H1OO", "--hours", "5"), ("nearest: H100",)),
    (("cost", "--model", "llama-3.1-8b", "--gpu", "H1OO"), ("nearest: H100",)),
    (("cost", "train", "--params", "7k"), ("write 7b for billions",)),
    (("report", "serve", "--port", "99999"), ("0 to 65535",)),
    (("report", "serve", "--port", "-1"), ("0 to 65535",)),
])  # fmt: skip
def test_unknown_names_and_values_are_told_with_the_nearest_ones(
    run: Run, demo: Demo, arguments: tuple[str, ...], hints: tuple[str, ...]
) -> None:
    said = run(*arguments, home=demo.home)
    err = " ".join(said.err.replace("│", " ").split())
    assert said.code == 2 and not said.out and "Traceback" not in err
    assert [hint for hint in hints if hint not in err] == [], err


@pytest.mark.parametrize("arguments", [("prices",), ("history", "A100"), ("sql", "select 1")])
def test_missing_database_is_reported_with_a_hint(run: Run, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    said = run(*arguments, home=Home(tmp_path))
    assert said.code == 1 and not said.out and "make demo" in said.err and str(tmp_path) in said.err
    assert not list(tmp_path.iterdir())  # reading makes nothing


@pytest.mark.parametrize("content", [b"", b"not a database", None])
@pytest.mark.parametrize("arguments", [("prices",), ("sql", "from v1.meta"), ("providers",)])
def test_damaged_database_is_reported_in_one_sentence(
    run: Run, tmp_path: Path, demo: Demo, arguments: tuple[str, ...], content: bytes | None
) -> None:
    home = Home(tmp_path)
    home.published.write_bytes(demo.home.published.read_bytes()[:5000] if content is None else content)
    said = run(*arguments, home=home)
    assert said.code == 1 and not said.out and str(home.published) in said.err and "Traceback" not in said.err


def test_stale_answers_exit_4(run: Run, demo: Demo) -> None:
    """Nothing is recent enough: the newest prices are printed all the same, with their age."""
    fresh = run("prices", "A100", "--json", home=demo.home)
    said = run("prices", "A100", "--as-of", "2027-01-31", "--json", home=demo.home)
    assert fresh.code == 0 and said.code == 4 and "nothing was seen in the 35 days before 2027-01-31" in said.err
    assert [r["sha256"] for r in said.records()] == [r["sha256"] for r in fresh.records()]
    assert {r["age_days"] for r in said.records()} == {133} and all(r["is_carried_forward"] for r in said.records())


def test_no_matches_give_an_empty_answer(run: Run, demo: Demo) -> None:
    said = run("prices", "V100", "--provider", "lambda", "--pricing-model", "spot", "--json", home=demo.home)
    assert (said.code, said.records()) == (0, []) and "no price matches" in said.err
    said = run("history", "V100", "--provider", "lambda", "--pricing-model", "spot", "--json", home=demo.home)
    assert (said.code, said.records()) == (0, []) and "no price of V100 is on record" in said.err


def test_doctor_distinguishes_ok_missing_and_damaged(run: Run, demo: Demo, tmp_path: Path) -> None:
    fine = {r["what"]: r["verdict"] for r in run("doctor", "--json", home=demo.home).records()}
    assert fine["published database"] == fine["python"] == fine["oracle"] == fine["fluidstack"] == "ok"
    empty = run("doctor", "--json", home=Home(tmp_path / "none"))
    assert {r["what"]: r["verdict"] for r in empty.records()}["published database"] == "missing"
    Home(tmp_path).published.write_bytes(b"junk")
    broken = run("doctor", "--json", home=Home(tmp_path))
    assert broken.code == 1 and {r["what"]: r["verdict"] for r in broken.records()}["published database"] == "broken"


def test_providers_lists_each_with_its_last_attempt(run: Run, demo: Demo) -> None:
    rows = {r["provider"]: r for r in run("providers", "--json", home=demo.home).records()}
    assert list(rows) == list(registry.modules()) and len(rows) >= 37
    assert rows["modal"]["basis"] == "unverified" and rows["modal"]["status"] == "never tried"
    assert rows["primeintellect"]["status"] == "needs_key" and rows["vast"]["kind"] == "marketplace"
    assert rows["oracle"]["status"] == "ok" and rows["oracle"]["last_tried"] == "2026-09-20"
    assert rows["fluidstack"]["status"] == "no_public_price" and rows["gcp"]["status"] == "ok"


# -- prices and history ------------------------------------------------------------------------------------------------


def test_json_has_exactly_the_contract_columns(run: Run, demo: Demo) -> None:
    said = run("prices", "A100", "--json", home=demo.home)
    rows = said.records()
    assert said.code == 0 and "the day of this replay" in said.err and len(rows) > 20
    assert all(list(row) == PARSE_COLUMNS + RECEIPT_COLUMNS for row in rows)
    assert list(PRICE_COLUMNS) == PARSE_COLUMNS + RECEIPT_COLUMNS
    for row in rows:
        assert row["gpu"] == "A100" and row["usd_per_gpu_hour"] > 0 and row["origin"] == "sample"
        assert row["source_url"].startswith("https://") and len(row["sha256"]) == 64
        assert row["observed_at"] == "2026-09-20T06:15:00Z"


def test_prices_come_cheapest_first(run: Run, demo: Demo) -> None:
    """One order over all memories and pricing models; what is sold out is last, cheapest first too."""
    rows = run("prices", "H100", "--json", home=demo.home).records()
    order = [(r["availability"] in ("sold_out", "waitlist"), r["usd_per_gpu_hour"]) for r in rows]
    assert order == sorted(order) and order[0][0] is False and order[-1][0] is True
    assert len({r["gpu_memory_gb"] for r in rows}) > 1 and len({r["pricing_model"] for r in rows}) >= 3


def test_machines_are_chosen_by_size_memory_price_and_availability(run: Run, demo: Demo) -> None:
    def ask(*options: str) -> list[dict[str, Any]]:
        return run("prices", *options, "--json", home=demo.home).records()

    everything = ask()
    cases: tuple[tuple[tuple[str, ...], Callable[[dict[str, Any]], bool]], ...] = (
        (("--gpus", "8"), lambda r: r["gpu_count"] == 8),
        (("--max-price", "2.5"), lambda r: r["usd_per_gpu_hour"] <= 2.5),
        (("--min-memory", "80"), lambda r: (r["gpu_memory_gb"] or 0) >= 80),
        (("--available",), lambda r: r["availability"] not in ("sold_out", "waitlist")),
        (("--gpus", "1", "--min-memory", "40", "--max-price", "1", "--available"), lambda r: r["gpu_count"] == 1
         and (r["gpu_memory_gb"] or 0) >= 40 and r["usd_per_gpu_hour"] <= 1 and r["availability"] != "sold_out"),
    )  # fmt: skip
    for options, matches in cases:
        expected = [r for r in everything if matches(r)]
        assert ask(*options) == expected and 0 < len(expected) < len(everything), options
    assert ask("--limit", "7") == everything[:7]
    by_memory = [r["gpu_memory_gb"] for r in ask("--sort", "memory", "--available") if r["gpu_memory_gb"] is not None]
    assert by_memory == sorted(by_memory, reverse=True)
    by_provider = ask("--sort", "provider", "--available")
    assert [r["provider"] for r in by_provider] == sorted(r["provider"] for r in by_provider)
    table = run("prices", home=demo.home)
    assert max(map(len, table.out.splitlines())) <= 100 and "on_demand" in table.err
    for options in (("--gpus", "0"), ("--max-price", "-1"), ("--min-memory", "nan"), ("--limit", "0")):
        assert run("prices", *options, home=demo.home).code == 2


@pytest.mark.parametrize(("option", "value", "column", "kept"), [
    ("--provider", "lambda", "provider", "lambda"), ("--provider", "Lambda Labs", "provider", "lambda"),
    ("--pricing-model", "spot", "pricing_model", "spot"), ("--pricing-model", "on-demand", "pricing_model", "on_demand"),
    ("--source", "products_api", "source", "products_api"), ("--region", "us-east-1", "region_id", "us-east-1"),
])  # fmt: skip
def test_filters(run: Run, demo: Demo, option: str, value: str, column: str, kept: str) -> None:
    everything = run("prices", "--json", home=demo.home).records()
    rows = run("prices", option, value, "--json", home=demo.home).records()
    assert rows and {row[column] for row in rows} == {kept}
    assert {row[column] for row in everything} != {kept} and len(rows) < len(everything)


def test_region_is_a_part_of_a_name_or_a_place(run: Run, demo: Demo) -> None:
    def ask(*options: str) -> list[dict[str, Any]]:
        return run("prices", *options, "--json", home=demo.home).records()

    assert ask("--region", "Europe") == ask("--continent", "europe") != []
    assert ask("--region", "France") == ask("--country", "FR") != []
    ohio = ask("--region", "us-east-2")  # one region, printed in two ways
    assert {"us-east-2", "US East (Ohio)"} <= {r["region"] for r in ohio} and {r["region_id"] for r in ohio} == {
        "us-east-2"
    }


@pytest.mark.parametrize(("gpu", "memory", "form"), [
    ("A100", {40, 80}, None), ("a100 80gb", {80}, None), ("NVIDIA A100 SXM 40GB", {40}, {"SXM"}), ("h100 pcie", {80}, {"PCIe"}),
])  # fmt: skip
def test_gpu_names_are_matched_as_people_write_them(
    run: Run, demo: Demo, gpu: str, memory: set[int], form: set[str] | None
) -> None:
    rows = run("prices", gpu, "--json", home=demo.home).records()
    assert {r["gpu_memory_gb"] for r in rows} == memory
    assert form is None or {r["form_factor"] for r in rows} == form


def test_reference_document_on_its_day(run: Run, demo: Demo) -> None:
    rows = run("prices", "A100", "--as-of", "2023-04-07", "--source", "seed", "--json", home=demo.home).records()
    prices = [r["usd_per_gpu_hour"] for r in rows]
    assert (min(prices), max(prices)) == (0.88, 5.12) and {r["origin"] for r in rows} == {"seed"}
    assert {r["price"] for r in rows} == set(prices)
    assert not run("prices", "A100", "--as-of", "2023-04-06", "--json", home=demo.home).records()
    aged = run("prices", "A100", "--as-of", "2023-04-17", "--max-age", "9", "--json", home=demo.home)
    assert aged.code == 4
    kept = run("prices", "A100", "--as-of", "2023-04-17", "--max-age", "10", "--json", home=demo.home).records()
    assert {(r["age_days"], r["is_carried_forward"]) for r in kept} == {(10, True)}


def test_history_is_oldest_first_with_receipts(run: Run, demo: Demo) -> None:
    rows = run("history", "A100 80GB", "--provider", "oracle", "--json", home=demo.home).records()
    assert [r["valid_from"] for r in rows] == sorted(r["valid_from"] for r in rows)
    assert {r["origin"] for r in rows} == {"seed", "sample"} and all(r["text"] for r in rows)


def test_formats_agree(run: Run, demo: Demo) -> None:
    data = run("prices", "V100", "--json", home=demo.home).records()
    sheet = list(csv.DictReader(io.StringIO(run("prices", "V100", "--format", "csv", home=demo.home).out)))
    table = run("prices", "V100", home=demo.home).out.splitlines()
    assert len(data) == len(sheet) == len(table) - 1 > 0
    assert f"{len(data)} of these are of sample pages" in run("prices", "V100", home=demo.home).err
    assert [Decimal(r["usd_per_gpu_hour"]) for r in sheet] == [Decimal(str(r["usd_per_gpu_hour"])) for r in data]


# -- sql -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("query", [
    "create table x as select 1", "insert into v1.meta select * from v1.meta", "delete from v1.meta", "drop table v1.meta",
    "copy v1.meta to '{tmp}/x.csv'", "attach '{tmp}/y.db'", "from read_csv('{root}/README.md')",
    "from read_text('{root}/README.md')", "from glob('{root}/*')", "copy v1.meta from '{root}/README.md'",
    "install httpfs", "load httpfs", "export database '{tmp}/z'",
])  # fmt: skip
def test_sql_is_read_only_and_reads_no_files(run: Run, demo: Demo, tmp_path: Path, query: str) -> None:
    before = demo.home.published.stat().st_mtime_ns
    said = run("sql", query.format(tmp=tmp_path, root=ROOT), home=demo.home)
    assert said.code == 1 and not said.out
    assert "read-only" in said.err and "ATTACH" in said.err and "Traceback" not in said.err
    assert demo.home.published.stat().st_mtime_ns == before and not list(tmp_path.iterdir())


@pytest.mark.parametrize("query", ["set enable_external_access = true", "set threads = 1", "reset lock_configuration"])
def test_the_published_database_cannot_be_unlocked(demo: Demo, query: str) -> None:
    with connection.published(demo.home) as con, pytest.raises(connection.DatabaseError, match="locked"):
        con.execute(query)


@pytest.mark.parametrize(("query", "complaint"), [
    ("select 1; select 2", "one query at a time"), ("select 1; drop table v1.meta", "one query at a time"),
    ("set threads = 1", "no SET"), ("create temp table x as select 1", "no CREATE"), ("begin", "no TRANSACTION"),
    ("call pragma_version()", "no CALL"), ("checkpoint", "no CALL"), ("prepare a as select 1", "no PREPARE"),
    ("explain analyze create temp table x as select 1", "no CREATE"), ("explain (format json) set threads = 1", "no SET"),
])  # fmt: skip
def test_only_queries_are_run(run: Run, demo: Demo, query: str, complaint: str) -> None:
    said = run("sql", query, home=demo.home)
    assert said.code == 1 and not said.out and complaint in said.err


@pytest.mark.parametrize("query", [
    "from v1.meta", "with a as (select 1) from a", "values (1)", "describe v1.meta", "show tables", "summarize v1.meta",
    "explain select 1", "explain analyze from v1.meta", "EXPLAIN (format json) select 1", "/* all of it */ from v1.meta;",
])  # fmt: skip
def test_every_kind_of_query_is_run(run: Run, demo: Demo, query: str) -> None:
    said = run("sql", query, "--json", home=demo.home)
    assert said.code == 0 and said.records()


@pytest.mark.parametrize("style", ["table", "csv", "json"])
def test_rows_are_bounded(run: Run, demo: Demo, style: str) -> None:
    whole = run("sql", "from range(2500)", "--limit", "2500", "--format", style, home=demo.home)
    part = run("sql", "from range(1000000000000)", "--limit", "2500", "--format", style, home=demo.home)
    assert (whole.code, part.code) == (0, 3) and part.out == whole.out and "2499" in whole.out
    assert part.err == "gpuhour: these are the first 2,500 rows; --limit takes more\n" and not whole.err


def test_query_that_ends_duckdb_is_answered_in_a_sentence(
    run: Run, demo: Demo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql, "_check_kind", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    said = run("sql", "select 1", home=demo.home)
    assert said.code == 1 and said.err == "gpuhour: the query was ended: its process was ended by SIGKILL\n"


def test_sql_answers_and_helps(run: Run, demo: Demo) -> None:
    assert run("sql", "select 1 as a, 'x' as b", "--json", home=demo.home).records() == [{"a": 1, "b": "x"}]
    assert len(run("sql", "from marts.errata", "--json", home=demo.home).records()) == 10
    assert run("sql", "from prices_as_of('2023-04-07')", "--json", home=demo.home).records()
    typo = run("sql", "from v1.price_histori", home=demo.home)
    assert typo.code == 1 and "v1.price_history" in typo.err and "marts.errata" in typo.err
    assert run("sql", "selec 1", home=demo.home).code == 1


def test_no_progress_bar_in_the_data(run: Run, demo: Demo) -> None:
    said = run("sql", "select current_setting('enable_progress_bar') as bar", "--json", home=demo.home)
    assert said.records() == [{"bar": False}]


def test_values_json_cannot_express_are_null(run: Run, demo: Demo) -> None:
    said = run("sql", "select 'nan'::double as a, 'inf'::double as b, 1.5 as c", "--json", home=demo.home)
    assert json.loads(said.out, parse_constant=pytest.fail) == [{"a": None, "b": None, "c": 1.5}]


# -- parse ---------------------------------------------------------------------------------------------------------------


def test_parse_prints_the_file_s_rows_alone(run: Run) -> None:
    said = run("parse", "oracle", PAGE)
    assert said.code == 0 and said.records()
    assert all(list(row) == [*PARSE_COLUMNS, "read_by", "reason"] for row in said.records())
    sheet = list(csv.DictReader(io.StringIO(run("parse", "Oracle", PAGE, "--format", "csv").out)))
    assert len(sheet) == len(said.records()) and list(sheet[0]) == [*PARSE_COLUMNS, "read_by", "reason"]


@pytest.mark.parametrize("content", [
    b"", b"<html><body>Access denied</body></html>", b"{", b"[]", b"\x00\xff\x00\xff", b'{"items": []}', b"a,b\n1,2\n",
    b"\x1f\x8b not gzip",
], ids=repr)  # fmt: skip
@pytest.mark.parametrize("provider", ["aws", "azure", "coreweave", "fluidstack", "gcp", "lambda", "oracle"])
def test_unreadable_file_is_reported(run: Run, tmp_path: Path, provider: str, content: bytes) -> None:
    page = tmp_path / "2026-01-09_page.html"
    page.write_bytes(content)
    said = run("parse", provider, page)
    assert said.code == 1 and not said.out and len(said.err) > 20 and "Traceback" not in said.err


@pytest.mark.parametrize("name", ["nosuch.html", ".", "broken.json.gz", "cut.json.gz"])
def test_missing_file_is_reported(run: Run, tmp_path: Path, name: str) -> None:
    import gzip

    (tmp_path / "broken.json.gz").write_bytes(b"this is not gzip")
    (tmp_path / "cut.json.gz").write_bytes(gzip.compress(PAGE.read_bytes())[:200])
    said = run("parse", "oracle", tmp_path / name)
    assert said.code == 1 and not said.out and "Traceback" not in said.err and said.err.startswith("gpuhour: ")


# -- text stays text -------------------------------------------------------------------------------------------------------

CONTROL = [chr(n) for n in (*range(10), *range(11, 32), *range(127, 160))] + ["\u202e", "\u2066", "\u200f"]


@pytest.mark.parametrize("style", ["table", "csv", "json"])
@pytest.mark.parametrize(
    "command", [("prices",), ("history", "A100"), ("sql", "select instance from v1.price_history")]
)
def test_scraped_text_cannot_control_the_terminal(run: Run, nasty: Home, command: tuple[str, ...], style: str) -> None:
    said = run(*command, "--format", style, home=nasty)
    assert said.code == 0 and "node" in said.out
    assert not [c for c in CONTROL if c in said.out + said.err]


def test_json_keeps_the_page_s_text(run: Run, nasty: Home) -> None:
    instances = {row["instance"] for row in run("prices", "--json", home=nasty).records()}
    assert instances == {"\x1b[2J\x9b31m\u202egnp\x07 node", "tame"}


def test_errors_cannot_control_the_terminal(run: Run, nasty: Home, tmp_path: Path) -> None:
    said = run("sql", "select instance::integer from v1.price_history where instance like '%node'", home=nasty)
    assert said.code == 1 and "node" in said.err and not [c for c in CONTROL if c in said.err]
    page = tmp_path / "page.html"
    page.write_text("<html>\x1b[2J\x9b31m</html>")
    said = run("parse", "lambda", page, "--url", "https://x.com/\x1b[2J")
    assert said.code == 1 and not [c for c in CONTROL if c in said.err]


def test_formulas_are_text_in_csv(run: Run, nasty: Home) -> None:
    rows = csv.DictReader(io.StringIO(run("prices", "--format", "csv", home=nasty).out))
    assert {row["region"] for row in rows} == {"'=cmd|' /C calc'!A0", "eu"}


def test_closed_pipe_is_not_an_error(demo: Demo) -> None:
    code = "import sys\nfrom pipelines.cli.app import main\nmain(sys.argv[1:])"
    query = "select r.range, h.* from range(200) as r, v1.price_history as h"
    process = subprocess.Popen(
        [sys.executable, "-c", code, "sql", query, "--format", "csv"], cwd=ROOT,
        env=os.environ | {"GPUHOUR_HOME": str(demo.home.root)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout and process.stderr
    assert process.stdout.readline().startswith("range,")
    process.stdout.close()
    complaints = process.stderr.read()
    process.stderr.close()
    assert process.wait(30) == 0 and not complaints


def test_reading_is_quick(demo: Demo) -> None:
    """Well under a second on a quiet machine; here the machine may be busy."""
    from time import monotonic

    started = monotonic()
    done = worlds.cli("prices", "A100", home=demo.home.root)
    assert done.returncode == 0 and monotonic() - started < 5
