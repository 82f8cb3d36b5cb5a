"""The judge on disk: a folder with its sizes, its weights and their hashes."""

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
