"""Units that run daily without Dagster's daemon: a systemd service and timer, and a cron line."""

from __future__ import annotations

import os
from pathlib import Path

from warehouse.storage.files import replacing

SERVICE = """\
[Unit]
Description=Refresh GPU prices
After=network-online.target

[Service]
Type=oneshot
WorkingDirectory={checkout}
Environment=GPUHOUR_HOME={home}
ExecStart={checkout}/.venv/bin/gpuhour refresh
SuccessExitStatus=3 143
TimeoutStopSec=10
"""
TIMER = """\
[Unit]
Description=Refresh GPU prices daily

[Timer]
OnCalendar=*-*-* 06:15:00 UTC
RandomizedDelaySec=20min
Persistent=true

[Install]
WantedBy=timers.target
"""
CRON = """\
CRON_TZ=UTC
15 6 * * * cd {checkout} && GPUHOUR_HOME={home} .venv/bin/gpuhour refresh 2>> {home}/refresh.log
"""
TEXT = f"""\
# systemd, as files in ~/.config/systemd/user/; Persistent runs a day that was missed while the machine was off.
# gpuhour.service
{SERVICE}
# gpuhour.timer
{TIMER}
# then: systemctl --user enable --now gpuhour.timer

# or cron (crontab -e); cron does not make up for a day that was missed
{CRON}"""


def write_units(checkout: Path, home: Path) -> Path:
    """Write the user's systemd service and timer; return their folder. Raises OSError."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    folder = config / "systemd" / "user"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (("gpuhour.service", SERVICE), ("gpuhour.timer", TIMER)):
        with replacing(folder / name) as part:
            part.write_text(text.format(checkout=checkout, home=home))
    return folder
