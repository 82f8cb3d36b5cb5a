"""The judges on disk: a folder with sizes, weights and their hashes.

Left out: the networks (`judge.py`, `reader.py`), and their training (`training/`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from minidalle.checkpoints import (
    CheckpointError,
    check,
    check_listed,
    json_bytes,
    load_into,
    read_json,
    tensor_bytes,
    write_folder,
)
from minidalle.world.judge import Judge, JudgeConfig
from minidalle.world.reader import Reader, ReaderConfig

FORMAT = "minidalle judge"


def save_judge(
    folder: str | os.PathLike[str],
    config: JudgeConfig,
    weights: Mapping[str, Tensor],
    about: Mapping[str, Any],
) -> None:
    """Write a judge's folder; `about` holds figures on how it was trained. Raises CheckpointError if it cannot."""
    document = {"format": FORMAT, "version": 1, "judge": asdict(config), "about": dict(about)}
    write_folder(
        Path(folder), {"config.json": json_bytes(document), "judge.safetensors": tensor_bytes(dict(weights))}
    )


def load_judge(folder: str | os.PathLike[str], device: str | torch.device = "cpu") -> Judge:
    """The judge of a folder, in evaluation mode, after checking every file against its SHA-256.

    Raises CheckpointError, naming the file, for one that is missing, cut off, altered, or of another format.
    """
    folder = Path(folder)
    check(folder)
    check_listed(folder, ("config.json", "judge.safetensors"))
    document = read_json(folder / "config.json")
    if document.get("format") != FORMAT:
        raise CheckpointError(f"{folder} holds {document.get('format')!r}, not a judge")
    judge = load_into(Judge(JudgeConfig(**document["judge"])), folder / "judge.safetensors")
    return judge.to(device).eval()


READER_FORMAT = "minidalle reader"


def is_reader(folder: Path) -> bool:
    """Whether a folder is that of a reader, as far as it can be read."""
    try:
        return read_json(folder / "config.json").get("format") == READER_FORMAT
    except CheckpointError:
        return False


def save_reader(
    folder: str | os.PathLike[str],
    config: ReaderConfig,
    weights: Mapping[str, Tensor],
    about: Mapping[str, Any],
) -> None:
    """Write a reader's folder; `about` holds figures on how it was trained.

    Raises ValueError for weights of other sizes, CheckpointError if the folder cannot be written.
    """
    shapes = {name: value.shape for name, value in Reader(config).state_dict().items()}
    if shapes != {name: value.shape for name, value in weights.items()}:
        raise ValueError("the weights do not fit the kinds, fields and sizes that the reader is said to have")
    document = {"format": READER_FORMAT, "version": 1, "reader": asdict(config), "about": dict(about)}
    write_folder(
        Path(folder), {"config.json": json_bytes(document), "reader.safetensors": tensor_bytes(dict(weights))}
    )


def load_reader(folder: str | os.PathLike[str], device: str | torch.device = "cpu") -> Reader:
    """The reader of a folder, in evaluation mode, after checking every file against its SHA-256.

    Raises CheckpointError, naming the file, for one that is missing, cut off, altered, or of another format.
    """
    folder = Path(folder)
    check(folder)
    check_listed(folder, ("config.json", "reader.safetensors"))
    document = read_json(folder / "config.json")
    if document.get("format") != READER_FORMAT:
        raise CheckpointError(f"{folder} holds {document.get('format')!r}, not a reader")
    reader = load_into(Reader(ReaderConfig.from_dict(document["reader"])), folder / "reader.safetensors")
    return reader.to(device).eval()
