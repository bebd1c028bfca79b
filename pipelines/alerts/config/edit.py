"""Adds a rule, and the channel that it goes to, to a user's file of rules; comments and everything else stay."""

from __future__ import annotations

import io
import os
import re
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from pipelines.alerts.apprise_services import service_of
from pipelines.alerts.config import loader
from pipelines.alerts.config.schema import AlertConfig
from warehouse.storage.files import replacing
from warehouse.storage.state_dir import Home

CONSOLE = "console"  # the channel of rules without one, as in default.yaml
WEBHOOK = "webhook"  # the channel of a web address
FEED = "feed"  # the channel that `--to feed` makes where there is none of that name
SECRETS = "secrets"  # folder of the state folder, for its owner alone


def text_with(text: str, rule: Mapping[str, Any], channel: tuple[str, Mapping[str, Any]] | None = None) -> str:
    """Return the text of a rules file with a rule at its end, and with a channel where one is given.

    Raises:
        InvalidConfig: The file is no mapping with a list of rules.
    """
    editor = YAML()  # keeps comments, order and quotes
    editor.preserve_quotes = True
    editor.width = 100_000  # lines stay as long as they are
    is_indented = re.search(r"(?m)^ +- ", text) is not None
    editor.indent(mapping=2, sequence=4 if is_indented else 2, offset=2 if is_indented else 0)
    try:
        document = editor.load(text) or {"rules": []}
        document.setdefault("rules", []).append(_one_line(rule))
        if channel:
            # Without channels, rules go to the console: they go on doing so.
            name, fields = channel
            document.setdefault("channels", {CONSOLE: {"type": CONSOLE}})[name] = _one_line(fields)
    except (YAMLError, AttributeError, TypeError) as wrong:
        raise loader.InvalidConfig(f"the rules file cannot be added to: {wrong}") from wrong
    with io.StringIO() as out:
        editor.dump(document, out)
        return out.getvalue()


def _one_line(fields: Mapping[str, Any]) -> CommentedMap:
    mapping = CommentedMap(
        {name: _one_line(value) if isinstance(value, Mapping) else value for name, value in fields.items()}
    )
    mapping.fa.set_flow_style()
    return mapping


def channel_of(config: AlertConfig, to: str | None) -> tuple[str | None, str]:
    """Return the address of a new channel, None for one without, and its name.

    to: None for the channel that messages go to unless somebody says otherwise.

    Raises:
        InvalidConfig: It is neither the name of a channel, nor a web address, nor one that Apprise knows.
    """
    if to is None:
        return None, CONSOLE if CONSOLE in config.channels else next(iter(config.channels), CONSOLE)
    if to in config.channels or to == FEED:
        return None, to
    scheme = re.match(r"([a-z][a-z0-9+.-]{1,30})://\S", to)
    if not scheme:
        names = ", ".join(config.channels)
        raise loader.InvalidConfig(
            f"--to: no channel {to!r}; channels are {names}; or give an address such as mailto://…, or {FEED}"
        )
    if is_webhook(to):
        return to, _free(WEBHOOK, config.channels)
    if service_of(to) is None:  # the address may hold a secret: it is not repeated
        raise loader.InvalidConfig(f"--to: not an address that Apprise accepts for {scheme[1]}")
    return to, _free(re.sub(r"[^a-z0-9]", "", scheme[1]) or "channel", config.channels)


def is_webhook(address: str) -> bool:
    """Return whether an address is a web address of no service that Apprise knows: it gets signed messages of JSON."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and service_of(address) is None


def free_id(config: AlertConfig, rule: Mapping[str, Any]) -> str:
    """Return an id for a rule, made of what it is about."""
    where = rule.get("where", rule)
    about = [where.get(name) for name in ("gpu", "provider", "continent", "country", "region")]
    words = [word for value in about if value for word in (value if isinstance(value, list) else [value])]
    text = re.sub(r"[^a-z0-9]+", "-", "-".join(map(str, [*words, rule["kind"]])).lower()).strip("-")
    return _free(text[:56].strip("-"), [rule.id for rule in config.rules])


def _free(name: str, taken: Collection[str]) -> str:
    return next(n for n in (name, *(f"{name}-{i}" for i in range(2, 10_000))) if n not in taken)


def as_yaml(rule: Mapping[str, Any]) -> str:
    """Return a rule as it stands in a file of rules."""
    return text_with("rules: []\n", rule)


def add(home: Home, rule: Mapping[str, Any], address: str | None, to: str | None) -> tuple[Path, str, AlertConfig]:
    """Return the file of rules in force, its text with the rule, and what it says then. Writes nothing.

    address: where messages go, kept as a secret beside the file; to: the name of its channel, or of one there is.

    Raises:
        InvalidConfig: The file, or the rule, cannot be used; the message names the line.
    """
    path = home.root / "alerts.yaml"
    text = loader.config_path(home).read_text()
    channel: tuple[str, Mapping[str, Any]] | None = None
    if address:
        fields: dict[str, Any] = {"url": f"file:{SECRETS}/{to}.url", "only_named": True}
        if is_webhook(address):
            fields = {"type": "webhook", "secret": f"file:{SECRETS}/{to}.key", **fields}
        channel = (to or "", fields)
    elif to == FEED and FEED not in loader.parse(text, path).channels:
        channel = (FEED, {"type": "feed", "only_named": True})
    new = text_with(text, dict(rule) | ({"to": [to]} if to else {}), channel)
    return path, new, loader.parse(new, path)


def save(home: Home, path: Path, text: str, address: str | None, to: str | None) -> None:
    """Write the file of rules and, before it, address and key of its new channel, readable by its owner alone."""
    if address:
        folder = home.root / SECRETS
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep(folder / f"{to}.url", address)
        if loader.parse(text, path).channels[to or ""].type == "webhook":
            _keep(folder / f"{to}.key", secrets.token_hex(32))
    with replacing(path) as part:
        part.write_text(text)


def _keep(path: Path, secret: str) -> None:
    with replacing(path) as part:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secret + "\n")
