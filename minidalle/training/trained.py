"""What lies in a training folder already: the tokenizer, and the newest checkpoint of a part.

Left out: training them (`setup.py`), and shipping them (`packing.py`).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from minidalle.checkpoints import read_json, read_tensors
from minidalle.dvae import DiscreteVAE
from minidalle.presets import Preset, preset_from_dict
from minidalle.tokenizer import BPETokenizer
from minidalle.training.loop import TrainingError
from minidalle.training.state import Say, newest_checkpoint


def first(command: str, out: Path, what: str) -> TrainingError:
    """The error where something is missing."""
    advice = f"run this first: minidalle train {command} --out {out} (with your --preset)"
    return TrainingError(f"there is no {what} in {out}; {advice}")


def trained_tokenizer(out: Path) -> BPETokenizer:
    """The tokenizer of a training folder. TrainingError where there is none."""
    path = out / "tokenizer" / "tokenizer.json"
    if not path.is_file():
        raise first("tokenizer", out, "trained tokenizer")
    try:
        return BPETokenizer.load(path)
    except ValueError as error:
        raise TrainingError(str(error)) from None


@dataclass(frozen=True)
class Trained:
    """The newest checkpoint of a task: averaged weights, the preset it was trained with, and what its log says."""

    weights: dict[str, torch.Tensor]
    preset: Preset
    state: dict[str, Any]
    sha256: str


def trained(task: str, out: Path, say: Say) -> Trained:
    """The averaged weights of a task's newest whole checkpoint; says so if its run is not finished.

    Raises TrainingError where there is none, CheckpointError where all are damaged.
    """
    folder = newest_checkpoint(out / task / "checkpoints", say)
    if folder is None:
        raise first(task, out, f"trained {task}")
    state = read_json(folder / "state.json")
    if state["step"] < state["total"]:
        say(f"the {task} in {out} is at update {state['step']} of {state['total']}: using it as it is")
    digest = read_json(folder / "manifest.json")["average.safetensors"]["sha256"]
    weights = read_tensors(folder / "average.safetensors")
    return Trained(weights, preset_from_dict(state["preset"]), state, digest)


def as_shipped(dvae: Trained) -> dict[str, torch.Tensor]:
    """The weights of a dVAE as they will be shipped, in float32: kernels rounded to bfloat16 if its preset says so."""
    if dvae.preset.training["dvae"].stored == "fp32":
        return dvae.weights
    return {key: value.bfloat16().float() if value.ndim > 1 else value for key, value in dvae.weights.items()}


def trained_dvae(out: Path, device: str, say: Say) -> tuple[DiscreteVAE, Trained]:
    """The frozen dVAE of a training folder, in evaluation mode."""
    found = trained("dvae", out, say)
    model = DiscreteVAE(found.preset.dvae)
    model.load_state_dict(as_shipped(found))
    return model.to(device).eval().requires_grad_(False), found
