"""What a user can set, in one place: flag over environment over file (.env in the checkout)."""

from __future__ import annotations

import os
from pathlib import Path

from warehouse.storage.state_dir import Home

CHECKOUT = Path(__file__).resolve().parent.parent


def load_env_file() -> None:
    """Read CHECKOUT/.env into the environment; what is set already stays."""
    env_file = CHECKOUT / ".env"
    if env_file.exists():
        from dotenv import load_dotenv

        load_dotenv(env_file, override=False)


def home(flag: Path | None = None) -> Home:
    """The state folder: the flag, else GPUHOUR_HOME, else data/ in the checkout."""
    root = flag or Path(os.environ.get("GPUHOUR_HOME") or CHECKOUT / "data")
    return Home(root.expanduser().absolute())
