"""Identifies the code that tables are made by: another fingerprint means that everything is rebuilt."""

from __future__ import annotations

import hashlib
import os
from functools import cache
from importlib.metadata import version

import duckdb

from warehouse.paths import PACKAGE


@cache
def fingerprint() -> str:
    """Return a hash of everything that tables depend on besides facts: code, models, seeds, DuckDB, genai-prices."""
    digest = hashlib.sha256(f"{duckdb.__version__} {version('genai-prices')}".encode())
    for folder, inside, files in os.walk(PACKAGE):
        inside.sort()
        for file in sorted(files):
            if file.endswith((".py", ".sql", ".csv")):
                path = os.path.join(folder, file)  # noqa: PTH118 -- a thousand paths as objects take longer than to read them
                digest.update(path.removeprefix(str(PACKAGE)).encode() + b"\0")
                with open(path, "rb") as source:  # noqa: PTH123
                    digest.update(source.read())
    return digest.hexdigest()
