"""Every commit of a catalog becomes a scrape; known commits are skipped; an unusable checkout is rejected with a reason."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.app import main
from tests.support.import_files import read
from warehouse.imports import git_history, skypilot
from warehouse.imports.csv_records import Unreadable
from warehouse.imports.import_file import Imported, land_file, only_importer
from warehouse.publish import release
from warehouse.storage.state_dir import Home

AWS = "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Price,SpotPrice,Region,AvailabilityZone\n"
GCP = "InstanceType,vCPUs,MemoryGiB,AcceleratorName,AcceleratorCount,GpuInfo,Region,AvailabilityZone,Price,SpotPrice\n"
RUNPOD = "InstanceType,AcceleratorName,AcceleratorCount,vCPUs,MemoryGiB,GpuInfo,Region,Price\n"


def info(name: str, count: float, each: int, total: int) -> str:
    return (
        f"\"{{'Gpus': [{{'Name': '{name}', 'Manufacturer': 'NVIDIA', 'Count': {count}, 'MemoryInfo': "
        f"{{'SizeInMiB': {each}}}}}], 'TotalGpuMemoryInMiB': {total}}}\""
    )


def p4d(price: str, spot: str = "", zone: str = "use1-az1") -> str:
    return f"p4d.24xlarge,A100,8.0,96.0,1152.0,{info('A100', 8, 40960, 327680)},{price},{spot},us-east-1,{zone}\n"


class Checkout:
    """A small catalog made commit by commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "-q", "-b", "master")

    def git(self, *arguments: str, day: str = "2023-01-01") -> str:
        at = f"{day}T06:00:00 +0200"
        me = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z"}
        me |= {k.replace("AUTHOR", "COMMITTER"): v for k, v in me.items()} | {"GIT_COMMITTER_DATE": at}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env=os.environ | me, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def commit(self, day: str, **files: str | None) -> str:
        """Write files (v5_aws="..." is catalogs/v5/aws/vms.csv; None removes) and commit; returns its id."""
        for name, content in files.items():
            path = self.folder / "catalogs" / name.replace("_", "/", 1) / "vms.csv"
            if content is None:
                path.unlink()
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        self.git("add", "-A")
        self.git("commit", "-q", "-m", day, day=day)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def catalog(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "catalog")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def load(home: Home, catalog: Checkout, since: date | None = None) -> tuple[skypilot.Catalog, Imported | None]:
    with only_importer(home) as room:
        read = skypilot.read(catalog.folder, room, skypilot.known(home, "skypilot"), since)
        return read, land_file(home, read.file, "skypilot", room) if read.file else None


def seen(home: Home, *names: str) -> list[tuple[Any, ...]]:
    return sorted((tuple(offer[n] for n in names) for offer in read(home)), key=repr)


def test_each_commit_is_a_scrape(home: Home, catalog: Checkout) -> None:
    cpu = "c5.large,,,2.0,4.0,,0.085,0.03,us-east-1,use1-az1\n"
    first = catalog.commit("2023-01-02", v5_aws=AWS + cpu + p4d("32.77", "9.5") + p4d("32.77", "9.8", "use1-az2"))
    _, done = load(home, catalog)
    assert done and (done.landed, done.rejected) == (3, 0)
    assert seen(home, "pricing_model", "zone", "price") == [
        ("on_demand", "", Decimal("32.77")), ("spot", "use1-az1", Decimal("9.5")), ("spot", "use1-az2", Decimal("9.8")),
    ]  # fmt: skip
    [page] = read(home, "pages")
    assert (page["provider"], page["source"]) == ("aws", "skypilot/skypilot-org/skypilot-catalog")
    assert page["captured_at"] == datetime(2023, 1, 2, 4, 0, tzinfo=UTC), "the committer's time, in UTC"
    assert (page["sha256"], page["url"]) == (first, "https://github.com/skypilot-org/skypilot-catalog")
    offer = read(home)[0]
    assert (offer["instance"], offer["gpu_label"], offer["gpu_count"]) == ("p4d.24xlarge", "A100", 8)
    assert (offer["gpu_memory"], offer["price_scope"], offer["region"]) == ("40 GiB", "instance", "us-east-1")


def test_only_new_commits_are_read(home: Home, catalog: Checkout) -> None:
    catalog.commit("2023-01-02", v5_aws=AWS + p4d("32"))
    load(home, catalog)
    again, done = load(home, catalog)
    assert (again.listings, done) == (0, None)
    catalog.commit("2023-01-03", v5_aws=AWS + p4d("31"), v5_runpod=RUNPOD + "1x_A100,A100,1.0,8,80,,US,1.89\n")
    more, done = load(home, catalog)
    assert more.listings == 2 and done and done.landed == 2
    assert seen(home, "provider", "price") == [
        ("aws", Decimal(31)), ("aws", Decimal(32)), ("runpod", Decimal("1.89"))
    ]  # fmt: skip


def test_since(home: Home, catalog: Checkout) -> None:
    for day in (2, 3, 4):
        catalog.commit(f"2023-01-0{day}", v5_aws=AWS + p4d(f"3{day}"))
    load(home, catalog, date(2023, 1, 3))
    assert seen(home, "price") == [(Decimal(33),), (Decimal(34),)]
    load(home, catalog)
    assert len(read(home)) == 3


def test_newest_of_several_versions_counts(home: Home, catalog: Checkout) -> None:
    catalog.commit("2023-01-02", v5_aws=AWS + p4d("1"), v5_runpod=RUNPOD + "1x_A100,A100,1.0,8,80,,US,9\n")
    catalog.commit("2023-01-03", v5_aws=AWS + p4d("2"), v6_aws=AWS + p4d("3"), v10_aws=AWS + p4d("4"))
    catalog.commit("2023-01-04", v5_aws=AWS + p4d("5"), v6_aws=AWS + p4d("6"))  # both behind v10 now
    catalog.commit("2023-01-05", v5_runpod=RUNPOD + "1x_A100,A100,1.0,8,80,,US,8\n")  # which has no newer one
    catalog.commit("2023-01-06", v10_aws=None)
    catalog.commit("2023-01-07", v6_aws=AWS + p4d("7"))
    load(home, catalog)
    assert [price for provider, price in seen(home, "provider", "price") if provider == "aws"] == [1, 4, 7]
    assert [price for provider, price in seen(home, "provider", "price") if provider == "runpod"] == [8, 9]


def test_merges_count_once_at_the_time_of_the_merge(home: Home, catalog: Checkout) -> None:
    catalog.commit("2023-01-02", v5_aws=AWS + p4d("1"))
    catalog.git("checkout", "-q", "-b", "side")
    catalog.commit("2023-01-03", v5_aws=AWS + p4d("2"))
    catalog.commit("2023-01-04", v5_aws=AWS + p4d("3"))
    catalog.git("checkout", "-q", "master")
    catalog.git("merge", "-q", "--no-ff", "-m", "merge", "side", day="2023-01-05")
    load(home, catalog)
    assert seen(home, "captured_at", "price") == [
        (datetime(2023, 1, 2, 4, tzinfo=UTC), Decimal(1)), (datetime(2023, 1, 5, 4, tzinfo=UTC), Decimal(3)),
    ]  # fmt: skip


def test_components_memory_and_absent_prices(home: Home, catalog: Checkout) -> None:
    catalog.commit(
        "2023-01-02",
        v7_gcp=GCP + "a2-highgpu-1g,12.0,85.0,,,,us-central1,us-central1-a,0.74,0.3\n"
        f",,,A100,1.0,{info('A100', 1, 40960, 40960)},us-central1,us-central1-a,2.93,1.1\n"
        ",,,tpu-v3-8,1,tpu-v3-8,us-central1,us-central1-a,8.8,\n",
        # One GPU's memory called the total; the total called one GPU's.
        v7_lambda=AWS.replace("SpotPrice,", "").replace(",AvailabilityZone", "")
        + f"gpu_8x_v100,V100,8.0,92,448,{info('V100', 8, 16384, 16384)},4.4,us-east-1\n",
        v7_vast=AWS + f'2x-H200,H200,2,32,64.0,{info("H200", 2, 287542, 287542)},5.18,0.00,"France, FR, EU",\n',
        v7_azure=AWS + "ND,H100,8,1,1,,,,eastus,\nND,H100,8,1,1,,,,westus,\nND,H100,8,1,1,,7.5,,westus,\n",
    )
    _, done = load(home, catalog)
    assert done and not done.rejected
    names = ("provider", "gpu_label", "pricing_model", "price", "price_status", "price_scope", "gpu_memory", "region")
    assert seen(home, *names) == [
        ("azure", "H100", "on_demand", Decimal("7.5"), "priced", "instance", "", "westus"),
        ("azure", "H100", "on_demand", None, "missing", "instance", "", "eastus"),
        ("gcp", "A100", "on_demand", Decimal("2.93"), "priced", "gpu_component", "40 GiB", "us-central1"),
        ("gcp", "A100", "spot", Decimal("1.1"), "priced", "gpu_component", "40 GiB", "us-central1"),
        ("gcp", "tpu-v3-8", "on_demand", Decimal("8.8"), "priced", "gpu_component", "", "us-central1"),
        ("lambda", "V100", "on_demand", Decimal("4.4"), "priced", "instance", "", "us-east-1"),
        ("vast", "H200", "on_demand", Decimal("5.18"), "priced", "instance", "", "France, FR, EU"),
        ("vast", "H200", "spot", Decimal("0"), "priced", "instance", "", "France, FR, EU"),
    ]  # fmt: skip


def test_broken_listing_is_skipped_alone(home: Home, catalog: Checkout) -> None:
    bad = catalog.commit("2023-01-02", v5_aws="<html>", v5_runpod=RUNPOD + "x,A100,1.0,8,80,,US,1.89\n")
    catalog.commit("2023-01-03", v5_aws=AWS + p4d("3") + "p3,V100,1,1,1,,free,,us-east-1,\n")
    read_now, done = load(home, catalog)
    assert read_now.unreadable == (
        f"aws at {bad[:12]}: has no column InstanceType, AcceleratorName, AcceleratorCount, Region, Price",
    )
    assert done and (done.landed, done.rejected) == (2, 1)
    [(fault, about)] = done.faults
    assert fault.value == "free" and about.startswith("aws p3 us-east-1 2023-01-03 ")


def test_links_are_not_followed(home: Home, catalog: Checkout) -> None:
    catalog.commit("2023-01-02", v5_aws=AWS + p4d("1"))
    link = catalog.folder / "catalogs" / "v6" / "aws" / "vms.csv"
    link.parent.mkdir(parents=True)
    link.symlink_to("/etc/hostname")
    catalog.git("add", "-A")
    catalog.git("commit", "-q", "-m", "x", day="2023-01-03")
    read_now, _ = load(home, catalog)
    assert read_now.listings == 1 and not read_now.unreadable


def refused(home: Home, folder: Path) -> str:
    with only_importer(home) as room, pytest.raises(Unreadable) as told:
        skypilot.read(folder, room, set(), None)
    return str(told.value)


def test_unusable_checkout_is_rejected_with_a_reason(
    home: Home, catalog: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refused(home, tmp_path / "absent") == "does not exist"
    assert "no git repository" in refused(home, tmp_path) or "not a git repository" in refused(home, tmp_path)
    assert "no commits" in refused(home, catalog.folder)
    (catalog.folder / "README.md").write_text("x")
    catalog.git("add", "-A")
    catalog.git("commit", "-q", "-m", "x")
    assert "is it the SkyPilot catalog?" in refused(home, catalog.folder)
    catalog.commit("2023-01-02", v5_aws=AWS + p4d("1"))
    catalog.commit("2023-01-03", v5_aws=AWS + p4d("2"))
    catalog.git("clone", "-q", "--depth", "1", f"file://{catalog.folder}", str(tmp_path / "shallow"))
    assert "git fetch --unshallow" in refused(home, tmp_path / "shallow")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs git" in refused(home, catalog.folder)


def test_partial_clone_is_reported_and_nothing_is_fetched(home: Home, catalog: Checkout, tmp_path: Path) -> None:
    catalog.git("config", "uploadpack.allowFilter", "true")
    catalog.commit("2023-01-02", v5_aws=AWS + p4d("1"))
    catalog.commit("2023-01-03", v5_aws=AWS + p4d("2"))
    partial = tmp_path / "partial"
    catalog.git("clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{catalog.folder}", str(partial))
    assert "a partial clone; clone it whole" in refused(home, partial)


def test_too_large_file_is_reported(home: Home, catalog: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    catalog.commit("2023-01-02", v5_aws=AWS + p4d("1") * 100)
    catalog.commit("2023-01-03", v5_aws=AWS + p4d("2"))
    monkeypatch.setattr(git_history, "LARGEST", 5000)
    told, done = load(home, catalog)
    assert len(told.unreadable) == 1 and "more than" in told.unreadable[0]
    assert done and done.landed == 1, "the next file is read as it should be"


def gpuhour(*arguments: str | Path) -> int:
    with pytest.raises(SystemExit) as left:
        main(["import", *map(str, arguments)])
    return int(str(left.value.code))


def test_the_command(
    home: Home, catalog: Checkout, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(release, "build_and_publish", lambda _: None)
    monkeypatch.setattr("pipelines.cli.commands.import_history._quarantined", lambda *_: None)
    catalog.commit("2023-01-02", v5_aws=AWS + p4d("1"))
    at = ("--skypilot", catalog.folder, "--home", home.root)
    assert gpuhour(*at) == 0
    assert gpuhour(*at) == 0 and "nothing new" in capsys.readouterr().out
    catalog.commit("2023-01-03", v5_aws="<html>")
    assert gpuhour(*at) == 1 and "nothing could be loaded" in capsys.readouterr().err
    catalog.commit("2023-01-04", v5_aws=AWS + p4d("2"))
    assert gpuhour(*at, "--since", "2023-01-04") == 0
    assert gpuhour(*at, "--source", "other") == 3 and "has no column" in capsys.readouterr().err
    assert {page["source"].split("/")[0] for page in read(home, "pages")} == {"skypilot", "other"}
    assert gpuhour("--skypilot", home.root, "--home", home.root) == 1
