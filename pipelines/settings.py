"""Settings that a user can change: a flag wins over the environment, and that over .env in the checkout."""

from __future__ import annotations

import os
from contextlib import suppress
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


def dagster_folder(state: Home) -> Path:
    """Return where Dagster's run history lies, whether it is there or not."""
    if own := os.environ.get("DAGSTER_HOME"):
        return Path(own).expanduser().absolute()
    return state.root / "dagster"


def publish_address() -> str:
    """Return where a refresh publishes to as well, GPUHOUR_PUBLISH_TO; empty where nowhere."""
    return os.environ.get("GPUHOUR_PUBLISH_TO", "").strip()


def dagster_home(state: Home) -> Path:
    """Return the folder of Dagster's run history, made ready: DAGSTER_HOME if set, else dagster/ of the state folder.

    One history per state folder: a replay into another one says nothing about this one's days.
    """
    folder = dagster_folder(state)
    if os.environ.get("DAGSTER_HOME"):
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "dagster.yaml"
    if not config.exists():  # a link, so that it stays as the checkout has it; a file of the user's own is kept
        config.unlink(missing_ok=True)
        with suppress(FileExistsError):  # another process was quicker
            config.symlink_to(CHECKOUT / "dagster.yaml")
    return folder
