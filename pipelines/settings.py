"""Settings that a user can change: a flag wins over the environment, and that over .env in the checkout."""

from __future__ import annotations

import os
from pathlib import Path

from warehouse.storage.state_dir import Home

CHECKOUT = Path(__file__).resolve().parent.parent


def load_env_file() -> None:
    """Read CHECKOUT/.env into the environment; variables that are set already win."""
    env_file = CHECKOUT / ".env"
    if env_file.exists():
        from dotenv import load_dotenv

        load_dotenv(env_file, override=False)


def home(flag: Path | None = None) -> Home:
    """Return the state folder: the flag, else GPUHOUR_HOME, else data/ in the checkout."""
    root = flag or Path(os.environ.get("GPUHOUR_HOME") or CHECKOUT / "data")
    return Home(root.expanduser().absolute())
