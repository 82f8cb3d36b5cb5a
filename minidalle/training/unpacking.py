"""From a model folder to a training folder, the opposite of `packing.py`: to train a shipped model further.

Every part becomes a checkpoint of update 0, from which `minidalle train PART --resume` starts a new run: with the
weights of the model, and with the optimiser, the schedules and, if the caller says so, the pictures all new. Parts
that are left alone are packed again as they are.

Left out: the optimiser's moments, which a model folder does not hold.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from minidalle.checkpoints import (
    LoadedModel,
    json_bytes,
    load_model,
    read_json,
    shards_in,
    tensor_bytes,
    write_folder,
)
from minidalle.presets import preset, preset_from_dict
from minidalle.training.logs import Log
from minidalle.training.loop import TrainingError
from minidalle.training.state import Say, State
from minidalle.training.tokenizer_task import FILE, WORDS
from minidalle.world.judging import load_reader

UNPACKED = "unpacked"
"""The field of a checkpoint's state.json that names the model it comes from."""


def unpack(model: Path, out: Path, say: Say) -> Path:
    """Lay out the model folder `model` as the training folder `out`; returns `out`.

    Raises TrainingError where something was trained in `out` already, CheckpointError for a damaged model or a folder
    that cannot be written.
    """
    taken = [name for name in ("tokenizer", "dvae", "dalle", "clip") if (out / name).exists()]
    if taken:
        raise TrainingError(f"{out} already holds a {taken[0]}: choose another folder to unpack to")
    loaded = load_model(model)
    words = json_bytes(loaded.config["words"])
    write_folder(out / "tokenizer", {FILE: (model / "tokenizer.json").read_bytes(), WORDS: words})
    inputs = {"tokenizer": loaded.tokenizer.fingerprint()}
    for part in ("dvae", "dalle", "clip"):
        network = getattr(loaded, part)
        if network is None:
            continue
        folder = _first_checkpoint(part, loaded, out / part, {} if part == "dvae" else dict(inputs))
        if part == "dvae":
            inputs["dvae"] = read_json(folder / "manifest.json")["average.safetensors"]["sha256"]
        about = loaded.config["about"].get(part, {})
        Log(out / part / "log.jsonl").start({"event": UNPACKED, "model": loaded.preset.name, "about": about})
    say(f"{out}: {loaded.preset.name}, ready for minidalle train ... --out {out} --resume")
    return out


def _first_checkpoint(part: str, loaded: LoadedModel, out: Path, inputs: dict[str, str]) -> Path:
    """Write the checkpoint of update 0 of a part."""
    listed, files = read_json(loaded.folder / "manifest.json"), shards_in(loaded.folder, part)
    sha256 = " ".join(listed[file.name]["sha256"] for file in files)
    about = {"task": part, "preset": loaded.preset.to_dict(), "inputs": inputs}
    return _write_first(out, about, loaded.preset.name, sha256, getattr(loaded, part).state_dict())


def _write_first(
    out: Path, about: dict[str, Any], model: str, sha256: str, weights: Mapping[str, Tensor]
) -> Path:
    """Write a checkpoint of update 0 with the weights of a model whose file, or files, have this hash."""
    document = {
        **about,
        "seed": 0,
        "precision": "fp32",
        "threads": 0,
        "torch": torch.__version__,
        "device": "cpu",
    }
    document |= {"step": 0, "total": 0, "skipped": 0, "seconds": 0.0, "averaged": 0}
    document[UNPACKED] = {"model": model, "sha256": sha256}
    tensors, path = tensor_bytes(weights), out / "checkpoints" / "step-000000"
    write_folder(path, {
        "model.safetensors": tensors, "average.safetensors": tensors,
        "optimiser.safetensors": tensor_bytes({}), "state.json": json_bytes(document),
    })  # fmt: skip
    return path


def unpack_reader(folder: Path, out: Path, say: Say) -> Path:
    """The same for a reader's folder: its checkpoint of update 0 comes to OUT/reader. Raises as `unpack`."""
    if (out / "reader").exists():
        raise TrainingError(f"{out} already holds a reader: choose another folder to unpack to")
    reader = load_reader(folder)
    document, listed = read_json(folder / "config.json"), read_json(folder / "manifest.json")
    about = {
        "task": "reader",
        "preset": preset("nano").to_dict(),
        "model": asdict(reader.config),
        "inputs": {},
    }
    path = _write_first(
        out / "reader", about, "reader", listed["reader.safetensors"]["sha256"], reader.state_dict()
    )
    Log(out / "reader" / "log.jsonl").start(
        {"event": UNPACKED, "model": "reader", "about": document["about"]}
    )
    say(f"{out}: the reader, ready for minidalle train reader --out {out} --resume")
    return path


def check_sizes(recorded: dict[str, Any], about: dict[str, Any]) -> None:
    """Raise TrainingError where the weights of an unpacked checkpoint would not fit the network to be trained."""
    part = about["task"]
    before, now = (_sizes(record) for record in (recorded, about))
    changed = [
        f"{part}.{key} is {before[key]!r}, not {now[key]!r}" for key in before if before[key] != now[key]
    ]
    if changed:
        raise TrainingError(f"the weights of {recorded[UNPACKED]['model']} do not fit: {'; '.join(changed)}")


def _sizes(record: dict[str, Any]) -> dict[str, Any]:
    """The sizes of the network that a checkpoint holds, by name; lists, as JSON gives them back."""
    part = record["task"]
    sizes = record["model"] if part == "reader" else preset_from_dict(record["preset"]).to_dict()[part]
    return json.loads(json.dumps(sizes))


def begin(state: State, checkpoint: Path) -> None:
    """Give a fresh state the weights of an unpacked checkpoint; everything else stays fresh."""
    fresh = state.total
    state.load(checkpoint)
    state.total = fresh
