"""Message receivers on loopback that misbehave on demand: a webhook and a mail server."""

from __future__ import annotations

import json
import random
import socket
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_string, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# "" behaves; "429", "500", "hang", "drop" (before reading), "lost" (taken, and not answered), "drip" (a byte at a time)
Fault = Callable[[], str]


def well_behaved() -> str:
    """Return no fault."""
    return ""


def flaky(seed: int, share: float = 0.5, kinds: tuple[str, ...] = ("429", "500", "drop", "lost")) -> Fault:
    """Return random faults with probability `share`, reproducible by seed."""
    chance = random.Random(seed)
    return lambda: chance.choice(kinds) if chance.random() < share else ""


@dataclass
class Webhook:
    """Requests that a webhook received: (headers, body) of each, answered or not."""

    url: str
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    answered: int = 0

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.taken]

    def keys(self) -> list[str]:
        return [headers["idempotency-key"] for headers, _ in self.taken]


@contextmanager
def webhook(fault: Fault = well_behaved, retry_after: str = "0", hang: float = 0.5) -> Iterator[Webhook]:
    """Run a webhook on loopback."""
    got = Webhook("")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            wrong = fault()
            if wrong == "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if wrong in ("", "lost", "hang"):
                got.paths.append(self.path)
                got.taken.append(({k.lower(): v for k, v in self.headers.items()}, body))
            if wrong == "drip":
                with suppress(OSError):  # until the sender has had enough
                    for byte in b"HTTP/1.1 204 No Content" + b" " * 600:
                        self.wfile.write(bytes([byte]))
                        time.sleep(0.05)
                return
            if wrong == "hang":
                time.sleep(hang)
            if wrong in ("lost", "hang"):
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            got.answered += not wrong
            self.send_response(int(wrong or 204), "as told")
            if wrong == "429":
                self.send_header("Retry-After", retry_after)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a connection cut on purpose

    with Server(("127.0.0.1", 0), Handler) as server:
        got.url = f"http://127.0.0.1:{server.server_port}/hook"
        with _serving(server):
            yield got


@dataclass
class Mail:
    """Messages that a mail server received, in order."""

    url: str  # as Apprise has it
    taken: list[str] = field(default_factory=list)

    def texts(self) -> list[str]:
        found = []
        for raw in self.taken:
            parsed = message_from_string(raw, policy=policy.default)
            body = parsed.get_body(("plain", "html"))
            found.append(f"{parsed['subject']}\n{body.get_content() if body else ''}")
        return found


@contextmanager
def mail(fault: Fault = well_behaved) -> Iterator[Mail]:
    """Run a mail server on loopback with just enough SMTP to receive messages."""
    got = Mail("")

    class Handler(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(line.encode() + b"\r\n")

        def handle(self) -> None:
            wrong = fault()
            if wrong == "drop":
                return
            self.say("220 sink")
            while line := self.rfile.readline():
                word = line[:4].upper().strip()
                if word == b"DATA":
                    if wrong in ("429", "500"):
                        self.say("451 not now" if wrong == "429" else "554 refused")
                        continue
                    self.say("354 go on")
                    lines = []
                    while (part := self.rfile.readline()) not in (b".\r\n", b""):
                        lines.append(part.decode(errors="replace").removeprefix("."))
                    got.taken.append("".join(lines))
                    if wrong == "lost":
                        return
                    self.say("250 taken")
                elif word == b"QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # a connection cut on purpose

    with Server(("127.0.0.1", 0), Handler) as server:
        got.url = (
            f"mailto://127.0.0.1:{server.server_address[1]}?from=gpuhour@example.com&to=you@example.com&mode=insecure"
        )
        with _serving(server):
            yield got


@contextmanager
def _serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
