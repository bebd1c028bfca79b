"""Paths of the package's own files: seeds, models, macros and checks."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
SEEDS = PACKAGE / "seeds"
MODELS = PACKAGE / "models"
MACROS = PACKAGE / "macros"
CHECKS = PACKAGE / "checks"
