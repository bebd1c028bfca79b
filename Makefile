# One command per job; `make help` lists them. Everything sets itself up: no step before these.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
# Tests start hundreds of processes, and each would compile our modules anew.
unexport PYTHONDONTWRITEBYTECODE

# Not pinned yet: docs/decisions/0001.
DUCKDB2 := 2.0.1

.PHONY: help setup demo refresh serve lake lake-stop test test-unit extras check-duckdb2 test-extras house mutants check report golden baselines contract providers sources facts bench mutations scorecard alerts-scorecard years refresh-size capture requirements

help: ## Show this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-17s %s\n", $$1, $$2}'

setup: .venv/.done ## Make .venv from hashed requirements and find or install a browser

.venv/.done: requirements.txt pyproject.toml
	@bash .ci/setup
	@touch $@

demo: setup ## Run the main job on sample pages, without any network
	@$(BIN)/gpuhour demo

refresh: setup ## Fetch today's prices, rebuild and publish
	@$(BIN)/gpuhour refresh

report: setup ## Build the report from what is published and show it on http://127.0.0.1:8000
	@$(BIN)/gpuhour report build && $(BIN)/gpuhour report serve

serve: setup ## Start Dagster (daemon and web UI on http://127.0.0.1:3000) with the daily schedule on
	@exec $(BIN)/python -m pipelines.cli.dagster_server

lake: setup ## Start a lake of several machines on this one, for a try: Postgres, Redis, WORKERS=4 workers, one refresh
	@$$(command -v uv || echo .uv/bin/uv) pip install -q --python $(BIN)/python -c requirements.txt -r pyproject.toml --extra lake
	@bash .ci/lake start

lake-stop: ## Stop what `make lake` started
	@bash .ci/lake stop

test: setup ## Run every test, but for the long runs: these are in `make check`, and the extras
	@$(BIN)/python -m pytest -m "not extras and not slow"

test-unit: setup ## Run the unit tests: no browser, no Dagster, no process, no demo
	@$(BIN)/python -m pytest tests/unit

extras: setup ## Add the optional parts (see pyproject.toml) to .venv, at the versions that are pinned
	@$$(command -v uv || echo .uv/bin/uv) pip install -q --python $(BIN)/python -c requirements.txt -r pyproject.toml --extra evidence --extra lake --extra mcp --extra postgres

check-duckdb2: setup ## Run the tests on DuckDB 2, in an environment of its own beside .venv
	@uv=$$(command -v uv || echo .uv/bin/uv); [ -x .venv-duckdb2/bin/python ] || $$uv venv -q --python $(BIN)/python .venv-duckdb2; \
	  $$uv pip install -q --python .venv-duckdb2/bin/python --require-hashes -r requirements.txt && \
	  $$uv pip install -q --python .venv-duckdb2/bin/python --no-deps -e . "duckdb==$(DUCKDB2)" && \
	  .venv-duckdb2/bin/python -m pytest -m "not extras"

test-extras: extras ## Run the tests marked as extras: long runs, and parts with a server of their own; others with more examples
	@bash .ci/superset || echo "Superset is not to be had: its test is skipped" >&2
	@bash .ci/moto || echo "moto is not to be had: tests of a bucket are skipped" >&2
	@GPUHOUR_LONG_TESTS=1 $(BIN)/python -m pytest -m "extras or long or slow" || [ $$? = 5 ] # 5: there is none

house: setup ## Count what the house is measured by: rooms, names, SQL, tests
	@$(BIN)/python -m tests.support.house

mutants: setup ## Change the code in some fifty ways that must break a test
	@$(BIN)/python -m tests.chaos.mutants $(M)

check: setup ## Lint, types and tests: the same as CI
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && PYTHONWARNINGS=ignore::UserWarning $(BIN)/sqlfluff lint -q --processes 2 warehouse && $(BIN)/mypy && $(BIN)/python -m pytest -m "not extras"

golden: setup ## Write the golden files of all captures anew; then read their diff beside the pages
	@$(BIN)/python -m tests.support.golden

baselines: setup ## Keep how ten pages look now; look at them first
	@$(BIN)/python -m tests.support.visual_baselines

contract: setup ## Write the pinned columns of v1 anew; refused until schema_version says what kind of change it is
	@$(BIN)/python -m tests.support.contract

providers: setup ## Write the README's table of providers from the registry
	@$(BIN)/python -m pipelines.cli.provider_table --write

sources: setup ## Write docs/sources.md from what the providers say of themselves
	@$(BIN)/python -m pipelines.cli.source_pages --write

facts: setup ## Read facts about providers from recorded pages into their seed: make facts FROM="folder folder"
	@$(BIN)/python -m pipelines.cli.read_facts $(FROM) --write

bench: setup ## Run the benchmarks (ratios within one run)
	@for b in tests/benchmarks/bench_*.py; do echo "== $$b"; $(BIN)/python -m tests.benchmarks.$$(basename $$b .py) || exit 1; done

mutations: setup ## Change every capture in hundreds of ways; no change may make a wrong row
	@$(BIN)/python -m tests.chaos.mutations $${N:-100}

scorecard: setup ## Measure the gate against real history with known faults and known true moves
	@$(BIN)/python -m tests.support.scorecard

alerts-scorecard: setup ## Measure the default alert rules against real history with known real and fake drops
	@$(BIN)/python -m tests.support.alerts_scorecard

years: setup ## Simulate N=200 days of a market with every fault, and stop at the first wrong price: make years N=1000 SEED=7
	@$(BIN)/python -m tests.support.years --days $${N:-200} --providers $${PROVIDERS:-49} --offers $${OFFERS:-61} --seed $${SEED:-1} \
	  --seconds $${SECONDS_AT_MOST:-0}

refresh-size: setup ## Refresh over loopback at real size, twice: make refresh-size REGIONS=34 MB=300
	@$(BIN)/python -m tests.benchmarks.bench_refresh $${REGIONS:-8} $${MB:-250}

capture: setup ## Record a provider's live pages as a capture: make capture P=lambda
	@$(BIN)/gpuhour capture $(P)

requirements: setup ## Compile requirements.txt again from pyproject.toml
	@$$(command -v uv || echo .uv/bin/uv) pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  pyproject.toml --group dev -o requirements.txt
