"""`gpuhour cost check-constants`: what was measured on a chip beside what the cost model assumes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, say
from pipelines.cli.options import FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import rounded, show
from pipelines.errors import UsageError


def check_constants(
    *files: Annotated[Path, Parameter(help="CSV files that tests/gpu/measure.py wrote on a machine with the GPU.")],
    gpu: Annotated[
        str | None, Parameter(help="The chip, where the name in the file may mean several: 'GH200 96GB'.")
    ] = None,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Compare quantities measured on a chip with the model's constants: measured, assumed, their ratio.

    is_off marks those more than 1.2x apart. The constants were fitted to whole servers, so that a single product may be
    faster than assumed; one that is slower contradicts the model.
    """
    from warehouse.costing.database import cost_model
    from warehouse.costing.measured_constants import COLUMNS, compare_constants, read_constants
    from warehouse.costing.own_specs import UnreadableSpecs
    from warehouse.costing.requests import UnreadableFile

    if not files:
        raise UsageError("no files given; usage: gpuhour cost check-constants FILE.csv ...")
    try:
        with cost_model(settings.home(home).root) as con:
            read_constants(con, files, gpu)
            rows = compare_constants(con)
            version = con.execute("select max(version) from marts.theta").fetchall()[0][0]
    except (UnreadableFile, UnreadableSpecs) as failed:
        raise UsageError(str(failed)) from failed
    show(COLUMNS, [tuple(rounded(v) for v in row) for row in rows], output_format(style, as_json))
    compared = [row[COLUMNS.index("is_off")] for row in rows if row[COLUMNS.index("ratio")] is not None]
    say(f"theta {version}: {len(compared)} of {len(rows)} rows compared, {sum(compared)} more than 1.2x apart")
    return OK
