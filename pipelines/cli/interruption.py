"""Ends a command at once on Ctrl-C, SIGTERM or a closed terminal, whatever it is doing."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

REASONS = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM", signal.SIGHUP: "a closed terminal"}
_SHOW_CURSOR = "\x1b[?25h"  # a spinner hides it


def exit_code(number: int) -> int:
    """Return the exit code of a command that a signal ended, as shells have it: 130 for Ctrl-C, 143 for SIGTERM."""
    return 128 + number


@contextmanager
def ending_on_signals() -> Iterator[None]:
    """End this process with `exit_code` when a signal asks for it.

    There is nothing to wait for: a kill at any moment leaves every file whole, and the workers end with this process.
    Dagster puts its own handlers in place of ours, and once interrupted it goes on with its next step. So the signal
    is read by a thread, from a pipe into which the interpreter writes its number whichever handler is in place. A
    signal that was ignored from the start, as under nohup, stays ignored.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heeded = [number for number in REASONS if signal.getsignal(number) is not signal.SIG_IGN]
    terminal = os.dup(2)  # Dagster puts a file of its own in the place of stderr
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    before = {number: signal.signal(number, lambda *_: None) for number in heeded}
    wakeup = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    watcher = threading.Thread(target=_watch, args=(reading, frozenset(heeded), terminal), name="signals", daemon=True)
    watcher.start()
    # A terminal sends Ctrl-C to all that we started, too: those of Dagster's helpers would each print a traceback.
    mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writing)  # the watcher reads an end
        watcher.join()
        os.close(reading)
        os.close(terminal)


def _watch(reading: int, heeded: frozenset[int], terminal: int) -> None:
    while numbers := os.read(reading, 1):
        if numbers[0] in heeded:
            _end(numbers[0], terminal)


def _end(number: int, terminal: int) -> None:
    message = f"gpuhour: interrupted by {REASONS[signal.Signals(number)]}: files are whole, and the next run goes on\n"
    with suppress(OSError):  # the terminal may be gone
        os.write(terminal, ((_SHOW_CURSOR if os.isatty(terminal) else "") + message).encode())
    os._exit(exit_code(number))
