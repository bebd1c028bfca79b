"""Breaks the code in some fifty ways that matter, one at a time, and says which test noticed. Run: make mutants.

The code is broken in a copy of the checkout, never in the checkout itself. `make mutants M=27` tries one of them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.support.house import ROOT

SURVIVORS = 2  # at most; each gets a test
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".vendor", ".uv", "data", "__pycache__", ".*_cache", ".hypothesis")
GATE = "tests/unit/warehouse/models/test_gate.py"
SOURCES = "tests/unit/warehouse/models/test_gate_sources.py"
MODELS = "tests/unit/warehouse/engine/test_models.py"
HISTORY = "tests/unit/warehouse/models/test_history.py"
FORMULAS = "tests/unit/warehouse/costing/test_formulas.py"
LEVELS = "warehouse/models/intermediate/index/new_index_levels.sql"
INDEX = "tests/unit/warehouse/models/test_index.py"
STATE = "tests/unit/pipelines/alerts/test_trigger_state.py"
RECORD = "tests/unit/pipelines/alerts/test_record_events.py"
PUBLICATION = "tests/integration/test_publication.py"
DECISIONS = "tests/integration/test_decisions.py"
RULES = "warehouse/seeds/gate_rules.csv"
QUALITY = "warehouse/models/intermediate/quality"
OFFERS = "warehouse/models/staging/offers.sql"
DELIVERY = "tests/unit/pipelines/alerts/test_delivery.py"
CRAWLER = "tests/unit/scrapers/fetching/test_crawler.py"
WAYS_OUT = "tests/integration/test_browser_ways_out.py"
CHANNELS = "pipelines/alerts/delivery/channels.py"
WORKER = "pipelines/ingest/worker.py"
IN_FORCE = "warehouse/macros/core/prices_as_of.sql"


class Mutant(NamedTuple):
    """One change of the code; `old` is replaced at its first place in the file."""

    file: str
    old: str
    new: str
    why: str
    tests: tuple[str, ...]


MUTANTS = (
    # The gate's thresholds and answers.
    Mutant(RULES, "zero_price,zero_price,quarantine", "zero_price,zero_price,flag", "a price of 0 is published", (GATE,)),
    Mutant(RULES, "jump,quarantine,false,past,2,", "jump,quarantine,false,past,9,", "a price cut to a fifth is published at once", (GATE,)),
    Mutant(RULES, "reserved_equals_on_demand,quarantine,true,others,,0.001", "reserved_equals_on_demand,quarantine,true,others,,0", "a nearly copied price poses as a commitment", (GATE,)),
    Mutant(RULES, "spot_above_on_demand,quarantine,true,others,,0.05", "spot_above_on_demand,quarantine,true,others,,0.5", "spot dearer than on demand is published", (GATE,)),
    Mutant(RULES, "component_missing,quarantine,true,others,0.5", "component_missing,quarantine,true,others,0.1", "a region at a third of all others is published", (GATE,)),
    Mutant(RULES, "implausible,quarantine,false,others,200,0.01", "implausible,quarantine,false,others,2000,0.0001", "impossible prices are published", (GATE,)),
    Mutant(RULES, "partial_snapshot,flag,false,source,0.2", "partial_snapshot,flag,false,source,0.9", "half a page passes for a delisting", (SOURCES,)),
    Mutant(RULES, "source,,,5,,180", "source,,,5,,900", "a list that nobody reads anew passes for fresh", (SOURCES,)),
    Mutant(f"{QUALITY}/rule_scale.sql", "several.gpu_count > 1", "several.gpu_count > 8", "eight GPUs at the price of one are published", (GATE,)),
    Mutant(f"{QUALITY}/rule_terms.sql", "of_shorter > 1 + limit_of", "of_shorter > 9 + limit_of", "a longer term may cost more", (GATE,)),
    Mutant(f"{QUALITY}/new_verdicts.sql", "status = 'held' desc", "status = 'held'", "a flag releases what another rule holds", (GATE, DECISIONS)),
    Mutant(f"{QUALITY}/new_verdicts.sql", "when manual_verdicts.verdict is not null", "when false", "a person's word does not count", (GATE,)),
    Mutant(f"{QUALITY}/confirmations.sql", "n_observations > 1", "n_observations > 0", "a doubted price confirms itself", (GATE,)),
    # Units and divisions.
    Mutant("warehouse/macros/hours.sql", "then 1 / 3600", "then 1 / 60", "seconds are taken for minutes", (MODELS,)),
    Mutant(OFFERS, "else usd_price / hours_of_unit(price_unit) / nullif(gpu_count, 0)", "else usd_price / hours_of_unit(price_unit)", "an instance's price is not divided by its GPUs", (MODELS,)),
    Mutant(OFFERS, "price_scope <> 'instance' or price is null", "price is null", "a part of a machine gets a price per GPU-hour", (MODELS,)),
    Mutant("warehouse/macros/hours.sql", "as 730", "as 720", "a month has other hours than the field's", (MODELS, FORMULAS)),
    Mutant("warehouse/macros/hours.sql", "hours_per_year()::bigint / 12.0", "hours_per_year()", "a commitment's hours are counted twelvefold", (MODELS, FORMULAS)),
    Mutant("warehouse/macros/serving.sql", "usd_per_gpu_hour) / utilisation", "usd_per_gpu_hour) * utilisation", "an idle server makes tokens cheap", (FORMULAS,)),
    Mutant("warehouse/macros/rates.sql", "greatest(0, least(", "greatest(1, least(", "traffic pays parts of a volume it does not reach", ("tests/unit/warehouse/models/test_provider_facts.py",)),
    Mutant("warehouse/macros/deciding.sql", "rent_usd_per_hour > power_usd_per_hour", "true", "a machine that never pays off breaks even", (FORMULAS, "tests/unit/warehouse/models/test_deciding_marts.py")),
    # What is in force on a day; exchange rates; indices.
    Mutant(IN_FORCE, "valid_from <= as_of::date", "valid_from < as_of::date", "a price is in force a day late", (HISTORY,)),
    Mutant(IN_FORCE, "valid_to > as_of::date", "valid_to >= as_of::date", "two prices are in force on the day of a change", (HISTORY,)),
    Mutant(IN_FORCE, "<= max_age", "< max_age", "a price leaves a day early", (HISTORY,)),
    Mutant(IN_FORCE, "rank = min(rank)", "rank = max(rank)", "the worst source answers", (HISTORY,)),
    Mutant(OFFERS, "days.day > fx_rates.rate_on", "days.day >= fx_rates.rate_on", "a morning's price is converted at the afternoon's rate", (MODELS,)),
    Mutant("warehouse/models/staging/fx_rates.sql", "order by rank, per_eur) = 1\n),\neuro", "order by rank desc, per_eur) = 1\n),\neuro", "bundled rates win over landed ones", (MODELS, "tests/unit/scrapers/reference/test_ecb.py")),
    Mutant(LEVELS, "levels.n_providers >= 3", "levels.n_providers >= 2", "two providers are a market", (INDEX,)),
    Mutant(LEVELS, ">= 0.6 *", ">= 0.4 *", "half of a basket is a market", (INDEX,)),
    # Keys, repeated and superseded facts.
    Mutant("warehouse/models/intermediate/history/stated_offers.sql", "            every.zone,\n", "", "two zones have one price history", (MODELS, HISTORY, GATE)),
    Mutant("warehouse/storage/landing.py", "if month_files.holder(pages_file):", "if not pages_file:", "the same landing is written again", (HISTORY,)),
    Mutant("warehouse/storage/month_files.py", "if name not in hidden", "if name", "parts of a month count beside it", ("tests/integration/test_landing_months.py",)),
    Mutant("scrapers/fetching/page_retention.py", "if _is_seen_again(folder, body):\n            return False\n        for", "if False:\n            return False\n        for", "a page that was seen again is removed", ("tests/unit/pipelines/ingest/test_tidy_pages.py",)),
    Mutant("warehouse/models/intermediate/quality/standing_findings.sql", "-- driven_by: intermediate.gated_versions", "-- driven_by: staging.gcp_component_sums", "an append does not judge", (MODELS,)),
    # Alerts: once, and not for ever.
    Mutant("pipelines/alerts/rules/trigger_state.py", "LOCKOUT = timedelta(days=7)", "LOCKOUT = timedelta(days=0)", "a flapping price alerts every time", (STATE,)),
    Mutant("pipelines/alerts/rules/trigger_state.py", "FLIPS = 3", "FLIPS = 30", "a flapping price is never called unstable", (STATE,)),
    Mutant("warehouse/storage/alert_outbox.py", "if _insert_event(con, entry, now)]", "if _insert_event(con, entry, now) or True]", "an event is recorded twice", ("tests/unit/pipelines/alerts/test_delivery.py", RECORD)),
    Mutant("pipelines/alerts/record_events.py", "event.told_on > last - NEWS", "True", "old history is told as news", (RECORD,)),
    Mutant("pipelines/alerts/record_events.py", "days.append(checkpoint.evaluated_on)", "pass", "what fell in a month of downtime is not told", (RECORD,)),
    Mutant(CHANNELS, 'timestamp.encode() + b"." + body', "body", "a signed message can be sent again later", (DELIVERY,)),
    Mutant("pipelines/alerts/delivery/dispatcher.py", "if not result.is_sent:", "if False:", "a channel that failed gets later messages first", (DELIVERY,)),
    Mutant(CHANNELS, "thread.join(seconds)", "thread.join()", "a receiver that drips holds up the refresh", (DELIVERY,)),
    Mutant(CHANNELS, "stream.truncate(size)", "pass", "a message is appended to half of another", (DELIVERY,)),
    # Publication: whole, and only what passed its checks.
    Mutant("warehouse/storage/files.py", "part.replace(path)", "path.write_bytes(part.read_bytes())", "readers see half a file", (PUBLICATION,)),
    Mutant("warehouse/publish/release.py", "if check.is_error]", "if not check.is_error]", "rows that offend are published", ("tests/integration/test_import_command.py",)),
    # Escaping.
    Mutant("pipelines/reports/render.py", "autoescape=True", "autoescape=False", "a page's markup runs in the report", ("tests/integration/test_report.py",)),
    Mutant("warehouse/publish/publish.py", "^[=+\\\\-@", "^[=+\\\\-", "a page's formula runs in a spreadsheet", (PUBLICATION,)),
    Mutant("pipelines/cli/table_output.py", '("=", "+", "-", "@",', '("=", "+", "-",', "a page's formula runs in a spreadsheet", ("tests/unit/pipelines/cli/test_table_output.py",)),
    Mutant("pipelines/serialize.py", "\\x1f{_INVISIBLE}", "\\x1f", "a page turns the terminal's writing direction", ("tests/unit/pipelines/cli/test_quarantine.py",)),
    # What is fetched, and by whom.
    Mutant("scrapers/fetching/crawler.py", "if host_of(answer.location) != host_of(http_request.url):", "if False:", "keys travel to another host", (CRAWLER,)),
    Mutant("scrapers/fetching/browser_page.py", "if is_document and not self.is_allowed(host_of(url)):", "if False:", "a script leads the browser to a foreign host", (CRAWLER,)),
    Mutant("scrapers/fetching/browser_page.py", "if not self._rules.is_allowed(host_of(url)):", "if False:", "a redirect leads the browser to a foreign host", (CRAWLER,)),
    Mutant("scrapers/fetching/browser_proxy.py", "check_address(host, address, self._settings)", "pass", "a page reaches the machines beside ours", ("tests/unit/scrapers/fetching/test_browser_proxy.py", WAYS_OUT)),
    Mutant("scrapers/fetching/browser.py", 'proxy={"server": proxy.url}', "proxy=None", "the browser connects past the proxy", (WAYS_OUT, CRAWLER)),
    Mutant("scrapers/fetching/browser.py", "chromium_sandbox=is_sandboxed", "chromium_sandbox=False", "pages run without a sandbox", (WAYS_OUT,)),
    # What is untrusted ends itself alone.
    Mutant(WORKER, "- shared > bounds.memory", "- shared > 99 * bounds.memory", "a page eats the machine's memory", ("tests/chaos/test_worker.py",)),
    Mutant(WORKER, "- used_before > bounds.cpu_seconds", "< 0", "a page keeps a processor for ever", ("tests/chaos/test_worker.py",)),
    Mutant(WORKER, "prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)", "getpid()", "a worker outlives a refresh that was killed", ("tests/chaos/test_worker.py",)),
    Mutant("scrapers/parsing/json_bounds.py", "if _NUMBER.search(text):", "if False:", "a long number ends the process", ("tests/unit/scrapers/parsing/test_json_bounds.py",)),
    Mutant("pipelines/cli/interruption.py", "if numbers[0] in heeded:", "if False:", "an interrupted refresh publishes a cut-off day", ("tests/chaos/test_stops.py",)),
    # The ledger.
    Mutant("warehouse/storage/ledger.py", 'if is_writing:\n                con.execute("commit")', 'if is_writing:\n                con.execute("rollback")', "what was recorded is gone", ("tests/chaos/test_ledger.py",)),
    Mutant("warehouse/storage/ledger.py", "from verdicts order by seq", "from verdicts order by seq desc", "a person's first word counts, not the last", (DECISIONS, "tests/chaos/test_ledger.py")),
)  # fmt: skip


def run(checkout: Path, mutant: Mutant) -> str:
    """Return the first test that fails on a mutant, or empty. Raises ValueError where the text to change is absent."""
    path = checkout / mutant.file
    if not path.is_file():
        raise ValueError(f"{mutant.file} does not exist: bring the table of mutants up to the code")
    whole = path.read_text()
    if mutant.old not in whole:
        raise ValueError(f"{mutant.file} does not hold {mutant.old!r}: bring the table of mutants up to the code")
    absent = [test for test in mutant.tests if not (checkout / test).is_file()]
    if absent:
        raise ValueError(f"no such tests: {', '.join(absent)}")
    path.write_text(whole.replace(mutant.old, mutant.new, 1))
    try:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-x",
            "-q",
            "-n",
            "0",
            "-rfE",
            "-p",
            "no:cacheprovider",
            "--no-header",
        ]
        done = subprocess.run(
            [*command, "--hypothesis-seed=1", *mutant.tests],
            cwd=checkout, capture_output=True, text=True, check=False,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        )  # fmt: skip
    finally:
        path.write_text(whole)
    if done.returncode == 0:
        return ""
    failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if done.returncode != 1 or not failed:
        raise ValueError(f"pytest ended with {done.returncode}: {(done.stdout + done.stderr)[-500:]}")
    return failed[1]


def main(numbers: list[int]) -> int:
    """Try the mutants of these numbers, or all; exits 1 when too many survive."""
    chosen = [(number, MUTANTS[number - 1]) for number in numbers or range(1, len(MUTANTS) + 1)]
    survivors = []
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        shutil.copytree(ROOT, checkout, ignore=LEFT_OUT, symlinks=True)
        for linked in (".venv", ".vendor"):
            if (ROOT / linked).exists():
                (checkout / linked).symlink_to(ROOT / linked)
        for number, mutant in chosen:
            started = time.monotonic()
            test = run(checkout, mutant)
            verdict = f"caught by {test.rsplit('/', 1)[-1]}" if test else "SURVIVED"
            print(f"{number:2}  {mutant.why}: {verdict} ({time.monotonic() - started:.0f} s)", flush=True)
            if not test:
                survivors.append(number)
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} caught", *(f"survived: {n}" for n in survivors))
    return len(survivors) > SURVIVORS


if __name__ == "__main__":
    sys.exit(main([int(number) for number in sys.argv[1:]]))
