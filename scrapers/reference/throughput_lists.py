"""Published measurements of how many tokens a second servers make: MLPerf's rounds, and InferenceX's nightly runs."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from scrapers.model import LayoutError, Measurement, Offer, Page, Provider, Request, clip, is_day
from scrapers.parsing.json_stream import documents

MOST_ROWS = 100_000  # of one document; the largest has a few thousand
MOST_BYTES = 64 * 1024 * 1024
_LONGEST = 200  # characters of a name
_MOST_GPUS = 100_000
_MOST_TOKENS = Decimal(10) ** 8  # of a prompt
_MOST_SPEED = Decimal(10) ** 7  # tokens per second and GPU
_LEAST_SPEED = Decimal(10) ** -3  # what is less would be landed as 0
_MOST_REQUESTS = Decimal(10) ** 7  # at once
_MOST_SECONDS = Decimal(10) ** 6
_MALFORMED = (AttributeError, ArithmeticError, KeyError, TypeError, ValueError)
Facts = Mapping[str, Any]


def _no_offers(_: Page) -> list[Offer]:
    return []


# -- where they are ----------------------------------------------------------------------------------------------------

_FIRST_ROUND = date(2024, 8, 1)  # the first whose systems still have a price
_PUBLISHED = {"v4.1": "2024-08"}  # rounds that did not come out in the month of their kind


def _round_month(version: str) -> str:
    """Return the month in which a round came out: 6.0 in April 2026, 6.1 in September 2026; "" for another version."""
    match = re.fullmatch(r"v(\d{1,2})\.([01])", version)
    if not match:
        return ""
    return _PUBLISHED.get(version, f"{2020 + int(match[1])}-{('04', '09')[int(match[2])]}")


def _mlperf(on: date) -> Provider:
    """Return MLPerf Inference with one request for each round that is due by a day: two a year."""
    versions = [f"v{year - 2020}.{half}" for year in range(_FIRST_ROUND.year, on.year + 1) for half in (0, 1)]
    due = [v for v in versions if f"{_FIRST_ROUND:%Y-%m}" <= _round_month(v) <= f"{on:%Y-%m}"]
    return Provider(
        "mlperf", "MLPerf Inference (MLCommons)", tuple(map(_round_request, due)), _no_offers,
        access="public JSON", publishes="measured throughput of servers, twice a year", units="tokens per second",
    )  # fmt: skip


def _round_request(version: str) -> Request:
    """Return the address of a round's summary: its name changed with 6.1."""
    folder = f"https://raw.githubusercontent.com/mlcommons/inference_results_{version}/main"
    first, second = (
        Request(f"{folder}/{name}", f"mlperf_{version}", expect="json", max_bytes=MOST_BYTES)
        for name in ("summary_results.json", "summary.json")
    )
    return replace(first, alternatives=(second,))


@cache
def _table(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()))


def _inferencex() -> Provider:
    names = dict.fromkeys(row["display"] for row in _table("inferencex_models.csv"))
    requests = tuple(
        Request(
            f"https://inferencex.semianalysis.com/api/v1/benchmarks?model={quote(name)}",
            "inferencex", expect="json", max_bytes=MOST_BYTES,
        )
        for name in names
    )  # fmt: skip
    return Provider(
        "inferencex", "InferenceX (SemiAnalysis)", requests, _no_offers,
        access="public API", publishes="measured throughput of servers, nightly", units="tokens per second and GPU",
    )  # fmt: skip


SLUGS = ("mlperf", "inferencex")


def provider(slug: str, on: date) -> Provider:
    """Return one of SLUGS with the documents that are due by a day."""
    return _mlperf(on) if slug == "mlperf" else _inferencex()


# -- what they say -----------------------------------------------------------------------------------------------------


def measurements(page: Page) -> tuple[list[Measurement], dict[str, int]]:
    """Return a document's measurements, and what was left out: reason -> number of results.

    Raises LayoutError where the page is neither list, or states no throughput of a language model.
    """
    read: list[Measurement] = []
    left_out: dict[str, int] = {}
    try:
        for document in documents(page):
            for one in _read(page, document):
                reason = one if isinstance(one, str) else _fault(one)
                if reason:
                    left_out[reason] = left_out.get(reason, 0) + 1
                elif isinstance(one, Measurement):
                    read.append(one)
                if len(read) > MOST_ROWS:
                    raise LayoutError(page, f"at most {MOST_ROWS:,} results", f"{len(read):,}")
    except _MALFORMED as broken:
        raise LayoutError(page, "a list of measured throughput", repr(broken)) from broken
    if not read:
        reasons = "; ".join(f"{count} x {reason}" for reason, count in left_out.items())
        raise LayoutError(page, "throughput of language models", reasons or page.text()[:300])
    # MLPerf lists one run under each class of accuracy that it reached, in folders of their own.
    return list({replace(one, receipt_url=""): one for one in reversed(read)}.values())[::-1], left_out


def _read(page: Page, document: Any) -> Iterator[Measurement | str]:
    """Yield measurements, or why a result is none, by the shape of a document: a file may come without its address."""
    results = list(document.values()) if isinstance(document, dict) else document
    if not isinstance(results, list) or not all(isinstance(result, dict) for result in results):
        raise LayoutError(page, "a list of results", page.text()[:300])
    for result in results:
        try:
            if "Scenario" in result:
                yield _of_mlperf(result)
            elif "hardware" in result:
                yield _of_inferencex(result)
            else:
                yield "neither a result of MLPerf nor of InferenceX"
        except _MALFORMED as broken:
            yield f"cannot be read: {clip(repr(broken), 100)}"


def _fault(one: Measurement) -> str:
    """Return why figures cannot be a measurement, whatever a list says; empty where they can."""
    if not 1 <= one.n_gpus <= _MOST_GPUS:
        return f"the number of GPUs is not 1 to {_MOST_GPUS:,}"
    if not (1 <= one.isl <= _MOST_TOKENS and 1 <= one.osl <= _MOST_TOKENS):
        return f"lengths are not within 1 to {_MOST_TOKENS:,} tokens"
    if not _LEAST_SPEED <= one.out_tps_per_gpu <= _MOST_SPEED:
        return f"tokens per second and GPU are not within {_LEAST_SPEED} to {_MOST_SPEED:,}"
    if one.concurrency is not None and not 1 <= one.concurrency <= _MOST_REQUESTS:
        return f"requests at once are not within 1 to {_MOST_REQUESTS:,}"
    return ""


def _number(value: Any) -> Decimal | None:
    """Return a figure; None where there is none. Words and truth values are none."""
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        return None
    number = Decimal(value)
    return number if number.is_finite() and abs(number.adjusted()) < 30 else None


def _whole(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number is not None and number == int(number) and 0 <= number <= _MOST_TOKENS else None


def _seconds(value: Any) -> Decimal | None:
    """Return a time; None where there is none: a list may write 0 for what it did not measure."""
    number = _number(value)
    return number if number is not None and 0 < number <= _MOST_SECONDS else None


def _day(value: Any) -> str:
    """Return a day, a month or a year as lists write it; empty for what is none, which would pass for the newest."""
    return text if is_day(text := _text(value)[:10]) else ""


def _text(value: Any) -> str:
    """Return printable text of a bounded length; empty where there is none."""
    return clip(str(value), _LONGEST) if value not in (None, "") else ""


# -- MLPerf: results of a round, each of a system, a benchmark and a scenario ------------------------------------------

# Names of one product that elsewhere are those of a family: a Vera Rubin Ultra is another chip.
_GPUS = {"NVIDIA Vera Rubin": "VR200"}
_SCENARIOS = {"offline": "mlperf_offline", "server": "mlperf_server", "interactive": "mlperf_interactive"}
_MEAN_OUTPUT = re.compile(r"TOKENS_PER_SAMPLE:\s*(\d{1,7}(?:\.\d{1,6})?)\b")
_BITS = (("fp4", 4), ("mxfp4", 4), ("nvfp4", 4), ("int4", 4), ("fp8", 8), ("int8", 8), ("bf16", 16), ("fp16", 16),
         ("fp32", 32))  # fmt: skip


def _of_mlperf(result: Facts) -> Measurement | str:
    """Read a result. The keys changed with 6.1: the older name of each stands second."""

    def stated(*names: str) -> Any:
        return next((result[name] for name in names if result.get(name) is not None), None)

    benchmark = re.sub(r"-99(\.9)?$", "", _text(stated("MlperfModel", "UsedModel", "Model")).lower())
    sets = {row["benchmark"]: row for row in _table("mlperf_sets.csv")}
    if benchmark not in sets:
        return f"not a language model that we know the requests of: {clip(benchmark, 40)}"
    if "token" not in _text(stated("Units", "Performance_Units")).lower():
        return "no tokens per second"
    scenario = _SCENARIOS.get(_text(stated("Scenario")).lower())
    if not scenario:
        return "a scenario without a throughput"
    total, n_gpus = _number(stated("Result", "Performance_Result")), _whole(stated("total_accelerators", "a#"))
    if not total or not n_gpus:
        return "no result, or no number of GPUs"
    asked = sets[benchmark]
    answered = _MEAN_OUTPUT.search(_text(stated("Accuracy")))
    software, version = _text(stated("framework", "Software")), _text(stated("version"))
    gpu, formats = _text(stated("accelerator_model_name", "Accelerator")), _text(stated("weight_data_types"))
    gpu = _GPUS.get(gpu, gpu)
    division = _text(stated("Division", "Category")).lower()
    submitter, availability = _text(stated("Organization", "Submitter")), _text(stated("Availability"))
    shown = f"{submitter}: {benchmark} {scenario.removeprefix('mlperf_')} on {n_gpus} x {gpu}: {total} tokens/s"
    return Measurement(
        model=asked["model"], gpu=gpu, n_gpus=n_gpus, precision=_mlperf_format(formats, version, software, gpu),
        isl=Decimal(asked["input_tokens"]), osl=Decimal(answered[1] if answered else asked["output_tokens"]),
        isl_low=Decimal(asked["input_low"]) if asked["input_low"] else None,
        isl_high=Decimal(asked["input_high"]) if asked["input_high"] else None,
        out_tps_per_gpu=total / n_gpus, text=clip(shown), software=software, date=_round_month(version),
        scenario=scenario,
        # Four beams are four sequences that one request makes.
        extra=";".join(filter(None, (submitter, division, availability, "beam=4" if benchmark == "gptj" else ""))),
        receipt_url=_mlperf_page(version, _text(stated("Location"))),
    )  # fmt: skip


def _mlperf_format(stated: str, version: str, software: str, gpu: str) -> str:
    """Return the format of the weights: of several that are named, the one of fewest bits is theirs.

    In 4.1 the field names the reference's 16 bits where NVIDIA's engine ran with 8, or 4 on Blackwell.
    """
    named = {word for word in re.split(r"[^a-z0-9]+", stated.lower()) if word in dict(_BITS)}
    if version == "v4.1" and "TensorRT" in software and named <= {"fp16", "bf16"}:
        return "fp4" if re.search(r"\bG?B[23]00\b", gpu) else "fp8"
    return min(named, key=lambda word: (dict(_BITS)[word], word), default="")


def _mlperf_page(version: str, location: str) -> str:
    """Return the page of a result's folder in its round's repository."""
    folder = location.removeprefix("./").partition("/performance/")[0]
    if not version or not re.fullmatch(r"[\w ./+()-]{1,200}", folder) or ".." in folder:
        return ""
    return f"https://github.com/mlcommons/inference_results_{version}/tree/main/{quote(folder)}"


# -- InferenceX: runs of a model on each GPU, at several concurrencies -------------------------------------------------

# Prompts and answers are drawn from 0.8 to 1 times their nominal length.
_DRAWN = Decimal("0.9")
_FORM = {"h100": "H100 SXM", "h200": "H200 SXM"}  # eight of them stand in HGX systems


def _of_inferencex(result: Facts) -> Measurement | str:
    isl, osl, concurrency = (_number(result.get(name)) for name in ("isl", "osl", "conc"))
    if isl is None or osl is None:
        return "a replayed session, without one length of prompts"
    metrics = result["metrics"]
    speed = _number(metrics.get("output_tput_per_gpu"))
    if speed is None:
        return "no output tokens per second and GPU"
    key = _text(result["model"])
    models = {row["key"]: row["model"] for row in _table("inferencex_models.csv")}
    hardware = _text(result["hardware"]).lower()
    is_pool, tp = result.get("disagg") is True, _whole(result.get("decode_tp"))
    # GPUs that decode: for one server the list counts those of expert parallelism twice, so its tp is taken.
    n_gpus = _whole(result.get("num_decode_gpu")) if is_pool or result.get("is_multinode") is True else tp
    method = _text(result.get("spec_method")).lower()
    settings = ("disaggregated" if is_pool else "", f"spec={method}" if method not in ("", "none") else "")
    return Measurement(
        model=models.get(key, key), gpu=_FORM.get(hardware, hardware.upper()), n_gpus=n_gpus or 0,
        precision=_text(result.get("precision")), isl=isl * _DRAWN, osl=osl * _DRAWN, out_tps_per_gpu=speed,
        text=clip(
            f"{key} {result.get('precision')} on {hardware}, {isl}/{osl} tokens, {concurrency} at once: "
            f"output_tput_per_gpu {speed}"
        ),
        software=_software(result), date=_day(result.get("date")), tp=tp, ep=_whole(result.get("decode_ep")),
        dp_attn="true" if result.get("decode_dp_attention") is True else "false", concurrency=concurrency,
        scenario="concurrency", ttft_s=_seconds(metrics.get("mean_ttft")), tpot_s=_seconds(metrics.get("mean_tpot")),
        extra=";".join(filter(None, settings)), receipt_url=_web(result.get("run_url")),
    )  # fmt: skip


def _software(result: Facts) -> str:
    """Return the engine with its image, which names the version."""
    image = _text(result.get("image")).rpartition("/")[2]
    return clip(" ".join(filter(None, (_text(result.get("framework")), image))), _LONGEST)


def _web(address: Any) -> str:
    url = str(address or "")
    return url if urlsplit(url).scheme in ("http", "https") and len(url) <= 500 else ""
