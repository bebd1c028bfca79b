"""`gpuhour mcp`: answer an agent's questions over the Model Context Protocol."""

from __future__ import annotations

import importlib
from contextlib import closing

from pipelines import settings
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
    _load_ahead(home)
    server(home).run("stdio")
    return OK


def _load_ahead(home: HomeOption) -> None:
    """Import and make what answers need, once: each is worked out in a fork of this process."""
    from warehouse.costing.database import keep_for_forks
    from warehouse.planning.ownership import own_systems
    from warehouse.storage.connection import for_forks, keep_open_for_forks

    for name in (
        "pipelines.queries.api_costs", "pipelines.queries.cost_prices", "pipelines.queries.measurements",
        "pipelines.queries.plan_offers", "pipelines.queries.provenance", "pipelines.cli.plan_assumptions",
        "pipelines.cli.plan_rows", "warehouse.costing.model_config", "warehouse.costing.query",
        "warehouse.planning.alternatives", "warehouse.planning.machine_offers", "warehouse.planning.optimizer",
        "warehouse.planning.ownership", "warehouse.planning.tidy", "warehouse.planning.useful_machines",
        "scipy.optimize", "scipy.sparse", "pytz",
    ):  # fmt: skip
        importlib.import_module(name)
    with closing(for_forks()) as passing:
        own_systems(passing)  # finds out the columns of its files
    keep_for_forks(settings.home(home).root)
    keep_open_for_forks(settings.home(home))
