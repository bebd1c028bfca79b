"""Measured throughput from its lists, over files and servers, to the table beside the model and to `gpuhour cost`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.ingest.throughput_list import collect_throughput
from pipelines.queries.diagnostics import examine
from scrapers.model import Provider
from scrapers.reference import throughput_lists
from tests.conftest import Run
from tests.support import hosted_worlds, throughput_worlds
from tests.support.list_server import Lists, fetcher, serving
from tests.support.throughput_worlds import measured, mlperf_result, read
from tests.support.worlds import building, offer, put, rows, seen
from warehouse.publish import release
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

TABLES = ("marts.measured_throughput", "marts.measured_cost", "marts.measured_near")
H100 = {"gpu_label": "NVIDIA H100 SXM", "gpu_count": Decimal(1), "instance": "h1"}


def results(con: Connection, columns: str = "*") -> list[dict[str, object]]:
    return rows(con, f"select {columns} from marts.measured_throughput order by measured_tokens_per_s_per_gpu")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    put(made, seen("2026-11-20", [offer("2.00", **H100)]))
    return made


# -- what is landed ----------------------------------------------------------------------------------------------------


def test_only_what_is_new_is_written_and_what_is_gone_stays_known(home: Home) -> None:
    first = [measured("1500"), measured("1600"), measured("1700")]
    assert read(home, "2026-11-01", first).n_new == 3
    assert read(home, "2026-11-02", first).n_new == 0
    assert read(home, "2026-11-03", [*first[:2], measured("1800")]).n_new == 1
    with building(home, *TABLES) as con:
        held = results(
            con, "measured_tokens_per_s_per_gpu::integer as speed, is_current, first_seen_on::varchar as day"
        )
        assert [tuple(row.values()) for row in held] == [
            (1500, True, "2026-11-01"), (1600, True, "2026-11-01"), (1700, False, "2026-11-01"),
            (1800, True, "2026-11-03"),
        ]  # fmt: skip
    assert read(home, "2026-11-04", first).n_new == 1  # the one that is back
    with building(home, *TABLES) as con:
        assert {row["is_current"] for row in results(con) if row["measured_tokens_per_s_per_gpu"] == 1700} == {True}


def test_a_document_that_lost_its_end_takes_nothing_away(home: Home) -> None:
    read(home, "2026-11-01", [measured(str(1500 + n)) for n in range(10)])
    assert read(home, "2026-11-02", [measured("1500")]).status == "partial"
    assert read(home, "2026-11-03", [], status="layout_changed").status == "layout_changed"
    with building(home, *TABLES) as con:
        assert len([row for row in results(con) if row["is_current"]]) == 10


def test_a_replay_stands_in_until_the_list_was_read(home: Home) -> None:
    read(home, "2026-11-01", [measured("1500")], origin="sample")
    with building(home, *TABLES) as con:
        assert [row["origin"] for row in results(con)] == ["sample"]
    read(home, "2026-11-02", [measured("1600")])
    with building(home, *TABLES) as con:
        assert [row["origin"] for row in results(con)] == ["live"]


# -- beside the model --------------------------------------------------------------------------------------------------


def test_measured_and_modelled_stand_side_by_side_and_the_far_ones_are_flagged(home: Home) -> None:
    with building(home, *TABLES) as con:
        assert results(con) == []
    read(home, "2026-11-01", [measured("1")])
    with building(home, *TABLES) as con:
        (first,) = results(con)
    modelled = float(str(first["modelled_tokens_per_s_per_gpu"]))
    assert modelled > 5000 and first["is_apart"] and first["in_scope"] and float(str(first["band_factor"])) > 1
    near, far = Decimal(str(round(modelled / 1.4, 3))), Decimal(str(round(modelled * 1.6, 3)))
    strange = measured("900", model="nobody/model-9b"), measured("901", gpu="Abacus 9")
    read(home, "2026-11-02", [measured(str(near)), measured(str(far)), *strange])
    with building(home, *TABLES) as con:
        beside = results(
            con, "round(times_apart, 3)::varchar as apart, is_apart, model, gpu_spec, weights, class, n_gpus"
        )
        assert [(row["apart"], row["is_apart"]) for row in beside[1:]] == [("1.4", False), ("1.6", True)]
        assert {tuple(row.values())[2:] for row in beside} == {
            ("llama-3.1-8b", "H100 SXM", "FP8", "dense, FP8, NVIDIA, offline", 1)
        }
        # What has no spec is kept with the reason, and has no row beside the model.
        unknown = rows(con, "select unknown from staging.throughput_rows where unknown is not null order by 1")
        assert [str(row["unknown"])[:13] for row in unknown] == ["unknown GPU '", "unknown model"]


def test_costs_are_of_the_same_price_and_mix(home: Home) -> None:
    read(home, "2026-11-01", [measured("2000", isl=Decimal(3000)), measured("2000", n_gpus=8, isl=Decimal(3000))])
    with building(home, *TABLES) as con:
        (cost,) = rows(con, "from marts.measured_cost")  # a server of eight cannot be rented there
    # A GPU makes 2,000 tokens and reads 6,000 a second: 28.8 million tokens an hour for USD 2.
    assert cost["measured_usd_per_m_tokens"] == pytest.approx(2 / 28.8)
    ratio = cost["measured_tokens_per_s_per_gpu"] / cost["modelled_tokens_per_s_per_gpu"]
    assert cost["modelled_usd_per_m_tokens"] == pytest.approx(2 / 28.8 * ratio)
    assert (cost["provider"], cost["machine_gpus"], cost["pricing_model"], cost["n_gpus"]) == (
        "lambda",
        1,
        "on_demand",
        1,
    )


@pytest.mark.parametrize(("asked", "speed"), [
    ((1000, 1000, 30), 1500), ((900, 1100, 64), 1500), ((1000, 1000, 3), 400), ((200, 1000, 30), None),
    ((4000, 250, 30), 1500), ((5000, 1000, 30), None),
    ((1000, 1000, 200), None),
])  # fmt: skip
def test_the_nearest_measurement(near: Connection, asked: tuple[int, int, int], speed: int | None) -> None:
    isl, osl, batch = asked
    measurement = rows(
        near,
        f"with asked as (select 1 as row, 'llama-3.1-8b' as model, 'H100 SXM' as gpu_spec, 'FP8' as weights, {isl} as "
        f"isl, {osl} as osl, {batch} as batch_per_gpu) from marts.measured_near('asked')",
    )
    assert [row["measured_tokens_per_s_per_gpu"] for row in measurement] == ([speed] if speed else [])


@pytest.fixture(scope="module")
def near(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    home = Home(tmp_path_factory.mktemp("near"))
    read(home, "2026-11-01", [
        measured("1500", concurrency=Decimal(32)), measured("400", concurrency=Decimal(4)),
        measured("1501", concurrency=Decimal(32), date="2025-01"),  # as near, and older
        measured("1502", concurrency=Decimal(32), extra="disaggregated"), measured("1503", precision="fp16"),
        measured("1504", concurrency=Decimal(32), extra="spec=mtp"), measured("1505", gpu="H200 SXM"),
        measured("1506", concurrency=Decimal(30), extra="beam=4"),
    ])  # fmt: skip
    with building(home, *TABLES) as con:
        yield con


# -- from the lists ----------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Lists]:
    with serving() as made:
        yield made


def at_server(server: Lists, of: Provider) -> Provider:
    """Return a list with its addresses on the local server."""
    here = f"http://127.0.0.1:{server.server_port}"

    def moved(url: str) -> str:
        return here + "/" + url.split("/", 3)[3]

    return replace(of, requests=tuple(
        replace(one, url=moved(one.url),
                alternatives=tuple(replace(other, url=moved(other.url)) for other in one.alternatives))
        for one in of.requests
    ))  # fmt: skip


def test_rounds_are_fetched_under_either_name_and_one_that_is_late_is_no_failure(server: Lists, home: Home) -> None:
    folder = "/mlcommons/inference_results_{}/main/{}"
    server.pages[folder.format("v5.1", "summary_results.json")] = (
        200,
        json.dumps([mlperf_result(version="v5.1")]).encode(),
    )
    server.pages[folder.format("v6.1", "summary.json")] = 200, json.dumps({"0": mlperf_result(version="v6.1")}).encode()
    server.pages[folder.format("v6.0", "summary_results.json")] = 500, b""
    of = at_server(server, throughput_lists.provider("mlperf", date(2026, 11, 29)))
    with fetcher(home) as fetching:
        attempts = collect_throughput(of, fetching, home, "live")
        again = collect_throughput(of, fetching, home, "live")
    assert [(one.source, one.status) for one in attempts] == [
        ("mlperf_v5.1", "ok"), ("mlperf_v6.0", "failed"), ("mlperf_v6.1", "ok"),
    ]  # fmt: skip
    assert attempts[2].url.endswith("/summary.json") and attempts[1].detail
    assert [one.status for one in again] == [one.status for one in attempts]
    with building(home, *TABLES) as con:
        assert {(row["source"], row["model"], row["date"]) for row in results(con)} == {
            ("mlperf_v5.1", "llama-2-70b", "2025-09"), ("mlperf_v6.1", "llama-2-70b", "2026-09"),
        }  # fmt: skip
        assert {str(row["source_url"])[:16] for row in results(con)} == {"http://127.0.0.1"}


def test_every_model_of_inferencex_is_asked_for(server: Lists, home: Home) -> None:
    of = at_server(server, throughput_lists.provider("inferencex", date(2026, 11, 29)))
    answers = {one.url: one for one in of.requests}
    assert len(answers) > 5
    (asked,) = [url for url in answers if url.endswith("gpt-oss-120b")]
    server.pages["/" + asked.split("/", 3)[3]] = (
        200,
        json.dumps([throughput_worlds.run(), throughput_worlds.run(conc=128)]).encode(),
    )
    with fetcher(home) as fetching:
        (seen_once,) = collect_throughput(of, fetching, home, "live")  # the others are not there: nothing is landed
    assert (seen_once.status, len(seen_once.results), seen_once.source) == ("ok", 2, "inferencex")
    with building(home, *TABLES) as con:
        assert {row["model"] for row in results(con)} == {"gpt-oss-120b"}


# -- by the command line -----------------------------------------------------------------------------------------------


def test_cost_shows_what_was_measured_nearby(home: Home, run: Run) -> None:
    file = home.root.parent / "runs.csv"
    file.write_text(
        "model,gpu,n_gpus,precision,isl,osl,concurrency,out_tps_per_gpu,software,date,mine\n"
        "llama-3.1-8b,H100 SXM,1,fp8,1000,1000,64,3000,our engine,2026-11-01,x\n"
        "llama-3.1-8b,H100 SXM,1,fp8,1000,1000,64,9e9,our engine,2026-11-01,x\n"
        "llama-3.1-8b,H100 SXM,1,fp8,0,1000,64,3000,our engine,November,x\n"
    )
    imported = run("import", file, "--source", "mine", "--throughput", "--json", home=home)
    assert imported.code == 3, imported.err
    (row,) = json.loads(imported.out)
    assert (row["rows"], row["landed"], row["rejected"]) == (3, 1, 2)
    for piece in (
        "ignored columns: mine",
        "line 3: out_tps_per_gpu '9e9'",
        "line 4: isl '0'",
        "line 4: date 'November'",
    ):
        assert piece in imported.err
    again = run("import", file, "--source", "mine", "--throughput", home=home)
    assert again.code == 3 and "landed before" in again.out
    asked = ("cost", "--model", "llama-3.1-8b", "--gpu", "H100", "--isl", "1000", "--osl", "1000")
    answer = run(*asked, "--precision", "fp8", "--concurrency", "64", "--json", home=home)
    (shown,) = json.loads(answer.out)
    assert (shown["measured_tokens_per_s_per_gpu"], shown["measured_by"], shown["measured_origin"]) == (
        3000, "mine", "imported",
    )  # fmt: skip
    assert shown["measured_usd_per_m_tokens"] == pytest.approx(2 / (3000 * 2 * 3600) * 1e6)
    ratio = shown["output_tokens_per_s_per_gpu"] / 3000
    assert shown["model_to_measured"] == pytest.approx(ratio) and shown["is_apart"] == (ratio > 1.5 or ratio < 1 / 1.5)
    table = run(*asked, "--precision", "fp8", "--concurrency", "64", home=home)
    assert "measured nearest to llama-3.1-8b on H100 SXM: mine with our engine, 2026-11-01" in table.err
    assert "model_to_meas" in table.out.splitlines()[0]
    # Another format was not measured.
    (other,) = json.loads(run(*asked, "--precision", "fp16", "--json", home=home).out)[:1]
    assert other["measured_tokens_per_s_per_gpu"] is None


def test_a_summary_is_imported_as_it_is_published(home: Home, run: Run) -> None:
    file = home.root.parent / "summary_results.json"
    file.write_text(json.dumps([mlperf_result(), mlperf_result(UsedModel="bert-99")]))
    done = run("import", file, "--source", "mlperf", "--throughput", "--json", home=home)
    assert done.code == 0, done.err
    assert "left out 1 x not a language model" in done.err and json.loads(done.out)[0]["landed"] == 1
    wrong = home.root.parent / "prices.json"
    wrong.write_text('{"price": 1}')
    failed = run("import", wrong, "--source", "mlperf", "--throughput", home=home)
    assert failed.code == 1 and "unknown layout" in failed.err
    assert run("import", "--skypilot", home.root, "--throughput", home=home).code == 2


@pytest.mark.slow
def test_an_older_published_file_answers_without_measurements(home: Home, run: Run) -> None:
    import duckdb

    release.build_and_publish(home)
    with duckdb.connect(home.published) as con:
        con.execute("drop macro table marts.measured_near")
    answer = run("cost", "--model", "llama-3.1-8b", "--gpu", "H100", "--json", home=home)
    assert answer.code == 0 and json.loads(answer.out)[0]["measured_by"] is None


@pytest.mark.slow
def test_doctor_names_a_list_that_cannot_be_read(home: Home) -> None:
    today, old = datetime.now(UTC).date(), datetime.now(UTC).date() - timedelta(days=9)
    hosted_worlds.read(home, str(old), hosted_worlds.both("0.1", "0.4"), of="litellm")
    hosted_worlds.read(home, str(today), [], of="litellm", status="failed", detail="timed out")
    hosted_worlds.read(home, str(old), hosted_worlds.both("0.1", "0.4"), of="models.dev")
    read(home, str(today), [measured("1500")])
    read(home, str(today), [measured("1600")], of="mine", origin="imported")
    release.build_and_publish(home)
    verdicts = {what: (verdict, detail) for what, verdict, detail in examine(home)}
    assert verdicts["litellm (hosted prices)"] == (
        "broken", f"litellm: failed on {today} timed out; last read {old}",
    )  # fmt: skip
    assert verdicts["models.dev (hosted prices)"] == ("stale", f"models.dev: ok on {old}; last read {old}")
    assert verdicts["mlperf (measured throughput)"] == ("ok", f"mlperf: ok on {today}")
    assert not any("mine" in what for what in verdicts)
