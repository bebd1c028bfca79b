"""The Containerfile keeps to its rules: no builder is needed to see that."""

from __future__ import annotations

import json
import re
from collections import defaultdict

import pytest

from tests.support.worlds import ROOT

TEXT = (ROOT / "Containerfile").read_text()


def instructions(text: str) -> dict[str, list[str]]:
    """Return the instructions of a Containerfile by name, in order."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text, flags=re.M)).splitlines()
    by_name = defaultdict(list)
    for line in filter(str.strip, lines):
        name, _, rest = line.partition(" ")
        by_name[name].append(" ".join(rest.split()))
    return by_name


def complaints(text: str) -> list[str]:
    """Return what is wrong with a Containerfile, each as a sentence."""
    by_name, problems = instructions(text), []
    last = text.rindex("\n" + (re.findall(r"^(USER .*)$", text, re.M) or ["FROM"])[-1])
    if (by_name["USER"] or ["root"])[-1].split(":")[0] in ("root", "0"):
        problems.append("it runs as root")
    if "\nRUN" in text[last:] or "\nCOPY" in text[last:]:
        problems.append("something is made after the last USER: the service could change it")
    if not by_name["HEALTHCHECK"] or "--timeout" not in by_name["HEALTHCHECK"][-1]:
        problems.append("it has no health check with a timeout")
    if by_name["VOLUME"] != ["/data"] or "GPUHOUR_HOME=/data" not in " ".join(by_name["ENV"]):
        problems.append("the state folder is not its volume")
    installs = re.findall(r"pip install [^&]*", " && ".join(by_name["RUN"]))
    if not installs or not all("--require-hashes -r requirements.txt" in i or "--no-deps -e ." in i for i in installs):
        problems.append("a package is installed without its hash")
    if re.search(r"--(extra-)?index-url|--trusted-host|https?://(?!127\.0\.0\.1)|\bcurl\b|\bwget\b", text):
        problems.append("it names a host to load from")
    if any(not command.startswith("[") for command in (*by_name["ENTRYPOINT"], *by_name["CMD"])):
        problems.append("a shell stands before the process, and keeps signals from it")
    copied = {path for line in by_name["COPY"] for path in line.split()[:-1]}
    if copied & {".", "./", ".env", "tests"} or by_name["ADD"]:
        problems.append("it copies more than it needs, perhaps secrets")
    return problems


def test_the_containerfile_keeps_its_rules() -> None:
    assert complaints(TEXT) == []


@pytest.mark.parametrize(("before", "after", "complaint"), [
    ("USER gpuhour", "USER root", "runs as root"),
    ("USER gpuhour\n", "USER gpuhour\nRUN touch x\n", "after the last USER"),
    ("HEALTHCHECK", "LABEL", "health check"),
    ("GPUHOUR_HOME=/data", "GPUHOUR_HOME=/app", "not its volume"),
    ("--require-hashes ", "", "without its hash"),
    ("-r requirements.txt", "-r requirements.txt --index-url=x", "names a host"),
    ('ENTRYPOINT ["tini", "--"]', "ENTRYPOINT tini --", "keeps signals"),
    ("COPY scrapers scrapers", "COPY . .", "perhaps secrets"),
])  # fmt: skip
def test_a_broken_rule_is_seen(before: str, after: str, complaint: str) -> None:
    assert before in TEXT and any(complaint in problem for problem in complaints(TEXT.replace(before, after)))


def test_what_is_copied_is_there_and_sent_to_the_builder() -> None:
    sent = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    copied = {path for line in instructions(TEXT)["COPY"] for path in line.split()[:-1]}
    assert copied == sent and all((ROOT / path).exists() for path in copied)


def test_commands_are_lists_that_can_be_read() -> None:
    by_name = instructions(TEXT)
    check = by_name["HEALTHCHECK"][-1].partition("CMD ")[2]
    service = json.loads(by_name["CMD"][-1])
    assert json.loads(by_name["ENTRYPOINT"][-1])[0] == "tini" and "dagster dev" in service[-1]
    port = by_name["EXPOSE"][-1]
    assert f"-p {port} " in service[-1] and f":{port}/" in json.loads(check)[-1]
    compile(json.loads(check)[-1], "health check", "exec")
