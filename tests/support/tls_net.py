"""A small internet of its own: the providers' real host names, over TLS of an own authority, in a network namespace.

`python -m tests.support.tls_net` runs inside the namespace: it serves, and runs the commands that it is given. Names
resolve by a hosts file of the namespace, to an address that is public elsewhere, so that every check of production holds.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scrapers.fetching import chromium
from tests.support.worlds import ROOT

ADDRESS, NOWHERE = "44.0.0.1", "44.0.0.2"  # public by their numbers; nothing outside the namespace can be reached
_SETUP = """
set -e
ip link set lo up
ip addr add {address}/32 dev lo
mount --bind {hosts} /etc/hosts
if [ -d /etc/chromium ]; then
    mount -t tmpfs none /etc/chromium
    mkdir -p /etc/chromium/policies/managed
    cp {policy} /etc/chromium/policies/managed/
fi
exec {python} -m tests.support.tls_net {plan}
"""
# Before each command: these providers only, and no pause between requests to machines of our own.
_BEFORE = """
import sys
from scrapers import registry
from scrapers.fetching.policy import Settings
known = {{slug: module for slug, module in registry.modules().items() if slug in {slugs!r}}}
registry.modules = lambda: known
fast = Settings(interval=0, jitter=0, attempts=2, backoff=0.01, backoff_max=0.02)
Settings.from_env = classmethod(lambda cls: fast)
from pipelines.cli.app import main
main(sys.argv[1:])
"""


def why_not() -> str:
    """Return why this machine cannot have a network of its own; empty where it can."""
    for tool in ("unshare", "ip", "mount"):
        if not shutil.which(tool):
            return f"needs {tool}"
    done = subprocess.run([*_unshare(), "ip", "link", "set", "lo", "up"], capture_output=True, text=True)
    return f"no network namespace: {done.stderr.strip()}" if done.returncode else ""


def why_no_browser() -> str:
    """Return why the browser here cannot be told of an own authority; empty where it can."""
    browser = chromium.find()
    if browser is None:
        return "needs a browser"
    return "" if Path("/etc/chromium").is_dir() else "the browser reads no policies in /etc/chromium"


def _unshare() -> list[str]:
    return ["unshare", "--net", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]


@dataclass(frozen=True, slots=True)
class Step:
    """A command to run on a day of the sites; `slugs`: the providers that there are."""

    day: int
    command: Sequence[str]
    slugs: Sequence[str]


@dataclass(slots=True)
class Visit:
    """What a command printed, and the requests that the sites saw."""

    code: int
    out: str
    err: str
    requests: list[dict[str, Any]] = field(default_factory=list)

    def records(self) -> list[dict[str, Any]]:
        records: list[dict[str, Any]] = json.loads(self.out)
        return records


def visits(folder: Path, hosts: Sequence[str], unreachable: Sequence[str], steps: Sequence[Step]) -> list[Visit]:
    """Run the steps, one after the other, against the sites of `tests.support.tls_sites`."""
    folder.mkdir(parents=True)
    authority = Authority()
    (folder / "ca.pem").write_bytes(authority.pem)
    (folder / "ca.json").write_text(json.dumps({"CACertificates": [b64encode(authority.der).decode()]}))
    (folder / "site.pem").write_bytes(authority.site(hosts))
    (folder / "stranger.pem").write_bytes(Authority().site(hosts))
    names = [f"{ADDRESS} {host}" for host in hosts] + [f"{NOWHERE} {host}" for host in unreachable]
    (folder / "hosts").write_text("\n".join(["127.0.0.1 localhost", *names, ""]))
    plan = [{"day": step.day, "command": [*step.command], "slugs": [*step.slugs]} for step in steps]
    (folder / "plan.json").write_text(json.dumps(plan))
    script = _SETUP.format(
        address=ADDRESS, hosts=folder / "hosts", policy=folder / "ca.json", python=sys.executable, plan=folder
    )
    ours = {name: value for name, value in os.environ.items() if not name.startswith("GPUHOUR_")}
    done = subprocess.run(
        [*_unshare(), "sh", "-c", script], cwd=ROOT, env=ours, capture_output=True, text=True, timeout=580
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [Visit(**visit) for visit in json.loads((folder / "visits.json").read_text())]


class Authority:
    """A certificate authority of a day."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tests of gpuhour")])
        self._certificate = (
            self._builder(self._name, self._key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.pem = self._certificate.public_bytes(serialization.Encoding.PEM)
        self.der = self._certificate.public_bytes(serialization.Encoding.DER)

    def site(self, hosts: Sequence[str]) -> bytes:
        """Return a certificate for these names, and its key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sites")])
        certificate = self._builder(subject, key).add_extension(names, critical=False).sign(self._key, hashes.SHA256())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return certificate.public_bytes(serialization.Encoding.PEM) + private

    def _builder(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
        )


class TlsServer(ThreadingHTTPServer):
    """Speaks TLS under every name that the certificate holds; a few names misbehave already there."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        from tests.support import tls_sites

        super().__init__((ADDRESS, 443), tls_sites.Site)
        self.day, self.requests, self.lock = 1, list[dict[str, Any]](), threading.Lock()
        self._context = _context(folder / "site.pem", ["http/1.1"])
        self._others = {
            tls_sites.STRANGER: _context(folder / "stranger.pem", ["http/1.1"]),
            tls_sites.ONLY_HTTP2: _context(folder / "site.pem", ["h2"]),
        }
        self._context.sni_callback = self._choose

    def _choose(self, connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        connection.context = self._others.get(name or "", self._context)

    def get_request(self) -> tuple[Any, Any]:
        plain, address = super().get_request()
        # The handshake waits for the first read, in the connection's own thread.
        return self._context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore clients that refuse a certificate: some must."""


def _context(pem: Path, protocols: list[str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    context.set_alpn_protocols(protocols)
    return context


def main(folder: Path) -> None:
    """Serve and run the plan, inside the namespace."""
    server = TlsServer(folder)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    env = os.environ | {
        "SSL_CERT_FILE": str(folder / "ca.pem"), "GPUHOUR_HOME": str(folder / "home"), "GPUHOUR_REPORT": "off",
    }  # fmt: skip
    done = []
    for step in json.loads((folder / "plan.json").read_text()):
        server.day, server.requests = step["day"], []
        code = _BEFORE.format(slugs=step["slugs"])
        ran = subprocess.run([sys.executable, "-c", code, *step["command"]], env=env, capture_output=True, text=True)
        done.append({"code": ran.returncode, "out": ran.stdout, "err": ran.stderr, "requests": server.requests})
    (folder / "visits.json").write_text(json.dumps(done))
    server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
