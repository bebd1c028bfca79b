"""The docs are accurate: their commands, options, links, variables and provider table exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from pipelines.cli import provider_table
from pipelines.cli.app import app, main
from scrapers import registry
from tests.support.worlds import ROOT
from warehouse.engine import model_graph

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


def fenced(text: str) -> Iterator[str]:
    """Yield the lines of code blocks that hold commands."""
    for block in re.findall(r"^```(?:sh|bash|console|shell)?\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()


def commands(text: str) -> list[list[str]]:
    """Yield `gpuhour ...` and `make ...` in a document's code blocks and inline code, as words."""
    lines = [
        *fenced(text),
        *re.findall(r"`((?:\S*gpuhour|make) [^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)),
    ]
    found = []
    for line in lines:
        for part in re.split(r"\s(?:&&|\||;)\s", re.sub(r"(^|\s)#.*", "", line).strip().removeprefix("$ ")):
            if re.match(r"(\w+=\S+ )*(\S*/)?(gpuhour|make)(\s|$)", part):
                words = [w for w in shlex.split(part) if not re.match(r"^[A-Z_]+=", w) or "make" in part]
                found.append([Path(words[0]).name, *words[1:]])
    return found


@cache
def help_of(*command: str) -> str:
    with redirect_stdout(StringIO()) as printed, pytest.raises(SystemExit) as left:
        main([*command, "--help"])
    assert not left.value.code, command
    return printed.getvalue()


def targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def wrong(words: list[str]) -> str:
    """Describe the fault of a documented command; empty if there is none."""
    tool, *rest = words
    if tool == "make":
        absent = [w for w in rest if "=" not in w and w not in targets()]
        return f"no such target: {absent}" if absent else ""
    known = {name for name in app if not name.startswith("-")}
    if not rest or rest[0].startswith("-"):
        return ""
    if rest[0] not in known:
        return f"no such command: {rest[0]}"
    under = {name for name in app[rest[0]] if not name.startswith("-")}
    # An app may do something of its own: `gpuhour cost --model M` beside `gpuhour cost fit`.
    is_own = app[rest[0]].default_command is not None and (len(rest) == 1 or rest[1].startswith("-"))
    if under and not is_own and (len(rest) < 2 or rest[1] not in under):
        return f"{rest[0]} has no command {rest[1:2]}"
    about = help_of(*rest[: 2 if under and not is_own else 1])
    absent = [w for w in rest[1:] if w.startswith("--") and w.split("=")[0] not in about]
    return f"{rest[0]} has no {absent}" if absent else ""


def test_commands_are_extracted() -> None:
    text = "```\nmake demo   # x\n$ .venv/bin/gpuhour prices A100 --json | head\nDAGSTER_HOME=x gpuhour sql 'a'\nls\n```\nas `gpuhour doctor`"
    assert commands(text) == [
        ["make", "demo"], ["gpuhour", "prices", "A100", "--json"], ["gpuhour", "sql", "a"], ["gpuhour", "doctor"],
    ]  # fmt: skip
    assert wrong(["make", "nosuch"]) and wrong(["gpuhour", "nosuch"]) and wrong(["gpuhour", "prices", "--nosuch"])
    assert wrong(["gpuhour", "quarantine", "nosuch"]) and wrong(["gpuhour", "quarantine", "list", "--nosuch"])
    assert wrong(["gpuhour", "cost", "--nosuch"]) and wrong(["gpuhour", "cost", "nosuch"])
    assert not wrong(["gpuhour", "cost", "--model", "x"]) and not wrong(["gpuhour", "cost", "fit", "--model", "x"])
    assert not wrong(["make", "capture", "P=lambda"]) and not wrong(["gpuhour", "prices", "A100", "--json"])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_documented_commands_exist(page: Path) -> None:
    found = commands(page.read_text())
    problems = [f"{' '.join(words)}: {why}" for words in found if (why := wrong(words))]
    assert not problems, "\n".join(problems)
    assert found or page not in (ROOT / "README.md", ROOT / "docs" / "runbook.md"), "the finder found none"


def test_makefile_commands_exist() -> None:
    called = re.findall(r"\$\(BIN\)/gpuhour ([\w ]+)", (ROOT / "Makefile").read_text())
    assert {"demo", "refresh"} <= set(called)
    assert not [w for words in called if (w := wrong(["gpuhour", *words.split()]))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_resolve(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text())
    absent = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert not absent, absent


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_named_files_exist(page: Path) -> None:
    names = re.findall(r"`((?:scrapers|warehouse|pipelines|tests|docs|seeds)/[\w./*-]+)`", page.read_text())
    places = (ROOT, ROOT / "warehouse")  # warehouse/seeds/ is called seeds/ where tables are the subject
    absent = [name for name in names if not any(list(place.glob(name.rstrip("/"))) for place in places)]
    assert not absent, absent


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_named_tables_exist(page: Path) -> None:
    names = set(re.findall(r"\b(?:staging|intermediate|core|marts|v1)\.[a-z]\w+\b(?!\.)", page.read_text()))
    tables = {*model_graph.load(), *model_graph.table_macros()}
    assert not names - tables


def test_owned_paths_exist() -> None:
    lines = (ROOT / ".github" / "CODEOWNERS").read_text().splitlines()
    paths = [line.split()[0].strip("/") for line in lines if line.startswith("/")]
    assert paths and not [path for path in paths if not (ROOT / path).exists()]


def test_pre_commit_hooks_are_make_checks() -> None:
    hooks = re.findall(r"entry: \.venv(/bin/\w+)", (ROOT / ".pre-commit-config.yaml").read_text())
    check = re.findall(r"\$\(BIN\)/(\w+)", re.findall(r"^check:.*\n(.*)", (ROOT / "Makefile").read_text(), re.M)[0])
    assert hooks and {Path(hook).name for hook in hooks} == {*check} - {"python"}


def test_readme_sql_runs(demo: object) -> None:
    from tests.conftest import Demo
    from warehouse.storage import connection

    assert isinstance(demo, Demo)
    queries = [words[2] for words in commands((ROOT / "README.md").read_text()) if words[:2] == ["gpuhour", "sql"]]
    assert queries
    with connection.published(demo.home) as con:
        for query in queries:
            con.execute(query).fetchall()


def test_provider_table_matches_the_registry(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text((ROOT / "README.md").read_text())
    assert provider_table.BEGIN in readme.read_text() and provider_table.END in readme.read_text()
    assert not provider_table.write(readme), "run make providers"
    assert readme.read_text() == (ROOT / "README.md").read_text()


def test_only_the_table_is_replaced(tmp_path: Path) -> None:
    begin, end = provider_table.BEGIN, provider_table.END
    page = tmp_path / "README.md"
    page.write_text(f"above\n\n{begin}\n| old |\n{end}\n\nbelow\n")
    assert provider_table.write(page) and not provider_table.write(page)
    assert page.read_text() == f"above\n\n{begin}\n{provider_table.provider_table()}\n{end}\n\nbelow\n"


@pytest.mark.parametrize(
    "text", ["no marks", "{begin}\n", "{end}\n{begin}\n", "{begin}{begin}{end}", "{begin}{end}{end}"]
)
def test_missing_marker_is_an_error(tmp_path: Path, text: str) -> None:
    page = tmp_path / "README.md"
    page.write_text(text.format(begin=provider_table.BEGIN, end=provider_table.END))
    with pytest.raises(ValueError, match="not marked"):
        provider_table.write(page)
    assert page.read_text() == text.format(begin=provider_table.BEGIN, end=provider_table.END)


def test_table_has_a_row_per_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = provider_table.provider_table().splitlines()
    assert lines[0] == "| Provider | Source | Publishes | Units |" and len(lines) == 2 + len(registry.modules())
    assert all(line.count("|") == 5 and "|  |" not in line for line in lines)


# Read by us, but not ours to set: what the system and other tools say of themselves.
FOREIGN = {"DEBIAN_FRONTEND", "PLAYWRIGHT_BROWSERS_PATH", "XDG_CONFIG_HOME"}


def read_variables() -> set[str]:
    """Return the environment variables that the code reads, including those in header templates."""
    sources = [
        p.read_text() for folder in ("scrapers", "warehouse", "pipelines") for p in (ROOT / folder).rglob("*.py")
    ]
    text = "\n".join(sources)
    asked = set(re.findall(r"environ(?:\.get|\.setdefault|\.pop)?[\[(]\s*\"([A-Z_]+)\"", text))
    return asked | set(re.findall(r"\"\{([A-Z][A-Z0-9_]+)\}\"", text)) | set(re.findall(r"\bGPUHOUR_[A-Z_]+", text))


def test_every_test_of_the_threat_model_exists() -> None:
    rows = [line for line in (ROOT / "docs" / "threat-model.md").read_text().splitlines() if line.startswith("| ")]
    named = [
        re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", row) for row in rows if not row.startswith("| threat")
    ]
    assert len(named) > 20 and all(named), "each threat names its test"
    for file, test in (pair for row in named for pair in row):
        assert f"def {test}(" in (ROOT / file).read_text() if test else (ROOT / file).is_file(), f"{file}::{test}"


def test_env_example_lists_every_variable() -> None:
    listed = set(re.findall(r"^#? ?([A-Z][A-Z0-9_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    used = read_variables()
    assert {"GPUHOUR_HOME", "GPUHOUR_GCP_API_KEY", "GPUHOUR_CONTACT_URL", "GPUHOUR_BROWSER", "NO_COLOR"} <= used
    assert used - FOREIGN <= listed, f"say what these are for: {used - FOREIGN - listed}"
    assert listed <= used, f"nobody reads these: {listed - used}"


def test_readme_shows_what_the_demo_prints(demo: object) -> None:
    """The table of README is the demo's, but for rows left out; its messages are too, where "..." stands for the rest."""
    from tests.conftest import Demo

    assert isinstance(demo, Demo)
    (block,) = re.findall(r"^```\n(usd/gpu-h .*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
    shown, printed = block.splitlines(), [" ".join(line.split()) for line in demo.stdout.splitlines()]
    rows = [" ".join(line.split()) for line in shown if not line.startswith("gpuhour: ")]
    assert len(rows) >= 5 and rows == [line for line in printed if line in rows], "run make demo and copy its rows"
    for line in shown[len(rows) :]:
        pattern = re.escape(line).replace(re.escape("..."), ".*").replace("data/report", r"\S+/report")
        assert re.search(f"^{pattern}$", demo.stderr, re.M), line
