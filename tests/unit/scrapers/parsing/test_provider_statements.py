"""What a page states of its provider is found in its words, and what only looks like it is not."""

from __future__ import annotations

import pytest

from scrapers.parsing.provider_statements import LONGEST, Statement, find_statements


def value(fact: str, *lines: str) -> str | None:
    """Return the value of a fact that lines state; None where they state none."""
    return next((statement.value for statement in find_statements(lines) if statement.fact == fact), None)


@pytest.mark.parametrize(
    ("fact", "line", "expected"),
    [
        ("billing_seconds", "VMs are billed by the second, with no minimum.", "1"),
        ("billing_seconds", "Per-second billing", "1"),
        ("billing_seconds", "Billed in minute granularity", "60"),
        ("billing_seconds", "the billing granularity remains per minute", "60"),
        ("billing_seconds", "Pay per minute of GPU usage", "60"),
        ("billing_seconds", "Instances are billed hourly; hourly billing stops with them", "3600"),
        ("egress_usd_per_gb", "There are no charges for egress.", "0"),
        ("egress_usd_per_gb", "Zero egress fees", "0"),
        ("egress_usd_per_gb", "Egress is free", "0"),
        ("egress_usd_per_gb", "Egress: $0.01/GB", "0.01"),
        ("egress_usd_per_gb", "Outbound data transfer costs $0.015 per GiB", "0.015"),
        ("storage_usd_per_gb_month", "Persistent storage $0.07/GB/month", "0.07"),
        ("storage_usd_per_gb_month", "Shared file system: $70 per TB per month", "0.07"),
        ("interconnect", "8x H100 with 3,200 Gbps InfiniBand", "InfiniBand of 3,200 Gbit/s"),
        ("interconnect", "3.2 Tbps RoCEv2 between nodes", "RoCE of 3,200 Gbit/s"),
        ("interconnect", "Nodes are connected by NVIDIA Quantum-2 InfiniBand", "InfiniBand"),
        ("interconnect", "On-Demand, Ethernet", "Ethernet"),
        ("interconnect", "compute network: IB 1600G", "InfiniBand of 1,600 Gbit/s"),
        ("delivery", "Virtual machines and bare metal servers", "VM, bare metal"),
        ("regions", "Deploy in 12 regions", "12 regions"),
        ("support", "24/7 expert support from engineers", "24/7 expert support"),
        ("support", "Enterprise support on request", "enterprise support"),
        ("minimum", "No long-term commitments", "none"),
        ("minimum", "Dedicated access. One-month minimum.", "one-month minimum"),
    ],
)
def test_statement_is_found(fact: str, line: str, expected: str) -> None:
    assert value(fact, line) == expected
    (statement,) = [s for s in find_statements([f"Some other words. {line}"]) if s.fact == fact]
    assert all(word in f"Some other words. {line}" for word in statement.words.split(" / "))


@pytest.mark.parametrize(
    ("fact", "line"),
    [
        ("billing_seconds", "$0.0011 per second"),
        ("billing_seconds", "Pay by the hour for maximum agility"),  # as every price reads
        ("billing_seconds", "On-demand plans are billed at the following hourly rates:"),
        ("billing_seconds", "Unlike other clouds, billed by the hour elsewhere"),
        ("egress_usd_per_gb", "Egress fees surprise you"),
        ("egress_usd_per_gb", "Free egress for the first 100 GB"),
        ("egress_usd_per_gb", "No ingress fees"),
        ("storage_usd_per_gb_month", "Object storage $0.02/GB/month"),
        ("storage_usd_per_gb_month", "Memory $0.07/GB/month"),
        ("storage_usd_per_gb_month", "Storage $0.07/GB per hour"),
        ("interconnect", "VMs come without InfiniBand"),
        ("interconnect", "NVIDIA NVLink between GPUs"),
        ("interconnect", "Ethernet cable"),
        ("interconnect", "8 IB disks of 1600G"),
        ("delivery", "Container Disk"),
        ("regions", "Choose a region"),
        ("support", "Support for custom models"),
        ("support", "No dedicated support"),
        ("support", "FP8 Support"),
        ("minimum", "20 TB NVMe SSD local storage minimum"),
    ],
)
def test_what_only_looks_like_a_statement_is_not_taken(fact: str, line: str) -> None:
    assert value(fact, line) is None


def test_page_that_contradicts_itself_states_nothing() -> None:
    lines = ["Machines are billed by the second", "Clusters are billed by the hour", "Zero egress fees"]
    assert find_statements(lines) == [Statement("egress_usd_per_gb", "0", "Zero egress fees")]


def test_kinds_that_stand_beside_each_other_are_collected() -> None:
    lines = ["On-demand, 3200 Gbps Infiniband", "On-Demand, Ethernet", "Email support", "24/7 support"]
    assert value("interconnect", *lines) == "Ethernet; InfiniBand of 3,200 Gbit/s"
    assert value("support", *lines) == "24/7 support; email support"


def test_heading_says_what_a_storage_price_is_for() -> None:
    assert value("storage_usd_per_gb_month", "Network Shared Storage", "$ 0.07 per GB per month") == "0.07"
    assert value("storage_usd_per_gb_month", "Object Storage", "$ 0.04 per GB per month") is None


def test_articles_are_not_read() -> None:
    assert value("egress_usd_per_gb", f"{'word ' * (LONGEST // 5)} Zero egress fees") is None


def test_evidence_is_short_and_one_line() -> None:
    (statement,) = find_statements([f"{'before ' * 20}zero egress fees\x1b[0m\n{' after' * 20}"])
    assert len(statement.words) <= 110 and "zero egress fees" in statement.words and statement.words.isprintable()
