"""The first live run, on an internet of our own: real names, real TLS, and what real sites put before their pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scrapers import registry
from scrapers.fetching.policy import host_of
from tests.support import tls_net
from tests.support.tls_net import Step, Visit
from tests.support.tls_sites import ONLY_HTTP2, STRANGER
from tests.support.worlds import ROOT

STATES = {
    "civo": "ok",  # gzip
    "crusoe": "ok",  # br
    "deepinfra": "ok",  # zstd
    "nebius": "ok",  # an ETag
    "latitude": "ok",  # until its redesign
    "massedcompute": "ok",  # sets a cookie
    "cloudrift": "ok",  # asked by POST
    "digitalocean": "moved",  # 301 on its own host; its API needs a key
    "together": "moved",  # to another host, which is not followed
    "hyperstack": "blocked",  # 429
    "gmicloud": "blocked",  # 403
    "hotaisle": "blocked",  # a challenge with status 200
    "voltagepark": "blocked",  # a consent wall with status 200
    "shadeform": "blocked",  # a challenge with status 503
    "paperspace": "blocked",  # sent to the German page
    "fal": "blocked",  # robots.txt
    "verda": "failed",  # 503
    "linode": "failed",  # a certificate of a stranger
    "lium": "failed",  # HTTP/2 only
    "e2e": "failed",  # nobody there
}
HTTP_ONLY = tuple(STATES)

whole_net = pytest.mark.extras  # the suite visits two sites of it: test_browser_sees_the_same_internet


def hosts(slugs: tuple[str, ...]) -> list[str]:
    return sorted({host_of(request.url) for slug in slugs for request in registry.get(slug).requests})


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Visit]]:
    if why := tls_net.why_not():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("net") / "net"
    check = ("providers", "check", "--live", "--json")
    steps = [
        Step(1, check, HTTP_ONLY),
        Step(2, check, HTTP_ONLY),
        Step(2, (*check, "--provider", "civo"), HTTP_ONLY),
        Step(2, (*check, "--provider", "hotaisle"), HTTP_ONLY),
    ]
    away = hosts(("e2e",))
    return folder, tls_net.visits(folder, [h for h in hosts(HTTP_ONLY) if h not in away], away, steps)


def states(visit: Visit) -> dict[str, str]:
    return {r["provider"]: r["state"] for r in visit.records() if r["state"] != "needs_key"}


@whole_net
def test_every_source_has_its_state(runs: tuple[Path, list[Visit]]) -> None:
    _, (first, *_) = runs
    assert first.code == 3, first.err
    assert states(first) == STATES
    rows = {r["provider"]: r for r in first.records() if r["state"] != "needs_key"}
    reasons = {
        "digitalocean": "/ai-cloud/pricing/gpu-droplets", "together": "pricing.elsewhere.example", "hyperstack": "429",
        "gmicloud": "403", "hotaisle": "challenge", "voltagepark": "consent wall", "shadeform": "challenge",
        "paperspace": "another country", "fal": "robots.txt disallows", "verda": "503", "linode": "certificate",
        "lium": "RemoteProtocolError", "e2e": "unreachable",
    }  # fmt: skip
    assert {slug: word in rows[slug]["detail"] for slug, word in reasons.items()} == dict.fromkeys(reasons, True), rows
    assert all(
        rows[slug]["prices"] for slug, state in STATES.items() if state in ("ok", "moved") and slug != "together"
    )
    assert [r["state"] for r in first.records() if r["provider"] == "digitalocean"] == ["moved", "needs_key"]


@whole_net
def test_requests_are_ours_and_carry_nothing_that_sites_left(runs: tuple[Path, list[Visit]]) -> None:
    folder, (first, second, *_) = runs
    asked = [r for r in first.requests if r["path"] != "/robots.txt"]
    assert {r["tls"] for r in first.requests} == {"TLSv1.3"}
    assert all(r["headers"]["user-agent"].startswith("gpuhour/") for r in first.requests)
    assert {r["headers"]["accept-encoding"] for r in asked} == {"gzip, deflate, br, zstd"}
    assert not any("cookie" in r["headers"] for r in first.requests + second.requests)
    assert "abc123" not in "".join(p.read_text() for p in (folder / "home" / "pages").rglob("*.json"))
    assert not any(r["host"] == "fal.ai" and r["path"] != "/robots.txt" for r in first.requests)
    assert not any(r["host"] == STRANGER for r in first.requests), "nothing is asked of who cannot say who he is"
    assert {r["host"] for r in second.requests if r["path"] == "/robots.txt"} == {ONLY_HTTP2}, "rules hold for a day"


@whole_net
def test_second_day_asks_for_changes_only_and_sees_the_redesign(runs: tuple[Path, list[Visit]]) -> None:
    _, (_, second, *_) = runs
    assert second.code == 3
    (nebius,) = [r for r in second.requests if r["host"] == "nebius.com"]
    assert nebius["headers"]["if-none-match"] == '"v1"'
    assert states(second) == STATES | {"latitude": "failed"}
    (latitude,) = [r for r in second.records() if r["provider"] == "latitude"]
    assert "unknown layout" in latitude["detail"] and "gone" in latitude["detail"]


@whole_net
def test_report_and_captures_lie_in_the_state_folder(runs: tuple[Path, list[Visit]]) -> None:
    folder, (*_, civo, hotaisle) = runs
    reports = sorted((folder / "home" / "live-checks").iterdir())
    assert len(reports) == 4 and all((report / "report.md").is_file() for report in reports)
    text = (reports[0] / "report.md").read_text()
    assert "## Blocked (8)" in text and "## Read (7)" in text and "## Moved (2)" in text
    (capture,) = (reports[0] / "captures" / "civo").iterdir()
    assert {path.name for path in capture.iterdir()} == {"page.html", "meta.json", "offers.json"}
    ours = next((ROOT / "tests" / "captures" / "civo").glob("*/offers.json"))
    assert json.loads((capture / "offers.json").read_text()) == json.loads(ours.read_text())
    (posted,) = (reports[0] / "captures" / "cloudrift").glob("*/meta.json")
    assert json.loads(posted.read_text())["method"] == "POST"
    redesigned = next((reports[1] / "captures" / "latitude").iterdir())
    assert {path.name for path in redesigned.iterdir()} == {"page.html", "meta.json"}
    assert (civo.code, [r["provider"] for r in civo.records()]) == (0, ["civo"])
    assert (hotaisle.code, [r["state"] for r in hotaisle.records()]) == (1, ["blocked", "needs_key"])
    assert not (folder / "home" / "landing").exists(), "a check lands nothing"


@pytest.mark.slow
def test_browser_sees_the_same_internet(tmp_path: Path) -> None:
    """Chromium with the same authority: a page that it may read, and a wall that stays one after its scripts ran."""
    if why := tls_net.why_not() or tls_net.why_no_browser():
        pytest.skip(why)
    slugs = ("lambda", "coreweave")
    check = Step(1, ("providers", "check", "--live", "--json"), slugs)
    (visit,) = tls_net.visits(tmp_path / "net", hosts(slugs), [], [check])
    assert states(visit) == {"lambda": "ok", "coreweave": "blocked"}, visit.out


@pytest.mark.extras
def test_refresh_records_a_wall_and_doctor_tells_it(tmp_path: Path) -> None:
    if why := tls_net.why_not():
        pytest.skip(why)
    slugs = ("civo", "hotaisle")
    steps = [Step(1, command, slugs) for command in (("refresh",), ("doctor", "--json"))]
    refresh, doctor = tls_net.visits(tmp_path / "net", hosts(slugs), [], steps)
    assert refresh.code == 3 and "challenge" in refresh.err, refresh.err
    verdicts = {row["what"]: (row["verdict"], row["detail"]) for row in doctor.records()}
    assert verdicts["civo"][0] == "ok" and verdicts["hotaisle"][0] == "blocked"
    assert "challenge" in verdicts["hotaisle"][1] and doctor.code == 1


def test_sites_that_misbehave_in_tls_are_among_the_providers() -> None:
    assert {STRANGER, ONLY_HTTP2} <= set(hosts(HTTP_ONLY))


@pytest.mark.extras
def test_backfill_reads_the_archive_under_its_own_name(tmp_path: Path) -> None:
    """Captures come packed in Brotli, as their site sent them, whoever asks."""
    if why := tls_net.why_not():
        pytest.skip(why)
    step = Step(1, ("backfill", "lambda", "--json"), ("lambda",))
    (visit,) = tls_net.visits(tmp_path / "net", ["web.archive.org"], [], [step])
    assert visit.code == 0, visit.err
    assert {(r["outcome"], r["url"][:27]) for r in visit.records()} == {("ok", "https://web.archive.org/web")}
    assert len(visit.records()) == 3 and visit.requests[0]["path"] == "/robots.txt"
