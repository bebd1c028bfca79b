"""Measures what the cost model assumes of a chip: bandwidth, products by format, attention, fixed times, all-reduce.

Copy this one file to a machine with a GPU and PyTorch, and run it; it needs nothing else and takes five minutes at most:

    python measure.py --output rows.csv

Every quantity is one row, also those that the chip cannot do, with the reason. Each is measured in a process that may
crash or hang without the others. `gpuhour cost check-constants rows.csv` compares the rows with the model.
"""

from __future__ import annotations

import argparse
import csv
import math
import multiprocessing
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

COLUMNS = ("quantity", "format", "shape", "value", "unit", "spread", "n", "reason", "device", "gpus", "driver", "runtime",
           "torch", "measured_at")  # fmt: skip
MAX_SECONDS = 250
_REPEATS = 25  # samples of one quantity; fewer where its share of time is over, never fewer than _LEAST
_LEAST = 3
_START_SECONDS = 90  # importing torch and opening the device
_JOB_SECONDS = 45  # a quantity that takes longer hangs; with MAX_SECONDS, all end within five minutes
_HEADS, _KV_HEADS, _HEAD_DIM = 64, 8, 128  # attention of Llama 70B
Samples = list[float]


class Job(NamedTuple):
    """One quantity to measure; sizes are what its function takes, as the row's shape names them."""

    quantity: str
    format: str
    unit: str
    sizes: tuple[int, ...]

    @property
    def shape(self) -> str:
        """The sizes as text: 8192x28672x8192."""
        return "x".join(map(str, self.sizes))


class Outcome(NamedTuple):
    """The samples of one quantity, or why there are none."""

    samples: Samples
    reason: str = ""


# -- The rows


def row_of(job: Job, outcome: Outcome, machine: dict[str, str], now: datetime) -> dict[str, str]:
    """Return a row of COLUMNS: the median of the samples, and half the distance between their quartiles as a share."""
    row = dict.fromkeys(COLUMNS, "") | machine
    row |= {
        "quantity": job.quantity,
        "format": job.format,
        "shape": job.shape,
        "unit": job.unit,
        "reason": outcome.reason,
    }
    row |= {"n": str(len(outcome.samples)), "measured_at": now.strftime("%Y-%m-%dT%H:%M:%SZ")}
    if outcome.samples:
        row |= {"value": f"{statistics.median(outcome.samples):.6g}", "spread": f"{_spread(outcome.samples):.3g}"}
    return row


def _spread(samples: Samples) -> float:
    if len(samples) < 2:
        return 0.0
    low, middle, high = statistics.quantiles(samples, n=4, method="inclusive")
    return (high - low) / 2 / middle


def write_rows(file: Path, rows: Sequence[dict[str, str]]) -> None:
    """Write rows of COLUMNS as CSV: whole, or the file stays as it was."""
    part = file.with_name(f"{file.name}.part")
    with part.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    part.replace(file)


def run(
    jobs: Sequence[Job],
    measure: Callable[[Job, float], Outcome],
    seconds: float,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[tuple[Job, Outcome]]:
    """Measure each job within the seconds given; when they are over, the rest have that as their reason.

    measure(job, limit): what asks for one, with the seconds until it is taken to hang.
    """
    end = clock() + seconds
    for job in jobs:
        left = end - clock()
        if left <= 0:
            yield job, Outcome([], f"not reached within {seconds:g} s; give more --seconds")
        else:
            yield job, measure(job, _JOB_SECONDS)


# -- The process that measures


class NoDevice(Exception):
    """torch or the device is missing; the message says which."""


class Worker:
    """A process that has the device open; it is replaced after a crash, a hang or an error that the device keeps."""

    def __init__(self, device: str) -> None:
        """Keep the name of the device: cuda, cpu or auto. The process starts with the first question."""
        self.device = device
        self.machine: dict[str, str] = {}
        self.sizes: dict[str, int] = {}
        self._pipe: Connection | None = None
        self._process: Any = None

    def start(self) -> None:
        """Open the device. Raises NoDevice."""
        context = multiprocessing.get_context("spawn")  # a forked process cannot use CUDA
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, self.device))
        self._process.start()
        theirs.close()
        opened = self._receive(_START_SECONDS)
        if not isinstance(opened, tuple):
            self.close()
            raise NoDevice(opened or f"torch did not start within {_START_SECONDS} s")
        self.device, self.machine, self.sizes = opened

    def measure(self, job: Job, limit: float) -> Outcome:
        """Return what the process measured, or why it could not."""
        if self._pipe is None:
            try:
                self.start()
            except NoDevice as absent:
                return Outcome([], f"the device did not open again: {absent}")
        assert self._pipe is not None
        try:
            self._pipe.send(job)
        except OSError:
            outcome = None
        else:
            outcome = self._receive(limit)
        if isinstance(outcome, Outcome):
            if outcome.reason.startswith(_BROKEN):
                self.close()  # the device refuses everything from now on
            return outcome
        self.close()
        return Outcome([], f"no answer within {limit:.0f} s" if outcome == "" else "the process died")

    def _receive(self, limit: float) -> Any:
        """Return what the process sends; "" after the limit, None where it ended."""
        assert self._pipe is not None
        try:
            return self._pipe.recv() if self._pipe.poll(limit) else ""
        except (EOFError, OSError):
            return None

    def close(self) -> None:
        """End the process and those that it started."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None and self._process.pid is not None:
            if self._process.is_alive():
                try:
                    os.killpg(self._process.pid, signal.SIGKILL)
                except OSError:
                    self._process.kill()  # it has no group of its own yet
            self._process.join()
        self._pipe = self._process = None


_BROKEN = "device error: "


def _serve(pipe: Connection, device: str) -> None:
    """Answer one job after another until the pipe closes."""
    os.setsid()
    try:
        import torch
    except ImportError as absent:
        pipe.send(f"torch cannot be imported ({absent}); install PyTorch for this machine first")
        return
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cuda" and not torch.cuda.is_available():
        pipe.send("no GPU that torch can use; --device cpu tries the script without one")
        return
    bench = Bench(torch, device)
    pipe.send((device, machine_of(torch, device), bench.sizes()))
    while True:
        try:
            job = pipe.recv()
        except EOFError:
            return
        try:
            outcome = Outcome(MEASURES[job.quantity](bench, job))
        except Exception as failed:  # each row states its own reason
            text = " ".join(str(failed).split())[:300] or type(failed).__name__
            broken = any(word in text for word in ("CUDA error", "HIP error", "AcceleratorError", "device-side assert"))
            outcome = Outcome([], f"{_BROKEN if broken else ''}{text}")
        pipe.send(outcome)
        bench.tidy()


def machine_of(torch: Any, device: str) -> dict[str, str]:
    """Return the columns that name the machine."""
    machine = {"torch": torch.__version__, "gpus": "0", "device": "cpu", "runtime": "", "driver": ""}
    if device == "cpu":
        return machine
    version = torch.version.hip
    runtime = f"ROCm {version}" if version else f"CUDA {torch.version.cuda}"
    return machine | {"device": torch.cuda.get_device_name(0), "gpus": str(torch.cuda.device_count()), "runtime": runtime,
                      "driver": _driver()}  # fmt: skip


def _driver() -> str:
    """Return the version of the kernel's driver, as Linux states it; empty elsewhere."""
    for place in ("/sys/module/nvidia/version", "/sys/module/amdgpu/version"):
        try:
            return Path(place).read_text().strip()
        except OSError:
            continue
    return ""


class Bench:
    """A device, and how time is taken on it."""

    def __init__(self, torch: Any, device: str) -> None:
        """Prepare a buffer that is larger than the device's cache."""
        self.torch, self.device = torch, device
        self.is_cuda = device == "cuda"
        self.is_hip = bool(torch.version.hip)
        cache = 32 << 20
        if self.is_cuda:
            properties = torch.cuda.get_device_properties(0)
            # AMD's cache behind L2 is in no property; 256 MB is the largest so far.
            cache = max(getattr(properties, "L2_cache_size", 0), (256 if self.is_hip else 32) << 20)
        self.flush = torch.empty(2 * cache, dtype=torch.int8, device=device)
        torch.manual_seed(0)

    def sizes(self) -> dict[str, int]:
        """Return what jobs are sized by: bytes of free memory, and the number of processes that can reduce together."""
        if self.is_cuda:
            return {"free": self.torch.cuda.mem_get_info(0)[0], "ranks": min(self.torch.cuda.device_count(), 8)}
        return {"free": 1 << 30, "ranks": 2}

    def random(self, *shape: int, dtype: Any = None) -> Any:
        """Return random numbers: zeros would draw less power, and so run faster than real weights."""
        wanted = dtype or self.torch.bfloat16
        if wanted == self.torch.int8:
            return self.torch.randint(-128, 128, shape, dtype=wanted, device=self.device)
        return self.torch.randn(shape, dtype=self.torch.bfloat16, device=self.device).to(wanted)

    def ones(self, *shape: int, dtype: Any = None) -> Any:
        """Return scales of one; not every format can be filled directly."""
        return self.torch.ones(shape, device=self.device).to(dtype or self.torch.float32)

    def seconds(self, work: Callable[[], object], limit: float = 2.0) -> Samples:
        """Return the seconds of each repeat, after a warm-up, each with a cold cache.

        On a GPU, events between kernels take the time, so that it holds no launch: while the cache is flushed, the
        processor has queued what follows.
        """
        end = time.monotonic() + limit
        for _ in range(2):
            work()
        self.wait()
        samples: Samples = []
        while len(samples) < _LEAST or (len(samples) < _REPEATS and time.monotonic() < end):
            self.flush.zero_()
            if self.is_cuda:
                start, stop = (self.torch.cuda.Event(enable_timing=True) for _ in range(2))
                start.record()
                work()
                stop.record()
                self.wait()
                samples.append(start.elapsed_time(stop) / 1e3)
            else:
                started = time.perf_counter()
                work()
                samples.append(time.perf_counter() - started)
        return samples

    def wait(self) -> None:
        """Wait until the device has nothing more to do."""
        if self.is_cuda:
            self.torch.cuda.synchronize()

    def tidy(self) -> None:
        """Give memory of the last job back, so that the next one finds room."""
        if self.is_cuda:
            self.torch.cuda.empty_cache()


# -- The quantities


def read_memory(bench: Bench, job: Job) -> Samples:
    """Measure GB/s of adding up a large array: it is read once and nothing is written."""
    source = bench.random(job.sizes[0] // 4, dtype=bench.torch.float32)
    return [job.sizes[0] / s / 1e9 for s in bench.seconds(lambda: source.sum())]


def copy_memory(bench: Bench, job: Job) -> Samples:
    """Measure GB/s of copying a large array: bytes read and bytes written."""
    source = bench.random(job.sizes[0] // 2)
    target = bench.torch.empty_like(source)
    return [2 * job.sizes[0] / s / 1e9 for s in bench.seconds(lambda: target.copy_(source))]


def multiply(bench: Bench, job: Job) -> Samples:
    """Measure TFLOPS of a product of many tokens, as in reading a prompt: m x k by k x n."""
    m, n, k = job.sizes
    work = product(bench, job.format, m, n, k)
    return [2 * m * n * k / s / 1e12 for s in bench.seconds(work)]


def multiply_few(bench: Bench, job: Job) -> Samples:
    """Measure GB/s at which a product of few tokens reads its weights, as in a decode step."""
    m, n, k = job.sizes
    work = product(bench, job.format, m, n, k)
    return [n * k * WEIGHT_BYTES[job.format] / s / 1e9 for s in bench.seconds(work)]


# Bytes of a weight with its scales, as the cost model counts them (weight_bytes_per_param).
WEIGHT_BYTES = {"BF16": 2.0, "FP16": 2.0, "FP8": 1.0, "FP8-ROW": 1.0, "FP8-BLOCK": 1.0, "MXFP8": 1.03125, "W8A8": 1.0,
                "FP4": 0.5625, "MXFP4": 0.53125}  # fmt: skip


def product(bench: Bench, form: str, m: int, n: int, k: int) -> Callable[[], Any]:
    """Return a product of activations (m x k) and weights (n x k, as layers keep them), after one check of its size."""
    torch = bench.torch
    if form in ("BF16", "FP16"):
        dtype = torch.bfloat16 if form == "BF16" else torch.float16
        a, b = bench.random(m, k, dtype=dtype), bench.random(n, k, dtype=dtype).t()
        work: Callable[[], Any] = lambda: torch.mm(a, b)  # noqa: E731 -- one product among others
    elif form == "W8A8":
        a, b = bench.random(m, k, dtype=torch.int8), bench.random(n, k, dtype=torch.int8).t()
        work = lambda: torch._int_mm(a, b)  # noqa: E731
    else:
        work = _scaled(bench, form, m, n, k)
    made = tuple(work().shape)
    if made != (m, n):
        raise ValueError(f"the product is {made}, not {(m, n)}")
    return work


def _scaled(bench: Bench, form: str, m: int, n: int, k: int) -> Callable[[], Any]:
    """Return a product of numbers with scales, all of them one: their layout then makes no difference."""
    torch, ones = bench.torch, bench.ones
    if form in ("FP4", "MXFP4"):
        # Two numbers to a byte; any byte is two numbers.
        a, b = (
            torch.randint(0, 256, (rows, k // 2), dtype=torch.uint8, device=bench.device).view(torch.float4_e2m1fn_x2)
            for rows in (m, n)
        )
    else:
        dtype = torch.float8_e4m3fn
        if bench.is_hip and "gfx94" in getattr(torch.cuda.get_device_properties(0), "gcnArchName", ""):
            dtype = torch.float8_e4m3fnuz  # the MI300's own form
        a, b = bench.random(m, k, dtype=dtype), bench.random(n, k, dtype=dtype)
    if form == "FP8":
        return _call(bench, a, b, [[ones()], [ones()]], ["TensorWise"], ["TensorWise"])
    if form == "FP8-ROW":
        return _call(bench, a, b, [[ones(m, 1)], [ones(1, n)]], ["RowWise"], ["RowWise"])
    if form == "FP8-BLOCK":  # DeepSeek's: tokens in groups of 128, weights in squares; scales lie column by column
        groups = math.ceil(k / 128)
        scales = [[ones(groups, m).t()], [ones(math.ceil(n / 128), 4 * math.ceil(groups / 4)).t()]]
        return _call(bench, a, b, scales, ["BlockWise1x128"], ["BlockWise128x128"])
    size, dtype, recipe = {
        "MXFP8": (32, torch.float8_e8m0fnu, ["BlockWise1x32"]), "MXFP4": (32, torch.float8_e8m0fnu, ["BlockWise1x32"]),
        "FP4": (16, torch.float8_e4m3fn, ["BlockWise1x16", "TensorWise"]),
    }[form]  # fmt: skip
    scales = []
    for rows in (m, n):
        groups = k // size
        # NVIDIA's units take scales in tiles of 128 x 4, filled up.
        count = rows * groups if bench.is_hip else 128 * math.ceil(rows / 128) * 4 * math.ceil(groups / 4)
        scales.append([ones(count, dtype=dtype), ones(1)][: len(recipe)])
    return _call(bench, a, b, scales, recipe, recipe, is_swizzled=not bench.is_hip)


def _call(
    bench: Bench, a: Any, b: Any, scales: list[list[Any]], left: list[str], right: list[str], is_swizzled: bool = False
) -> Callable[[], Any]:
    """Return the call of torch's scaled product; where this torch has only the older one, of that."""
    functional, bfloat16 = bench.torch.nn.functional, bench.torch.bfloat16
    # Inference adds up in the units' own precision where scales are per tensor or row.
    fast = bench.is_cuda and not bench.is_hip and left[0] in ("TensorWise", "RowWise")
    if not hasattr(functional, "scaled_mm"):
        return lambda: bench.torch._scaled_mm(
            a, b.t(), scales[0][0], scales[1][0], out_dtype=bfloat16, use_fast_accum=fast
        )
    kinds, swizzles = functional.ScalingType, functional.SwizzleType
    swizzle = [swizzles.SWIZZLE_32_4_4 if is_swizzled else swizzles.NO_SWIZZLE, swizzles.NO_SWIZZLE][: len(left)]
    return lambda: functional.scaled_mm(
        a, b.t(), scales[0], [getattr(kinds, kind) for kind in left], scales[1], [getattr(kinds, kind) for kind in right],
        swizzle_a=swizzle, swizzle_b=swizzle, output_dtype=bfloat16, use_fast_accum=fast,
    )  # fmt: skip


def attend_one(bench: Bench, job: Job) -> Samples:
    """Measure GB/s at which one new token of each sequence reads its KV cache.

    The heads that share keys are put in place of tokens: the same products, in the form that kernels take quickest.
    """
    batch, length = job.sizes
    queries = bench.random(batch, _KV_HEADS, _HEADS // _KV_HEADS, _HEAD_DIM)
    keys, values = (bench.random(batch, _KV_HEADS, length, _HEAD_DIM) for _ in range(2))
    attention = bench.torch.nn.functional.scaled_dot_product_attention
    read = 2 * batch * _KV_HEADS * length * _HEAD_DIM * 2
    return [read / s / 1e9 for s in bench.seconds(lambda: attention(queries, keys, values))]


def attend_all(bench: Bench, job: Job) -> Samples:
    """Measure TFLOPS of causal attention over a prompt, counting the half that is not masked."""
    batch, length = job.sizes
    queries = bench.random(batch, _HEADS, length, _HEAD_DIM)
    keys, values = (bench.random(batch, _HEADS, length, _HEAD_DIM) for _ in range(2))
    attention = bench.torch.nn.functional.scaled_dot_product_attention
    flop = 4 * batch * _HEADS * length * length * _HEAD_DIM / 2
    return [flop / s / 1e12 for s in bench.seconds(lambda: attention(queries, keys, values, is_causal=True))]


def launch(bench: Bench, job: Job) -> Samples:
    """Measure the seconds that each of many tiny kernels in a row takes."""
    (count,) = job.sizes
    one = bench.torch.zeros(1, device=bench.device)

    def work() -> None:
        for _ in range(count):
            one.add_(1)

    return [s / count for s in bench.seconds(work)]


def layer(bench: Bench, job: Job) -> Samples:
    """Measure the seconds of a layer's kernels where they have next to nothing to do; on a GPU, inside a graph."""
    layers, hidden = job.sizes
    torch, functional = bench.torch, bench.torch.nn.functional
    x, weight = bench.random(1, hidden), bench.random(hidden, hidden)
    wide, back = bench.random(hidden, 4 * hidden), bench.random(2 * hidden, hidden)
    heads = hidden // 64

    def work() -> Any:
        state = x
        for _ in range(layers):
            normal = functional.rms_norm(state, (hidden,))
            qkv = normal @ wide
            query, key, value, _ = qkv.view(1, 4, heads, 64).transpose(1, 2).unsqueeze(3).unbind(2)
            mixed = functional.scaled_dot_product_attention(query, key, value)
            state = state + mixed.reshape(1, hidden) @ weight
            normal = functional.rms_norm(state, (hidden,))
            gate, up = (normal @ wide).chunk(2, dim=-1)
            state = state + (functional.silu(gate) * up) @ back
        return state

    if not bench.is_cuda:
        return [s / layers for s in bench.seconds(work)]
    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):  # what kernels set up at first must not be in the graph
        work()
    stream.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return [s / layers for s in bench.seconds(graph.replay)]


def all_reduce(bench: Bench, job: Job) -> Samples:
    """Measure an all-reduce of all GPUs of this machine: its seconds, or the GB/s that each link carries one way."""
    ranks, size = job.sizes
    if ranks < 2:
        raise ValueError("one GPU: there is nothing to reduce with")
    import torch.multiprocessing as processes

    with tempfile.TemporaryDirectory() as folder:
        processes.spawn(_reduce, (ranks, size, bench.device, folder), nprocs=ranks)
        seconds = [float(line) for line in Path(folder, "seconds").read_text().split()]
    if job.unit == "s":
        return seconds
    return [2 * (ranks - 1) / ranks * size / s / 1e9 for s in seconds]


def _reduce(rank: int, ranks: int, size: int, device: str, folder: str) -> None:
    """Take part in the all-reduce; the first writes the seconds of each repeat."""
    import torch
    import torch.distributed as dist

    if device == "cuda":
        torch.cuda.set_device(rank)
    backend = "nccl" if device == "cuda" else "gloo"
    dist.init_process_group(backend, init_method=f"file://{folder}/store", rank=rank, world_size=ranks)
    values = torch.ones(size // 2, dtype=torch.bfloat16, device=device)
    repeats, inner = 15, 20 if size < 1 << 20 else 2
    seconds = []
    for nth in range(repeats + 3):  # the first ones connect and warm up
        dist.barrier()
        if device == "cuda":
            torch.cuda.synchronize()
        started = time.perf_counter()
        for _ in range(inner):
            dist.all_reduce(values)
        if device == "cuda":
            torch.cuda.synchronize()
        if nth >= 3:
            seconds.append((time.perf_counter() - started) / inner)
    if rank == 0:
        Path(folder, "seconds").write_text("\n".join(map(repr, seconds)))
    dist.destroy_process_group()


MEASURES: dict[str, Callable[[Bench, Job], Samples]] = {
    "memory_read": read_memory, "memory_copy": copy_memory, "matmul": multiply, "decode_matmul": multiply_few,
    "decode_attention": attend_one, "prefill_attention": attend_all, "kernel_launch": launch, "layer": layer,
    "all_reduce_latency": all_reduce, "all_reduce_bandwidth": all_reduce,
}  # fmt: skip


def jobs_for(device: str, sizes: dict[str, int]) -> list[Job]:
    """Return the quantities, most wanted first. On a CPU all are small: they only show that the script works."""
    is_cuda, ranks = device == "cuda", sizes["ranks"]
    memory = min(4 << 30, sizes["free"] // 8) // 1024 * 1024 if is_cuda else 64 << 20
    n, k = (28672, 8192) if is_cuda else (512, 512)  # the widest product of Llama 70B
    few, many = ((32, 128), (2048, 8192)) if is_cuda else ((32,), (256,))
    batch, length = (64, 4096) if is_cuda else (1, 256)
    formats = tuple(WEIGHT_BYTES)
    return [
        Job("memory_read", "", "GB/s", (memory,)),
        Job("memory_copy", "", "GB/s", (memory // 2,)),
        *(Job("matmul", form, "TFLOPS", (many[-1], n, k)) for form in formats),
        *(Job("decode_matmul", form, "GB/s", (few[-1], n, k)) for form in formats),
        Job("decode_attention", "BF16", "GB/s", (batch, length)),
        Job("prefill_attention", "BF16", "TFLOPS", (1, 2 * length)),
        Job("layer", "BF16", "s", (64 if is_cuda else 4, 256)),
        Job("kernel_launch", "", "s", (1000 if is_cuda else 100,)),
        Job("all_reduce_latency", "BF16", "s", (ranks, 16 << 10)),
        Job("all_reduce_bandwidth", "BF16", "GB/s", (ranks, (512 if is_cuda else 1) << 20)),
        *(Job("matmul", form, "TFLOPS", (m, n, k)) for m in many[:-1] for form in formats),
        *(Job("decode_matmul", form, "GB/s", (m, n, k)) for m in few[:-1] for form in formats),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure everything, write the rows, and list them on stderr."""
    parser = argparse.ArgumentParser(description="Measure what gpuhour's cost model assumes of a chip.")
    parser.add_argument("--output", type=Path, required=True, help="CSV file to write")
    parser.add_argument(
        "--seconds", type=float, default=240, help=f"time for all of it, at most {MAX_SECONDS} (default 240)"
    )
    parser.add_argument(
        "--device", choices=("cuda", "cpu", "auto"), default="auto", help="cuda is ROCm too (default auto)"
    )
    asked = parser.parse_args(arguments)
    if not 0 < asked.seconds <= MAX_SECONDS:
        parser.error(f"--seconds must be above 0 and at most {MAX_SECONDS}, not {asked.seconds:g}")
    if not asked.output.parent.is_dir():
        parser.error(f"there is no folder {asked.output.parent}")
    started = time.monotonic()
    worker = Worker(asked.device)
    rows: list[dict[str, str]] = []
    try:
        try:
            worker.start()
        except NoDevice as absent:
            parser.error(str(absent))
        left = asked.seconds - (time.monotonic() - started)
        for job, outcome in run(jobs_for(worker.device, worker.sizes), worker.measure, left):
            rows.append(row_of(job, outcome, worker.machine, datetime.now(UTC)))
            value = rows[-1]["value"] and f"{rows[-1]['value']} {job.unit}"
            print(f"{job.quantity:21} {job.format:10} {job.shape:17} {value or outcome.reason}", file=sys.stderr)
            write_rows(asked.output, rows)  # what is measured stays, whatever happens next
    finally:
        worker.close()
    return 0 if any(row["value"] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
