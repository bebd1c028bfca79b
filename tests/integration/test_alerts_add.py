"""`gpuhour alerts add` shows a rule and its last year, then keeps it; a rule by place sees that place's prices alone."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.alerts.config import loader
from pipelines.alerts.delivery import channels
from tests.conftest import Run
from tests.support import sinks
from tests.support.worlds import offer, put, seen
from warehouse.publish.release import build_and_publish
from warehouse.storage.state_dir import Home

TODAY = date(2026, 3, 20)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Two regions in which a price falls by a tenth, seen twice before and twice after, and one in which none does."""
    home = Home(tmp_path_factory.mktemp("places") / "home")
    for n in range(6):
        prices = {
            "eu-central-1": "2.00" if n < 3 else "1.80",
            "us-east-1": "2.00" if n < 3 else "1.80",
            "eu-west-3": "3.00",
        }
        listed = [offer(price, instance=region, region=region) for region, price in prices.items()]
        day = str(TODAY - timedelta(days=5 - n))
        put(home, seen(day, listed, provider="aws", source="price_list", url="https://x.com/a", origin="recorded"))
    build_and_publish(home)
    return home


def test_a_rule_in_words_is_shown_with_its_last_year_and_kept(run: Run, home: Home) -> None:
    asked = ("alerts", "add", "A100 drops 5% anywhere in Europe")
    dry = json.loads(run(*asked, "--dry-run", "--json", home=home).out)
    assert not (home.root / "alerts.yaml").exists()
    assert [event["region"] for event in dry["last_year"]] == ["eu-central-1"]
    said = run(*asked, "--to", "json://user:secret-word@127.0.0.1:9/hook", home=home)
    assert said.code == 0 and "secret-word" not in said.out + said.err and "1 event" in said.err
    rule = loader.load(home.root / "alerts.yaml").rules[-1]
    assert (rule.id, rule.kind, rule.to) == ("a100-europe-drop-pct", "drop_pct", ("json",))
    assert "a100-europe-drop-pct" in run("alerts", "list", home=home).out
    preview = run("alerts", "preview", "--rule", rule.id, "--json", home=home).records()
    assert [event["region"] for event in preview] == ["eu-central-1"]


def test_any_web_address_becomes_a_signed_webhook(run: Run, home: Home) -> None:
    with sinks.webhook() as sink:
        said = run("alerts", "add", "A100 drops 5%", "--to", f"{sink.url}/secret-word", home=home)
        assert said.code == 0 and "secret-word" not in said.out + said.err, said.err
        config = loader.load(home.root / "alerts.yaml")
        (name,) = config.rules[-1].to
        assert config.channels[name].type == "webhook" and config.channels[name].only_named
        assert run("alerts", "test", "--channel", name, home=home).code == 0
    ((headers, body),) = sink.taken
    key = home.root / "secrets" / f"{name}.key"
    assert key.stat().st_mode & 0o077 == 0 and str(key) in said.err
    signed = channels.signature(key.read_text().strip(), headers["x-gpuhour-timestamp"], body)
    assert headers["x-gpuhour-signature"] == f"sha256={signed}" and sink.paths == ["/hook/secret-word"]


def test_a_rule_goes_to_the_first_channel_of_a_file_without_a_console(run: Run, home: Home) -> None:
    (home.root / "alerts.yaml").write_text("channels: {team: {type: feed}, inbox: {type: file, path: x}}\nrules: []\n")
    said = run("alerts", "add", "A100 drops 5%", home=home)
    assert said.code == 0, said.err
    assert loader.load(home.root / "alerts.yaml").rules[-1].to == ("team",)


@pytest.mark.parametrize(("where", "regions"), [
    ("in Germany", {"eu-central-1"}), ("in the US", {"us-east-1"}), ("in eu-central-1", {"eu-central-1"}),
    ("at AWS", {"eu-central-1", "us-east-1"}), ("in France", set()),
])  # fmt: skip
def test_places(run: Run, home: Home, where: str, regions: set[str]) -> None:
    said = run("alerts", "add", f"A100 drops 5% {where}", "--dry-run", "--json", home=home)
    assert {event["region"] for event in json.loads(said.out)["last_year"]} == regions


def test_what_is_not_understood_changes_nothing(run: Run, tmp_path: Path, home: Home) -> None:
    before = sorted(path.name for path in home.root.iterdir())
    said = run("alerts", "add", "A100 flies", home=home)
    assert said.code == 2 and "flies" in said.err and not said.out
    assert run("alerts", "add", "A100 drops 5%", "--to", "nobody", home=home).code == 2
    assert sorted(path.name for path in home.root.iterdir()) == before


def test_unknown_places_in_a_file_are_told_with_their_line(run: Run, home: Home, tmp_path: Path) -> None:
    rules = tmp_path / "rules.yaml"
    rules.write_text("rules:\n- {id: a, kind: below, price: 2,\n   where: {country: Germny}}\n")
    said = run("alerts", "list", "--rules", rules, home=home)
    assert said.code == 2 and f"{rules}:3" in said.err and "Germany (DE)" in said.err
