"""Guards one connection: it must lead to a public address, and it ends when its time is up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from scrapers.fetching.policy import Settings, check_address
from scrapers.model import FetchError


class ConnectionGuard:
    """Closes a connection when its time is up: read timeouts alone let a slow drip go on for ever."""

    def __init__(self, host: str, settings: Settings, seconds: float) -> None:
        self._host, self._settings, self.seconds = host, settings, seconds
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._socket: socket.socket | None = None
        self.is_over = False

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Refuse a private address once the connection is made, and keep its socket."""
        if event != "connection.connect_tcp.complete":
            return
        stream = info["return_value"]
        try:
            check_address(self._host, str(stream.get_extra_info("server_addr")[0]), self._settings)
        except FetchError:
            stream.close()
            raise
        # A duplicate stays usable when TLS takes the original over.
        self._socket = stream.get_extra_info("socket").dup()

    def _end(self) -> None:
        self.is_over = True
        if self._socket:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        if self._socket:
            self._socket.close()
