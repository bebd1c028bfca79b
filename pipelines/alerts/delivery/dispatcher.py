"""Takes recorded events to their channels: composes what is due, sends it, notes what came of it, tries again later."""

from __future__ import annotations

import fcntl
import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from pipelines.alerts.config.schema import Book
from pipelines.alerts.delivery import channels, message
from warehouse.storage import alert_outbox
from warehouse.storage.alert_outbox import Attempt, Message
from warehouse.storage.state_dir import Home

# After which time, at most, a failed message is tried again; full jitter, so that many do not come at once.
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 1440))
GIVE_UP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Delivered:
    """What a round of delivery did, as message ids."""

    sent: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()


def deliver(home: Home, book: Book, now: datetime, *, is_forced: bool = False) -> Delivered:
    """Compose and send all that is due, each channel by itself. is_forced: also what would wait for its next try.

    A kill at any point loses nothing: what was recorded and not noted as sent goes out again under the same id.
    """
    compose(home, book, now)
    waiting = [
        m
        for m in alert_outbox.messages(home, unsent_only=True)
        if m.channel in book.channels and (is_forced or m.next_at is None or m.next_at <= now)
    ]
    by_channel = {
        name: list(found) for name, found in groupby(sorted(waiting, key=lambda m: m.channel), key=lambda m: m.channel)
    }
    done: list[Attempt] = []
    if by_channel:
        # A thread each: one that hangs delays no other.
        with ThreadPoolExecutor(max_workers=len(by_channel), thread_name_prefix="alerts") as pool:
            rounds = [pool.submit(_round, home, book, name, found, now) for name, found in by_channel.items()]
            for finished in as_completed(rounds):
                done += finished.result()
    by_outcome = {
        outcome: tuple(a.message_id for a in done if a.outcome == outcome) for outcome in ("sent", "failed", "dead")
    }
    return Delivered(**by_outcome)


def compose(home: Home, book: Book, now: datetime) -> None:
    """Make one message for each channel of all that is due there, unless another process is doing so."""
    with _alone(home, ".compose") as is_mine:
        due = [w for w in alert_outbox.waiting(home) if is_mine and w.channel in book.channels and w.due_at <= now]
        for name in dict.fromkeys(w.channel for w in due):
            mine = [w for w in due if w.channel == name]
            said = message.content(name, [w.event for w in mine], now)
            text = json.dumps(said, ensure_ascii=False, sort_keys=True)
            alert_outbox.compose(home, said["message_id"], name, [w.event_id for w in mine], text, now)


def _round(home: Home, book: Book, name: str, found: Sequence[Message], now: datetime) -> list[Attempt]:
    """A channel's messages, oldest first. After a failure the rest waits: the channel is down, and order is kept."""
    done: list[Attempt] = []
    with _alone(home, name) as is_mine:
        if not is_mine:  # another process is sending there right now
            return done
        for one in _still_unsent(home, found):
            result = channels.send(book.channels[name], json.loads(one.content), home.root)
            done.append(_attempt(one, result, now))
            alert_outbox.attempted(home, done[-1:])
            if not result.is_sent:
                break
    return done


def _still_unsent(home: Home, found: Sequence[Message]) -> list[Message]:
    """Those that nobody else sent since we looked."""
    unsent = {m.message_id for m in alert_outbox.messages(home, unsent_only=True)}
    return [m for m in found if m.message_id in unsent]


def _attempt(one: Message, result: channels.Outcome, now: datetime) -> Attempt:
    if result.is_sent:
        return Attempt(one.message_id, now, "sent", None, "")
    if now - one.composed_at >= GIVE_UP:
        return Attempt(one.message_id, now, "dead", None, result.error)
    step = STEPS[min(one.attempts, len(STEPS) - 1)]
    wait = max(random.uniform(0, step.total_seconds()), result.retry_after or 0)  # noqa: S311 -- spreads load, guards nothing
    # The last try is a day after the first.
    next_at = min(now + timedelta(seconds=wait), max(one.composed_at + GIVE_UP, now + timedelta(seconds=1)))
    return Attempt(one.message_id, now, "failed", next_at, result.error)


def revive(home: Home, now: datetime) -> int:
    """Take messages that were given up back; returns how many."""
    dead = [m for m in alert_outbox.messages(home) if m.outcome == "dead"]
    if dead:
        alert_outbox.attempted(home, [Attempt(m.message_id, now, "revived", now, m.error) for m in dead])
    return len(dead)


def is_due(home: Home, book: Book, now: datetime) -> bool:
    """Whether a round of delivery would have something to do."""
    return any(w.due_at <= now and w.channel in book.channels for w in alert_outbox.waiting(home)) or any(
        m.channel in book.channels and (m.next_at is None or m.next_at <= now)
        for m in alert_outbox.messages(home, unsent_only=True)
    )


@contextmanager
def _alone(home: Home, name: str) -> Iterator[bool]:
    """Whether this process may send to a channel (or compose) now: one may; the kernel lets go for one that dies."""
    home.locks.mkdir(parents=True, exist_ok=True)
    with (home.locks / f"alerts-{name}.lock").open("a") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
