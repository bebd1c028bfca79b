"""Says whether our reader of the AWS bulk CSV is worth its code: against two plain readers, on one file, in one run.

Usage: python -m tests.benchmarks.bench_aws_csv [GB]   (default 2.0)
"""

from __future__ import annotations

import csv
import itertools
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from scrapers.model import Page
from scrapers.providers.aws.accelerators import is_accelerated
from scrapers.providers.aws.bulk_csv import _BLOCK, _FAMILIES, read
from scrapers.providers.aws.price_list import PriceListRow, is_plain_product, key, offers

_COLUMNS = (
    "SKU,OfferTermCode,RateCode,TermType,PriceDescription,EffectiveDate,StartingRange,EndingRange,Unit,"
    "PricePerUnit,Currency,RelatedTo,LeaseContractLength,PurchaseOption,OfferingClass,Product Family,serviceCode,"
    "Location,Location Type,Instance Type,Current Generation,Instance Family,vCPU,Physical Processor,Clock Speed,"
    "Memory,Storage,Network Performance,Processor Architecture,Storage Media,Volume Type,Max Volume Size,"
    "Max IOPS/volume,Max IOPS Burst Performance,Max throughput/volume,Provisioned,Tenancy,EBS Optimized,"
    "Operating System,License Model,Group,Group Description,Transfer Type,From Location,From Location Type,"
    "To Location,To Location Type,usageType,operation,AvailabilityZone,CapacityStatus,ClassicNetworkingSupport,"
    "Dedicated EBS Throughput,ECU,Elastic Graphics Type,Enhanced Networking Supported,From Region Code,GPU,"
    "GPU Memory,Instance,Instance Capacity - 10xlarge,Instance Capacity - 12xlarge,Instance Capacity - 16xlarge,"
    "Instance Capacity - 18xlarge,Instance Capacity - 24xlarge,Instance Capacity - 2xlarge,"
    "Instance Capacity - 32xlarge,Instance Capacity - 4xlarge,Instance Capacity - 8xlarge,"
    "Instance Capacity - 9xlarge,Instance Capacity - large,Instance Capacity - medium,Instance Capacity - metal,"
    "Instance Capacity - xlarge,instanceSKU,Intel AVX2 Available,Intel AVX Available,Intel Turbo Available,"
    "MarketOption,Normalization Size Factor,Physical Cores,Pre Installed S/W,Processor Features,Product Type,"
    "Region Code,Resource Type,serviceName,SnapshotArchiveFeeType,To Region Code,Volume API Name,"
    "VPC Networking Support"
)
HEADER = _COLUMNS.split(",")
_KEYS = [key(name) for name in HEADER]
SIZES = ("large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge")
FAMILIES = [f"{kind}{age}{end}" for kind in "cmrtxi" for age in "45678" for end in ("", "g", "i")]  # 90 x 9 types
GPU_FAMILIES = {"g4dn": 1, "g5": 1, "g6": 1, "g6e": 1, "p4d": 8, "p5": 8}  # 54 of 864 types, as in a real region
SYSTEMS = (
    ("Linux", "NA"),
    ("Windows", "NA"),
    ("Windows", "SQL Std"),
    ("Windows", "SQL Ent"),
    ("RHEL", "NA"),
    ("SUSE", "NA"),
    ("Ubuntu Pro", "NA"),
    ("Linux", "SQL Std"),
)
LITERALS = ('"Linux"', '"Shared"', '"Used"', '"USD"', '"OnDemand"')  # each filter that has one allowed value


def _row(**cells: str) -> bytes:
    return ",".join(f'"{cells[n]}"' if cells.get(n) else "" for n in _KEYS).encode() + b"\n"


@cache
def _rows_of_a_type() -> bytes:
    """Return every price line of one instance type in one region; @T @R @F @G @S are placeholders."""
    rows = []
    for number, ((system, software), tenancy, status) in enumerate(
        itertools.product(SYSTEMS, ("Shared", "Dedicated"), ("Used", "UnusedCapacityReservation", "AllocatedHost"))
    ):
        product = {
            "sku": f"@S{number:04d}",
            "productfamily": "Compute Instance",
            "servicecode": "AmazonEC2",
            "location": "US East (N. Virginia)",
            "locationtype": "AWS Region",
            "instancetype": "@T",
            "currentgeneration": "Yes",
            "instancefamily": "@F",
            "vcpu": "96",
            "clockspeed": "3.1 GHz",
            "physicalprocessor": "Intel Xeon Platinum 8375C (Ice Lake)",
            "memory": "768 GiB",
            "storage": "2 x 3800 NVMe SSD",
            "networkperformance": "75 Gigabit",
            "processorarchitecture": "64-bit",
            "tenancy": tenancy,
            "operatingsystem": system,
            "licensemodel": "No License required",
            "usagetype": "BoxUsage:@T",
            "operation": "RunInstances",
            "availabilityzone": "NA",
            "capacitystatus": status,
            "classicnetworkingsupport": "false",
            "dedicatedebsthroughput": "30000 Mbps",
            "enhancednetworkingsupported": "Yes",
            "ecu": "NA",
            "gpu": "@G",
            "marketoption": "OnDemand",
            "normalizationsizefactor": "192",
            "preinstalledsw": software,
            "regioncode": "@R",
            "vpcnetworkingsupport": "true",
            "processorfeatures": "Intel AVX; Intel AVX2; Intel AVX512; Intel Turbo",
            "intelavxavailable": "Yes",
            "servicename": "Amazon Elastic Compute Cloud",
            "effectivedate": "2026-09-01",
            "currency": "USD",
            "startingrange": "0",
            "endingrange": "Inf",
        }
        price = {"unit": "Hrs", "priceperunit": f"{number + 1}.5500000000", "offertermcode": "JRTCKXETXF"}
        said = {"pricedescription": f"${number + 1}.55 per On Demand {system} @T Instance Hour", "termtype": "OnDemand"}
        rows.append(_row(**product, **price, **said, ratecode=f"@S{number:04d}.JRTCKXETXF.6YS6EN2CT7"))
        if status == "Used":
            rows += [_row(**product, **deal) for deal in _deals(number)]
    return b"".join(rows)


def _deals(number: int) -> Iterator[dict[str, str]]:
    for years, upfront, kind in itertools.product(
        ("1yr", "3yr"), ("No", "Partial", "All"), ("standard", "convertible")
    ):
        said = {
            "termtype": "Reserved",
            "leasecontractlength": years,
            "purchaseoption": f"{upfront} Upfront",
            "offeringclass": kind,
            "offertermcode": f"{years}{upfront}{kind}".upper()[:10],
        }
        hourly = "0.0000000000" if upfront == "All" else f"{number + 1}.2500000000"
        description = "Linux/UNIX (Amazon VPC), @T reserved instance applied"
        yield {**said, "unit": "Hrs", "priceperunit": hourly, "pricedescription": description}
        if upfront != "No":
            yield {**said, "unit": "Quantity", "priceperunit": f"{number + 1}999", "pricedescription": "Upfront Fee"}


def preamble() -> bytes:
    """Return what precedes the rows of a price list, its header included."""
    facts = b'"FormatVersion","v1.0"\n"Disclaimer","synthetic"\n"Publication Date","2026-09-01T00:00:00Z"\n'
    names = ",".join(f'"{name}"' for name in HEADER).encode() + b"\n"
    return facts + b'"Version","20260901000000"\n"OfferCode","AmazonEC2"\n' + names


def _filled(template: bytes, number: int, name: str, family: str, count: str) -> bytes:
    marks = {"@T": name, "@F": family, "@G": count, "@S": f"S{number:06d}"}
    for mark, value in marks.items():
        template = template.replace(mark.encode(), value.encode())
    return template


def gpu_rows() -> bytes:
    """Return the rows of all accelerated types of one region; @R stands for its code."""
    gpus = [(f"{f}.{s}", "GPU instance", str(n)) for f, n in GPU_FAMILIES.items() for s in SIZES]
    return b"".join(_filled(_rows_of_a_type(), number, *gpu) for number, gpu in enumerate(gpus))


def other_rows(size: float) -> bytes:
    """Return about `size` bytes of rows of types without accelerators, of region "@R"."""
    names = itertools.cycle(f"{f}.{s}" for f in FAMILIES for s in SIZES)
    rows, length, template = list[bytes](), 0, _rows_of_a_type()
    for number, name in enumerate(names, 1000):
        if length >= size:
            break
        rows.append(_filled(template, number, name, "General purpose", ""))
        length += len(rows[-1])
    return b"".join(rows)


def synthesise(path: Path, size: float) -> None:
    """Write about `size` bytes of a price list of many regions, types in mixed order."""
    template = _rows_of_a_type()
    types = [(f"{f}.{s}", "General purpose", "") for f in FAMILIES for s in SIZES]
    gpus = [(f"{f}.{s}", "GPU instance", str(n)) for f, n in GPU_FAMILIES.items() for s in SIZES]
    for place, gpu in enumerate(gpus):
        types.insert(place * 16, gpu)
    with path.open("wb") as file:
        file.write(preamble())
        for number, (name, family, count) in enumerate(itertools.cycle(types)):
            if file.tell() >= size:
                break
            text = _filled(template, number, name, family, count)
            file.write(text.replace(b"@R", f"region-{number // len(types)}".encode()))


Found = tuple[str, str, str, int | None, str, str]


def ours(path: Path) -> set[Found]:
    """Read with our own reader."""
    page = Page("aws", str(path), datetime.now(UTC), path=path)
    return {(o.instance, o.region, o.pricing_model, o.term_months, o.upfront, str(o.price)) for o in read(page)}


def prefiltered(path: Path) -> set[Found]:
    """Read with csv.DictReader the raw lines that hold every single-valued filter literal."""
    with path.open(newline="") as file:
        head = list(itertools.islice(file, 6))[5:]
        return found_by(csv.DictReader(itertools.chain(head, (ln for ln in file if all(x in ln for x in LITERALS)))))


def plain(path: Path) -> set[Found]:
    """Read every line with csv.DictReader."""
    with path.open(newline="") as file:
        return found_by(csv.DictReader(itertools.islice(file, 5, None)))


def found_by(rows: Iterator[dict[str, str]] | csv.DictReader[str]) -> set[Found]:
    products = (
        (row, dict(zip(_KEYS, map(row.__getitem__, HEADER), strict=True)))
        for row in rows
        if is_accelerated(row["Instance Type"])
    )
    lines = [
        PriceListRow(
            product,
            row["SKU"],
            row["OfferTermCode"],
            row["TermType"] == "Reserved",
            row["Unit"],
            row["PricePerUnit"],
            row["Currency"],
            row["PriceDescription"],
            row["EffectiveDate"],
            row["LeaseContractLength"],
            row["PurchaseOption"],
            row["OfferingClass"],
        )
        for row, product in products
        if is_plain_product(product)
    ]
    listed = offers(lines, "price_list")
    return {(o.instance, o.region, o.pricing_model, o.term_months, o.upfront, str(o.price)) for o in listed}


def search(path: Path) -> set[Found]:
    """Read the blocks and search only for the words that our reader searches for: the floor of its method."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            for word in _FAMILIES:
                block.count(word)
    return set()


READERS: dict[str, Callable[[Path], set[Found]]] = {
    "ours": ours,
    "prefiltered": prefiltered,
    "plain": plain,
    "search": search,
}


def run_one(name: str, path: Path) -> None:
    """Run one reader in its own process; return its time, peak memory and result."""
    start = time.perf_counter()
    found = READERS[name](path)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = sorted(map(repr, found))
    json.dump({"seconds": seconds, "peak_mb": peak, "rows": rows}, sys.stdout)


def main(gigabytes: float) -> None:
    """Make the file, run the readers one after the other and print the comparison."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "index.csv")
        synthesise(path, gigabytes * 1e9)
        print(f"{path.stat().st_size / 1e9:.2f} GB, {len(HEADER)} columns")
        command = (sys.executable, "-m", "tests.benchmarks.bench_aws_csv", "--one")
        runs = {}
        for name in ("search", "ours", "prefiltered", "plain"):  # the first run also warms the file cache for all
            done = subprocess.run((*command, name, str(path)), check=True, capture_output=True, text=True)
            runs[name] = json.loads(done.stdout)
            seconds, peak, rows = runs[name]["seconds"], runs[name]["peak_mb"], len(runs[name]["rows"])
            speed = path.stat().st_size / 1e6 / seconds
            print(f"{name:12} {seconds:7.2f} s  {speed:7.0f} MB/s  {peak:5.0f} MB  {rows} offers")
    assert runs["ours"]["rows"], "the file holds GPU rows"
    assert runs["ours"]["rows"] == runs["prefiltered"]["rows"] == runs["plain"]["rows"], "all find the same"
    own = runs["ours"]["seconds"]
    ratios = {name: runs[name]["seconds"] / own for name in ("prefiltered", "plain")}
    print(f"ours is {ratios['prefiltered']:.1f}x the prefiltered reader, {ratios['plain']:.1f}x the plain")
    share = 100 * runs["search"]["seconds"] / own
    print(f"bound by one core searching bytes: {len(_FAMILIES)} words in every block take {share:.0f} % of our time")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run_one(sys.argv[2], Path(sys.argv[3]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
