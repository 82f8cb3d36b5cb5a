"""Weights on disk: folders of safetensors and JSON, written whole or not at all, checked by SHA-256 when read.

A folder is written under a temporary name, flushed to the disk and renamed, so that whatever happens (a full
disk, a power cut, SIGKILL) the folder of that name is either whole or not there. Its `manifest.json` holds the
size and SHA-256 of every other file; an altered or cut-off file is reported by name. Nothing is ever
unpickled, so opening a stranger's checkpoint runs none of the stranger's code.

A *model folder*, which `save_model` writes and `load_model` reads, is config.json, tokenizer.json,
dvae.safetensors, dalle.safetensors, clip.safetensors and manifest.json. Left out: what a training run keeps
besides weights (`training/state.py`), and finding a model by its name (`pipeline.py`).
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from torch import Tensor, nn

from minidalle.clip import CLIP
from minidalle.dalle import DALLE
from minidalle.dvae import DiscreteVAE
from minidalle.presets import Preset, SettingError, preset_from_dict
from minidalle.tokenizer import BPETokenizer

MANIFEST = "manifest.json"
FORMAT = "minidalle-model"
VERSION = 1
UNFINISHED = ".tmp"  # how the name of a folder that is being written, or removed, ends


class CheckpointError(RuntimeError):
    """A checkpoint that is missing, damaged, of another kind, or that cannot be written. Names the file."""


def tensor_bytes(tensors: Mapping[str, Tensor]) -> bytes:
    """Tensors as the contents of a safetensors file."""
    return safetensors.torch.save(
        {name: value.detach().cpu().contiguous() for name, value in tensors.items()}
    )


def json_bytes(document: Any) -> bytes:
    """A document as the contents of a JSON file that people can read."""
    return (json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files` (name to contents) and their manifest as `folder`, which is then whole or not there.

    A folder that is already there is replaced at the end, and stays whole if anything fails before. Raises
    CheckpointError, with what the system says, when the folder cannot be written.
    """
    unfinished = folder.with_name(f"{folder.name}{UNFINISHED}")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        remove_folder(unfinished)
        unfinished.mkdir()
        for name, contents in {**files, MANIFEST: json_bytes(_manifest_of(files))}.items():
            _write_file(unfinished / name, contents)
        _flush_folder(unfinished)
        if folder.exists():
            remove_folder(folder)
        os.replace(unfinished, folder)
        _flush_folder(folder.parent)
    except OSError as error:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise CheckpointError(
            f"{folder} could not be written ({error.strerror or error}): make room, or choose another folder"
        ) from error


def remove_folder(folder: Path) -> None:
    """Remove a folder so that no half of it is left under its own name. One that is not there is fine."""
    if folder.exists():
        doomed = folder.with_name(f"{folder.name}.old{UNFINISHED}")
        shutil.rmtree(doomed, ignore_errors=True)
        os.replace(folder, doomed)
        shutil.rmtree(doomed, ignore_errors=True)


def _manifest_of(files: Mapping[str, bytes]) -> dict[str, Any]:
    return {
        name: {"bytes": len(contents), "sha256": hashlib.sha256(contents).hexdigest()}
        for name, contents in files.items()
    }


def _write_file(path: Path, contents: bytes) -> None:
    with open(path, "wb") as file:
        file.write(contents)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut, where the system can (Windows has no such call)."""
    if os.name != "nt":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def verify(folder: str | os.PathLike[str]) -> list[str]:
    """What is wrong with a folder that `write_folder` made, one sentence a fault; empty when it is whole."""
    folder = Path(folder)
    if not folder.is_dir():
        return [f"there is no folder {folder}"]
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        entries = {name: (entry["bytes"], entry["sha256"]) for name, entry in manifest.items()}
    except FileNotFoundError:
        return [f"{folder / MANIFEST} is missing"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"{folder / MANIFEST} is damaged ({error})"]
    return [
        fault for name, (size, digest) in entries.items() for fault in _faults(folder / name, size, digest)
    ]


def _faults(path: Path, size: int, digest: str) -> Iterable[str]:
    try:
        contents = path.read_bytes()
    except FileNotFoundError:
        return [f"{path} is missing"]
    except OSError as error:
        return [f"{path} cannot be read ({error.strerror or error})"]
    if len(contents) != size:
        return [f"{path} is cut off: it has {len(contents):,} bytes and should have {size:,}"]
    found = hashlib.sha256(contents).hexdigest()
    if found != digest:
        return [f"{path} was altered: its SHA-256 is {found[:16]}… and should be {digest[:16]}…"]
    return []


def check(folder: str | os.PathLike[str], advice: str = "fetch it again, or train anew") -> None:
    """Raise CheckpointError, naming every faulty file, unless `verify` finds nothing wrong."""
    problems = verify(folder)
    if problems:
        raise CheckpointError(f"{'; '.join(problems)}: {advice}")


def read_tensors(path: Path, device: str | torch.device = "cpu") -> dict[str, Tensor]:
    """The tensors of a safetensors file. Raises CheckpointError for one that is missing or damaged."""
    try:
        return safetensors.torch.load_file(path, device=str(device))
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
        files[f"{name}.safetensors"] = tensor_bytes(stored)
    write_folder(folder, files)


def load_model(folder: str | os.PathLike[str], device: str | torch.device = "cpu") -> LoadedModel:
    """Read a model folder, after checking every file against its SHA-256.

    Raises CheckpointError, naming the file, for one that is missing, cut off, altered, or of another format.
    """
    folder = Path(folder)
    check(folder)
    config = read_json(folder / "config.json")
    if config.get("format") != FORMAT or config.get("version") != VERSION:
        raise CheckpointError(
            f"{folder / 'config.json'} has format {config.get('format')!r} {config.get('version')!r}; "
            f"this program reads {FORMAT!r} {VERSION}"
        )
    try:
        preset = preset_from_dict(config["preset"])
        tokenizer = BPETokenizer.load(folder / "tokenizer.json")
    except (SettingError, ValueError, KeyError) as error:
        raise CheckpointError(f"{folder}: {error}") from error
    makers = {"dvae": DiscreteVAE, "dalle": DALLE, "clip": CLIP}
    models = {
        name: load_into(maker(getattr(preset, name)), folder / f"{name}.safetensors").to(device).eval()
        for name, maker in makers.items()
        if name in config["models"]
    }
    return LoadedModel(folder, config, preset, tokenizer, models["dvae"], models["dalle"], models.get("clip"))


def load_into(model: nn.Module, path: Path) -> Any:
    """Copy the tensors of a file into a model, and give it back. Raises CheckpointError where they do not fit."""
    try:
        model.load_state_dict(read_tensors(path))
    except RuntimeError as error:
        if isinstance(error, CheckpointError):
            raise
        raise CheckpointError(f"{path} does not fit the configuration beside it: {error}") from error
    return model
