"""Reads alerts.yaml: a fault names the file, the line, what may stand there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from pipelines.alerts.config.schema import KINDS, Book, Channel, Defaults, Where
from warehouse.storage.state_dir import Home

DEFAULT = Path(__file__).parent / "default.yaml"
LARGEST = 1_000_000  # bytes; a file of rules is written by hand


class BadRules(Exception):
    """A file of rules that cannot be used; the message names the line and what may stand there."""


def path_of(home: Home) -> Path:
    """The file of rules in force: the user's own, else the one that ships."""
    own = home.root / "alerts.yaml"
    return own if own.exists() else DEFAULT


def book(path: Path) -> Book:
    """The rules of a file. Raises BadRules."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadRules(f"{path}: larger than {LARGEST} bytes; rules are written by hand")
        text = path.read_text()
    except (OSError, UnicodeDecodeError) as unreadable:
        raise BadRules(f"{path} cannot be read: {unreadable}") from unreadable
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        said = yaml.safe_load(text)
    except yaml.YAMLError as broken:
        mark = getattr(broken, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise BadRules(f"{where}: no YAML: {getattr(broken, 'problem', None) or broken}") from broken
    if not isinstance(said, dict):
        raise BadRules(f"{path}:1: it must hold rules: (a list), and may hold channels: and defaults:")
    try:
        return Book.model_validate(said)
    except ValidationError as wrong:
        raise BadRules("\n".join(_told(path, node, error) for error in wrong.errors())) from wrong


def _told(path: Path, root: yaml.Node | None, error: Any) -> str:
    where = [step for step in error["loc"] if step not in KINDS]
    said = str(error["msg"]).removeprefix("Value error, ")
    if not where and (place := re.match(r"rules\.(\d+)\.(\w+): ", said)):  # of the file as a whole, about one rule
        where, said = ["rules", int(place[1]), place[2]], said[place.end() :]
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        said = f"no such kind: {error['input'].get('kind')!r}" if isinstance(error["input"], dict) else "no rule"
    elif error["type"] == "string_pattern_mismatch":
        said = "not understood"
    line = _line(root, where)
    name = ".".join(str(step) for step in where)
    allowed = _allowed(error, where)
    return f"{path}:{line}: {name + ': ' if name else ''}{said}{allowed}"


def _line(node: yaml.Node | None, where: list[Any]) -> int:
    """The line of the deepest part of a place that is there."""
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
    """What may stand there, where the message does not say it itself."""
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return f". Kinds are {', '.join(KINDS)}"
    if error["type"] == "extra_forbidden":
        kinds = [step for step in error["loc"] if step in KINDS]
        model: Any = KINDS[kinds[0]] if kinds else Book
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
            "url": ". Write env:NAME or file:PATH: an address in this file would be a secret in plain sight",
            "secret": ". Write env:NAME or file:PATH: a key in this file would be in plain sight",
            "window": ". Write 30d, or all_time for new_low",
        }.get(str(where[-1]) if where else "", "")
    return ""
