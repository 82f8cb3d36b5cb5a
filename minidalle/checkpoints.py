"""Weights on disk: safetensors and JSON in folders that are whole or not there (`checkpoint_folders.py`).

Every file is checked against its SHA-256 when a model is loaded. Nothing is ever unpickled, so opening a
stranger's checkpoint runs none of the stranger's code.

A *model folder*, which `save_model` writes and `load_model` reads, is config.json, tokenizer.json,
dvae.safetensors, dalle.safetensors, clip.safetensors and manifest.json; weights of more than 16 MiB lie in several
files, dalle-1-of-4.safetensors and so on, which git and its hosts take more kindly. Left out: what a training run keeps
besides weights (`training/state.py`), and finding a model by its name (`pipeline_find.py`).
"""

import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

from minidalle.checkpoint_folders import (
    MANIFEST,
    UNFINISHED,
    CheckpointError,
    check,
    check_listed,
    json_bytes,
    remove_folder,
    verify,
    write_folder,
)
from minidalle.clip import CLIP
from minidalle.dalle import DALLE
from minidalle.dvae import DiscreteVAE
from minidalle.presets import Preset, SettingError, preset_from_dict
from minidalle.tokenizer import BPETokenizer

__all__ = [
    "MANIFEST",
    "UNFINISHED",
    "CheckpointError",
    "LoadedModel",
    "check",
    "check_listed",
    "json_bytes",
    "load_into",
    "load_model",
    "read_json",
    "read_tensors",
    "remove_folder",
    "save_model",
    "tensor_bytes",
    "verify",
    "write_folder",
]

FORMAT = "minidalle-model"
VERSION = 1
SHARD = 16 * 2**20
"""The most bytes of one file of weights."""
HEADER = 256  # at most, for a tensor's name and shape


def tensor_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """Tensors as the contents of a safetensors file."""
    return safetensors.torch.save(
        {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    )


def read_tensors(path: Path) -> dict[str, Tensor]:
    """The tensors of a safetensors file. Raises CheckpointError for one that is missing or damaged.

    They are copies: mapped into memory, they would keep Windows from removing the file.
    """
    try:
        return safetensors.torch.load(path.read_bytes())
    except (OSError, safetensors.SafetensorError) as error:
        raise CheckpointError(
            f"{path} is missing or damaged ({error}): fetch it again, or train anew"
        ) from error


def read_json(path: Path) -> Any:
    """The contents of a JSON file. Raises CheckpointError for one that is missing or damaged."""
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CheckpointError(
            f"{path} is missing or damaged ({error}): fetch it again, or train anew"
        ) from error


@dataclass(frozen=True)
class LoadedModel:
    """A model folder in memory: networks in evaluation mode, weights in float32.

    config: all of config.json, with the words seen in training under "words" and figures under "about".
    clip is None where the folder has none.
    """

    folder: Path
    config: dict[str, Any]
    preset: Preset
    tokenizer: BPETokenizer
    dvae: DiscreteVAE
    dalle: DALLE
    clip: CLIP | None


def save_model(
    folder: str | os.PathLike[str],
    preset: Preset,
    tokenizer: BPETokenizer,
    weights: Mapping[str, Mapping[str, Tensor]],
    words: Iterable[str] = (),
    about: Mapping[str, Any] | None = None,
    dtype: torch.dtype | None = torch.bfloat16,
) -> None:
    """Write a model folder, in the place of an older one if there is one.

    weights: state dicts under "dvae", "dalle" and, if there is one, "clip".
    dtype: what floats are stored as; None leaves them as they are.
    words: the words of the training captions. about: figures to keep beside it, ready for JSON.
    Raises CheckpointError when it cannot be written.
    """
    folder = Path(folder)
    config = {"format": FORMAT, "version": VERSION, "preset": preset.to_dict()}
    config |= {"models": sorted(weights), "words": sorted(words), "about": dict(about or {})}
    files = {"config.json": json_bytes(config)}
    scratch = folder.with_name(f"{folder.name}.tokenizer{UNFINISHED}")
    try:
        tokenizer.save(scratch)
        files["tokenizer.json"] = scratch.read_bytes()
    except OSError as error:
        raise CheckpointError(
            f"{folder} could not be written ({error.strerror or error}): make room"
        ) from error
    finally:
        scratch.unlink(missing_ok=True)
    for name, state in weights.items():
        stored = {
            key: value.to(dtype) if dtype and value.is_floating_point() else value
            for key, value in state.items()
        }
        files |= shards(name, stored)
    write_folder(folder, files)


def shards(name: str, tensors: Mapping[str, Tensor], most: int = SHARD) -> dict[str, bytes]:
    """Tensors as safetensors files by name, none of more than `most` bytes unless a single tensor has more."""
    parts: list[dict[str, Tensor]] = [{}]
    filled = 0
    for key, value in tensors.items():
        size = value.nbytes + HEADER
        if parts[-1] and filled + size > most:
            parts.append({})
            filled = 0
        parts[-1][key] = value
        filled += size
    if len(parts) == 1:
        return {f"{name}.safetensors": tensor_bytes(parts[0])}
    return {f"{name}-{k + 1}-of-{len(parts)}.safetensors": tensor_bytes(part) for k, part in enumerate(parts)}


def shards_in(folder: Path, name: str) -> list[Path]:
    """The files of a part's weights, as the manifest lists them, the first first. Raises CheckpointError for none."""
    listed = json.loads((folder / MANIFEST).read_bytes())
    found = [file for file in listed if re.fullmatch(rf"{name}(-\d+-of-\d+)?\.safetensors", file)]
    check_listed(folder, found or [f"{name}.safetensors"])
    return [
        folder / file for file in sorted(found, key=lambda file: int((re.findall(r"\d+", file) or ["0"])[0]))
    ]


def load_model(folder: str | os.PathLike[str], device: str | torch.device = "cpu") -> LoadedModel:
    """Read a model folder, after checking every file against its SHA-256.

    Raises CheckpointError, naming the file, for one that is missing, cut off, altered, not in the manifest, or of
    another format.
    """
    folder = Path(folder)
    check(folder)
    config = read_json(folder / "config.json")
    if config.get("format") != FORMAT or config.get("version") != VERSION:
        raise CheckpointError(
            f"{folder / 'config.json'} has format {config.get('format')!r} {config.get('version')!r}; "
            f"this program reads {FORMAT!r} {VERSION}"
        )
    makers = {"dvae": DiscreteVAE, "dalle": DALLE}
    try:
        makers |= {"clip": CLIP} if "clip" in config["models"] else {}
        preset = preset_from_dict(config["preset"])
        tokenizer = BPETokenizer.load(folder / "tokenizer.json")
    except (SettingError, ValueError, KeyError) as error:
        raise CheckpointError(f"{folder}: {error}") from error
    check_listed(folder, ["config.json", "tokenizer.json"])
    models = {
        name: load_into(maker(getattr(preset, name)), *shards_in(folder, name)).to(device).eval()
        for name, maker in makers.items()
    }
    return LoadedModel(folder, config, preset, tokenizer, models["dvae"], models["dalle"], models.get("clip"))


def load_into(model: nn.Module, *paths: Path) -> Any:
    """Copy the tensors of files into a model, and give it back. Raises CheckpointError where they do not fit."""
    try:
        model.load_state_dict({key: value for path in paths for key, value in read_tensors(path).items()})
    except RuntimeError as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{paths[0]} does not fit the configuration beside it: {error}") from error
    return model
