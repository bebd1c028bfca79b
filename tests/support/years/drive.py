"""Drives a simulated market through landing, build and publication, with kills, full disks and upgrades in the middle."""

from __future__ import annotations

import os
import random
import resource
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median
from typing import IO, NoReturn

from scrapers.model import Offer
from tests.support.years.compare import differences
from tests.support.years.market import ON_OFFERS, ON_PROVIDERS, Market
from tests.support.years.model import Model, Verdict
from tests.support.years.statements import Scrape, Thing
from warehouse.engine import build_plan, checks, model_graph
from warehouse.engine.fingerprint import fingerprint
from warehouse.publish import publish, release
from warehouse.storage import connection, ledger
from warehouse.storage.landing import Seen, land
from warehouse.storage.state_dir import Home

FIRST = date(2024, 1, 1)
PHASES = ("land", "build", "publish")
# What happens to the machine or the code; those that end in a rebuild of everything are rarer.
HARMLESS = (*(f"{how}_{phase}" for phase in PHASES for how in ("kill", "full")), "new_parser")
REBUILDS = ("late", "new_code", "released", "rejected")


@dataclass(frozen=True, slots=True)
class Run:
    """One process that landed, built and published, and what it took."""

    day: date
    code: int
    phases: dict[str, float]  # phase -> when it began, seconds from the start
    wall: float
    cpu: float
    peak_mb: float
    is_whole: bool


@dataclass
class Years:
    """A home that lives through a market's days; `differences` compare it with the model."""

    folder: Path
    seed: int
    n_providers: int
    n_offers: int
    build_every: int = 1
    harm_every: int = 3  # builds between two kills, full disks or new parsers
    rebuild_every: int = 60  # builds in which each fault that makes everything anew comes once
    at_once: int = 1  # faults of each kind at a time
    runs: list[Run] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    sizes: list[tuple[date, float, float, float]] = field(default_factory=list)  # MB: landing, warehouse, published

    def __post_init__(self) -> None:
        self.home, self.chance = Home(self.folder / "home"), random.Random(self.seed + 1)
        self.home.root.mkdir(parents=True)
        self.market = Market(self.seed, self.n_providers, self.n_offers, FIRST)
        self.model, self.day = Model(), FIRST
        self._parser, self._code, self._is_late_due = 1, 0, False
        self._late: list[tuple[date, Scrape]] = []  # the day on which it lands
        self._waiting: list[Scrape] = []
        self._due = [*ON_PROVIDERS, *ON_OFFERS]
        self.chance.shuffle(self._due)
        self._due.sort(key=lambda kind: kind != "long_dead")  # it takes longest
        self._harm = [*HARMLESS]
        self.chance.shuffle(self._harm)
        self._anew = [*REBUILDS]
        for loaded in (model_graph.load, model_graph.table_macros, checks.all_checks, fingerprint):
            loaded()  # once, for all forks

    def live(self, days: int, *, every: int, seconds: float = 0, progress: IO[str] | None = None) -> list[str]:
        """Live through so many days; return the first differences between what is published and the model."""
        started = time.monotonic()
        for number in range(days):
            is_last = number == days - 1 or bool(seconds and time.monotonic() - started > seconds)
            self._take_day(number, is_last)
            if number % self.build_every == 0 or is_last:
                self._change_code_or_minds()
                self._work()
                is_thorough = number % every == every - 1 or is_last
                if found := differences(self.home, self.model, self.chance, is_thorough=is_thorough):
                    head = f"SEED={self.seed} day {self.market.day} (number {number + 1})"
                    return [f"{head}: {line}" for line in found]
                if progress:
                    run = self.runs[-1]
                    print(
                        f"{self.market.day} {run.wall:6.1f} s {run.cpu:6.1f} CPU s {run.peak_mb:6.0f} MB "
                        f"{'anew' if run.is_whole else ''}", file=progress, flush=True,
                    )  # fmt: skip
            if is_last:
                break
        return []

    # -- facts ---------------------------------------------------------------------------------------------------------

    def _take_day(self, number: int, is_last: bool) -> None:
        due = self._due[0] if number > 5 or (self._due[0] == "long_dead" and number > 0) else ""
        before = self.market.planted[due]
        scrapes = self.market.advance(due)
        self.day = self.market.day
        if due and self.market.planted[due] > before:
            self._due.append(self._due.pop(0))
        for thing in self.market.things():
            self.model.things[thing.number] = thing
        if self._is_late_due and not is_last:
            postponed = scrapes.pop(self.chance.randrange(len(scrapes)))
            # Only once a build has seen later days is it late.
            self._late.append((self.day + timedelta(days=max(2, self.build_every)), postponed))
            self._is_late_due = False
            self.done["late"] += 1
        scrapes += [scrape for landing_day, scrape in self._late if landing_day <= self.day or is_last]
        self._late = [one for one in self._late if one[1] not in scrapes]
        self._waiting += scrapes
        for scrape in scrapes:
            self.model.add(scrape)

    # -- work ----------------------------------------------------------------------------------------------------------

    def _change_code_or_minds(self) -> None:
        """Bring what makes everything anew: new code, a person's verdict, a scrape that lands late."""
        if len(self.runs) < 2 or len(self.runs) % max(1, self.rebuild_every // len(REBUILDS)):
            return
        for _ in range(self.at_once):
            kind = self._anew.pop(0)
            self._anew.append(kind)
            if kind == "new_code":
                self._code += 1
            elif kind == "late":
                self._is_late_due = True
                continue
            elif not self._decide("released" if kind == "released" else "rejected"):
                self._anew.insert(0, self._anew.pop())
                continue
            self.done[kind] += 1

    def _faults(self) -> Iterator[str]:
        """Choose what goes wrong before this day's run succeeds."""
        if len(self.runs) < 2 or len(self.runs) % self.harm_every:
            return
        for _ in range(self.at_once):
            fault = self._harm.pop(0)
            self._harm.append(fault)
            self.done[fault] += 1
            if fault == "new_parser":
                self._parser += 1
            else:
                yield fault

    def _decide(self, kind: Verdict) -> bool:
        """Let a person release a price that was withdrawn, or reject one that was only flagged."""
        rule, status = ("spike_flip", "held") if kind == "released" else ("jump", "released")
        with connection.published(self.home) as con:
            events = con.execute(
                "select event_id, provider, instance, date from v1.quality_events where rule = ? and status = ? "
                "and provider like 'years%' order by all", [rule, status],
            ).fetchall()  # fmt: skip
        names = {(one.thing.provider, one.thing.first_name): one for one in self.model.series()}
        for event_id, provider, instance, day in self.chance.sample(events, len(events)):
            series = names.get((provider, instance))
            if series and series.name == instance and day not in series.verdicts:
                ledger.decide(self.home, event_id, kind, by="years")
                self.model.decide(series.thing.number, day, kind)
                return True
        return False

    def _work(self) -> None:
        """Land, build and publish in a process of its own, which faults end early, until it succeeds."""
        for fault in self._faults():
            how, _, phase = fault.partition("_")
            before = self.home.published.read_bytes() if how == "full" else b""
            self._go_wrong(how, phase)
            if how == "full":
                assert self.home.published.read_bytes() == before, f"{fault}: the published file changed"
            elif self.chance.random() < 0.3:  # the next try is by other code
                self._parser += 1
        run = self._run()
        assert run.code == 0, f"SEED={self.seed} {self.day}: landing, building or publishing failed, see above"
        self._waiting.clear()
        self.runs.append(run)
        mb = [sum(file.stat().st_size for file in self.home.landing.rglob("*.parquet")) / 1e6]
        mb += [path.stat().st_size / 1e6 for path in (self.home.warehouse, self.home.published)]
        self.sizes.append((self.day, mb[0], mb[1], mb[2]))

    def _go_wrong(self, how: str, phase: str) -> None:
        usual = self.runs[-1]
        begins = [usual.phases[name] for name in PHASES] + [usual.wall]
        place = PHASES.index(phase)
        length = begins[place + 1] - begins[place]
        if how == "kill":
            self._run(kill=(phase, length * self.chance.random()))
            return
        size = {"land": 512, "build": 16384, "publish": self.home.published.stat().st_size // 2}[phase]
        assert self._run(full=(phase, size)).code != 0, f"full disk in {phase} was not noticed"

    def _run(self, *, kill: tuple[str, float] = ("", 0), full: tuple[str, int] = ("", 0)) -> Run:
        reading, marks = os.pipe()
        started = time.monotonic()
        child = os.fork()
        if child == 0:
            self._serve(marks, full)
        os.close(marks)
        phases = {}
        with os.fdopen(reading) as told:
            for mark in told:
                phase = mark.strip()
                phases[phase] = time.monotonic() - started
                if phase == kill[0]:
                    time.sleep(kill[1])
                    with suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
        _, status, used = os.wait4(child, 0)
        return Run(
            self.day, os.waitstatus_to_exitcode(status), phases, time.monotonic() - started,
            used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, "anew" in phases,
        )  # fmt: skip

    def _serve(self, marks: int, full: tuple[str, int]) -> NoReturn:
        """In the fork: land what waits, build, publish; marks tell how far it is."""
        code = 1
        try:
            if full[0]:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

            def begin(phase: str) -> None:
                if phase == full[0]:
                    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                    resource.setrlimit(resource.RLIMIT_FSIZE, (full[1], full[1]))
                os.write(marks, phase.encode() + b"\n")

            begin("land")
            for scrape in self._waiting:
                land(self.home, scrape.provider, [_seen(scrape, self.model.things)], parser_version=str(self._parser))
            begin("build")
            plan_of, put_out = build_plan.plan_of, publish.publish

            def plan(*given: object) -> build_plan.Plan:
                made = plan_of(*given)  # type: ignore[arg-type]
                if made.is_whole:
                    begin("anew")
                return made

            def put(*given: object) -> None:
                begin("publish")
                put_out(*given)  # type: ignore[arg-type]

            setattr(build_plan, "fingerprint", lambda: f"{fingerprint()} {self._code}")  # noqa: B010 -- not exported
            build_plan.plan_of, publish.publish = plan, put  # type: ignore[assignment]
            release.build_and_publish(self.home)
            code = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(code)


def _seen(scrape: Scrape, things: dict[int, Thing]) -> Seen:
    at = datetime.combine(scrape.day, datetime.min.time(), UTC) + timedelta(hours=6, seconds=int(scrape.provider[5:]))
    url = f"https://{scrape.provider}.example/prices"
    offers = tuple(_offers(scrape, things))
    return Seen(
        scrape.provider, "pricing_page", url, at, scrape.status, sha256=f"{scrape.day}{scrape.provider}",
        origin="recorded", offers=offers,
    )  # fmt: skip


def _offers(scrape: Scrape, things: dict[int, Thing]) -> Iterator[Offer]:
    for number, statement in scrape.listing.items():
        thing = things[number]
        for row in statement:
            yield Offer(
                source="pricing_page", pricing_model=thing.pricing_model, price=row.price, text=f"{row.price} an hour",
                price_unit="" if row.price is None else "instance_hour", price_status=row.price_status,
                currency=row.currency, instance=scrape.names.get(number, thing.first_name), gpu_label=thing.gpu_label,
                gpu_count=Decimal(thing.gpu_count), region=thing.region, effective_from=row.starts_on,
            )  # fmt: skip


def table(years: Years) -> str:
    """Return what the years took, in up to ten stretches, and what happened in them."""
    appends = [run for run in years.runs if not run.is_whole]
    lines = ["until        s/day  CPU s/day  peak MB  landing MB  warehouse MB  published MB"]
    size = max(1, -(-len(appends) // 10))
    by_day = {day: mb for day, *mb in years.sizes}
    for start in range(0, len(appends), size):
        part = appends[start : start + size]
        landing, warehouse, published = by_day[part[-1].day]
        lines.append(
            f"{part[-1].day}  {median(r.wall for r in part):5.2f}  {median(r.cpu for r in part):9.2f}  "
            f"{max(r.peak_mb for r in part):7.0f}  {landing:10.1f}  {warehouse:12.1f}  {published:12.1f}"
        )
    anew = [run for run in years.runs if run.is_whole]
    lines += [f"built anew {r.day}: {r.wall:.1f} s, {r.cpu:.1f} CPU s, {r.peak_mb:.0f} MB" for r in anew]
    happened = years.market.planted + years.done
    lines.append("happened: " + ", ".join(f"{kind} {n}" for kind, n in sorted(happened.items())))
    return "\n".join(lines)
