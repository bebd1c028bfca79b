"""`gpuhour cost validate`: the cost model's errors against measured throughput, and how much assumed lengths matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines.cli.console import OK, say
from pipelines.cli.options import FormatOption, JsonOption, output_format
from pipelines.cli.table_output import rounded, show
from pipelines.errors import UsageError

Measured = Annotated[Path, Parameter(help="CSV files of measured throughput.")]


def validate(*files: Measured, style: FormatOption = "table", as_json: JsonOption = False) -> int:
    """Score the model on measured throughput, beside the nominal formula: overall, by source, GPU and model."""
    from pipelines.cli.progress import waiting
    from warehouse.costing.database import cost_model
    from warehouse.costing.requests import UnreadableFile
    from warehouse.costing.validation import COLUMNS, assumed_lengths, read_measurements, score, unscored

    if not files:
        raise UsageError("no files given; usage: gpuhour cost validate FILE.csv ...")
    try:
        with waiting("comparing the model with measurements"), cost_model() as con:
            read_measurements(con, files)
            rows, left_out, lengths = score(con), unscored(con), assumed_lengths(con)
            version, sources = con.execute(
                "select version, string_agg(source, ', ' order by source) from marts.theta_sources "
                "where version = (select max(version) from marts.theta) group by version"
            ).fetchall()[0]
    except UnreadableFile as failed:
        raise UsageError(str(failed)) from failed
    show(COLUMNS, [tuple(rounded(v) for v in row) for row in rows], output_format(style, as_json))
    say(f"theta {version} was fitted on {sources}: scores on those are not held out; see gpuhour calibrate")
    for source in lengths:
        say(_on_lengths(dict(zip(COLUMNS, _total_of(rows, source[0]), strict=True)), *source))
    for reason, count in left_out:
        say(f"{count} rows left out: {reason}")
    return OK


def _total_of(rows: Sequence[tuple[Any, ...]], source: str) -> tuple[Any, ...]:
    """Return the scores of one source, of core and other rows together."""
    return next(row for row in rows if row[:3] == ("all", "source", source))


def _on_lengths(scores: Mapping[str, Any], source: str, ranged: int, rows: int, *ends: float | None) -> str:
    """Return which lengths of a source are assumed, and how much that matters."""
    lengths = ", ".join(
        f"{name} {low:.0f} to {high:.0f}"
        for name, low, high in (("isl", *ends[:2]), ("osl", *ends[2:]))
        if low is not None and high is not None
    )
    factor = scores["range_factor"]
    return (
        f"{source}: {ranged} of {rows} rows do not state their lengths ({lengths}); "
        + (f"over these, answers move by a factor of {factor:.2f} in the median; " if factor else "")
        + f"within 2x are {scores['within_2x']:.1%} by the middle, "
        + f"{scores['nearest_within_2x']:.1%} by the nearest answer"
    )
