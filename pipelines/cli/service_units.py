"""Text to paste for running daily without Dagster's daemon: a systemd timer and a cron line."""

TEXT = """\
# systemd, as files in ~/.config/systemd/user/; Persistent runs a day that was missed while the machine was off.
# gpuhour.service
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

# gpuhour.timer
[Unit]
Description=Refresh GPU prices daily

[Timer]
OnCalendar=*-*-* 06:15:00 UTC
RandomizedDelaySec=20min
Persistent=true

[Install]
WantedBy=timers.target

# then: systemctl --user enable --now gpuhour.timer

# or cron (crontab -e); cron does not make up for a day that was missed
CRON_TZ=UTC
15 6 * * * cd {checkout} && GPUHOUR_HOME={home} .venv/bin/gpuhour refresh 2>> {home}/refresh.log
"""
