"""When a channel may be sent to: at once, at the time of its digest, after its quiet hours; in any time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipelines.alerts.config.schema import AlertConfig

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When a channel is delivered to. A time that a clock skips means the one after; one shown twice, the first."""

    timezone: ZoneInfo
    delivery: str = "immediate"
    quiet: str | None = None

    def due(self, now: datetime) -> datetime:
        """Return the first time (UTC), from `now` on, at which something that happens now may go out."""
        when = now if self.delivery == "immediate" else min(t for t in self._digests(now) if t > now)
        for start, end in self._quiet_hours(when):
            if start <= when < end:
                return end
        return when

    def _at(self, day: date, clock: str) -> datetime:
        local = datetime.combine(day, time(int(clock[:2]), int(clock[3:])), self.timezone)
        return local.astimezone(UTC)  # fold=0: the first of two, and of a gap the moment as far after its start

    def _digests(self, now: datetime) -> Iterator[datetime]:
        kind, _, at = self.delivery.partition("@")
        weekday, _, clock = at.rpartition("-")
        today = now.astimezone(self.timezone).date()
        for ahead in range(-1, 9):
            day = today + timedelta(days=ahead)
            if kind == "daily" or _WEEKDAYS[day.weekday()] == weekday:
                yield self._at(day, clock)

    def _quiet_hours(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        if not self.quiet:
            return
        start, end = self.quiet.split("-")
        today = now.astimezone(self.timezone).date()
        for ahead in (-1, 0):
            day = today + timedelta(days=ahead)
            yield self._at(day, start), self._at(day if start < end else day + timedelta(days=1), end)


def send_window(config: AlertConfig, name: str) -> SendWindow:
    """Return the send window of a channel, with the file's defaults applied."""
    channel = config.channels[name]
    return SendWindow(
        config.timezone_of(channel),
        channel.delivery or config.defaults.delivery,
        channel.quiet_hours or config.defaults.quiet_hours,
    )
