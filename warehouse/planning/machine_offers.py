"""Makes machines of offers: what each costs and serves in an hour, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse.planning.fleet import Machine
from warehouse.planning.throughput import Rate

MONTH = 730  # hours, as warehouse/macros/hours.sql has it
Rates = Mapping[tuple[str, int], Rate]


@dataclass(frozen=True, slots=True)
class Use:
    """How machines are used: shares of their time, from 0 to 1.

    Attributes:
        busy: of an hour, on average, so that no request waits for a machine; job_busy: the same for a job.
        spot_loss: of spot machines' time that interruptions and spare ones take.
    """

    busy: float
    job_busy: float
    spot_loss: float


def machines_of(offers: Sequence[Mapping[str, Any]], rates: Rates, job_rates: Rates, use: Use) -> list[Machine]:
    """Return a machine for each offer that serves the load or does the job; facts: the offer, and its rate.

    An offer of a marketplace is one host's, and there is one of it.
    """
    machines = []
    for offer in offers:
        key = offer["spec"], offer["machine_gpus"]
        rate, job_rate = rates.get(key), job_rates.get(key)
        if rate is None and job_rate is None:
            continue
        kept = 1 - use.spot_loss if offer["pricing_model"] == "spot" else 1.0
        machines.append(
            Machine(
                market=offer["pricing_model"],
                usd_per_hour=float(offer["usd_per_gpu_hour"]) * offer["machine_gpus"],
                tokens_per_hour=rate.output_tokens_per_hour * use.busy * kept if rate else 0.0,
                job_tokens_per_hour=job_rate.output_tokens_per_hour * use.job_busy * kept if job_rate else 0.0,
                term_hours=offer["term_months"] * MONTH if offer["pricing_model"] == "reserved" else 0,
                stock=1 if offer["is_marketplace"] else None,
                facts={**offer, "rate": rate or job_rate},
            )
        )
    return machines
