"""Which prices a reader wants: the options that several commands share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from cyclopts import Parameter


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Filter:
    """What to keep; None keeps all. `gpu` is any label ("A100", "a100 80gb sxm", "rtx a6000")."""

    gpu: Annotated[str | None, Parameter(parse=False)] = None
    provider: Annotated[str | None, Parameter(help="Only this provider.")] = None
    pricing_model: Annotated[str | None, Parameter(help="Only on_demand, spot, reserved, or a provisional kind.")] = (
        None
    )
    region: Annotated[str | None, Parameter(help="Only regions whose name contains this.")] = None
    source: Annotated[
        str | None,
        Parameter(help="Only this source (default: the best-ranked of a provider); `seed` is the document of 2023."),
    ] = None


ALL = Filter()
