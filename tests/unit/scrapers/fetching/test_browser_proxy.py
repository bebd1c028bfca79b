"""The browser's proxy connects to public addresses alone: to the one that it checked, and for TLS alone."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from scrapers.fetching.browser_proxy import BrowserProxy
from scrapers.fetching.policy import Settings
from scrapers.model import FetchError


class Net:
    """Names and the addresses they lead to, one list after the other; connections that were made."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.made = list(answers), list[tuple[str, int]]()

    async def resolve(self, host: str, port: int, **_: Any) -> list[Any]:
        if not self.answers:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in self.answers.pop(0)]

    async def connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, Any]:
        self.made.append((host, port))
        raise ConnectionRefusedError(111, "refused by the test")


def ask(
    monkeypatch: pytest.MonkeyPatch, net: Net, *heads: str, is_replay: bool = False
) -> tuple[list[bytes], list[str]]:
    """Return the proxy's answers to requests, and what it refused."""
    refused: list[str] = []
    connect = asyncio.open_connection

    async def run() -> list[bytes]:
        loop = asyncio.get_running_loop()
        answers = []
        note: Callable[[FetchError], None] = lambda error: refused.append(str(error))  # noqa: E731
        async with BrowserProxy(Settings(), note, is_replay=is_replay) as proxy:
            port = int(proxy.url.rpartition(":")[2])
            monkeypatch.setattr(loop, "getaddrinfo", net.resolve)
            monkeypatch.setattr(asyncio, "open_connection", net.connect)
            for head in heads:
                reader, writer = await connect("127.0.0.1", port)
                writer.write(f"{head} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
                answers.append(await reader.read())
                writer.close()
        return answers

    return asyncio.run(run()), refused


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1"])
def test_address_that_is_not_public_is_refused_and_told(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Also where a public one stands beside it: which of them would be taken is not ours to choose."""
    net = Net([address], ["44.0.0.1", address])
    answers, refused = ask(monkeypatch, net, "CONNECT a.example:443", "CONNECT a.example:443")
    assert all(answer.startswith(b"HTTP/1.1 502 ") for answer in answers) and not net.made
    assert refused == [f"refused a.example: its address {address} is not public"] * 2


def test_the_checked_address_is_the_one_connected_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that leads elsewhere a moment later is not asked again."""
    net = Net(["44.0.0.1", "44.0.0.2"], ["127.0.0.1"])
    ask(monkeypatch, net, "CONNECT a.example:8443")
    assert net.made == [("44.0.0.1", 8443), ("44.0.0.2", 8443)] and len(net.answers) == 1


@pytest.mark.parametrize(
    "head", ["GET http://a.example/", "POST http://a.example/", "GET /", "CONNECT me@a.example:443"]
)
def test_only_tls_goes_through(monkeypatch: pytest.MonkeyPatch, head: str) -> None:
    net = Net(["44.0.0.1"])
    (answer,), refused = ask(monkeypatch, net, head)
    assert answer.startswith(b"HTTP/1.1 502 ") and not net.made and not refused and len(net.answers) == 1


def test_a_replay_connects_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    net = Net(["44.0.0.1"])
    (answer,), refused = ask(monkeypatch, net, "CONNECT a.example:443", is_replay=True)
    assert answer.startswith(b"HTTP/1.1 502 ") and not net.made and not refused
