"""Serves a built site to this machine only: files over loopback, nothing else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"


class _Handler(SimpleHTTPRequestHandler):
    """Serves files with the types that browsers expect, uncached and without folder listings."""

    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript",
        ".atom": "application/atom+xml",
        ".parquet": "application/vnd.apache.parquet",
        ".json": "application/json",
        ".csv": "text/csv; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
    }

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def list_directory(self, path: Any) -> None:  # noqa: ARG002
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        """Log nothing: stdout is for data, and requests are not worth a message."""


def server(root: Path, port: int) -> ThreadingHTTPServer:
    """Return a server of a folder on loopback; port 0 chooses a free one. Raises OSError where the port is taken."""
    handler: Callable[..., Any] = partial(_Handler, directory=str(root))
    return ThreadingHTTPServer((HOST, port), handler)
