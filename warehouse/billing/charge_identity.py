"""Recognises what a charge pays for: a machine with GPUs, a GPU or a part of its machine, or neither.

Works on the words that charges repeat, each combination once. A GPU is one that the tables of instance types, the
price history or the label itself name; what only looks like one keeps the reason why it could not be mapped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

from warehouse.identity.gpus import Gpu, identify, resolve

# Services that rent out machines; fees of other services for the same machines are not the machine's price.
_RENTING = {
    "aws": re.compile(r"amazon elastic compute cloud|amazon ?ec2", re.IGNORECASE),
    "azure": re.compile(r"virtual machines", re.IGNORECASE),
    "gcp": re.compile(r"compute engine", re.IGNORECASE),
}
# AWS: what a usage type is of. Others with the name of an instance type are fees beside it (EBSOptimized, CPUCredits).
_AWS_USAGE = re.compile(
    r"(?:^|-)(?P<of>BoxUsage|SpotUsage|DedicatedUsage|HostBoxUsage|HeavyUsage|UnusedBox|UnusedDed)"
    r":(?P<instance>[a-z0-9-]+\.[a-z0-9-]+)$",
    re.IGNORECASE,
)
_AWS_INSTANCE = re.compile(
    r"(?<![a-z0-9.])(?:ml\.)?((?:p\d+[a-z]*|gr?\d+[a-z]*)(?:-[a-z0-9]+)?\.(?:metal|(?:\d*x)?large))(?![a-z0-9])",
    re.IGNORECASE,
)
_AZURE_INSTANCE = re.compile(r"^(?:Standard[_ ])?N[CDGV]+\d", re.IGNORECASE)
_AZURE_SUFFIX = re.compile(r"\s+(?:spot|low priority|expired)$", re.IGNORECASE)
_GCP_MACHINE = re.compile(r"(?:a[2-9]x?|g[24])-[a-z]+-?\w*", re.IGNORECASE)
_GCP_GPU = re.compile(
    r"^(?:commitment v\d+:\s*)?(?P<gpu>.*?\bgpu)(?:\s+attached to .*?vms)?(?:\s+running)?(?:\s+in\s.*)?$", re.IGNORECASE
)
_GCP_HOST = re.compile(r"\b(?:core|ram)\s+(?:running\s+)?in\b|\binstance (?:core|ram)\b", re.IGNORECASE)
_LICENSED = re.compile(r"windows|red ?hat|rhel|suse|sles|sql server", re.IGNORECASE)
_AWS_LINUX = re.compile(r"(?:RunInstances)?(?::0800)?(?::SV\d+)?")  # others are of a licensed system; 0800: one's own
_GPU_WORDS = re.compile(r"\b(?:v?gpus?|nvidia|cuda)\b", re.IGNORECASE)
_DEDICATED = re.compile(r"DedicatedUsage:|HostBoxUsage:|UnusedDed:")
_SPOT = re.compile(r"spot|preemptible|low priority", re.IGNORECASE)
_COMPUTING = ("compute", "ai and machine learning")


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a charge; empty where it has none."""

    provider: str  # slug
    service: str = ""
    category: str = ""
    stated_instance: str = ""
    stated_count: str = ""
    operating_system: str = ""
    usage_type: str = ""
    operation: str = ""
    meter: str = ""
    description: str = ""
    machine: str = ""  # Google's label machine_spec

    def text(self) -> str:
        """Return all words that may name a GPU."""
        return " | ".join(
            word for word in (self.stated_instance, self.usage_type, self.meter, self.description, self.machine) if word
        )


@dataclass(frozen=True, slots=True)
class Charged:
    """The thing that a charge pays for.

    kind: machine, gpu_component, host_component, looks (like a GPU, with the reason why it is not mapped) or none.
    """

    kind: str
    instance: str = ""
    gpu: str | None = None
    form_factor: str = ""
    gpu_memory_gb: Decimal | None = None
    gpu_count: Decimal | None = None  # of the machine
    reason: str = ""
    not_comparable: str = ""  # why list prices of the plain machine do not apply
    is_spot: bool = False
    is_idle: bool = False  # a reserved capacity that stood unused


Machines = Mapping[tuple[str, str], Charged]  # by provider and `instance_key`: machines of the price history
_NONE = Charged("none")


def instance_key(instance: str) -> str:
    """Return an instance type as it is compared: "Standard_NC24ads_A100_v4" and "NC24ads A100 v4" are one."""
    return re.sub(r"\s+", "_", instance.strip().lower()).removeprefix("standard_")


def identify_charge(words: Words, machines: Machines) -> Charged:
    """Return what a charge with these words pays for."""
    charged = _identify(words, machines)
    if charged.kind not in ("machine", "gpu_component"):
        return charged
    licence = words.operating_system + " " + words.description
    if _LICENSED.search(licence) or _is_licensed_on_aws(words):
        charged = replace(charged, not_comparable="its price includes a licensed operating system")
    elif words.provider == "aws" and _DEDICATED.search(f"{words.usage_type} {words.meter}"):
        charged = replace(charged, not_comparable="its price is that of a dedicated machine")
    return replace(charged, is_spot=bool(_SPOT.search(f"{words.usage_type} {words.meter} {words.description}")))


def _is_licensed_on_aws(words: Words) -> bool:
    return words.provider == "aws" and not _AWS_LINUX.fullmatch(words.operation)


def _identify(words: Words, machines: Machines) -> Charged:
    renting = _RENTING.get(words.provider)
    is_renting = renting is None or bool(renting.search(words.service))
    if words.provider == "gcp" and is_renting:
        return _of_google(words, machines)
    instance, is_fee, is_idle = _instance(words)
    charged = _machine(words, instance, machines) if instance else _NONE
    if charged.kind == "machine" and not is_renting:
        return replace(charged, kind="looks", reason=f"a charge of {words.service}, not the machine's rent")
    if charged.kind == "machine" and is_fee:
        return _NONE
    if charged.kind == "machine":
        return replace(charged, is_idle=is_idle)
    if charged.kind != "none" or (instance and is_fee):
        return charged
    return _looks(words, instance)


def _instance(words: Words) -> tuple[str, bool, bool]:
    """Return (the instance type that a charge names, whether it is a fee beside the machine's rent, whether unused)."""
    if words.provider == "aws":
        for text in (words.usage_type, words.meter):
            if hit := _AWS_USAGE.search(text):
                return hit["instance"], False, hit["of"].lower().startswith("unused")
        if words.stated_instance:
            return words.stated_instance, bool(words.usage_type) and ":" in words.usage_type, False
        named = _AWS_INSTANCE.search(words.text())
        return (named[1], bool(words.usage_type), False) if named else ("", False, False)
    if words.stated_instance or words.provider != "azure":
        return words.stated_instance, False, False
    names = [_AZURE_SUFFIX.sub("", name.strip()) for name in words.meter.split("/")]
    hits = [name for name in names if _AZURE_INSTANCE.match(name)]
    return (hits[0] if hits else ""), False, False


def _machine(words: Words, instance: str, machines: Machines) -> Charged:
    """Return the machine of an instance type, by the seeds, the price history, or what the charge itself states."""
    named = identify(words.provider, instance, "", "", False, None)
    if not named.is_accelerator:
        return _NONE
    charged = _of(instance, named.gpu, named.gpu_count)
    if named.machine is None:
        charged = machines.get((words.provider, instance_key(instance)), _NONE)
    if charged.kind == "none" and _count(words) is not None:
        gpu = resolve(words.description)
        charged = _of(instance, gpu, _count(words)) if gpu.model else _NONE
    if charged.kind == "none":
        return charged
    charged = replace(charged, instance=instance)
    if charged.gpu is None or charged.gpu_count is None:
        unknown = "GPU" if charged.gpu is None else "number of GPUs"
        return replace(charged, kind="looks", reason=f"the {unknown} of {instance} is not known to gpuhour")
    stated = _count(words)
    if stated is not None and stated != charged.gpu_count and charged.gpu_count >= 1:
        reason = f"the bill says {stated:f} GPUs, gpuhour knows {charged.gpu_count.normalize():f} in {instance}"
        return replace(charged, kind="looks", reason=reason)
    return charged


def _of(instance: str, gpu: Gpu, count: Decimal | None) -> Charged:
    return Charged("machine", instance, gpu.model, gpu.form_factor, gpu.memory_gb, count)


def _count(words: Words) -> Decimal | None:
    return Decimal(words.stated_count) if re.fullmatch(r"[1-9]\d{0,3}(?:\.0+)?", words.stated_count) else None


def _of_google(words: Words, machines: Machines) -> Charged:
    """Return what a charge of Compute Engine pays for: it bills GPUs, cores and memory on lines of their own."""
    machine = words.machine or words.stated_instance
    text = words.description or words.meter
    whole = _machine(words, machine, machines) if _GCP_MACHINE.fullmatch(machine) else _NONE
    if _GCP_HOST.search(text):
        return Charged("host_component", machine)
    hit = _GCP_GPU.match(text)
    if not hit:
        if whole.kind == "machine" and not text:
            return whole
        return _looks(words, "")
    label = re.sub(r"\s*gpu$", "", hit["gpu"], flags=re.IGNORECASE)
    named = identify("gcp", label, label, "", False, None)
    if named.gpu.model is None:
        return Charged("looks", reason=f"no GPU is known as {label[:80]!r}")
    gpu, count = named.gpu, whole.gpu_count
    if whole.kind == "machine":
        if whole.gpu != gpu.model:
            reason = f"the line says {gpu.model}, and its machine {machine} holds {whole.gpu}"
            return Charged("looks", machine, gpu.model, reason=reason)
        return replace(whole, kind="gpu_component")
    return Charged("gpu_component", "", gpu.model, gpu.form_factor, gpu.memory_gb, count)


def _looks(words: Words, instance: str) -> Charged:
    """Return why a charge that seems to be of a GPU cannot be mapped; kind none for other charges."""
    text = words.text()
    if instance and (_AWS_INSTANCE.search(instance) or _AZURE_INSTANCE.match(instance)):
        return Charged("looks", instance, reason=f"no instance type is known as {instance[:80]!r}")
    if words.provider == "gcp" and (hit := _GCP_MACHINE.search(text)):
        return Charged("looks", hit[0], reason=f"a charge for {hit[0]} that is neither GPU, core nor memory")
    gpu = _named(text) if words.category.lower() in _COMPUTING else None
    if not _GPU_WORDS.search(text) and gpu is None:
        return _NONE
    subject = gpu or "a GPU"
    return Charged("looks", gpu=gpu, reason=f"{subject} is named, but no instance type and no number of GPUs")


@lru_cache(maxsize=65_536)
def _named(text: str) -> str | None:
    models = {gpu.model for part in text.split(" | ") if (gpu := resolve(part)).model}
    return models.pop() if len(models) == 1 else None
