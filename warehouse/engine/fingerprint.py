"""Identifies the code that tables are made by: another fingerprint means that everything is rebuilt."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version

import duckdb

from warehouse.paths import PACKAGE


@cache
def fingerprint() -> str:
    """Return a hash of everything that tables depend on besides facts: code, models, seeds, DuckDB, genai-prices."""
    digest = hashlib.sha256(f"{duckdb.__version__} {version('genai-prices')}".encode())
    root = PACKAGE
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".sql", ".csv"):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
