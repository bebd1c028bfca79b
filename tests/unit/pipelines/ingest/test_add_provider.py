"""`providers add`: a page of a loopback server becomes a provider's file and its capture, or nothing is written."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from pipelines.errors import UsageError
from pipelines.ingest.add_provider import check_request
from pipelines.ingest.parse_file import OFFER_COLUMNS, parse_file_as
from pipelines.ingest.provider_description import name_of, plain_words, slug_of
from pipelines.ingest.record_capture import without_loaders
from pipelines.serialize import rows_as_json
from scrapers.fetching.policy import Settings
from scrapers.model import Provider
from tests.conftest import Run, Said
from tests.support.walls import WALLS
from warehouse.storage.state_dir import Home

FAST = Settings(interval=0, jitter=0, attempts=1, allow_http_hosts=frozenset({"127.0.0.1"}))
HTML = """<!DOCTYPE html><html lang="en"><head><meta property="og:site_name" content="{name}"></head><body>
<h1>GPU pricing</h1><table><tr><th>GPU</th><th>VRAM</th><th>On-demand, per GPU per hour</th><th>Spot, per GPU per hour</th></tr>
<tr><td>NVIDIA H100 SXM</td><td>80 GB</td><td>$2.50</td><td>$1.25</td></tr>
<tr><td>NVIDIA L40S</td><td>48 GB</td><td>$1.10</td><td>$0.55</td></tr></table>{more}</body></html>"""
WHOLE = HTML.format(name="Acme Cloud", more="")
PAGES = {
    "/pricing": WHOLE,
    "/partial": HTML.format(name="Acme", more="<p>The NVIDIA B200 costs about $7.77 for some.</p>"),
    "/wall": WALLS["interstitial"],
    "/sales": "<html><body><h1>GPU cloud</h1><p>Contact sales for NVIDIA H100 clusters.</p></body></html>",
    "/empty": "<html><body><h1>About us</h1><p>We are a team of twelve.</p></body></html>",
    "/denied/pricing": WHOLE,
    "/scripted": '<!DOCTYPE html><html><body><div id="list"></div><script src="/app.js"></script></body></html>',
    "/app.js": f"document.getElementById('list').innerHTML = {json.dumps(WHOLE[WHOLE.index('<h1>') : WHOLE.index('</body>')])}",
}


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        robots = "User-agent: *\nDisallow: /denied/\n"
        page = robots if self.path == "/robots.txt" else PAGES.get(self.path, "")
        body = page.encode()
        self.send_response(200 if body else 404)
        self.send_header("Content-Type", "text/plain" if self.path == "/robots.txt" else "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def add(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """add(page, ...) -> what `gpuhour providers add` says; loopback is let through, and nothing else is changed."""
    monkeypatch.setattr(Settings, "from_env", classmethod(lambda cls: FAST))

    def call(*arguments: str | Path, home: Home | None = None) -> Said:
        words = ("providers", "add", *arguments, "--out", tmp_path / "out")
        return run(*words, home=home or Home(tmp_path / "home"))

    return call


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def load(module: Path) -> Provider:
    spec = importlib.util.spec_from_file_location("added_provider", module)
    assert spec and spec.loader
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    provider: Provider = loaded.PROVIDER
    return provider


def test_page_becomes_a_provider_with_its_capture(add: Run, site: str, tmp_path: Path) -> None:
    said = add(f"{site}/pricing", "--slug", "acme", "--name", "Acme Cloud", "--json")
    assert said.code == 0, said.err
    prices = {(row["gpu"], row["pricing_model"]): row["price"] for row in said.records()}
    assert prices == {("H100", "on_demand"): 2.5, ("H100", "spot"): 1.25, ("L40S", "on_demand"): 1.1, ("L40S", "spot"): 0.55}  # fmt: skip
    (page,) = (tmp_path / "out/tests/captures/acme").glob("*_pricing/page.html")
    module = tmp_path / "out/scrapers/providers/acme.py"
    folder = page.parent.relative_to(tmp_path / "out").as_posix()
    assert files(tmp_path / "out") == {
        "scrapers/providers/acme.py", *(f"{folder}/{name}" for name in ("page.html", "meta.json", "offers.json"))
    }  # fmt: skip
    assert page.read_text() == PAGES["/pricing"]
    provider, meta = load(module), json.loads((page.parent / "meta.json").read_text())
    assert (provider.slug, provider.name, provider.basis) == ("acme", "Acme Cloud", "recorded")
    assert (provider.access, provider.units) == ("HTML page", "per GPU-hour")
    assert set(provider.publishes.split(", ")) == {"on-demand", "spot"} and set(provider.expects) == {"H100", "L40S"}
    (request,) = provider.requests
    assert request.url == meta["url"] == f"{site}/pricing" and request.ends_with == "</html>" and not request.browser
    (fact,) = provider.facts
    assert fact.topic == "unit" and fact.seen_on == meta["captured_at"][:10] and "recorded page" in fact.evidence
    # The golden rows are those of the file that was written, read by the parser that was written.
    reading = parse_file_as(provider, page, meta["url"])
    golden = (page.parent / "offers.json").read_text()
    assert rows_as_json(OFFER_COLUMNS, reading.offers()) == golden and len(json.loads(golden)) == 4
    assert str(module) in said.err and "4 rows" in said.err and "account: whole" in said.err


def test_file_is_formatted_as_the_repository_is(add: Run, site: str, tmp_path: Path) -> None:
    assert add(f"{site}/pricing", "--slug", "acme").code == 0
    module = tmp_path / "out/scrapers/providers/acme.py"
    config = ("--config", str(Path(__file__).parents[4] / "pyproject.toml"))
    for command in (("format", "--check"), ("check", "--no-cache")):
        done = subprocess.run([sys.executable, "-m", "ruff", *command, *config, module], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_page_with_an_unexplained_amount_is_written_and_said_to_be_partial(add: Run, site: str, tmp_path: Path) -> None:
    said = add(f"{site}/partial", "--slug", "acme")
    assert said.code == 3 and "7.77" in said.err and "account: partial" in said.err
    assert (tmp_path / "out/scrapers/providers/acme.py").is_file()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/wall", "challenge"), ("/sales", "no public price"), ("/empty", "an accelerator with a price"),
        ("/missing", "404"), ("/denied/pricing", "robots.txt"),
    ],
)  # fmt: skip
def test_page_without_prices_writes_nothing(add: Run, site: str, tmp_path: Path, path: str, words: str) -> None:
    said = add(f"{site}{path}", "--slug", "acme")
    assert said.code == 1 and words in said.err and "Traceback" not in said.err, said.err
    assert not said.out and not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("https://acme.example/pricing", "--slug", "lambda"), "lambda exists"),
        (("https://acme.example/pricing", "--slug", "aws"), "aws exists"),
        (("https://acme.example/pricing", "--slug", "ibm"), "by_meaning.csv"),
        (("https://acme.example/pricing", "--slug", "datacrunch"), "verda"),
        (("https://acme.example/pricing", "--slug", "_acme"), "--slug"),
        (("https://acme.example/pricing", "--slug", "acme-cloud"), "--slug"),
        (("https://acme.example/pricing", "--slug", "../acme"), "--slug"),
        (("https://acme.example/pricing", "--slug", "unverified"), "--slug"),
        (("https://127.0.0.1/pricing",), "--slug"),
        (("https://acme.example/pricing", "--name", 'A"""'), "--name"),
        (("https://acme.example/a b",), "%20"),
        (("https://lambda.ai/pricing", "--slug", "acme"), "already read as lambda"),
        (("http://acme.example/pricing",), "only https"),
        (("page.html",), "--url"),
        (("https://acme.example/", "--url", "https://acme.example/"), "--url"),
        (("page.html", "--url", "https://acme.example/", "--browser"), "--browser"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_is_a_usage_error(
    add: Run, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    said = add(*arguments)
    assert said.code == 2 and words in said.err, said.err
    assert not (tmp_path / "out").exists()


def test_provider_is_never_overwritten(add: Run, site: str, tmp_path: Path) -> None:
    assert add(f"{site}/pricing", "--slug", "acme").code == 0
    before = {name: (tmp_path / "out" / name).read_bytes() for name in files(tmp_path / "out")}
    again = add(f"{site}/partial", "--slug", "acme")
    assert again.code == 2 and "acme.py exists" in again.err
    assert {name: (tmp_path / "out" / name).read_bytes() for name in files(tmp_path / "out")} == before


def test_both_or_neither_is_written(add: Run, site: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = Path.rename

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    said = add(f"{site}/pricing", "--slug", "acme")
    assert said.code == 1 and "No space left" in said.err and not files(tmp_path / "out")
    monkeypatch.setattr(Path, "rename", rename)
    assert add(f"{site}/pricing", "--slug", "acme").code == 0


def test_saved_file_needs_no_network(add: Run, tmp_path: Path) -> None:
    saved = tmp_path / "2026-11-20_pricing.html"
    saved.write_text(PAGES["/pricing"])
    said = add(saved, "--url", "https://www.acme-cloud.co.uk/pricing#gpus")
    assert said.code == 0, said.err
    provider = load(tmp_path / "out/scrapers/providers/acmecloud.py")
    assert (provider.name, provider.requests[0].url) == ("Acme Cloud", "https://www.acme-cloud.co.uk/pricing")
    meta = json.loads((tmp_path / "out/tests/captures/acmecloud/2026-11-20_pricing/meta.json").read_text())
    assert meta["captured_at"].startswith("2026-11-20") and meta["fetched_by"] == "http" and not meta["is_excerpt"]
    assert add(tmp_path / "absent.html", "--url", "https://acme.example/").code == 1


def test_keyword_gets_an_underscore(add: Run, site: str, tmp_path: Path) -> None:
    assert add(f"{site}/pricing", "--slug", "yield", "--name", "Yield").code == 0
    assert load(tmp_path / "out/scrapers/providers/yield_.py").slug == "yield"
    assert (tmp_path / "out/tests/captures/yield").is_dir()


def test_words_of_a_page_cannot_become_code(add: Run, tmp_path: Path) -> None:
    saved = tmp_path / "2026-11-20_pricing.html"
    odd = 'NVIDIA H100 SXM"""; import os; os.system(`x`) # \\"'
    saved.write_text(PAGES["/pricing"].replace("NVIDIA H100 SXM", odd).replace("Acme Cloud", "acme'''\\"))
    said = add(saved, "--url", "https://acme.example/pricing")
    assert said.code in (0, 3), said.err
    tree = ast.parse((tmp_path / "out/scrapers/providers/acme.py").read_text())
    assert {type(node) for node in tree.body} == {ast.Expr, ast.ImportFrom, ast.Assign}
    calls = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert calls == {"Provider", "Request", "ByMeaning", "Fact"}


def test_names_come_from_the_address() -> None:
    assert slug_of("https://www.acme-cloud.co.uk/x") == "acmecloud" and slug_of("https://gpu.acme.ai/") == "acme"
    assert slug_of("https://10.0.0.1/") == ""
    stated = '<meta property="og:site_name" content="{}">'
    assert name_of("https://acme.ai/", stated.format("Acme AI"), "acme") == "Acme AI"
    assert name_of("https://acme-gpu.ai/", stated.format("Welcome!"), "acme") == "Acme Gpu"
    assert name_of("https://acme.ai/", stated.format("Acme | <b>"), "acme") == "Acme"
    assert plain_words('a "b" `c` [d](e) | $2.50/hr') == "a b c d (e) $2.50/hr"


def test_free_slug_is_accepted(tmp_path: Path) -> None:
    assert check_request("https://acme.example/pricing", "", "", tmp_path) == "acme"
    (tmp_path / "tests/captures/acme").mkdir(parents=True)
    with pytest.raises(UsageError, match="captures/acme exists"):
        check_request("https://acme.example/pricing", "", "", tmp_path)


def test_rendered_page_is_recorded_without_the_scripts_it_loads() -> None:
    data = b'<script type="application/json">{"price": 2}</script><p>$2</p>'
    loaded = b'<SCRIPT async src="/app.js"></SCRIPT >' + data + b"<script data-src=x>let a</script>"
    assert without_loaders(loaded) == data + b"<script data-src=x>let a</script>"
