"""Checkpoints in shards: every process writes the parts that it holds, by torch's distributed checkpointing.

They are folders like the others (`state.py`), with a manifest of hashes, and load on any number of processes with any
engine, on one alone too. A run writes them on its way, where its parameters are spread out; its last checkpoint is
whole, so that it can be packed.

Left out: anything about a run that is no tensor (`state.json`, as in every checkpoint).
"""

from pathlib import Path
from typing import Any

import torch
import torch.distributed.checkpoint as dcp
from torch import Tensor

from minidalle.checkpoint_folders import UNFINISHED, json_bytes, remove_folder, seal_folder
from minidalle.training.several import Ranks

METADATA = ".metadata"
"""torch's table of what lies where; a checkpoint with this file is one in shards."""


def is_sharded(checkpoint: Path) -> bool:
    """Whether a checkpoint was written in shards."""
    return (checkpoint / METADATA).is_file()


def save_shards(tensors: dict[str, Any], document: dict[str, Any], path: Path, ranks: Ranks) -> None:
    """Write the checkpoint `path` together; every process has to call this. tensors: dictionaries of tensors by name,
    the same names in all processes. CheckpointError, in the leading process, where it cannot be written."""
    unfinished = path.with_name(f"{path.name}.shards{UNFINISHED}")
    if ranks.leads:
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_folder(unfinished)
    ranks.wait()
    dcp.save(tensors, checkpoint_id=str(unfinished), no_dist=ranks.count == 1)
    if ranks.leads:
        (unfinished / "state.json").write_bytes(json_bytes(document))
        seal_folder(unfinished, path)
    ranks.wait()


def load_shards(tensors: dict[str, dict[str, Tensor]], path: Path, ranks: Ranks) -> None:
    """Fill tensors, in the parts that this process holds them in, from the checkpoint `path`."""
    with torch.no_grad():
        dcp.load(tensors, checkpoint_id=str(path), no_dist=ranks.count == 1)
