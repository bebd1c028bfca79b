"""Adding a rule leaves the rest of a rules file as a person wrote it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.alerts.config import edit, loader
from warehouse.storage.state_dir import Home

RULE = {"id": "x", "kind": "drop_pct", "pct": 5, "where": {"gpu": "A100", "continent": "Europe"}}
OWN = """\
# Ours: ask before changing.
defaults: {timezone: Europe/London}  # London
channels:
    team: {url: "env:TEAM"}
rules:
    # cheap ones
    - id: cheap   # two dollars
      kind: below
      price: 2.00
      where: {gpu: 'A100'}
# the end
"""


def lines(text: str) -> set[str]:
    """Return the lines that say something, without blanks: those may move where a block is indented anew."""
    return {line.replace(" ", "") for line in text.splitlines() if line.strip()}


@pytest.mark.parametrize("text", [OWN, "rules: []\n", "rules: [{id: a, kind: below, price: 2}]\n", "{rules: []}", ""])
def test_a_rule_and_its_channel_are_added_and_nothing_else_changes(text: str) -> None:
    channel = {"url": "file:secrets/mailto.url", "only_named": True}
    new = edit.text_with(text, RULE | {"to": ["mailto"]}, ("mailto", channel))
    config = loader.parse(new, Path("alerts.yaml"))
    before = loader.parse(text, Path("alerts.yaml")) if "id" in text else None
    assert config.rules[:-1] == (before.rules if before else ()) and config.rules[-1].to == ("mailto",)
    assert set(config.channels) == {*(before.channels if before else ["console"]), "mailto"}
    assert config.channels_of(config.rules[0])  # the rules that were there go where they went
    if before:
        assert config.channels_of(config.rules[0]) == before.channels_of(before.rules[0])
    if text == OWN:
        assert lines(OWN) <= lines(new)


@pytest.mark.parametrize("text", ["- a\n", "rules: 5\n", "rules: [\n", "channels: 5\nrules: []\n"])
def test_what_is_no_rules_file_is_refused(text: str) -> None:
    with pytest.raises(loader.InvalidConfig):
        loader.parse(edit.text_with(text, RULE, ("a", {"type": "console"})), Path("alerts.yaml"))


def test_an_address_is_kept_apart_for_its_owner_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    config = loader.load(loader.config_path(home))
    address, name = edit.channel_of(config, "json://user:secret-word@example.com/hook")
    assert address and name == "json"
    path, text, _ = edit.add(home, RULE, address, name)
    edit.save(home, path, text, address, name)
    assert "secret-word" not in path.read_text() and loader.load(path).rules[-1].id == "x"
    kept = tmp_path / "secrets" / "json.url"
    assert kept.read_text().strip() == address and kept.stat().st_mode & 0o077 == 0
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    assert edit.channel_of(loader.load(path), "json://other.example.com")[1] == "json-2"
    assert edit.free_id(loader.load(path), RULE) == "a100-europe-drop-pct"


@pytest.mark.parametrize(("address", "is_webhook"), [
    ("https://hooks.example/x", True), ("http://127.0.0.1:9/hook", True), ("https://", False), ("ftp://x.example", False),
    ("https://hooks.slack.com/services/T12345678/B12345678/abcdefghijklmnopqrstuvwx", False),  # Apprise knows the service
])  # fmt: skip
def test_web_addresses_of_no_service_are_webhooks(tmp_path: Path, address: str, is_webhook: bool) -> None:
    assert edit.is_webhook(address) == is_webhook
    if is_webhook:
        home, present = Home(tmp_path), loader.load(loader.config_path(Home(tmp_path)))
        for nth in (1, 2):
            _, name = edit.channel_of(present, address)
            path, text, present = edit.add(home, RULE | {"id": f"x{nth}"}, address, name)
            edit.save(home, path, text, address, name)
            assert name == ("webhook" if nth == 1 else "webhook-2") and present.channels[name].type == "webhook"
        keys = {(tmp_path / "secrets" / f"{name}.key").read_text() for name in ("webhook", "webhook-2")}
        assert len(keys) == 2 and min(map(len, keys)) > 60


def test_feed_is_made_once_for_the_rules_that_name_it(tmp_path: Path) -> None:
    home = Home(tmp_path)
    for nth in (1, 2):
        present = loader.load(loader.config_path(home))
        assert edit.channel_of(present, "feed") == (None, "feed")
        path, text, config = edit.add(home, RULE | {"id": f"x{nth}"}, None, "feed")
        edit.save(home, path, text, None, "feed")
    assert config.channels["feed"].type == "feed" and config.channels["feed"].only_named
    assert config.channels_of(config.rules[-1]) == ("feed",) and "feed" not in config.channels_of(config.rules[0])
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize("to", ["nowhere", "no-such-service://secret-word", "http//x"])
def test_an_address_that_nothing_can_send_to_is_refused_without_repeating_a_secret(tmp_path: Path, to: str) -> None:
    config = loader.load(loader.config_path(Home(tmp_path)))
    with pytest.raises(loader.InvalidConfig) as refused:
        edit.channel_of(config, to)
    assert "--to" in str(refused.value) and "secret-word" not in str(refused.value)
