"""`gpuhour calibrate`: refit the cost model's constants and score them on rows held out from the fit."""

from __future__ import annotations

import json
from typing import Any

from pipelines.cli.commands.cost_validate import Measured
from pipelines.cli.console import OK, say
from pipelines.cli.options import FormatOption, JsonOption, output_format
from pipelines.cli.table_output import rounded, show
from pipelines.errors import UsageError
from pipelines.serialize import json_value

_CONSTANTS = ("version", "name", "value", "unit", "low", "high", "why")


def calibrate(*files: Measured, style: FormatOption = "table", as_json: JsonOption = False) -> int:
    """Refit the calibration constants (theta) on measured throughput with whole sources held out; takes minutes.

    Prints the errors of the current constants, of those fitted on all rows, and of each quarter of the sources
    predicted by constants fitted on the others; the bands of classes by those held-out answers; then the new
    constants. CSV: the constants alone, in the format of seeds/theta.csv.
    """
    from pipelines.cli.progress import waiting
    from warehouse.costing import calibration
    from warehouse.costing.database import cost_model
    from warehouse.costing.requests import UnreadableFile
    from warehouse.costing.validation import read_measurements

    if not files:
        raise UsageError("no files given; usage: gpuhour calibrate FILE.csv ...")
    try:
        with cost_model() as con:
            read_measurements(con, files)
            with waiting("fitting the constants"):
                fit = calibration.calibrate(con, say)
            rows = con.execute("select name, unit, why from marts.theta order by rowid").fetchall()
    except (UnreadableFile, calibration.TooLittle) as failed:
        raise UsageError(str(failed)) from failed
    constants = [_constant(fit, *row) for row in rows]
    style = output_format(style, as_json)
    if style == "json":
        lists = {
            "errors": [dict(zip(calibration.ERRORS, json_value(list(row)), strict=True)) for row in fit.errors],
            "theta": [dict(zip(_CONSTANTS, row, strict=True)) for row in constants],
            "accuracy": [dict(zip(calibration.ACCURACY, row, strict=True)) for row in fit.accuracy],
        }
        print(json.dumps(lists, indent=1))
        return OK
    if style == "table":
        show(calibration.ERRORS, [tuple(rounded(v) for v in row) for row in fit.errors], style)
        print()
        show(calibration.ACCURACY, [tuple(rounded(v) for v in row) for row in fit.accuracy], style)
        print()
    show(_CONSTANTS, constants, style)
    return OK


def _constant(fit: Any, name: str, unit: str, why: str) -> tuple[Any, ...]:
    """Return a row of theta.csv; low and high span the fits on three quarters and on the whole."""
    values = sorted(rounded(theta[name]) for theta in (fit.theta, *fit.folds))
    return ("refit", name, rounded(fit.theta[name]), unit, values[0], values[-1], why)
