"""Leaves out machines that no plan of least cost needs, because another is as large and costs no more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from warehouse.planning.fleet import Machine


def useful(machines: Sequence[Machine], start_step: int) -> list[Machine]:
    """Return the machines without those that so many of another replace for no more USD, at any time.

    start_step: hours between the moments at which commitments may start.
    """
    kept = list(machines)
    # The dearest go first: of two that replace each other, the cheaper or the first one stays.
    for machine in sorted(machines, key=lambda one: -one.usd_per_hour):
        if any(_replaces(other, machine, start_step) for other in kept if other is not machine):
            kept = [one for one in kept if one is not machine]
    return kept


def _replaces(one: Machine, other: Machine, start_step: int) -> bool:
    """Whether as many of `one` as it takes do all that `other` does, for no more USD, whenever it is rented."""
    if one.stock is not None or not _is_as_free(one, other, start_step):
        return False
    count = 0
    for own, needed in (
        (one.tokens_per_hour, other.tokens_per_hour),
        (one.job_tokens_per_hour, other.job_tokens_per_hour),
    ):
        if needed > 0:
            if own <= 0:
                return False
            count = max(count, math.ceil(needed / own * (1 - 1e-12)))
    return count * one.usd_per_hour <= other.usd_per_hour


def _is_as_free(one: Machine, other: Machine, start_step: int) -> bool:
    """Whether `one` can be rented whenever `other` can, for no longer, and is no less steady."""
    if one.market == "spot":
        return other.market == "spot"
    if not one.term_hours:
        return True
    # A shorter term can be renewed until the longer one ends, if it then starts where commitments may.
    return bool(
        other.term_hours
        and other.term_hours % one.term_hours == 0
        and (one.term_hours == other.term_hours or one.term_hours % start_step == 0)
    )
