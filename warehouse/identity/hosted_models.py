"""Resolves what lists and hosts call a model: to its spec, and to a key that is equal in all lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from warehouse.identity.spec_names import on_record

_RELEASE = re.compile(r"(?<!\d)(2[3-9](?:0[1-9]|1[0-2]))(?!\d)")  # 2407: what a maker dates a release with


def resolve(labels: Iterable[str]) -> Iterator[tuple[str, str | None, str]]:
    """Yield label, spec (None where there is none) and key of what hosts sell; equal keys name one model."""
    for label in labels:
        yield label, spec_of(label), model_key(label)


def model_key(label: str) -> str:
    """Reduce "deepinfra/deepseek-ai/DeepSeek-R1" to what all lists call the model: deepseek-r1."""
    return re.sub(r"[\s_.@:-]+", "-", label.lower().rstrip("/").rpartition("/")[2]).strip("-")


def spec_of(label: str, repos: Mapping[str, str] | None = None) -> str | None:
    """Return the spec of what a host sells under a label, or None. repos: repository of each spec.

    A dated release is only itself, and an undated name of one may by now mean the next.
    """
    name = on_record().known_model(label)
    if name is None:
        return None
    of_spec = set(_RELEASE.findall((repos or _repos())[name]))
    return name if not of_spec or of_spec & set(_RELEASE.findall(label)) else None


@cache
def _repos() -> Mapping[str, str]:
    return {row["name"]: row["repo"] for row in on_record().llm_rows}
