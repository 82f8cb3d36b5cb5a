"""Checkpoints in shards: every process writes the parts that it holds, by torch's distributed checkpointing.

They are folders like the others (`state.py`), with a manifest of hashes, and load on any number of processes with any
engine, on one alone too. A run writes them on its way, where its parameters are spread out; its last checkpoint is
whole, so that it can be packed.

Left out: anything about a run that is no tensor (`state.json`, as in every checkpoint).
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
import torch.distributed.checkpoint as dcp
from torch import Tensor

from minidalle.checkpoint_folders import (
    UNFINISHED,
    CheckpointError,
    json_bytes,
    remove_folder,
    seal_folder,
)
from minidalle.training.several import Ranks

METADATA = ".metadata"
"""torch's table of what lies where; a checkpoint with this file is one in shards."""


def is_sharded(checkpoint: Path) -> bool:
    """Whether a checkpoint was written in shards."""
    return (checkpoint / METADATA).is_file()


def save_shards(tensors: dict[str, Any], document: dict[str, Any], path: Path, ranks: Ranks) -> None:
    """Write the checkpoint `path` together; every process has to call this. tensors: dictionaries of tensors by name,
    the same names in all processes. CheckpointError, in the leading process, where it cannot be written; ElsewhereError
    in the others."""
    unfinished = path.with_name(f"{path.name}.shards{UNFINISHED}")

    def clear() -> None:
        if ranks.leads:
            path.parent.mkdir(parents=True, exist_ok=True)
            remove_folder(unfinished)

    def seal() -> None:
        if ranks.leads:
            (unfinished / "state.json").write_bytes(json_bytes(document))
            seal_folder(unfinished, path)

    with told(path, ranks):
        ranks.agree(clear)
        dcp.save(tensors, checkpoint_id=str(unfinished), no_dist=ranks.count == 1)
        ranks.agree(seal)


@contextlib.contextmanager
def told(path: Path, ranks: Ranks) -> Iterator[None]:
    """What the system or torch says of shards that cannot be written, as CheckpointError. torch raises a failure of any
    process in all of them."""
    said = "{} could not be written ({}): make room, or choose another folder"
    try:
        yield
    except OSError as error:
        raise CheckpointError(said.format(path, error.strerror or error)) from error
    except dcp.api.CheckpointException as error:
        cause, _ = next(iter(error.failures.values()))
        raise ranks.alike(CheckpointError(said.format(path, cause))) from error


def load_shards(tensors: dict[str, dict[str, Tensor]], path: Path, ranks: Ranks) -> None:
    """Fill tensors, in the parts that this process holds them in, from the checkpoint `path`."""
    with torch.no_grad():
        dcp.load(tensors, checkpoint_id=str(path), no_dist=ranks.count == 1)
