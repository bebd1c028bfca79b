"""When a channel may be sent to: at once, at the hour of its digest, after its quiet hours; true in every time zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pipelines.alerts.config.schema import Book

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Hours:
    """How a channel is delivered to. An hour that a clock skips means the one after; one it shows twice, the first."""

    timezone: ZoneInfo
    delivery: str = "immediate"
    quiet: str | None = None

    def due(self, now: datetime) -> datetime:
        """The first moment (UTC), from `now` on, at which something that happens now may go out."""
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


def hours_of(book: Book, name: str) -> Hours:
    """The hours of a channel, with what the file's defaults add."""
    channel = book.channels[name]
    return Hours(
        book.timezone_of(channel),
        channel.delivery or book.defaults.delivery,
        channel.quiet_hours or book.defaults.quiet_hours,
    )
