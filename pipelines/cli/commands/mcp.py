"""`gpuhour mcp`: answer an agent's questions over the Model Context Protocol."""

from __future__ import annotations

import importlib

from pipelines.cli.console import OK
from pipelines.cli.options import HomeOption
from pipelines.errors import CommandError


def mcp(*, home: HomeOption = None) -> int:
    """Serve prices to an agent over the Model Context Protocol, on stdin and stdout, until the client ends it.

    Tools: prices, history, changes, cost, plan, explain, sql; each answer has receipts and a citation. Needs the extra
    `mcp`; docs/mcp.md has the configuration of common clients.
    """
    try:
        from pipelines.cli.agents.agent_server import server
    except ModuleNotFoundError as absent:
        if str(absent.name).partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        raise CommandError(
            "the Model Context Protocol needs the extra mcp: run `pip install -e '.[mcp]'` in the checkout"
        ) from absent
    _load_ahead()
    server(home).run("stdio")
    return OK


def _load_ahead() -> None:
    """Import what answers need, once: each is worked out in a fork of this process."""
    for name in (
        "pipelines.queries.api_costs", "pipelines.queries.provenance", "warehouse.costing.database",
        "warehouse.planning.optimizer", "warehouse.planning.tidy",
    ):  # fmt: skip
        importlib.import_module(name)
