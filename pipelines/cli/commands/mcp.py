"""`gpuhour mcp`: answer an agent's questions over the Model Context Protocol."""

from __future__ import annotations

import importlib

from pipelines.cli.console import OK
from pipelines.cli.optional_parts import needing
from pipelines.cli.options import HomeOption


def mcp(*, home: HomeOption = None) -> int:
    """Serve prices to an agent over the Model Context Protocol, on stdin and stdout, until the client ends it.

    Tools: prices, history, changes, cost, plan, explain, sql; each answer has receipts and a citation. Needs the extra
    `mcp`; docs/mcp.md has the configuration of common clients.
    """
    with needing("mcp", "the Model Context Protocol needs", "mcp", "mcp_types"):
        from pipelines.cli.agents.agent_server import server
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
