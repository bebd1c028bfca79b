"""Settings that a user can change: a flag wins over the environment, and that over .env in the checkout."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from warehouse.storage.state_dir import Home, Lake

CHECKOUT = Path(__file__).resolve().parent.parent


class NoLake(ValueError):
    """The settings of the lake cannot be used; the message says what to write."""


def load_env_file() -> None:
    """Read CHECKOUT/.env into the environment; variables that are set already win."""
    env_file = CHECKOUT / ".env"
    if env_file.exists():
        from dotenv import load_dotenv

        load_dotenv(env_file, override=False)


def home(flag: Path | None = None) -> Home:
    """Return the state folder: the flag, else GPUHOUR_HOME, else data/ in the checkout."""
    root = flag or Path(os.environ.get("GPUHOUR_HOME") or CHECKOUT / "data")
    return Home(root.expanduser().absolute(), lake())


def lake() -> Lake | None:
    """Return the lake that GPUHOUR_LAKE names, which the state folder is a working copy of; None where there is none.

    Raises NoLake where the settings are incomplete.
    """
    address = os.environ.get("GPUHOUR_LAKE", "").strip()
    if not address:
        return None
    catalog, files = address.removeprefix("ducklake:"), os.environ.get("GPUHOUR_LAKE_FILES", "").strip()
    if catalog == address or not catalog.startswith(("postgres://", "postgresql://")):
        raise NoLake("GPUHOUR_LAKE begins with ducklake:postgres://, as in ducklake:postgres://user@host:5432/database")
    if not files.startswith(("/", "s3://")) or files in ("/", "s3://"):
        raise NoLake("set GPUHOUR_LAKE_FILES to a folder (/srv/gpuhour) or bucket (s3://bucket/prefix) of all machines")
    return Lake(catalog, files.rstrip("/"))


def dagster_folder(state: Home) -> Path:
    """Return where Dagster's run history lies, whether it is there or not."""
    if own := os.environ.get("DAGSTER_HOME"):
        return Path(own).expanduser().absolute()
    return state.root / "dagster"


def publish_address() -> str:
    """Return where a refresh publishes to as well, GPUHOUR_PUBLISH_TO; empty where nowhere."""
    return os.environ.get("GPUHOUR_PUBLISH_TO", "").strip()


def broker() -> str:
    """Return the broker whose workers run scrape steps, GPUHOUR_BROKER; empty where this machine runs them."""
    return os.environ.get("GPUHOUR_BROKER", "").strip()


def worker_patience() -> float:
    """Return after how many seconds of silence a worker counts as lost, GPUHOUR_WORKER_PATIENCE."""
    return float(os.environ.get("GPUHOUR_WORKER_PATIENCE") or 60)


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
