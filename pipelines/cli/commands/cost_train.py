"""`gpuhour cost train`: the FLOPs, GPU-hours, dollars and memory of a training run."""

from __future__ import annotations

import re
from typing import Annotated, Any

from cyclopts import Parameter

from pipelines import settings
from pipelines.cli.console import OK, say
from pipelines.cli.cost_explanation import of_training
from pipelines.cli.cost_options import PriceOptions, priced_specs, training_offers
from pipelines.cli.detail_view import print_explanation
from pipelines.cli.options import ExplainOption, FormatOption, HomeOption, JsonOption, output_format
from pipelines.cli.table_output import rounded, show
from pipelines.errors import UsageError

_FEWEST = 1e5  # no language model has fewer parameters or tokens: the unit was forgotten
_SUFFIX = {"": 1.0, "k": 1e3, "m": 1e6, "b": 1e9, "t": 1e12}


def quantity(text: str, what: str) -> float:
    """Parse a number as people write it: 70b, 1.5T, 7e9. Raises UsageError unless it is a number above 0."""
    hit = re.fullmatch(r"\s*(\d+(?:\.\d+)?(?:e\+?\d+)?)\s*([kmbt]?)\s*", text.lower().replace(",", "").replace("_", ""))
    value = float(hit[1]) * _SUFFIX[hit[2]] if hit else 0.0
    if not 0 < value < 1e30:
        raise UsageError(f"{what} must be a number above 0 such as 70b or 1.5t, not {text!r}")
    if hit and value < _FEWEST:
        raise UsageError(f"{what} {text} would be {value:g}: write {hit[1]}b for billions, {hit[1]}m for millions")
    return value


def train(
    *,
    params: Annotated[str, Parameter(help="Parameters: 7b, 70e9 (of a mixture of experts: those active per token).")],
    tokens: Annotated[str | None, Parameter(help="Tokens: 1.5t, 300e9 (default: 20 per parameter).")] = None,
    gpu: Annotated[
        str | None, Parameter(help="Only this GPU, at every provider's price (default: all, cheapest).")
    ] = None,
    gpus: Annotated[
        int | None, Parameter(help="Number of GPUs that share the run: adds days and memory per GPU.")
    ] = None,
    mfu: Annotated[
        float | None, Parameter(help="Share of the dense BF16 peak, 0 to 1 (default: as reported runs).")
    ] = None,
    wanted: PriceOptions = PriceOptions(),  # noqa: B008 -- frozen
    explain: ExplainOption = False,
    style: FormatOption = "table",
    as_json: JsonOption = False,
    home: HomeOption = None,
) -> int:
    """Compute a training run's cost: 6 FLOP per parameter and token, at a reported utilisation and today's prices."""
    from warehouse.costing.database import cost_model
    from warehouse.costing.own_specs import UnreadableSpecs
    from warehouse.costing.requests import spec_names
    from warehouse.costing.training import COLUMNS, runs
    from warehouse.identity.spec_names import UnknownName

    n_params = quantity(params, "--params")
    n_tokens = quantity(tokens, "--tokens") if tokens else None
    if mfu is not None and not 0 < mfu <= 1:
        raise UsageError(f"--mfu must be above 0 and at most 1, not {mfu:g}")
    if gpus is not None and gpus < 1:
        raise UsageError(f"--gpus must be at least 1, not {gpus}")
    try:
        with cost_model(settings.home(home).root) as con:
            specs = [spec_names(con).gpu(gpu)] if gpu else priced_specs(wanted, home)
            prices = training_offers(wanted, specs, gpus or 1, home, every=gpu is not None)
            rows = runs(con, n_params, n_tokens, specs, prices, gpus, mfu)
    except (UnknownName, UnreadableSpecs) as wrong:
        raise UsageError(str(wrong)) from wrong
    style = output_format(style, as_json)
    if explain and rows:
        print_explanation(of_training(dict(zip(COLUMNS, rows[0], strict=True))), style)
        return OK
    if style == "table":
        _say_assumptions(dict(zip(COLUMNS, rows[0], strict=True)))
        rows = [tuple(rounded(v) for v in row) for row in rows]
    show(COLUMNS, rows, style)
    return OK


def _say_assumptions(row: dict[str, Any]) -> None:
    say(
        f"{row['params']:.3g} parameters, {row['tokens']:.3g} tokens (20 each are {row['chinchilla_tokens']:.3g}), "
        f"{row['flop']:.3g} FLOP at {row['mfu']:.0%} of the dense BF16 peak; 16 reported runs lie within 14 to 51 %. "
        f"Memory beside activations: full {row['full_gb']:.4g} GB, LoRA {row['lora_gb']:.4g} GB, "
        f"QLoRA {row['qlora_gb']:.4g} GB"
    )
