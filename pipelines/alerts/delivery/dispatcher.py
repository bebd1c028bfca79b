"""Delivers recorded events: composes due messages, sends them, records each attempt and schedules the next."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.alerts.config.schema import AlertConfig
from pipelines.alerts.delivery import channels, message
from warehouse.storage import alert_outbox
from warehouse.storage.alert_outbox import Attempt, Message
from warehouse.storage.files import LockHeld, locked
from warehouse.storage.state_dir import Home

# The longest wait before each retry of a failed message; full jitter spreads the retries.
STEPS = tuple(timedelta(minutes=m) for m in (1, 5, 30, 120, 360, 1440))
GIVE_UP = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DeliveryResult:
    """The result of a delivery, as message ids."""

    sent: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    dead: tuple[str, ...] = ()


def deliver(home: Home, config: AlertConfig, now: datetime, *, is_forced: bool = False) -> DeliveryResult:
    """Compose and send everything that is due, each channel independently. is_forced: also what waits for a retry.

    Killing it loses nothing: what was recorded but not marked as sent goes out again under the same id.
    """
    compose(home, config, now)
    waiting = [
        m
        for m in alert_outbox.messages(home, unsent_only=True)
        if m.channel in config.channels and (is_forced or m.next_at is None or m.next_at <= now)
    ]
    by_channel: dict[str, list[Message]] = {}
    for queued in waiting:
        by_channel.setdefault(queued.channel, []).append(queued)
    attempts: list[Attempt] = []
    if by_channel:
        # A thread each: a channel that hangs delays no other.
        with ThreadPoolExecutor(max_workers=len(by_channel), thread_name_prefix="alerts") as pool:
            rounds = [
                pool.submit(_deliver_channel, home, config, name, messages, now)
                for name, messages in by_channel.items()
            ]
            for finished in as_completed(rounds):
                attempts += finished.result()
    by_outcome = {
        outcome: tuple(a.message_id for a in attempts if a.outcome == outcome) for outcome in ("sent", "failed", "dead")
    }
    return DeliveryResult(**by_outcome)


def compose(home: Home, config: AlertConfig, now: datetime) -> None:
    """Compose one message per channel from all due events, unless another process is doing so."""
    with _alone(home, ".compose") as is_mine:
        due = [w for w in alert_outbox.waiting(home) if is_mine and w.channel in config.channels and w.due_at <= now]
        for name in dict.fromkeys(w.channel for w in due):
            of_channel = [w for w in due if w.channel == name]
            content = message.content(name, [w.event for w in of_channel], now)
            text = json.dumps(content, ensure_ascii=False, sort_keys=True)
            alert_outbox.compose(home, content["message_id"], name, [w.event_id for w in of_channel], text, now)


def _deliver_channel(
    home: Home, config: AlertConfig, name: str, messages: Sequence[Message], now: datetime
) -> list[Attempt]:
    """Send a channel's messages, oldest first. After a failure the rest waits: the channel is down, order is kept."""
    attempts: list[Attempt] = []
    with _alone(home, name) as is_mine:
        if not is_mine:  # another process is sending to this channel
            return attempts
        for queued in _still_unsent(home, messages):
            result = channels.send(config.channels[name], json.loads(queued.content), home.root)
            attempts.append(_attempt(queued, result, now))
            alert_outbox.attempted(home, attempts[-1:])
            if not result.is_sent:
                break
    return attempts


def _still_unsent(home: Home, messages: Sequence[Message]) -> list[Message]:
    """Return the messages that no other process has sent since."""
    unsent = {m.message_id for m in alert_outbox.messages(home, unsent_only=True)}
    return [m for m in messages if m.message_id in unsent]


def _attempt(queued: Message, result: channels.AttemptResult, now: datetime) -> Attempt:
    if result.is_sent:
        return Attempt(queued.message_id, now, "sent", None, "")
    if now - queued.composed_at >= GIVE_UP:
        return Attempt(queued.message_id, now, "dead", None, result.error)
    step = STEPS[min(queued.attempts, len(STEPS) - 1)]
    wait = max(random.uniform(0, step.total_seconds()), result.retry_after or 0)  # noqa: S311 -- spreads load, guards nothing
    # The last attempt is a day after the first.
    next_at = min(now + timedelta(seconds=wait), max(queued.composed_at + GIVE_UP, now + timedelta(seconds=1)))
    return Attempt(queued.message_id, now, "failed", next_at, result.error)


def revive(home: Home, now: datetime) -> int:
    """Queue dead letters for delivery again; return how many."""
    dead = [m for m in alert_outbox.messages(home) if m.outcome == "dead"]
    if dead:
        alert_outbox.attempted(home, [Attempt(m.message_id, now, "revived", now, m.error) for m in dead])
    return len(dead)


def has_due(home: Home, config: AlertConfig, now: datetime) -> bool:
    """Return whether there is anything to deliver."""
    return any(w.due_at <= now and w.channel in config.channels for w in alert_outbox.waiting(home)) or any(
        m.channel in config.channels and (m.next_at is None or m.next_at <= now)
        for m in alert_outbox.messages(home, unsent_only=True)
    )


@contextmanager
def _alone(home: Home, name: str) -> Iterator[bool]:
    """Yield whether this process holds the lock of a channel (or of composing); a dead process loses it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(home.locks / f"alerts-{name}.lock", wait_seconds=0))
        except LockHeld:
            yield False
            return
        yield True
