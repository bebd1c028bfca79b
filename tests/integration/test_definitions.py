"""Dagster definitions: assets, checks, jobs, schedule and sensors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.runs.sqlite import sqlite_run_storage

from pipelines import in_process
from pipelines.alerts.delivery import heartbeat
from pipelines.definitions import defs
from pipelines.defs import backfill_asset, scrape_assets
from scrapers import registry
from tests.support import worlds
from tests.support.worlds import ROOT
from warehouse.engine.checks import all_checks
from warehouse.storage.state_dir import Home

ASSETS = [
    "alerts/delivery",
    "alerts/events",
    "backfill/captures",
    "core/claim_values",
    "core/cost_offers",
    "core/focus_prices",
    "core/hosted_package",
    "core/hosted_price_changes",
    "core/hosted_price_intervals",
    "core/hosted_watches",
    "core/meta",
    "core/offers_latest",
    "core/price_intervals",
    "core/quarantined_series",
    "core/series",
    "intermediate/affected_series",
    "intermediate/alias_candidates",
    "intermediate/aliases",
    "intermediate/changed_series",
    "intermediate/changed_verdicts",
    "intermediate/closed_intervals",
    "intermediate/confirmations",
    "intermediate/contested_offers",
    "intermediate/continued_versions",
    "intermediate/contradicted_versions",
    "intermediate/current_versions",
    "intermediate/findings",
    "intermediate/gated_prices",
    "intermediate/gated_versions",
    "intermediate/hosted_findings",
    "intermediate/hosted_rule_jump",
    "intermediate/hosted_rule_limit",
    "intermediate/hosted_rule_peers",
    "intermediate/hosted_rule_siblings",
    "intermediate/hosted_rule_unit",
    "intermediate/hosted_rule_value",
    "intermediate/hosted_statements",
    "intermediate/hosted_usable",
    "intermediate/hosted_verdicts",
    "intermediate/import_items",
    "intermediate/index_days",
    "intermediate/index_links",
    "intermediate/index_pieces",
    "intermediate/index_prices",
    "intermediate/index_series",
    "intermediate/index_start",
    "intermediate/intervals",
    "intermediate/judged_providers",
    "intermediate/listings",
    "intermediate/machines",
    "intermediate/manual_verdicts",
    "intermediate/new_findings",
    "intermediate/new_gated_prices",
    "intermediate/new_index_days",
    "intermediate/new_index_levels",
    "intermediate/new_index_links",
    "intermediate/new_index_prices",
    "intermediate/new_intervals",
    "intermediate/new_partial_scrapes",
    "intermediate/new_price_counts",
    "intermediate/new_scrape_counts",
    "intermediate/new_scrapes",
    "intermediate/new_series",
    "intermediate/new_verdicts",
    "intermediate/new_versions",
    "intermediate/observations",
    "intermediate/old_versions",
    "intermediate/open_intervals",
    "intermediate/overtaken_versions",
    "intermediate/partial_scrapes",
    "intermediate/peer_prices",
    "intermediate/previous_index_days",
    "intermediate/price_bands",
    "intermediate/price_counts",
    "intermediate/price_steps",
    "intermediate/recent_version_bounds",
    "intermediate/recent_versions",
    "intermediate/reconfirmed_series",
    "intermediate/region_prices",
    "intermediate/rejudged_series",
    "intermediate/renames",
    "intermediate/rule_band",
    "intermediate/rule_component",
    "intermediate/rule_definition",
    "intermediate/rule_flip",
    "intermediate/rule_floor",
    "intermediate/rule_identity",
    "intermediate/rule_jump",
    "intermediate/rule_peers",
    "intermediate/rule_power",
    "intermediate/rule_reader",
    "intermediate/rule_regions",
    "intermediate/rule_scale",
    "intermediate/rule_sibling",
    "intermediate/rule_terms",
    "intermediate/rule_value",
    "intermediate/scrape_counts",
    "intermediate/scrapes",
    "intermediate/series",
    "intermediate/series_names",
    "intermediate/sibling_prices",
    "intermediate/source_days",
    "intermediate/source_faults",
    "intermediate/source_gaps",
    "intermediate/split_aliases",
    "intermediate/stale_sources",
    "intermediate/standing_findings",
    "intermediate/stated_offers",
    "intermediate/vanished_offers",
    "intermediate/verdicts",
    "intermediate/versions",
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
    "landing/fireworks",
    "landing/fluidstack",
    "landing/fly",
    "landing/gcore",
    "landing/gcp",
    "landing/gmicloud",
    "landing/hosted_genai_prices",
    "landing/hosted_litellm",
    "landing/hosted_models_dev",
    "landing/hotaisle",
    "landing/huggingface",
    "landing/hyperbolic",
    "landing/hyperstack",
    "landing/ibm",
    "landing/ionet",
    "landing/jarvislabs",
    "landing/lambda",
    "landing/latitude",
    "landing/lightning",
    "landing/linode",
    "landing/lium",
    "landing/massedcompute",
    "landing/mithril",
    "landing/modal",
    "landing/nebius",
    "landing/northflank",
    "landing/novita",
    "landing/nscale",
    "landing/oracle",
    "landing/ovh",
    "landing/paperspace",
    "landing/primeintellect",
    "landing/replicate",
    "landing/runpod",
    "landing/salad",
    "landing/scaleway",
    "landing/seeweb",
    "landing/sesterce",
    "landing/sfcompute",
    "landing/shadeform",
    "landing/tensordock",
    "landing/tensorpool",
    "landing/throughput_inferencex",
    "landing/throughput_mlperf",
    "landing/thundercompute",
    "landing/together",
    "landing/ubicloud",
    "landing/vast",
    "landing/verda",
    "landing/voltagepark",
    "landing/vultr",
    "landing/yottalabs",
    "marts/accuracy",
    "marts/available_gpus",
    "marts/capacity_plan",
    "marts/cheapest_inference",
    "marts/cost_per_unit",
    "marts/crosscheck",
    "marts/errata",
    "marts/exchange_rates",
    "marts/gpu_fit",
    "marts/gpu_specs",
    "marts/hosted_price_faults",
    "marts/hosted_prices",
    "marts/inference_cost",
    "marts/inference_speed",
    "marts/list_health",
    "marts/llm_compute",
    "marts/llm_memory",
    "marts/llm_specs",
    "marts/llm_time",
    "marts/marketplaces",
    "marts/measured_cost",
    "marts/measured_throughput",
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
    "marts/server_sizes",
    "marts/spec_prices",
    "marts/theta",
    "marts/theta_sources",
    "marts/training_cost",
    "marts/workloads",
    "published/database",
    "published/postgres",
    "published/report",
    "staging/derivable_offers",
    "staging/fx_rates",
    "staging/gcp_component_sums",
    "staging/gpu_identity",
    "staging/hosted_models",
    "staging/hosted_rows",
    "staging/import_observations",
    "staging/imported_offers",
    "staging/offers",
    "staging/oracle_shapes",
    "staging/order_book",
    "staging/pages",
    "staging/places",
    "staging/raw_offers",
    "staging/repeated_items",
    "staging/throughput_rows",
    "upkeep/state_folder",
    "v1/cost_per_token",
    "v1/cost_per_unit",
    "v1/exchange_rates",
    "v1/focus_price_sheet",
    "v1/focus_sku_price",
    "v1/hosted_price_changes",
    "v1/hosted_price_intervals",
    "v1/index_constituents",
    "v1/index_daily",
    "v1/index_revisions",
    "v1/index_series",
    "v1/measured_cost",
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
    "core/claim_values:key_is_unique",
    "core/cost_offers:key_is_unique",
    "core/hosted_price_changes:key_is_unique",
    "core/hosted_price_intervals:key_is_unique",
    "core/quarantined_series:key_is_unique",
    "intermediate/aliases:key_is_unique",
    "intermediate/current_versions:key_is_unique",
    "intermediate/intervals:one_price_at_a_time",
    "intermediate/intervals:price_is_plausible",
    "intermediate/intervals:prices_are_positive",
    "intermediate/machines:key_is_unique",
    "intermediate/open_intervals:key_is_unique",
    "intermediate/series:labels_are_known",
    "intermediate/series:printed_count_is_the_known_one",
    "intermediate/versions:prices_can_be_compared",
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
    "landing/fireworks:every_page_read",
    "landing/fluidstack:every_page_read",
    "landing/fly:every_page_read",
    "landing/gcore:every_page_read",
    "landing/gcp:every_page_read",
    "landing/gmicloud:every_page_read",
    "landing/hotaisle:every_page_read",
    "landing/huggingface:every_page_read",
    "landing/hyperbolic:every_page_read",
    "landing/hyperstack:every_page_read",
    "landing/ibm:every_page_read",
    "landing/ionet:every_page_read",
    "landing/jarvislabs:every_page_read",
    "landing/lambda:every_page_read",
    "landing/latitude:every_page_read",
    "landing/lightning:every_page_read",
    "landing/linode:every_page_read",
    "landing/lium:every_page_read",
    "landing/massedcompute:every_page_read",
    "landing/mithril:every_page_read",
    "landing/modal:every_page_read",
    "landing/nebius:every_page_read",
    "landing/northflank:every_page_read",
    "landing/novita:every_page_read",
    "landing/nscale:every_page_read",
    "landing/oracle:every_page_read",
    "landing/ovh:every_page_read",
    "landing/paperspace:every_page_read",
    "landing/primeintellect:every_page_read",
    "landing/replicate:every_page_read",
    "landing/runpod:every_page_read",
    "landing/salad:every_page_read",
    "landing/scaleway:every_page_read",
    "landing/seeweb:every_page_read",
    "landing/sesterce:every_page_read",
    "landing/sfcompute:every_page_read",
    "landing/shadeform:every_page_read",
    "landing/tensordock:every_page_read",
    "landing/tensorpool:every_page_read",
    "landing/thundercompute:every_page_read",
    "landing/together:every_page_read",
    "landing/ubicloud:every_page_read",
    "landing/vast:every_page_read",
    "landing/verda:every_page_read",
    "landing/voltagepark:every_page_read",
    "landing/vultr:every_page_read",
    "landing/yottalabs:every_page_read",
    "marts/accuracy:key_is_unique",
    "marts/available_gpus:key_is_unique",
    "marts/capacity_plan:key_is_unique",
    "marts/cheapest_inference:key_is_unique",
    "marts/crosscheck:key_is_unique",
    "marts/errata:key_is_unique",
    "marts/exchange_rates:key_is_unique",
    "marts/gpu_fit:key_is_unique",
    "marts/gpu_specs:figures_are_possible",
    "marts/gpu_specs:key_is_unique",
    "marts/gpu_specs:one_spec_for_what_is_unstated",
    "marts/hosted_price_faults:key_is_unique",
    "marts/hosted_prices:key_is_unique",
    "marts/hosted_prices:prices_are_plausible",
    "marts/hosted_prices:the_list_has_a_date",
    "marts/inference_cost:costs_are_positive",
    "marts/inference_speed:key_is_unique",
    "marts/inference_speed:latency_is_kept",
    "marts/list_health:key_is_unique",
    "marts/llm_compute:key_is_unique",
    "marts/llm_memory:key_is_unique",
    "marts/llm_specs:key_is_unique",
    "marts/llm_specs:shape_gives_the_total",
    "marts/llm_specs:shapes_are_possible",
    "marts/llm_time:key_is_unique",
    "marts/marketplaces:key_is_unique",
    "marts/measured_cost:key_is_unique",
    "marts/measured_throughput:key_is_unique",
    "marts/nominal_cost:key_is_unique",
    "marts/own_vs_rent:key_is_unique",
    "marts/precision_effect:key_is_unique",
    "marts/price_averages:key_is_unique",
    "marts/price_indicator:key_is_unique",
    "marts/price_performance:key_is_unique",
    "marts/price_table:key_is_unique",
    "marts/priced_gpus:every_priced_gpu_has_a_spec",
    "marts/priced_gpus:key_is_unique",
    "marts/provider_comparison:key_is_unique",
    "marts/provider_facts:facts_are_possible",
    "marts/provider_facts:key_is_unique",
    "marts/provider_facts:marketplaces_are_known_as_such",
    "marts/provider_prices:key_is_unique",
    "marts/provider_rates:key_is_unique",
    "marts/raw_cost:key_is_unique",
    "marts/seed_claims:key_is_unique",
    "marts/self_host_vs_api:break_even_is_possible",
    "marts/self_host_vs_api:key_is_unique",
    "marts/server_prices:key_is_unique",
    "marts/server_sizes:key_is_unique",
    "marts/spec_prices:key_is_unique",
    "marts/theta:constants_lie_in_their_range",
    "marts/theta:key_is_unique",
    "marts/theta_sources:key_is_unique",
    "marts/training_cost:key_is_unique",
    "marts/workloads:key_is_unique",
    "v1/exchange_rates:key_is_unique",
    "v1/index_revisions:key_is_unique",
]


def test_assets_checks_jobs_schedule_and_sensors() -> None:
    code = defs()
    graph = code.resolve_asset_graph()
    assert sorted(key.to_user_string() for key in graph.get_all_asset_keys()) == ASSETS
    assert sorted(f"{c.asset_key.to_user_string()}:{c.name}" for c in graph.asset_check_keys) == CHECKS
    assert {job.name for job in code.resolve_all_job_defs()} - {"__ASSET_JOB"} == {
        "scrape", "backfill", "build", "deliver",
    }  # fmt: skip
    daily = code.resolve_schedule_def("daily")
    assert (daily.cron_schedule, daily.execution_timezone, daily.job_name) == ("15 6 * * *", "UTC", "scrape")
    assert daily.default_status == dg.DefaultScheduleStatus.RUNNING
    assert [s.name for s in code.sensors or []] == [
        "build_after_scrape", "build_after_failed_scrape", "heartbeat_after_build", "heartbeat_after_failed_build",
        "retry_alerts", "dead_man",
    ]  # fmt: skip
    assert all(s.default_status == dg.DefaultSensorStatus.RUNNING for s in code.sensors or [])


def test_jobs_divide_the_assets_and_limit_concurrency() -> None:
    code = defs()
    graph = code.resolve_asset_graph()
    of = {
        name: set(code.resolve_job_def(name).asset_layer.selected_asset_keys)
        for name in ("scrape", "backfill", "build")
    }
    assert of["backfill"] == {backfill_asset.KEY} and not of["backfill"] & (of["scrape"] | of["build"])
    assert {k.path[0] for k in of["scrape"]} == {"landing"} and not of["scrape"] & of["build"]
    assert of["scrape"] | of["backfill"] | of["build"] == set(graph.materializable_asset_keys)
    # The steps between are there for their lineage: to record each would cost more time than to make it.
    between = set(graph.get_all_asset_keys()) - set(graph.materializable_asset_keys)
    assert len(between) > 90 and {key.path[0] for key in between} == {"staging", "intermediate"}
    assert not between & {key.asset_key for key in graph.asset_check_keys}
    assert code.resolve_job_def("scrape").executor_def.name == "multiprocess"
    lists = {asset.key for asset in (*scrape_assets.HOSTED_LISTS, *scrape_assets.THROUGHPUT_LISTS)}  # without offers
    assert all(graph.get(key).freshness_policy is not None for key in lists)
    for key in of["scrape"] - {scrape_assets.ecb_rates.key} - lists:
        node = graph.get(key)
        assert node.partitions_def == scrape_assets.DAILY
        if key.path[-1] == "ecb_rates":  # no provider: it has no offers, and old rates serve
            continue
        assert node.tags["provider"] == key.path[-1].replace("_", "-")
        assert node.freshness_policy is not None
        assert "dagster/column_schema" in node.metadata
    blocking = {c.name for c in graph.asset_check_keys if graph.get(c).blocking}
    assert blocking == {c.check_name for c in all_checks() if c.is_error} and len(blocking) >= 2


def test_every_provider_feeds_the_warehouse() -> None:
    graph = defs().resolve_asset_graph()
    pages = graph.get(dg.AssetKey(["staging", "pages"]))
    assert {key.path[-1] for key in pages.parent_keys} - {"ecb_rates", "captures"} == {
        slug.replace("-", "_") for slug in registry.modules()
    }
    published = graph.get(dg.AssetKey(["published", "database"]))
    assert dg.AssetKey(["v1", "price_history"]) in published.parent_keys


def test_run_history_belongs_to_the_state_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two state folders in one process: each has its own, with the checkout's limits, and nothing lies elsewhere."""
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    homes = [Home(tmp_path / name) for name in ("one", "other")]
    for home in homes:
        with in_process.instance(home) as history:
            assert history.run_retries_enabled and history.run_monitoring_enabled and not history.telemetry_enabled
            assert not history.get_run_records()
            history.create_run_for_job(defs().resolve_job_def("build"))
            assert len(history.get_run_records()) == 1
        assert (home.root / "dagster" / "dagster.yaml").samefile(ROOT / "dagster.yaml")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "other"]
    monkeypatch.setenv("DAGSTER_HOME", str(worlds.dagster_home(tmp_path / "third")))
    with in_process.instance(homes[0]) as history:
        assert not history.get_run_records()


def test_a_refresh_keeps_its_run_history_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine per file and not per event, and none left over: another process may delete or copy the folder."""
    made: list[str] = []

    def counted(address: str, **options: Any) -> Any:
        made.append(address)
        return create_engine(address, **options)

    storages: list[Any] = [sqlite_event_log, sqlite_run_storage]
    create_engine = storages[0].create_engine
    for storage in storages:
        monkeypatch.setattr(storage, "create_engine", counted)
    home = Home(tmp_path / "home")
    with in_process.instance(home) as history:
        for _ in range(3):
            run = history.create_run_for_job(defs().resolve_job_def("build"))
            history.report_engine_event("a step", run)
            assert history.all_logs(run.run_id)[-1].message == "a step"
    assert len(made) == len(set(made)) >= 5  # runs, the index, and each run's events
    assert [storage.create_engine for storage in storages] == [counted, counted]
    opened = [path.resolve() for path in Path("/proc/self/fd").iterdir() if path.exists()]
    assert not [path for path in opened if path.is_relative_to(tmp_path)]
    with in_process.instance(home) as history:
        assert len(history.get_run_records()) == 3


def test_a_run_without_history_leaves_nothing(tmp_path: Path) -> None:
    with in_process.instance(Home(tmp_path), is_kept=False) as history:
        run = history.create_run_for_job(defs().resolve_job_def("build"))
        history.report_engine_event("a step", run)
        assert not history.all_logs(run.run_id)
    assert not list(tmp_path.iterdir())


def test_no_asset_waits_for_a_pool() -> None:
    """A killed run would keep its slot, and the next `gpuhour refresh` would wait for it forever."""
    facts = yaml.safe_load((ROOT / "dagster.yaml").read_text())
    assert facts["telemetry"] == {"enabled": False} and facts["concurrency"] == {"runs": {"max_concurrent_runs": 2}}
    graph = defs().resolve_asset_graph()
    assert not [key for key in graph.get_all_asset_keys() if graph.get(key).pools]


@pytest.mark.parametrize(("name", "code"), [("heartbeat_after_build", 0), ("heartbeat_after_failed_build", 1)])
def test_heartbeat_follows_every_build(monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
    sent: list[int] = []
    monkeypatch.setattr(heartbeat, "ended", sent.append)
    event = dg.DagsterEvent("PIPELINE_SUCCESS", "build")
    with dg.DagsterInstance.ephemeral() as instance:
        run = instance.create_run_for_job(defs().resolve_job_def("build"))
        context = dg.build_run_status_sensor_context(name, event, instance, run)
        defs().resolve_sensor_def(name)(context)
    assert sent == [code]
