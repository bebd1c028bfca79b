"""Alerts on API prices, told once, and the commands that show them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.alerts.config.schema import AlertConfig
from pipelines.alerts.delivery import message
from pipelines.alerts.event import Event
from pipelines.alerts.rules.evaluate import evaluate
from tests.conftest import Run
from tests.support.alert_worlds import ALERTED
from tests.support.hosted_worlds import change, changes, price, read
from tests.support.worlds import built, offer, put, seen
from warehouse.publish import release
from warehouse.storage.connection import Connection
from warehouse.storage.state_dir import Home

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
H100 = {"gpu_label": "NVIDIA H100 SXM", "gpu_count": Decimal(1), "instance": "h1"}


def land(home: Home) -> Home:
    """Land prices of machines and of hosts: a cut in two lists, one that flips, a limit, and a model without a spec."""
    put(home, *(seen(day, [offer("2.50", **H100)]) for day in ("2026-11-01", "2026-11-20")))
    changes(home, change("2026-05-01", "0.9", "0.75", "output"), change("2026-06-01", "0.2", "0.15"))
    for day, out, flip in (("2026-11-01", "0.75", "0.5"), ("2026-11-10", "0.60", "0.4"), ("2026-11-11", "0.60", "0.5"),
                           ("2026-11-12", "0.60", "0.4")):  # fmt: skip
        read(home, day, [
            price("0.15"), price(out, kind="output"), price("0.075", kind="cached_input"),
            price(flip, "chutes"), price("0.9", "chutes", kind="output"), price(flip, "chutes", "somebody/else-8b"),
        ])  # fmt: skip
        read(home, day, [price("0.15"), price("0.60" if day > "2026-11-10" else "0.75", kind="output")], of="litellm")
    read(home, "2026-11-13", [price("0.15"), price("131072", kind="output"), price("0.4", "chutes")], of="models.dev")
    return home


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    with built(land(Home(tmp_path_factory.mktemp("market"))), *ALERTED, "v1.hosted_price_changes") as con:
        yield con


def events(con: Connection, **rule: object) -> list[Event]:
    config = AlertConfig.model_validate({"rules": [{"id": "api", "kind": "api_price", **rule}]})
    return evaluate(con, config.rules, NOW)


def test_a_drop_is_told_once(market: Connection) -> None:
    happened = events(market)
    assert [(str(e.told_on), e.subject, e.old, e.new, e.pct) for e in happened] == [
        ("2026-05-01", "groq/gpt-oss-120b", 0.9, 0.75, -16.7),
        ("2026-06-01", "groq/gpt-oss-120b", 0.2, 0.15, -25.0),
        ("2026-11-10", "chutes/gpt-oss-120b", 0.5, 0.4, -20.0),  # and not again when it returns on the 12th
        ("2026-11-10", "groq/gpt-oss-120b", 0.75, 0.6, -20.0),  # and not again when the other list has it
    ]
    assert len({e.event_id for e in happened}) == 4 and events(market) == happened
    assert "output 0.75 -> 0.6 (-20.0%); models.dev says so" in happened[3].reason and happened[3].about["sha256"]


@pytest.mark.parametrize(("rule", "subjects"), [
    ({"pct": 22}, ["groq/gpt-oss-120b"]),
    ({"provider": "chutes"}, ["chutes/gpt-oss-120b"]),
    ({"model": "gpt-oss-120b", "provider": ["groq"], "prices": "input"}, ["groq/gpt-oss-120b"]),
    ({"model": "somebody/*"}, ["chutes/else-8b"]),
    ({"model": "llama*"}, []),
    ({"pct": 30}, []),
])  # fmt: skip
def test_rules_choose(market: Connection, rule: dict[str, object], subjects: list[str]) -> None:
    assert [e.subject for e in events(market, **rule)] == subjects


def test_the_message_names_model_host_and_price(market: Connection) -> None:
    content = message.content("console", [message.payload(e) for e in events(market)[-1:]], NOW)
    assert content["groups"][0]["title"] == "gpt-oss-120b at groq: $0.75 -> $0.60 per million output tokens (-20.0%)"
    assert "models.dev" in message.render(content, "text")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = land(Home(tmp_path_factory.mktemp("home")))
    release.build_and_publish(made)
    return made


VOLUME = ("cost", "api", "--model", "gpt-oss-120b", "--input-tokens-per-day", "6e9", "--output-tokens-per-day", "2e9")


def test_a_volume_costs_what_its_prices_say(run: Run, home: Home) -> None:
    done = run(*VOLUME, "--as-of", "2026-11-12", "--json", home=home)
    assert done.code == 0, done.err
    rows = done.records()
    (groq,) = [row for row in rows if row["seller"] == "groq"]
    assert groq["usd_per_day"] == pytest.approx(6000 * 0.15 + 2000 * 0.60)
    assert (groq["source"], groq["n_lists"]) == ("models.dev", 2) and groq["sha256"] and groq["source_url"]
    (own,) = [row for row in rows if row["kind"] == "self-hosted"]
    assert own["usd_per_day"] == pytest.approx(own["n_machines"] * 2.5 * 24) and 0 < own["busy"] <= 0.5
    # At break-even one machine costs what the host charges for these tokens.
    even = groq["break_even_tokens_per_day"]
    assert even * groq["usd_per_m_tokens"] / 1e6 == pytest.approx(2.5 * 24)


def test_hit_rate_day_and_utilisation_count(run: Run, home: Home) -> None:
    def of(*more: str) -> dict[str, dict[str, float]]:
        return {row["seller"]: row for row in run(*VOLUME, *more, "--json", home=home).records()}

    plain, cached = of("--as-of", "2026-11-12"), of("--as-of", "2026-11-12", "--hit-rate", "0.5")
    before, busy = of("--as-of", "2026-11-09"), of("--as-of", "2026-11-12", "--utilisation", "1")
    assert cached["groq"]["usd_per_day"] == pytest.approx(6000 * (0.15 + 0.075) / 2 + 2000 * 0.60)
    assert cached["chutes"]["usd_per_day"] == plain["chutes"]["usd_per_day"]  # it has no price for cached input
    assert (
        cached["lambda"]["busy"] * cached["lambda"]["n_machines"]
        < plain["lambda"]["busy"] * plain["lambda"]["n_machines"]
    )
    assert before["groq"]["usd_per_day"] == pytest.approx(6000 * 0.15 + 2000 * 0.75)
    assert busy["lambda"]["n_machines"] < plain["lambda"]["n_machines"]


@pytest.mark.parametrize(("more", "code", "word"), [
    (("--hit-rate", "1.5"), 2, "share from 0 to 1"), (("--utilisation", "0"), 2, "above 0"),
    (("--precision", "int4"), 2, "fp16 or fp8"), (("--workload", "none"), 2, "unknown workload"),
    (("--input-tokens-per-day", "nan"), 2, "must be from 0"), (("--as-of", "2020-01-01"), 1, "no host's price"),
    (("--model", "no-such-model"), 2, "unknown model"),
])  # fmt: skip
def test_nonsense_is_refused(run: Run, home: Home, more: tuple[str, ...], code: int, word: str) -> None:
    given = dict(zip(VOLUME[2::2], VOLUME[3::2], strict=True)) | {more[0]: more[1]}
    done = run("cost", "api", *(word for pair in given.items() for word in pair), home=home)
    assert done.code == code and word in done.err


@pytest.mark.slow
def test_a_person_releases_what_is_held(run: Run, tmp_path: Path) -> None:
    home = land(Home(tmp_path))
    release.build_and_publish(home)
    (limit,) = run("quarantine", "api", "--rule", "token_limit", "--json", home=home).records()
    assert (limit["usd_per_m_tokens"], limit["status"]) == (131072, "held") and limit["reason"]
    shown = run("quarantine", "show", limit["statement_id"][:10], home=home)
    assert shown.code == 0 and "token_limit" in shown.out
    done = run("quarantine", "release", limit["statement_id"][:10], home=home)
    assert done.code == 0 and "released" in done.err
    assert not run("quarantine", "api", "--rule", "token_limit", "--json", home=home).records()


def test_history_of_a_model(run: Run, home: Home) -> None:
    table = run("history", "--model", "gpt-oss-120b", "--provider", "groq", home=home)
    assert table.code == 0 and "-20.0%" in table.out
    rows = json.loads(run("history", "--model", "openai/gpt-oss-120b", "--json", home=home).out)
    assert {row["host"] for row in rows} == {"groq", "chutes"} and 131072 not in {
        row["usd_per_m_tokens"] for row in rows
    }
    assert run("history", "--model", "no-such", home=home).code == 1
    assert run("history", home=home).code == 2 and run("history", "H100", "--model", "x", home=home).code == 2


def test_a_file_of_changes_is_imported_once(run: Run, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    put(home, seen("2026-11-20", [offer("2.50", **H100)]))
    file = tmp_path / "changes.csv"
    lines = [change("2026-05-01", "0.3", "0.2"), change("2026-05-02", "0.2", "128000", "output"), "x,y,z"]
    file.write_text(
        "\n".join(["seen_at,provider,model,field,old,new,commit", *(f"{x},{'ab' * 20}" for x in lines), ""])
    )
    first, again = (run("import", file, "--source", "models.dev", "--json", home=home) for _ in range(2))
    assert (first.code, again.code) == (3, 0)
    assert [(r["landed"], r["rejected"], r["quarantined"]) for r in first.records()] == [(2, 1, 1)]
    assert again.records()[0]["note"] == "nothing new: landed before"
    assert run("import", file, "--source", "elsewhere", home=home).code == 1


def test_report_shows_hosts_their_history_and_the_break_even(home: Home, tmp_path: Path) -> None:
    from pipelines.reports.build import build

    build(home, tmp_path / "out")
    page = (tmp_path / "out" / "tokens" / "gpt-oss-120b.html").read_text()
    (groq,) = re.findall(r"<tr><th scope=\"row\" class=\"at\">[^\n]*groq[^\n]*", page)
    numbers = re.findall(r"<td class=\"n[^>]*>([^<]*)<", groq)
    # (3 x 0.15 + 0.60) / 4, input, cached, output: of 13 November the list states no cached price any more.
    assert numbers[:4] == ["0.263", "0.150", "\u2013", "0.600"]
    changes = page.split('id="t-hosted-changes"')[1].split("</table>")[0]
    assert re.search(
        r"10 Nov 2026</th><td class=\"at\">groq</td><td class=\"n main\">0.600</td><td class=\"n\">0.750", changes
    )
    assert "USD per million output tokens" in page and "No published measurement of gpt-oss-120b" in page
    hosted = (tmp_path / "out" / "tokens.html").read_text().split('id="t-hosted"')[1].split("</table>")[0]
    assert "gpt-oss-120b" in hosted
