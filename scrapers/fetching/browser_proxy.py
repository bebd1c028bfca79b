"""The only way out of the browser: a proxy on loopback that checks the address of every connection, whoever opens it.

Interception does not see all of them: redirects, shared workers and prefetching go past it.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from scrapers.fetching.http_client import TransientError
from scrapers.fetching.policy import Settings, check_address, check_url
from scrapers.model import FetchError, clip

_HEAD_BYTES = 64 * 1024
_SECONDS = 30.0  # to say where to, and to connect
_PIECE = 1 << 16


class BrowserProxy:
    """Tunnels TLS to public addresses and refuses everything else; one for each visit, so that it knows whose it is."""

    def __init__(self, settings: Settings, refuse: Callable[[FetchError], None], *, is_replay: bool) -> None:
        """`refuse` is called with the error of each connection to an address that is not public.

        In a replay nothing is connected: the browser tries, ahead of requests that are then answered from captures.
        """
        self._settings, self._refuse, self._is_replay = settings, refuse, is_replay
        self._tasks = set[asyncio.Task[None]]()
        self.last_error: FetchError | None = None  # why the newest connection was not made

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=_HEAD_BYTES)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Return the address for the browser."""
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
                async with asyncio.timeout(_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                    outgoing = await self._connect(head, writer)
                if outgoing:
                    await _relay(reader, writer, *outgoing)
        finally:
            writer.close()

    async def _connect(
        self, head: bytes, writer: asyncio.StreamWriter
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        """Open the connection that a request asks for; None, and an error to the browser, where there is none."""
        method, _, rest = head.decode("latin-1").partition(" ")
        target = rest.partition(" ")[0]
        url = f"https://{target}" if method == "CONNECT" else target
        try:
            check_url(url, self._settings)
            if self._is_replay:
                raise FetchError(f"not recorded: a connection to {clip(target)}")
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or (443 if method == "CONNECT" else 80)
            outgoing = await self._open(host, port)
        except (FetchError, ValueError, OSError) as failed:
            self.last_error = (
                failed
                if isinstance(failed, FetchError)
                else TransientError(f"{clip(target)} cannot be reached: {failed}")
            )
            writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return None
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:  # plain HTTP: hosts of tests alone
            outgoing[1].write(_direct(head, parts.path or "/", parts.query))
        return outgoing

    async def _open(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to an address that was checked: asking for the name again could lead elsewhere."""
        resolved = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in resolved))
        try:
            for address in addresses:
                check_address(host, address, self._settings)
        except FetchError as forbidden:
            self._refuse(forbidden)
            raise
        for address in addresses[:-1]:
            with suppress(OSError):
                return await asyncio.open_connection(address, port)
        return await asyncio.open_connection(addresses[-1], port)


def _direct(head: bytes, path: str, query: str) -> bytes:
    """Return a request to a proxy as one to its server, which closes the connection after the answer."""
    first, *fields = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    kept = [field for field in fields if field.partition(":")[0].lower() not in ("connection", "proxy-connection")]
    method, version = first.split(" ")[0], first.rsplit(" ", 1)[-1]
    lines = [f"{method} {path}{query and f'?{query}'} {version}", *kept, "Connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def _relay(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    far_reader: asyncio.StreamReader, far_writer: asyncio.StreamWriter,
) -> None:  # fmt: skip
    try:
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
    finally:
        far_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    with suppress(OSError, RuntimeError):
        writer.write_eof()
