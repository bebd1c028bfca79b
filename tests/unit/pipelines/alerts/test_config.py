"""A file of rules: what it may say, what it means, and that a fault names its line and what may stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from pipelines.alerts.config import loader
from pipelines.alerts.config.loader import InvalidConfig, load
from pipelines.alerts.config.schema import KINDS, AlertConfig, LineRule, Move, NewLow, PriceRule
from tests.conftest import Run
from tests.support.worlds import ROOT
from warehouse.alert_queries.scope import Parameters, condition
from warehouse.storage.state_dir import Home

USERS = """
defaults: {timezone: Europe/London, quiet_hours: "22:00-07:00", hysteresis_pct: 4, confirm: 2, delivery: immediate}
channels:
  team:  {url: env:ALERT_SLACK_URL}
  inbox: {url: env:ALERT_MAIL_URL, delivery: daily@08:00}
rules:
  - {id: a100-drop, kind: drop_pct, pct: 5, min_abs: 0.02, reference: last_notified,
     where: {gpu: A100, price_type: on_demand, quality: ok}, to: [team]}
  - {id: a100-80-low, kind: new_low, window: 365d, where: {gpu: A100-80GB}, to: [team, inbox]}
  - {id: cheapest-a100, kind: cheapest_changed, margin_pct: 3, group: [gpu_variant, price_type], to: [inbox]}
  - {id: broken, kind: source_broken, after_runs: 3, repeat: 7d, to: [inbox]}
"""


def read(tmp_path: Path, text: str) -> AlertConfig:
    (tmp_path / "alerts.yaml").write_text(text)
    return load(tmp_path / "alerts.yaml")


def test_example_is_parsed_as_documented(tmp_path: Path) -> None:
    matches = read(tmp_path, USERS)
    drop, low, cheapest, broken = matches.rules
    assert isinstance(drop, Move) and (drop.pct, drop.min_abs, drop.hysteresis_pct, drop.confirm) == (5, 0.02, 4, 2)
    assert drop.where.dimensions() == {
        "gpu": ("A100",),
        "pricing_model": ("on_demand",),
        "price_scope": ("instance",),
    } and drop.where.quality == ("ok",)
    assert isinstance(low, NewLow) and low.days == 365 and low.further_pct == 3 and low.confirm == 2
    assert cheapest.kind == "cheapest_changed" and set(cheapest.group) == {
        "gpu",
        "gpu_memory_gb",
        "form_factor",
        "pricing_model",
    }
    assert broken.kind == "source_broken" and broken.repeat == "7d"
    assert (
        matches.channels_of(drop) == ("team",) and str(matches.timezone_of(matches.channels["team"])) == "Europe/London"
    )


def test_documented_example_and_default_file_are_valid(tmp_path: Path) -> None:
    (documented,) = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "docs" / "alerts.md").read_text(), re.M | re.S)
    assert {rule.kind for rule in read(tmp_path, documented).rules} == {
        "drop_pct", "new_low", "cheapest_changed", "source_broken",
    }  # fmt: skip
    shipped = load(loader.DEFAULT)
    assert [rule.id for rule in shipped.rules] == [
        "a100-drop",
        "h100-drop",
        "list-cut",
        "broken-source",
        "redesigned-page",
        "no-run",
    ]
    assert {shipped.channels[c].type for rule in shipped.rules for c in shipped.channels_of(rule)} == {"console"}
    for rule in shipped.rules[:2]:
        assert isinstance(rule, Move) and (rule.pct, rule.reference, rule.on_first_run) == (
            2,
            "last_notified",
            "silent",
        )
        assert rule.where.market == ("first_party",) and set(rule.where.pricing_model) == {"on_demand", "reserved"}


def test_rules_contain_no_provider_or_day() -> None:
    """What ships must tell cuts that nobody knows yet."""
    code = [*(ROOT / "warehouse" / "alert_queries").glob("*.*"), *(ROOT / "pipelines" / "alerts").rglob("*.*"),
            ROOT / "warehouse" / "seeds" / "page_sources.csv"]  # fmt: skip
    text = "\n".join(path.read_text().lower() for path in code if path.is_file() and path.suffix != ".pyc")
    names = {
        "jarvislabs",
        "datacrunch",
        "hyperstack",
        "latitude",
        "lambda cloud",
        "cyclenerd",
        "skypilot",
        "megagpu",
        "huggingface",
    }
    assert not [name for name in names if name in text]
    assert not set(re.findall(r"20[12]\d-\d\d-\d\d", text)) - {"2000-01-01", "2026-12-01"}


def test_docs_name_every_kind_and_field() -> None:
    text = (ROOT / "docs" / "alerts.md").read_text()
    assert not [kind for kind in KINDS if f"`{kind}`" not in text]
    fields = {name for model in KINDS.values() for name in model.model_fields} - {"id", "kind", "where", "to"}
    assert not [name for name in fields if name not in text]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("rules:\n  - {id: a, kind: drop_pc, pct: 2}", 2, ["drop_pc", "drop_pct", "drawdown"]),
        ("rules:\n  - id: a\n    kind: drop_pct\n    pct: -2", 4, ["pct", "greater than 0"]),
        ("rules:\n  - id: a\n    kind: drop_pct\n    pct: 200", 2, ["cannot fall by 100 %"]),
        ("rules:\n  - id: a\n    kind: drop_pct\n    pct: 2\n    reference: lastest", 5, ["last_notified", "max_30d"]),
        ("rules:\n  - id: a\n    kind: below", 2, ["price", "required"]),
        ("rules:\n  - id: a\n    kind: below\n    price: 2\n    wehre: {}", 5, ["wehre", "where"]),
        ("rules:\n  - id: a\n    kind: below\n    price: 2\n    where: {gpux: A100}", 5, ["gpux", "gpu_memory_gb"]),
        ("rules:\n  - id: a\n    kind: below\n    price: 2\n    where: {gpu_count: many}", 5, ["'many' is not a number"]),
        ("rules:\n  - id: a\n    kind: new_low\n    window: year", 4, ["window", "all_time"]),
        ("rules:\n  - {id: A b, kind: dead_man}", 2, ["id"]),
        ("rules:\n  - {id: a, kind: dead_man}\n  - {id: a, kind: dead_man}", 3, ["must be unique", "a is used twice"]),
        ("rules:\n  - {id: a, kind: dead_man, to: [nobody]}", 2, ["nobody", "console"]),
        ("defaults: {timezone: Mars/Base}\nrules: []", 1, ["Mars/Base", "Europe/London"]),
        ("defaults: {delivery: sometimes}\nrules: []", 1, ["daily@HH:MM"]),
        ("channels:\n  x: {url: slack://token/in/the/file}\nrules: []", 2, ["env:NAME", "would expose a secret"]),
        ("channels:\n  x: {type: webhook, url: env:X}\nrules: []", 2, ["secret"]),
        ("channels:\n  x: {type: fax}\nrules: []", 2, ["'apprise', 'console', 'feed', 'file' or 'webhook'"]),
        ("rules:\n  - {id: a, kind: [", 2, ["invalid YAML"]),
        ("- a\n- b", 1, ["rules:"]),
        ("channels: {}", 1, ["rules", "required"]),
    ],
)  # fmt: skip
def test_error_names_its_line_and_the_allowed_values(tmp_path: Path, text: str, line: int, words: list[str]) -> None:
    with pytest.raises(InvalidConfig) as wrong:
        read(tmp_path, text)
    result = str(wrong.value)
    assert f"alerts.yaml:{line}:" in result and all(word in result for word in words), result
    assert "slack://token" not in result  # a secret that was written there by mistake is not repeated


def test_invalid_files_are_rejected(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfig, match="cannot read"):
        load(tmp_path / "absent.yaml")
    (tmp_path / "large.yaml").write_text("#" * (loader.MAX_BYTES + 1))
    with pytest.raises(InvalidConfig, match="larger"):
        load(tmp_path / "large.yaml")
    with pytest.raises(InvalidConfig, match="invalid YAML"):
        read(tmp_path, "rules: !!python/object/apply:os.system ['true']")


def test_channels_do_not_change_a_rule_s_definition() -> None:
    one, other, third = (
        AlertConfig.model_validate({"rules": [{"id": "a", "kind": "drop_pct", "pct": pct} | more]}).rules[0]
        for pct, more in ((2, {}), (2, {"to": ["console"], "on_first_run": "notify"}), (3, {}))
    )
    assert one.definition() == other.definition() != third.definition()


def test_defaults_apply_to_matching_rules() -> None:
    matches = AlertConfig.model_validate(
        yaml.safe_load("defaults: {hysteresis_pct: 7, further_pct: 9, confirm: 3, on_first_run: notify}\n"
                       "rules: [{id: a, kind: below, price: 1}, {id: b, kind: drop_pct, pct: 1, confirm: 1}, {id: c, kind: dead_man}]")
    )  # fmt: skip
    below, drop, dead = matches.rules
    assert isinstance(below, LineRule) and (below.hysteresis_pct, below.further_pct, below.confirm) == (7, 9, 3)
    assert isinstance(drop, PriceRule) and drop.confirm == 1 and dead.on_first_run == "notify"


def test_dimensions_become_a_condition() -> None:
    bound = Parameters()
    variant = condition({"gpu": ("A100-80GB",)}, bound)
    assert variant == "true and ((gpu = $p0 and gpu_memory_gb = $p1::decimal(18, 6)))"
    assert condition({"gpu": ("A100",)}, bound) == "true and ((gpu = $p2))"
    assert "lower(region) glob $p3" in condition({"region": ("US-*",)}, bound)
    assert condition({"provider": ("O'Brien",)}, bound) == "true and (lower(provider) in ($p4, $p5))"
    assert "'" not in condition({"provider": ("Amazon",)}, bound)
    assert list(bound.values()) == ["A100", 80, "A100", "us-*", "o'brien", "o'brien", "amazon", "aws"]
    with pytest.raises(ValueError, match="no dimension"):
        condition({"price; drop table x": ("1",)}, bound)


def test_list_shows_rules_and_errors(tmp_path: Path, run: Run) -> None:
    home = Home(tmp_path)
    result = run("alerts", "list", "--json", home=home)
    assert [r["id"] for r in result.records()] == [
        "a100-drop",
        "h100-drop",
        "list-cut",
        "broken-source",
        "redesigned-page",
        "no-run",
    ]
    assert result.records()[0]["state"] == "new" and "market=first_party" in result.records()[0]["where"]
    (tmp_path / "alerts.yaml").write_text("rules:\n  - {id: a, kind: nosuch}")
    result = run("alerts", "list", home=home)
    assert result.code == 2 and "alerts.yaml:2" in result.err and not result.out
