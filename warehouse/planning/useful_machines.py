"""Leaves out machines that no plan of least cost needs, because another is as large and costs no more."""

from __future__ import annotations

import math
from collections.abc import Sequence

from warehouse.planning.fleet import Machine

_SOME = 6  # kinds of machine of one market and term, for each need


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


def considered(machines: Sequence[Machine], needs: Sequence[float]) -> list[Machine]:
    """Return the machines of each market and term that serve one of these needs for least, alone: some of each.

    needs: tokens an hour, of the busiest hour, of usual and of quiet ones. For a job those stay too that do most of it
    for the money. More kinds would take long and hardly save anything.
    """
    kept: set[int] = set()
    for market in {(machine.market, machine.term_hours) for machine in machines}:
        own = [i for i, machine in enumerate(machines) if (machine.market, machine.term_hours) == market]
        if all(machines[i].stock is not None for i in own):  # all of them may be needed
            kept.update(own)
            continue
        for need in needs:
            kept.update(sorted(own, key=lambda i: _usd_alone(machines[i], need))[:_SOME])
        kept.update(sorted(own, key=lambda i: _usd_per_job_token(machines[i]))[:_SOME])
    return [machine for i, machine in enumerate(machines) if i in kept]


def _usd_alone(machine: Machine, need: float) -> float:
    if machine.tokens_per_hour <= 0:
        return math.inf
    return machine.usd_per_hour * max(1, math.ceil(need / machine.tokens_per_hour * (1 - 1e-12)))


def _usd_per_job_token(machine: Machine) -> float:
    return machine.usd_per_hour / machine.job_tokens_per_hour if machine.job_tokens_per_hour > 0 else math.inf


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
