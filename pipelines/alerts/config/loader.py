"""Reads alerts.yaml; an error names the file, the line and the allowed values."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.alerts.config.schema import KINDS, AlertConfig, Channel, Defaults, Where
from warehouse.storage.state_dir import Home

DEFAULT = Path(__file__).parent / "default.yaml"
MAX_BYTES = 1_000_000  # bytes; a file of rules is written by hand


class InvalidConfig(Exception):
    """A file of rules that cannot be used; the message names the line and the allowed values."""


def config_path(home: Home) -> Path:
    """Return the file of rules in force: the user's own, else the default."""
    own = home.root / "alerts.yaml"
    return own if own.exists() else DEFAULT


def load(path: Path) -> AlertConfig:
    """Read a file of rules. Raises InvalidConfig."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidConfig(f"{path}: larger than {MAX_BYTES} bytes; rules are written by hand")
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as unreadable:
        raise InvalidConfig(f"cannot read {path}: {unreadable}") from unreadable
    return parse(text, path)


def parse(text: str, path: Path) -> AlertConfig:
    """Read the text of a file of rules; errors name `path`. Raises InvalidConfig."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        document = yaml.safe_load(text)
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise InvalidConfig(f"{where}: invalid YAML: {getattr(broken, 'problem', None) or broken}") from broken
    if not isinstance(document, dict):
        raise InvalidConfig(f"{path}:1: expected rules: (a list), with optional channels: and defaults:")
    try:
        return AlertConfig.model_validate(document)
    except ValidationError as wrong:
        raise InvalidConfig("\n".join(_error_text(path, node, error) for error in wrong.errors())) from wrong


def _error_text(path: Path, root: yaml.Node | None, error: Any) -> str:
    where = [step for step in error["loc"] if step not in KINDS]
    message = str(error["msg"]).removeprefix("Value error, ")
    if not where and (place := re.match(r"rules\.(\d+)\.(\w+): ", message)):  # raised for the file, about one rule
        where, message = ["rules", int(place[1]), place[2]], message[place.end() :]
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        message = f"no such kind: {error['input'].get('kind')!r}" if isinstance(error["input"], dict) else "not a rule"
    elif error["type"] == "string_pattern_mismatch":
        message = "invalid value"
    line = _line(root, where)
    name = ".".join(str(step) for step in where)
    allowed = _allowed(error, where)
    return f"{path}:{line}: {name + ': ' if name else ''}{message}{allowed}"


def _line(node: yaml.Node | None, where: list[Any]) -> int:
    """Return the line of the deepest existing node on a path."""
    line = 1
    for step in where:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line + 1, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            break
    return line


def _allowed(error: Any, where: list[Any]) -> str:
    """Return the allowed values, where the message does not name them itself."""
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f". Kinds are {', '.join(KINDS)}"
    if error["type"] == "extra_forbidden":
        kinds = [step for step in error["loc"] if step in KINDS]
        model: Any = KINDS[kinds[0]] if kinds else AlertConfig
        if "where" in where[:-1]:
            model = Where
        elif where[0] == "channels":
            model = Channel
        elif where[0] == "defaults":
            model = Defaults
        return f". Allowed are {', '.join(model.model_fields)}"
    if error["type"] == "string_pattern_mismatch":
        return {
            "delivery": ". Allowed are immediate, daily@HH:MM and weekly@mon-HH:MM",
            "quiet_hours": ". Write 22:00-07:00",
            "url": ". Write env:NAME or file:PATH: an address in this file would expose a secret",
            "secret": ". Write env:NAME or file:PATH: a key in this file would be exposed",
            "window": ". Write 30d, or all_time for new_low",
        }.get(str(where[-1]) if where else "", "")
    return ""
