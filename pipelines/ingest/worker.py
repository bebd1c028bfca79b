"""Runs what reads untrusted pages in a process of its own, with bounds on its memory, time and output.

A page that crashes a parser, or makes it eat memory or time, ends that process and nothing else.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import logging.handlers
import os
import pickle
import signal
import sys
import threading
import time
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pipelines.errors import CommandError
from scrapers.model import ScrapeError

log = logging.getLogger("gpuhour.worker")
T = TypeVar("T")
_POLL = 0.1  # seconds between looks at what it uses
_PR_SET_PDEATHSIG = 1
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MIB = 1 << 20


class WorkerFailed(ScrapeError):
    """The process died or exceeded a bound; the message says which."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of a worker, browsers that it starts included."""

    memory: int = 2048 * _MIB  # bytes of its own, beyond what it shares with us
    cpu_seconds: float = 900.0  # for each thing that it yields: Amazon's lists have gigabytes
    seconds: float = 10_800.0  # for all of it: fetching politely takes its time
    output: int = 256 * _MIB  # bytes of all it yields


DEFAULT = Bounds()
_BYTES_A_SECOND = 2 * _MIB


def of_file(path: Path) -> Bounds:
    """Return the bounds of reading one file, by its size."""
    seconds = 60 + path.stat().st_size / _BYTES_A_SECOND
    return Bounds(cpu_seconds=seconds, seconds=4 * seconds)


def from_worker(work: Callable[[], Iterator[T]], bounds: Bounds = DEFAULT) -> Iterator[T]:
    """Yield what `work()` yields in a fork of this process; log records come along.

    Raises WorkerFailed, after what came before, where the process dies or exceeds a bound, and what `work` raises.
    Elsewhere than on Linux it runs in this process: there a fork of a process with threads is not safe.
    """
    if sys.platform != "linux":
        yield from work()
        return
    receiving, sending = Pipe(duplex=False)
    parent, shared = os.getpid(), _use(os.getpid()).memory
    with warnings.catch_warnings():  # Python 3.12 warns of threads: the child uses no lock that one of ours may hold
        warnings.simplefilter("ignore", DeprecationWarning)
        gc.freeze()  # else collecting garbage there copies all of our memory
        pid = os.fork()
    if pid == 0:
        receiving.close()
        _serve(work, sending, parent)
    gc.unfreeze()
    sending.close()
    try:
        yield from _receive(receiving, pid, bounds, shared)
    finally:
        receiving.close()
        for descendant in _tree(pid):
            with suppress(ProcessLookupError):
                os.kill(descendant, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(pid, 0)


def result_of(function: Callable[[], T], bounds: Bounds = DEFAULT) -> T:
    """Return what a function returns in a worker. Raises WorkerFailed, and what the function raises."""
    (result,) = from_worker(lambda: iter((function(),)), bounds)
    return result


# -- in the worker -------------------------------------------------------------------------------------------------


def _serve(work: Callable[[], Iterator[Any]], sending: Connection, parent: int) -> NoReturn:
    code, lock = 1, threading.Lock()

    def send(kind: str, content: object) -> None:
        message = pickle.dumps((kind, content))
        with lock:
            sending.send_bytes(message)

    try:
        os.setpgid(0, 0)  # Ctrl-C is for our parent, which ends us
        signal.set_wakeup_fd(-1)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        _send_logs(send)
        for item in work():
            send("item", item)
        send("end", None)
        code = 0
    except BaseException as error:
        with suppress(BaseException):
            send("error", _portable(error))
    finally:
        os._exit(code)


def _send_logs(send: Callable[[str, object], None]) -> None:
    """Let the parent write all log records: a terminal's spinner, and its locks, are the parent's."""

    class ToParent(logging.handlers.QueueHandler):
        def enqueue(self, record: logging.LogRecord) -> None:
            send("log", record)

    for logger in (logging.getLogger(), *map(logging.getLogger, logging.Logger.manager.loggerDict)):
        logger.handlers = []
        logger.propagate = True
    logging.getLogger().addHandler(ToParent(None))  # type: ignore[arg-type]


def _portable(error: BaseException) -> Exception:
    """Return the error as the parent can raise it: those that callers expect as they are, others as a WorkerFailed."""
    if isinstance(error, MemoryError):
        return WorkerFailed("it needed more memory than there is")
    if isinstance(error, ScrapeError | CommandError | OSError | EOFError | zlib.error):
        return error
    log.debug("a worker failed", exc_info=error)
    return WorkerFailed(repr(error))


# -- beside it -----------------------------------------------------------------------------------------------------


def _receive(receiving: Connection, pid: int, bounds: Bounds, shared: int) -> Iterator[Any]:
    give_up, left, used_before = time.monotonic() + bounds.seconds, bounds.output, 0.0
    while True:
        if not receiving.poll(_POLL):
            _check(pid, bounds, shared, used_before, give_up)
            continue
        try:
            message = receiving.recv_bytes(left)
        except EOFError:
            raise WorkerFailed(_death(pid)) from None
        except OSError:
            raise WorkerFailed(f"it gave more than {bounds.output // _MIB} MiB") from None
        left -= len(message)
        kind, content = pickle.loads(message)  # noqa: S301 -- of our own fork
        if kind == "log":
            logging.getLogger(content.name).handle(content)
        elif kind == "error":
            raise content
        elif kind == "end":
            return
        else:
            used_before = _use(pid).cpu_seconds
            yield content


def _check(pid: int, bounds: Bounds, shared: int, used_before: float, give_up: float) -> None:
    """Raise WorkerFailed where the worker uses more than it may."""
    if time.monotonic() > give_up:
        raise WorkerFailed(f"it took longer than {bounds.seconds:g} s")
    if _use(pid).cpu_seconds - used_before > bounds.cpu_seconds:
        raise WorkerFailed(f"it needed more than {bounds.cpu_seconds:g} s of processor time")
    if sum(_use(one).memory for one in _tree(pid)) - shared > bounds.memory:
        raise WorkerFailed(f"it needed more than {bounds.memory // _MIB} MiB of memory")


def _death(pid: int) -> str:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return f"its process was ended by {signal.Signals(-code).name}" if code < 0 else f"its process ended with {code}"


@dataclass(frozen=True, slots=True)
class _Use:
    cpu_seconds: float
    memory: int  # bytes in memory that no file lies behind


def _use(pid: int) -> _Use:
    """Return what a process has used; nothing where it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        resident, shared = map(int, Path(f"/proc/{pid}/statm").read_text().split()[1:3])
    except (OSError, ValueError):
        return _Use(0.0, 0)
    return _Use((int(fields[11]) + int(fields[12])) / _TICKS, (resident - shared) * _PAGE)


def _tree(pid: int) -> list[int]:
    """Return a process and all that it started, itself first."""
    pids = [pid]
    for one in pids:
        with suppress(OSError):
            for listed in Path(f"/proc/{one}/task").glob("*/children"):
                pids += map(int, listed.read_text().split())
    return pids
