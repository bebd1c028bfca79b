"""Resolves the many spellings of models and GPUs to specs: a wrong one would give a number that looks right."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from warehouse.identity.gpus import models, resolve, snap
from warehouse.identity.nearest import nearest
from warehouse.paths import SEEDS

# Words that say how a model was tuned or stored, not what shape it has.
_TUNING = {"instruct", "chat", "it", "base", "hf", "meta", "pt", "bf16", "fp16", "fp8", "fp4", "nvfp4", "mxfp4", "awq",
           "gptq", "int4", "int8", "w4a16", "w8a8", "kv", "dynamic", "v1"}  # fmt: skip
# Words that say which of several checkpoints of one shape is meant, or under which rules it ran. A name that is known
# with them is not looked up without: some models changed their weights' format with the checkpoint.
_CHECKPOINT = {"thinking", "terminus", "edge", "interactive", "99", "99.9"}
# Known models that are priced per image, second or query: no cost per token can be had of them.
_OTHER_KINDS = {
    "speech": "whisper|parakeet|canary|voxtral|wav2vec",
    "images or video": r"stable.?diffusion|sdxl|\bflux|\bwan.?2|hunyuan.?video|resnet|retinanet|unet",
    "recommendation or graphs": r"dlrm|rgat\b",
}


class UnknownName(Exception):
    """No spec, or more than one, has this name; the message suggests."""


def _key(name: str, without: Set[str] = frozenset()) -> str:
    """Reduce "meta-llama/Meta-Llama-3.1-70B-Instruct-FP8" to what names its shape: llama3.170b."""
    words = re.split(r"[\s_:-]+", name.strip().lower().rsplit("/", 1)[-1])
    dropped = _TUNING | without
    return "".join(word for word in words if word not in dropped and not re.fullmatch(r"2[0-9](0[1-9]|1[0-2])", word))


def _other_kind(label: str) -> str | None:
    """Return what a known model works on that is no language model."""
    kinds = (kind for kind, words in _OTHER_KINDS.items() if re.search(words, label.lower()))
    return next(kinds, None)


@dataclass(frozen=True)
class SpecNames:
    """The specs that labels may mean: rows of llm_specs and gpu_specs, as text or as the database has them."""

    llm_rows: Sequence[Mapping[str, Any]]
    gpu_rows: Sequence[Mapping[str, Any]]

    @cached_property
    def _models(self) -> dict[str, str]:
        """Return key -> name, over every model's own name, its repository's and those of the same shape."""
        names: dict[str, str] = {}
        for row in self.llm_rows:
            others = (row["repo"] or "", *(row["same_shape"] or "").split(";"))
            names |= {_key(name): row["name"] for name in others if name}
        names |= {_key(row["name"]): row["name"] for row in self.llm_rows}
        # Of "Qwen3-235B-A22B", the parameters in use are often left out.
        whole = [(re.sub(r"-a[\d.]+b\b", "", row["name"]), row["name"]) for row in self.llm_rows]
        counts = Counter(short for short, _ in whole)
        return {_key(short): name for short, name in whole if counts[short] == 1} | names

    @cached_property
    def _gpus(self) -> dict[str, Mapping[str, Any]]:
        return {row["name"]: row for row in self.gpu_rows}

    def known_model(self, label: str) -> str | None:
        """Return the name in llm_specs, or None; fast enough for long lists, as it suggests no near matches."""
        return self._models.get(_key(label)) or self._models.get(_key(label, _CHECKPOINT))

    def model(self, label: str) -> str:
        """Return the name in llm_specs. Raises UnknownName with the nearest ones."""
        name = self.known_model(label)
        if not name and (kind := _other_kind(label)):
            raise UnknownName(f"{label!r} is no language model but one of {kind}: it has no cost per token")
        if not name:
            raise UnknownName(f"unknown model {label!r}{nearest(label, set(self._models.values()), _key)}")
        return name

    def gpu(self, label: str) -> str:
        """Return the name in gpu_specs: that very name, or what the label resolves to with the usual form factor.

        Raises UnknownName when nothing fits, or when the memory would have to be guessed.
        """
        wanted = " ".join(label.split()).lower()
        for name in self._gpus:
            if name.lower() == wanted:
                return name
        card = resolve(label)
        same = {name: row for name, row in self._gpus.items() if row["gpu"] == card.model}
        if card.memory_gb is not None:
            same = {n: row for n, row in same.items() if snap(card.memory_gb, (Decimal(str(row["gpu_memory_gb"])),))}
        stated = {n for n, row in same.items() if (row["form_factor"] or "") == card.form_factor != ""}
        usual = {
            n
            for n, row in same.items()
            if str(row["is_default"]).lower() == "true" and not (card.form_factor and row["form_factor"])
        }
        names = stated or usual
        if len(names) == 1:
            return names.pop()
        if names:
            raise UnknownName(f"{label!r} may be {' or '.join(sorted(names))}: say which")
        raise UnknownName(f"unknown GPU {label!r}{nearest(label, models() | set(self._gpus))}")


@cache
def on_record() -> SpecNames:
    """Return the specs of the seeds."""
    return SpecNames(*(_rows(name) for name in ("llm_specs", "gpu_specs")))


def _rows(seed: str) -> list[dict[str, str]]:
    with (SEEDS / f"{seed}.csv").open(newline="") as stream:
        return list(csv.DictReader(stream))
