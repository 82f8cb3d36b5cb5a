"""From a training folder to a model folder: the averaged weights of each part, ready to ship and to load.

The dVAE keeps float32, so that it reads pictures as the very codes that DALL-E was trained on, unless it was rounded
before DALL-E was trained; the other two are stored in bfloat16, at half the size.

Left out: the format of a model folder (`checkpoints.py`).
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from minidalle.checkpoints import save_model
from minidalle.presets import Preset
from minidalle.training.logs import read_log
from minidalle.training.loop import TrainingError
from minidalle.training.state import Say, checkpoints_in
from minidalle.training.tokenizer_task import WORDS
from minidalle.training.trained import Trained, as_shipped, trained, trained_tokenizer
from minidalle.training.unpacking import UNPACKED
from minidalle.world.judge import JudgeConfig
from minidalle.world.judging import save_judge, save_reader
from minidalle.world.reader import ReaderConfig


def pack(out: Path, folder: Path, say: Say, name: str | None = None) -> Path:
    """Write the model folder `folder` from what was trained in `out`; CLIP is left out where there is none.

    name: what the model calls itself (None: its preset). Raises TrainingError where a part is missing, or was
    trained on another tokenizer or dVAE than the ones that are there; CheckpointError for damaged checkpoints or
    a folder that cannot be written.
    """
    tokenizer = trained_tokenizer(out)
    parts = {part: trained(part, out, say) for part in ("dvae", "dalle")}
    if checkpoints_in(out / "clip" / "checkpoints"):
        parts["clip"] = trained("clip", out, say)
    check_fit(parts, tokenizer.fingerprint(), out)
    weights = {part: stored(part, found) for part, found in parts.items()}
    path = out / "tokenizer" / WORDS
    words = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    about = {part: figures(out / part, found) for part, found in parts.items()}
    preset = together(parts)
    save_model(
        folder, replace(preset, name=name or preset.name), tokenizer, weights, words, about, dtype=None
    )
    size = sum(file.stat().st_size for file in folder.iterdir())
    say(f"{folder}: {', '.join(parts)}, {size / 2**20:.1f} MB")
    return folder


def pack_judge(out: Path, folder: Path, say: Say) -> Path:
    """Write the judge that was trained in `out` to a folder of its own, as `world.judging.load_judge` reads it.

    Raises TrainingError where there is none; CheckpointError for damaged checkpoints or a folder that cannot be
    written.
    """
    found = trained("judge", out, say)
    config = JudgeConfig(image_size=found.preset.image_size, width=found.preset.training["judge"].width)
    save_judge(folder, config, found.weights, figures(out / "judge", found))
    say(f"{folder}: the judge")
    return folder


def pack_reader(out: Path, folder: Path, say: Say) -> Path:
    """Write the reader that was trained in `out` to a folder of its own, as `world.judging.load_reader` reads it.

    It keeps the kinds and fields that it was trained on, whatever the world has learnt since. Raises TrainingError
    where there is none; CheckpointError for damaged checkpoints or a folder that cannot be written.
    """
    found = trained("reader", out, say)
    config = ReaderConfig.from_dict(found.state["model"])
    weights = {
        name: value.to(torch.bfloat16) for name, value in found.weights.items() if value.is_floating_point()
    }
    save_reader(folder, config, found.weights | weights, figures(out / "reader", found))
    say(f"{folder}: the reader")
    return folder


def stored(part: str, found: Trained) -> dict[str, torch.Tensor]:
    """The weights of a part in the precision they are shipped in."""
    if part == "dvae":
        half = (
            found.preset.training["dvae"].stored == "bf16"
        )  # then nothing is lost: they were rounded already
        weights = as_shipped(found)
        return {key: value.bfloat16() if half and value.ndim > 1 else value for key, value in weights.items()}
    return {
        key: value.bfloat16() if value.is_floating_point() else value for key, value in found.weights.items()
    }


def check_fit(parts: dict[str, Trained], tokenizer: str, out: Path) -> None:
    """Raise TrainingError where a part was trained on something else than what lies beside it."""
    present = {"tokenizer": tokenizer, "dvae": parts["dvae"].sha256}
    for part, found in parts.items():
        for name, digest in present.items():
            if found.state["inputs"].get(name, digest) != digest:
                raise TrainingError(
                    f"the {part} in {out} was trained with another {name}: train the {part} again"
                )


def together(parts: dict[str, Trained]) -> Preset:
    """One preset of what each part was trained with."""
    preset = parts["dalle"].preset
    training = {**preset.training, **{part: found.preset.training[part] for part, found in parts.items()}}
    models = {part: getattr(found.preset, part) for part, found in parts.items()}
    return replace(preset, training=training, **models)


def figures(folder: Path, found: Trained) -> dict[str, Any]:
    """What the model folder says of a part: how long it was trained, and its last evaluation; of a part that came out
    of another model folder and was left alone, what that one said."""
    lines = read_log(folder / "log.jsonl")
    if UNPACKED in found.state:
        return next((line["about"] for line in lines if line.get("event") == UNPACKED), {})
    looks = [line for line in lines if line.get("evaluation")]
    kept = {key: found.state[key] for key in ("step", "total", "seconds", "seed", "torch", "precision")}
    return {**kept, **(looks[-1] if looks else {})}
