"""The daily run as Dagster has it: what is wired, what one dead provider does, what a past day does, what is published."""

from __future__ import annotations

import configparser
import csv
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.remote_representation.external_data import ScheduleSnap

from pipelines import in_process, settings
from pipelines.cli.service_units import TEXT
from pipelines.definitions import defs
from pipelines.defs import scrape_assets
from pipelines.defs.resources import Workspace
from scrapers import registry
from tests.conftest import Demo
from tests.support import worlds
from tests.support.worlds import CAPTURES, ROOT, captures, offer, only, put, rows, seen
from warehouse.engine import build
from warehouse.publish import publish
from warehouse.storage import connection
from warehouse.storage.landing import Status
from warehouse.storage.state_dir import Home

QUICK = ("azure", "oracle")
TODAY = datetime.now(UTC).date()
DAY1, DAY2 = date(2026, 11, 9), date(2026, 11, 10)


@pytest.fixture(autouse=True)
def _in_memory_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dagster's run history is kept in memory: a third of the time."""
    monkeypatch.setattr(in_process, "instance", ephemeral)


@contextmanager
def ephemeral() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


# -- what is wired ---------------------------------------------------------------------------------------------------

ASSETS = [
    "alerts/delivery",
    "alerts/events",
    "core/aliases",
    "core/claim_values",
    "core/findings",
    "core/heads",
    "core/held",
    "core/hosted_prices",
    "core/index_links",
    "core/index_prices",
    "core/intervals",
    "core/judged",
    "core/look_counts",
    "core/looks",
    "core/names",
    "core/old_runs",
    "core/price_counts",
    "core/recent_runs",
    "core/runs",
    "core/series",
    "core/source_days",
    "core/thin_looks",
    "core/verdicts",
    "gate/bands",
    "gate/confirmations",
    "gate/contradicted",
    "gate/decisions",
    "gate/findings",
    "gate/findings_band",
    "gate/findings_component",
    "gate/findings_definition",
    "gate/findings_flip",
    "gate/findings_identity",
    "gate/findings_jump",
    "gate/findings_now",
    "gate/findings_regions",
    "gate/findings_scale",
    "gate/findings_sibling",
    "gate/findings_terms",
    "gate/findings_value",
    "gate/gaps",
    "gate/listings",
    "gate/price_counts",
    "gate/regions",
    "gate/rejudged",
    "gate/renames",
    "gate/runs",
    "gate/siblings",
    "gate/source_faults",
    "gate/stale_sources",
    "gate/steps",
    "gate/thin_looks",
    "gate/vanished",
    "gate/verdicts",
    "landing/alibaba",
    "landing/aws",
    "landing/azure",
    "landing/baseten",
    "landing/civo",
    "landing/cloudrift",
    "landing/coreweave",
    "landing/crusoe",
    "landing/cudo",
    "landing/deepinfra",
    "landing/denvr",
    "landing/digitalocean",
    "landing/e2e",
    "landing/ecb_rates",
    "landing/fal",
    "landing/fluidstack",
    "landing/fly",
    "landing/gcp",
    "landing/gmicloud",
    "landing/hotaisle",
    "landing/huggingface",
    "landing/hyperbolic",
    "landing/hyperstack",
    "landing/ibm",
    "landing/jarvislabs",
    "landing/lambda",
    "landing/latitude",
    "landing/linode",
    "landing/lium",
    "landing/massedcompute",
    "landing/modal",
    "landing/nebius",
    "landing/oracle",
    "landing/ovh",
    "landing/paperspace",
    "landing/primeintellect",
    "landing/replicate",
    "landing/runpod",
    "landing/salad",
    "landing/scaleway",
    "landing/seeweb",
    "landing/sfcompute",
    "landing/shadeform",
    "landing/tensordock",
    "landing/together",
    "landing/ubicloud",
    "landing/vast",
    "landing/verda",
    "landing/voltagepark",
    "landing/vultr",
    "marts/available_gpus",
    "marts/capacity_plan",
    "marts/cheapest_inference",
    "marts/cost_per_unit",
    "marts/crosscheck",
    "marts/errata",
    "marts/gpu_fit",
    "marts/gpu_specs",
    "marts/hosted_prices",
    "marts/inference_cost",
    "marts/inference_speed",
    "marts/llm_compute",
    "marts/llm_memory",
    "marts/llm_specs",
    "marts/llm_time",
    "marts/nominal_cost",
    "marts/own_vs_rent",
    "marts/precision_effect",
    "marts/price_averages",
    "marts/price_indicator",
    "marts/price_performance",
    "marts/price_table",
    "marts/priced_gpus",
    "marts/provider_comparison",
    "marts/provider_facts",
    "marts/provider_prices",
    "marts/provider_rates",
    "marts/raw_cost",
    "marts/seed_claims",
    "marts/self_host_vs_api",
    "marts/server_prices",
    "marts/theta",
    "marts/theta_sources",
    "marts/training_cost",
    "marts/workloads",
    "published/database",
    "published/report",
    "staging/changed_verdicts",
    "staging/fx_rates",
    "staging/gcp_component_sums",
    "staging/gpu_identity",
    "staging/import_seen",
    "staging/imported",
    "staging/index_from",
    "staging/index_links",
    "staging/index_pieces",
    "staging/index_prices",
    "staging/index_series",
    "staging/index_since",
    "staging/intervals",
    "staging/judged",
    "staging/look_counts",
    "staging/looks",
    "staging/new_series",
    "staging/observations",
    "staging/offers",
    "staging/offers_now",
    "staging/oracle_shapes",
    "staging/order_book",
    "staging/pages",
    "staging/raw_offers",
    "staging/recent_from",
    "staging/repeated",
    "staging/runs",
    "staging/seen_again",
    "staging/touched",
    "v1/cost_per_token",
    "v1/cost_per_unit",
    "v1/focus_price_sheet",
    "v1/index_daily",
    "v1/meta",
    "v1/offers_latest",
    "v1/price_changes",
    "v1/price_history",
    "v1/price_intervals",
    "v1/quality_events",
    "v1/seed_claims",
    "v1/self_host_vs_api",
    "v1/series",
    "v1/source_health",
    "v1/training_cost",
]
CHECKS = [
    "alerts/delivery:every_message_sent",
    "alerts/delivery:no_dead_letters",
    "alerts/events:rules_evaluated",
    "core/intervals:one_price_at_a_time",
    "core/intervals:price_is_plausible",
    "core/intervals:prices_are_positive",
    "core/runs:prices_can_be_compared",
    "core/series:labels_are_known",
    "core/series:printed_count_is_the_known_one",
    "landing/alibaba:every_page_read",
    "landing/aws:every_page_read",
    "landing/azure:every_page_read",
    "landing/baseten:every_page_read",
    "landing/civo:every_page_read",
    "landing/cloudrift:every_page_read",
    "landing/coreweave:every_page_read",
    "landing/crusoe:every_page_read",
    "landing/cudo:every_page_read",
    "landing/deepinfra:every_page_read",
    "landing/denvr:every_page_read",
    "landing/digitalocean:every_page_read",
    "landing/e2e:every_page_read",
    "landing/fal:every_page_read",
    "landing/fluidstack:every_page_read",
    "landing/fly:every_page_read",
    "landing/gcp:every_page_read",
    "landing/gmicloud:every_page_read",
    "landing/hotaisle:every_page_read",
    "landing/huggingface:every_page_read",
    "landing/hyperbolic:every_page_read",
    "landing/hyperstack:every_page_read",
    "landing/ibm:every_page_read",
    "landing/jarvislabs:every_page_read",
    "landing/lambda:every_page_read",
    "landing/latitude:every_page_read",
    "landing/linode:every_page_read",
    "landing/lium:every_page_read",
    "landing/massedcompute:every_page_read",
    "landing/modal:every_page_read",
    "landing/nebius:every_page_read",
    "landing/oracle:every_page_read",
    "landing/ovh:every_page_read",
    "landing/paperspace:every_page_read",
    "landing/primeintellect:every_page_read",
    "landing/replicate:every_page_read",
    "landing/runpod:every_page_read",
    "landing/salad:every_page_read",
    "landing/scaleway:every_page_read",
    "landing/seeweb:every_page_read",
    "landing/sfcompute:every_page_read",
    "landing/shadeform:every_page_read",
    "landing/tensordock:every_page_read",
    "landing/together:every_page_read",
    "landing/ubicloud:every_page_read",
    "landing/vast:every_page_read",
    "landing/verda:every_page_read",
    "landing/voltagepark:every_page_read",
    "landing/vultr:every_page_read",
    "marts/gpu_specs:figures_are_possible",
    "marts/gpu_specs:one_spec_for_what_is_unstated",
    "marts/hosted_prices:prices_are_plausible",
    "marts/hosted_prices:the_list_has_a_date",
    "marts/inference_cost:costs_are_positive",
    "marts/inference_speed:latency_is_kept",
    "marts/llm_specs:shape_gives_the_total",
    "marts/llm_specs:shapes_are_possible",
    "marts/priced_gpus:every_priced_gpu_has_a_spec",
    "marts/provider_facts:facts_are_possible",
    "marts/provider_facts:marketplaces_are_known_as_such",
    "marts/self_host_vs_api:break_even_is_possible",
    "marts/theta:constants_lie_in_their_range",
]


def test_assets_checks_jobs_schedule_and_sensors() -> None:
    code = defs()
    graph = code.resolve_asset_graph()
    assert sorted(key.to_user_string() for key in graph.get_all_asset_keys()) == ASSETS
    assert sorted(f"{c.asset_key.to_user_string()}:{c.name}" for c in graph.asset_check_keys) == CHECKS
    assert {job.name for job in code.resolve_all_job_defs()} - {"__ASSET_JOB"} == {"scrape", "build", "deliver"}
    daily = code.resolve_schedule_def("daily")
    assert (daily.cron_schedule, daily.execution_timezone, daily.job_name) == ("15 6 * * *", "UTC", "scrape")
    assert daily.default_status == dg.DefaultScheduleStatus.RUNNING
    assert [s.name for s in code.sensors or []] == [
        "build_after_scrape", "build_after_failed_scrape", "retry_alerts", "dead_man",
    ]  # fmt: skip
    assert all(s.default_status == dg.DefaultSensorStatus.RUNNING for s in code.sensors or [])


def test_jobs_share_the_assets_out_and_limit_themselves() -> None:
    code = defs()
    graph = code.resolve_asset_graph()
    of = {name: set(code.resolve_job_def(name).asset_layer.selected_asset_keys) for name in ("scrape", "build")}
    assert {k.path[0] for k in of["scrape"]} == {"landing"} and not of["scrape"] & of["build"]
    assert of["scrape"] | of["build"] == set(graph.get_all_asset_keys())
    assert code.resolve_job_def("scrape").executor_def.name == "multiprocess"
    for key in of["scrape"] - {scrape_assets.ecb_rates.key}:
        node = graph.get(key)
        assert node.partitions_def == scrape_assets.DAILY
        if key.path[-1] == "ecb_rates":  # no provider: it has no offers, and old rates serve
            continue
        assert node.tags["provider"] == key.path[-1].replace("_", "-")
        assert node.freshness_policy is not None
        assert "dagster/column_schema" in node.metadata
    blocking = {c.name for c in graph.asset_check_keys if graph.get(c).blocking}
    assert blocking == {c.check_name for c in build.checks() if c.is_error} and len(blocking) >= 2


def test_every_provider_feeds_the_warehouse() -> None:
    graph = defs().resolve_asset_graph()
    pages = graph.get(dg.AssetKey(["staging", "pages"]))
    assert {key.path[-1] for key in pages.parent_keys} - {"ecb_rates"} == {
        slug.replace("-", "_") for slug in registry.modules()
    }
    published = graph.get(dg.AssetKey(["published", "database"]))
    assert dg.AssetKey(["v1", "price_history"]) in published.parent_keys


def test_dagster_yaml_makes_an_instance(tmp_path: Path) -> None:
    folder = worlds.dagster_home(tmp_path / "dagster")
    code = (
        "import os, sys; os.chdir(sys.argv[1])\nimport dagster as dg\n"
        "with dg.DagsterInstance.get() as i:\n"
        "    print(i.telemetry_enabled, i.run_retries_enabled, i.run_monitoring_enabled, i.get_run_records(limit=1))"
    )
    done = worlds.python(code, folder, DAGSTER_HOME=str(folder))
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "True", "True", "[]"]
    assert (folder / ".dagster" / "storage").is_dir()  # nothing of it lies elsewhere


# -- when it runs ------------------------------------------------------------------------------------------------------


def tick(day: date, hour: int = 6) -> list[dg.RunRequest]:
    at = datetime(day.year, day.month, day.day, hour, 15, tzinfo=UTC)
    daily = defs().resolve_schedule_def("daily")
    return list(daily.evaluate_tick(dg.build_schedule_context(scheduled_execution_time=at)).run_requests or [])


def test_two_ticks_make_two_refreshes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, *QUICK)
    home, code = Home(tmp_path / "home"), defs()
    sensor = next(s for s in code.sensors or [] if s.name == "build_after_scrape")
    runs = []
    with dg.DagsterInstance.ephemeral() as instance:
        for day in (DAY1, DAY2):
            (request,) = tick(day)
            assert request.partition_key == day.isoformat()
            replayed = Workspace(home=str(home.root), replay=str(CAPTURES), replay_day=day.isoformat())
            scraped = code.resolve_job_def("scrape").execute_in_process(
                instance=instance, partition_key=request.partition_key, resources={"workspace": replayed}
            )
            context = dg.build_run_status_sensor_context(
                sensor.name, scraped.get_run_success_event(), instance, scraped.dagster_run
            )
            wanted = sensor(context)
            assert isinstance(wanted, dg.RunRequest) and wanted.run_key == scraped.run_id
            built = code.resolve_job_def("build").execute_in_process(
                instance=instance, resources={"workspace": replayed}
            )
            runs.append(built.success)
            with connection.published(home) as con:
                days = con.execute(
                    "select distinct observed_on from v1.price_history where source <> 'seed' order by 1"
                )
                assert [d for (d,) in days.fetchall()] == [DAY1, DAY2][: len(runs)]
        made = instance.get_materialized_partitions(dg.AssetKey(["landing", "oracle"]))
    assert runs == [True, True] and made == {DAY1.isoformat(), DAY2.isoformat()}


def test_a_failed_scrape_is_followed_by_a_build_too() -> None:
    sensors: list[Any] = list(defs().sensors or [])
    watched = {s.name: s._run_status for s in sensors if s.name.startswith("build")}
    assert watched == {
        "build_after_scrape": dg.DagsterRunStatus.SUCCESS, "build_after_failed_scrape": dg.DagsterRunStatus.FAILURE,
    }  # fmt: skip
    assert {s.job_name for s in sensors if s.name in watched} == {"build"}


def test_a_tick_that_was_missed_runs_late_but_only_the_newest() -> None:
    """Dagster runs the newest missed tick when its daemon starts; older ones only for partition sets, which assets
    have none of. Its partition is the day it was meant for: fetched while that day lasts, else read from the archive."""
    repository = defs().get_repository_def()
    assert ScheduleSnap.from_def(repository.get_schedule_def("daily"), repository).partition_set_name is None
    assert [r.partition_key for r in tick(TODAY)] == [TODAY.isoformat()]
    assert [r.run_key for r in tick(DAY1)] == [r.run_key for r in tick(DAY1)]  # the same tick twice is one run


def test_the_schedule_text_is_what_systemd_and_cron_read(tmp_path: Path) -> None:
    text = TEXT.format(checkout=ROOT, home=tmp_path)
    service, timer = text.split("# gpuhour.timer")
    service, (timer, cron) = service.split("# gpuhour.service")[1], timer.split("# or cron")
    unit = configparser.RawConfigParser()
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string(service)
    assert unit["Service"]["ExecStart"] == f"{ROOT}/.venv/bin/gpuhour refresh"
    assert unit["Service"]["SuccessExitStatus"] == "3" and unit["Service"]["WorkingDirectory"] == str(ROOT)
    assert unit["Service"]["Environment"] == f"GPUHOUR_HOME={tmp_path}"
    daily = configparser.RawConfigParser()
    daily.read_string(timer)
    assert daily["Timer"]["Persistent"] == "true" and daily["Timer"]["OnCalendar"].endswith("UTC")
    lines = [line for line in cron.splitlines() if line and not line.startswith("#")]
    (entry,) = [line for line in lines if "gpuhour refresh" in line]
    fields = entry.split(None, 5)
    assert fields[:5] == ["15", "6", "*", "*", "*"] and fields[5].startswith(f"cd {ROOT} && ")
    assert "%" not in entry  # cron would take it for the end of the line


# -- one dead provider ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TwoDays:
    """A good day, then one on which Oracle's capture is missing and Azure shows an unknown page."""

    home: Home
    first: in_process.RefreshResult
    second: in_process.RefreshResult
    before: dict[str, list[dict[str, Any]]]


def in_force(home: Home, day: date) -> dict[str, list[dict[str, Any]]]:
    with connection.published(home) as con:
        found = rows(con, f"from v1.prices_as_of('{day}') where source <> 'seed' order by series_id")
    return {slug: [r for r in found if r["provider"] == slug] for slug in {r["provider"] for r in found}}


@pytest.fixture(scope="module")
def two_days(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoDays]:
    folder = tmp_path_factory.mktemp("two_days")
    home = Home(folder / "home")
    worse = captures(folder / "worse", "gcp", "azure")
    for page in (worse / "azure").glob("*/page.json"):
        page.write_text('{"message": "moved"}')
    with pytest.MonkeyPatch.context() as patch:
        only(patch, "azure", "gcp", "oracle")
        patch.setattr(in_process, "instance", ephemeral)
        first = in_process.refresh(home.root, replay=CAPTURES, day=DAY1)
        before = in_force(home, DAY1)
        second = in_process.refresh(home.root, replay=worse, day=DAY2)
    yield TwoDays(home, first, second, before)


def test_a_dead_provider_leaves_the_others_fresh(two_days: TwoDays) -> None:
    # Google's catalog needs a key and its other pages are recorded.
    assert two_days.first.published and not two_days.first.failed
    assert two_days.second.published and two_days.second.failed == ("azure", "oracle")
    assert "not recorded" in two_days.second.reasons["oracle"] and "unknown layout" in two_days.second.reasons["azure"]
    after = in_force(two_days.home, DAY2)
    assert {r["last_seen_on"] for r in after["gcp"]} == {DAY2} and len(after["gcp"]) == len(two_days.before["gcp"])
    assert not any(r["is_carried_forward"] for r in after["gcp"])
    with connection.published(two_days.home) as con:
        newest = con.execute("select newest_on from v1.meta").fetchall()
        marts = con.execute("select distinct as_of from marts.provider_prices where edition = 'newest'").fetchall()
    assert newest == marts == [(DAY2,)]


@pytest.mark.parametrize("slug", ["azure", "oracle"])
def test_last_good_prices_stay_marked_with_their_age(two_days: TwoDays, slug: str) -> None:
    after = in_force(two_days.home, DAY2)[slug]
    what = [(r["series_id"], r["price"], r["sha256"]) for r in two_days.before[slug]]
    assert [(r["series_id"], r["price"], r["sha256"]) for r in after] == what and len(what) >= 5
    assert {(r["is_carried_forward"], r["age_days"], r["last_seen_on"]) for r in after} == {(True, 1, DAY1)}
    assert not any(r["is_carried_forward"] for r in two_days.before[slug])


def test_the_failure_is_a_fact_of_its_day(two_days: TwoDays) -> None:
    with connection.published(two_days.home) as con:
        found = rows(
            con, "from v1.source_health where provider in ('oracle', 'azure') order by provider, source, seen_on"
        )
    status = {(r["provider"], r["seen_on"]): r["status"] for r in found}
    assert status["oracle", DAY1] == "ok" and status["oracle", DAY2] == "failed"
    assert status["azure", DAY1] == "ok" and status["azure", DAY2] == "layout_changed"
    assert all(r["detail"] for r in found if r["seen_on"] == DAY2)


def test_a_partly_read_provider_exits_3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from pipelines.cli.app import main

    only(monkeypatch, "azure")
    some = captures(tmp_path / "some", "azure")
    (gone,) = (some / "azure").glob("*_reservation")
    shutil.rmtree(gone)
    with pytest.raises(SystemExit) as left:
        main(["refresh", "--replay", str(some), "--json", "--home", str(tmp_path / "home")])
    out, err = capsys.readouterr()
    assert left.value.code == 3
    assert json.loads(out) == [{"published": True, "reported": True, "failed": [], "partial": ["azure"]}]
    assert "azure was read in part" in err


def test_a_changed_price_changes_prices_and_marts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "oracle")
    other = captures(tmp_path / "other", "oracle")
    (page,) = (other / "oracle").glob("*/page.json")
    facts = json.loads(page.read_text(), parse_float=Decimal)
    (item,) = [i for i in facts["items"] if i["partNumber"] == "B95907"]  # A100 80 GB
    (price,) = item["currencyCodeLocalizations"][0]["prices"]
    assert price["value"] == 4
    price["value"] = "@"
    page.write_text(json.dumps(facts, default=str).replace('"@"', "3.21"))
    got = {}
    for name, folder in (("old", CAPTURES), ("new", other)):
        home = Home(tmp_path / name)
        assert in_process.refresh(home.root, replay=folder).published
        with connection.published(home) as con:
            got[name] = [
                con.execute(
                    "select usd_per_gpu_hour, price from v1.price_history where instance = 'B95907'"
                ).fetchall(),
                con.execute(
                    "select on_demand, spot from marts.price_table "
                    "where edition = 'newest' and provider = 'oracle' and gpu = 'A100' and gpu_memory_gb = 80"
                ).fetchall(),
                con.execute(
                    "select average from marts.price_averages where edition = 'newest' and gpu = 'A100' "
                    "and gpu_memory_gb = 80 and pricing_model = 'on_demand'"
                ).fetchall(),
            ]
            cost = con.execute(
                "select min(usd_per_1000_tokens) from marts.raw_cost where edition = 'newest' and gpu = 'A100' "
                "and gpu_memory_gb = 80 and model = 'GPT-3' and pricing_model = 'on_demand'"
            ).fetchall()[0][0]
            assert cost == pytest.approx(3.5e14 / 312e12 / 3600 * float(got[name][0][0][0]))
    new = Decimal("3.21")
    assert got["old"] == [[(4, 4)], [(4, None)], [(4,)]] and got["new"] == [[(new, new)], [(new, None)], [(new,)]]


# -- past days, retries ----------------------------------------------------------------------------------------------------


def test_a_past_day_is_read_from_its_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "oracle")
    home = Home(tmp_path / "home")
    in_process.refresh(home.root, replay=CAPTURES, day=DAY1)
    old = in_force(home, DAY1)["oracle"]
    shutil.rmtree(home.landing)
    again = in_process.refresh(home.root, day=DAY1)  # no replay folder, and no network here
    assert again.published and not again.failed
    kept = in_force(home, DAY1)["oracle"]
    assert [(r["series_id"], r["price"], r["observed_at"], r["sha256"], r["origin"]) for r in kept] == [
        (r["series_id"], r["price"], r["observed_at"], r["sha256"], r["origin"]) for r in old
    ]


def test_a_past_day_without_archive_fails_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, "oracle")
    started = datetime.now(UTC)
    outcome = in_process.refresh(tmp_path, day=DAY1)
    assert datetime.now(UTC) - started < timedelta(seconds=20)  # a retry alone waits for 30
    assert outcome.failed == ("oracle",) and outcome.published
    assert f"no archived page of {DAY1}" in outcome.reasons["oracle"]


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2020, 1, 1)])
def test_days_nobody_can_refresh_are_refused(tmp_path: Path, day: date) -> None:
    with pytest.raises(in_process.DayOutOfRange, match=str(day)):
        in_process.refresh(tmp_path, day=day)


@pytest.mark.parametrize(("status", "tries"), [("layout_changed", 1), ("robots_denied", 1), ("failed", 2)])
def test_only_what_a_retry_may_cure_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: Status, tries: int
) -> None:
    asked = []

    def look(*_: Any) -> list[Any]:
        asked.append(1)
        return [seen(TODAY.isoformat(), status=status, provider="oracle", detail="why")]

    monkeypatch.setattr(scrape_assets, "collect", look)
    monkeypatch.setattr(scrape_assets, "RETRY", dg.RetryPolicy(max_retries=1))
    asset = scrape_assets.provider_asset(registry.get("oracle"))
    result = dg.materialize(
        [asset], partition_key=datetime.now(UTC).date().isoformat(), raise_on_error=False,
        resources={"workspace": Workspace(home=str(tmp_path))},
    )  # fmt: skip
    assert not result.success and len(asked) == tries


# -- what is published -------------------------------------------------------------------------------------------------------


def publish_price(home: Home, day: str, price: str, **facts: Any) -> None:
    put(home, seen(day, [offer(price, **facts)]))
    with connection.writer_lock(home), connection.warehouse(home) as con:
        build.build(con, home)
        publish.publish_and_export(con, home)


READ = """
import sys
from pathlib import Path
from warehouse.storage import connection
from warehouse.storage.state_dir import Home
query = "select count(*) from v1.price_history where source <> 'seed'"
with connection.published(Home(Path(sys.argv[1]))) as con:
    for line in sys.stdin:
        print(con.execute(query).fetchall()[0][0], flush=True)
"""


@contextmanager
def reader(home: Home) -> Iterator[Any]:
    process = subprocess.Popen(
        [sys.executable, "-c", READ, str(home.root)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout

    def ask() -> int:
        process.stdin.write("?\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        return int(process.stdout.readline())  # type: ignore[union-attr]

    try:
        yield ask
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    home = Home(tmp_path)
    publish_price(home, "2026-03-02", "2.00")
    with reader(home) as old, home.published.open("rb") as opened:
        before = home.published.read_bytes()
        assert old() == 1
        publish_price(home, "2026-03-03", "1.90")
        assert old() == 1 and opened.read() == before != home.published.read_bytes()
        with reader(home) as new:
            assert (old(), new()) == (1, 2)
    assert not [p.name for p in tmp_path.iterdir() if p.suffix in (".part", ".wal")]


def test_a_failed_publication_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    publish_price(home, "2026-03-02", "2.00")
    before = home.published.read_bytes()

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(publish, "_copy", full)
    with pytest.raises(OSError, match="No space"):
        publish_price(home, "2026-03-03", "1.90")
    assert home.published.read_bytes() == before
    assert not [p.name for p in tmp_path.iterdir() if "part" in p.name]


def test_the_published_file_has_the_oldest_format(demo: Demo) -> None:
    """Bytes 8 to 11 are DuckDB's mark, the next eight the storage version: 64 is what DuckDB 1.0 reads; 65 is 1.2's."""
    head = demo.home.published.read_bytes()[:20]
    assert head[8:12] == b"DUCK" and int.from_bytes(head[12:20], "little") == 64


def test_the_published_file_holds_only_what_is_for_readers(demo: Demo) -> None:
    with connection.published(demo.home) as con:
        schemas = con.execute("select distinct schema_name from duckdb_tables() order by 1").fetchall()
        silent = con.execute("select table_name from duckdb_tables() where coalesce(comment, '') = ''").fetchall()
        macros = {
            n for (n,) in con.execute("select function_name from duckdb_functions() where not internal").fetchall()
        }
    assert schemas == [("core",), ("marts",), ("v1",)] and not silent
    assert {"prices_as_of", "hours_per_month", "training_flop"} <= macros


def test_every_mart_is_exported(demo: Demo) -> None:
    with connection.published(demo.home) as con, connection.in_memory() as free:
        named = "select table_name from information_schema.tables where table_schema = 'marts'"
        marts = [n for (n,) in con.execute(named).fetchall()]
        assert len(marts) >= 10
        written = {p.name for p in demo.home.exports.iterdir()}
        assert {n for n in written if n.endswith(".parquet")} == {f"{m}.parquet" for m in marts}
        for mart in marts:
            (count,) = con.execute(f"select count(*) from marts.{mart}").fetchall()
            path = demo.home.exports / mart
            assert (f"{mart}.csv" in written) == (count[0] <= publish.CSV_ROWS)
            assert free.execute(f"select count(*) from '{path}.parquet'").fetchall() == [count]
            if f"{mart}.csv" in written:
                with Path(f"{path}.csv").open(newline="") as stream:
                    assert len(list(csv.DictReader(stream))) == count[0]


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+1", "-1", "\t=1"])
def test_a_page_s_formula_is_text_in_the_csv(tmp_path: Path, cell: str) -> None:
    home = Home(tmp_path)
    publish_price(home, "2026-03-02", "2.00", instance=cell)
    with (home.exports / "provider_prices.csv").open(newline="") as stream:
        (row,) = [r for r in csv.DictReader(stream) if r["edition"] == "newest"]
    assert row["instance"] == f"'{cell}"
    with connection.in_memory() as con:
        found = con.execute(f"select instance from '{home.exports}/provider_prices.parquet' where edition = 'newest'")
        assert found.fetchall() == [(cell,)]


def test_settings_go_flag_environment_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GPUHOUR_HOME", str(tmp_path / "env"))
    assert settings.home(tmp_path / "flag").root == tmp_path / "flag"
    assert settings.home().root == tmp_path / "env"
    monkeypatch.delenv("GPUHOUR_HOME")
    assert settings.home().root == ROOT / "data"


def test_no_asset_waits_for_a_pool() -> None:
    """A killed run would keep its slot, and the next `gpuhour refresh` would wait for it forever."""
    facts = yaml.safe_load((ROOT / "dagster.yaml").read_text())
    assert facts["telemetry"] == {"enabled": False} and facts["concurrency"] == {"runs": {"max_concurrent_runs": 2}}
    graph = defs().resolve_asset_graph()
    assert not [key for key in graph.get_all_asset_keys() if graph.get(key).pools]
