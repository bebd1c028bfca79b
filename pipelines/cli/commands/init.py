"""`gpuhour init`: write settings, a first alert and a daily schedule, by five questions."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, say
from pipelines.errors import UsageError

_NONE = ""
_UNITS = "systemd"


def init(
    *,
    home: Annotated[str | None, Parameter(help="State folder.")] = None,
    contact: Annotated[str | None, Parameter(help="Your page for the operators of the sites that are read.")] = None,
    gcp_key: Annotated[
        bool | None, Parameter(negative="--no-gcp-key", help="Ask for a key of Google's Billing Catalog.")
    ] = None,
    alert: Annotated[str | None, Parameter(help='A first alert in words: "A100 drops 5%"; "" for none.')] = None,
    schedule: Annotated[str | None, Parameter(help="systemd, cron, or none.")] = None,
    yes: Annotated[bool, Parameter(negative="", help="Ask nothing: take the defaults for what is not given.")] = False,
) -> int:
    """Write .env, a first alert and a daily schedule by asking five questions; an option answers its question."""
    from dotenv import set_key

    if not yes and not sys.stdin.isatty() and None in (home, contact, gcp_key, alert, schedule):
        raise UsageError("there is no terminal to ask at: give --yes, or an option for each question (--help)")
    folder = _answer("1/5 Where shall prices and pages be kept?", home, str(settings.home().root), yes)
    page = _answer("2/5 A page that tells the sites we read who you are (an address, or nothing)", contact, _NONE, yes)
    if page and not page.startswith(("https://", "http://", "mailto:")):
        raise UsageError(f"--contact: {page!r} is no address such as https://example.com/bot or mailto:you@example.com")
    wants_key = gcp_key if gcp_key is not None else False if yes else _is_yes("3/5 Do you have a Google Cloud API key?")
    key = getpass("    The key (not shown): ", sys.stderr).strip() if wants_key else _NONE
    sentence = _answer("4/5 What shall be told? A sentence such as A100 drops 5% (or nothing)", alert, _NONE, yes)
    daily = _answer("5/5 What refreshes daily: systemd, cron or none?", schedule, "none", yes).lower()
    if daily not in (_UNITS, "cron", "none"):
        raise UsageError(f"--schedule: systemd, cron or none, not {daily!r}")
    rule = _checked(sentence)
    env_file = settings.CHECKOUT / ".env"
    wanted = {"GPUHOUR_HOME": folder, "GPUHOUR_CONTACT_URL": page, "GPUHOUR_GCP_API_KEY": key}
    env_file.touch(mode=0o600)
    for name, value in wanted.items():
        if value:
            set_key(env_file, name, value)
    say(f"settings: {env_file}")
    state = settings.home(Path(folder))
    state.root.mkdir(parents=True, exist_ok=True)
    if rule:
        from pipelines.alerts.config import edit, loader

        present = loader.load(loader.config_path(state))
        path, text, _ = edit.add(state, {"id": edit.free_id(present, rule), **rule}, None, "console")
        edit.save(state, path, text, None, None)
        say(f"alert: {path}; gpuhour alerts add takes an address to send to")
    _schedule(daily, state.root)
    say("next: gpuhour refresh (today's prices), then gpuhour")
    return OK


def _answer(question: str, given: str | None, default: str, takes_default: bool) -> str:
    """Return an option's value, else the answer at the terminal; an empty one is the default."""
    if given is not None:
        return given.strip()
    if takes_default:
        return default
    print(f"{question}{f' [{default}]' if default else ''}: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip() or default


def _is_yes(question: str) -> bool:
    return _answer(f"{question} y/n", None, "n", takes_default=False).lower() in ("y", "yes")


def _checked(sentence: str) -> dict[str, object]:
    """Return the rule of a sentence before anything is written; none for no sentence."""
    from pipelines.alerts.config.sentence import NotUnderstood, rule_of

    try:
        return rule_of(sentence) if sentence else {}
    except NotUnderstood as wrong:
        raise UsageError(f"--alert: {wrong}") from wrong


def _schedule(daily: str, root: Path) -> None:
    from pipelines.cli.service_units import CRON, write_units

    if daily == "cron":
        print(CRON.format(checkout=settings.CHECKOUT, home=root), end="")
        say("schedule: add these two lines with `crontab -e`")
    elif daily == _UNITS:
        folder = write_units(settings.CHECKOUT, root)
        say(f"schedule: {folder}; start it with `systemctl --user enable --now gpuhour.timer`")
