"""Everything that a training run is at one moment, and its checkpoints: resuming from one changes nothing.

A checkpoint is a folder `step-000123` with the weights, their running average, the optimiser's moments (all
safetensors), `state.json` and a manifest of SHA-256 hashes. There is no random state to keep: every random
number of a run is a pure function of (seed, step), see `seed_everything`. The last two checkpoints are kept.

Left out: what is trained (`dvae_task.py` and its like) and how (`loop.py`).
"""

import contextlib
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from minidalle.checkpoints import (
    UNFINISHED,
    CheckpointError,
    json_bytes,
    read_json,
    read_tensors,
    remove_folder,
    tensor_bytes,
    verify,
    write_folder,
)
from minidalle.presets import TrainingConfig
from minidalle.sampling import picture_seeds
from minidalle.training.optimiser import Average, Together, make_optimiser
from minidalle.training.several import ALONE, Ranks, like, spread, whole
from minidalle.training.sharded import is_sharded, load_shards, save_shards

KEPT = 2
Say = Callable[[str], None]


def seed_everything(seed: int, step: int) -> np.random.Generator:
    """Set every source of randomness to the ones of this step; step -1 is for the first weights.

    Returns a generator for what numpy draws. That all noise is a function of (seed, step) is what makes a
    resumed run equal to an uninterrupted one.
    """
    mixed = picture_seeds(seed, 1, first=step + 1)[0]
    random.seed(mixed)
    torch.manual_seed(mixed)
    return np.random.default_rng(mixed)


@dataclass
class State:
    """A run at one moment. step: updates made or skipped; total: planned; skipped: updates left out because a
    number was not finite; seconds: spent training, all sessions together.

    ranks: the processes that share it. called: what a forward pass of training calls, the model or what torch wraps it
    in. power_sgd: the compressor of its gradients, whose error buffers are part of the run."""

    model: nn.Module
    average: Average
    optimiser: Together
    total: int
    ranks: Ranks = ALONE
    called: nn.Module | None = None
    power_sgd: Any = None
    step: int = 0
    skipped: int = 0
    seconds: float = 0.0
    extra: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def fresh(
        cls, model: nn.Module, config: TrainingConfig, total: int, ranks: Ranks = ALONE, device: str = "cpu"
    ) -> "State":
        """The state before the first update, shared by `ranks`."""
        average = Average(model, config.ema_decay, config.ema_every)
        called, power_sgd = spread(model, average.model, ranks, device)
        return cls(model, average, make_optimiser(model, config), total, ranks, called, power_sgd)

    def save(self, folder: Path, about: dict[str, Any], in_shards: bool = False) -> Path:
        """Write the checkpoint `step-...` into `folder`; of those up to this step, keep the last two.

        Those of later steps are damaged, or the run would have gone on from them: they must not count as the two.
        about: what identifies the run: configuration, inputs, seed. in_shards: each process writes the parts that it
        holds. Every process has to call this; one writes. Raises CheckpointError when it cannot be written, and in the
        other processes ElsewhereError; older checkpoints are then as they were.
        """
        numbers = {name: getattr(self, name) for name in ("step", "total", "skipped", "seconds")}
        document = {**about, **numbers, "averaged": self.average.count}
        path = folder / f"step-{self.step:06d}"
        if in_shards:
            save_shards(self.tensors(), document, path, self.ranks)
        else:
            files = {f"{name}.safetensors": gathered(part) for name, part in self.tensors().items()}

            def write() -> None:
                if self.ranks.leads:
                    contents = {name: tensor_bytes(part) for name, part in files.items()}
                    write_folder(path, {**contents, "state.json": json_bytes(document)})

            self.ranks.agree(write)
        if self.ranks.leads:
            self._tidy(folder, path)
        return path

    def tensors(self) -> dict[str, dict[str, Tensor]]:
        """Everything that a checkpoint keeps as tensors, by file and name."""
        parts = {"model": self.model.state_dict(), "average": self.average.model.state_dict()}
        parts["optimiser"] = _moments(self.optimiser)
        if self.power_sgd is not None:
            errors = self.power_sgd.state_dict()["errors"]
            parts["errors"] = {str(number): error for number, error in enumerate(errors)}
        return parts

    @staticmethod
    def _tidy(folder: Path, path: Path) -> None:
        """Remove the checkpoints before the last `KEPT` up to `path`, and what an interrupted one left."""
        found = checkpoints_in(folder)
        earlier = found[: found.index(path) + 1]
        for old in [*earlier[:-KEPT], *folder.glob(f"*{UNFINISHED}")]:
            with contextlib.suppress(OSError):  # someone may be reading it; it goes the next time
                remove_folder(old)

    def load(self, folder: Path) -> None:
        """Take everything over from a checkpoint folder that `verify` found whole."""
        document = read_json(folder / "state.json")
        for name in ("step", "total", "skipped", "seconds"):
            setattr(self, name, document[name])
        self.average.count = document["averaged"]
        if is_sharded(folder):
            _make_moments(self.optimiser)
            load_shards({k: v for k, v in self.tensors().items() if k != "errors"}, folder, self.ranks)
            return
        for name, model in (("model", self.model), ("average", self.average.model)):
            _fill(model, read_tensors(folder / f"{name}.safetensors"))
        _restore(self.optimiser, read_tensors(folder / "optimiser.safetensors"))
        errors = folder / "errors.safetensors"
        if self.power_sgd is not None and errors.is_file():
            kept = read_tensors(errors)
            self.power_sgd.load_state_dict(
                {
                    "rank": self.power_sgd.rank,
                    "seed": self.power_sgd.seed,
                    "errors": [kept[str(number)] for number in range(len(kept))],
                }
            )


def gathered(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensors that processes hold in parts, whole; every process has to call this."""
    return {name: whole(value.detach()) for name, value in tensors.items()}


def _fill(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Load whole tensors into a model, which processes may hold in parts."""
    own = model.state_dict()
    fitting = {name: like(value, own[name]) if name in own else value for name, value in tensors.items()}
    model.load_state_dict(fitting)


def _parameters(optimiser: Together) -> list[Tensor]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def _moments(optimiser: Together) -> dict[str, Tensor]:
    """The optimiser's tensors, named by the parameter's number: "3.exp_avg"."""
    return {
        f"{number}.{name}": value
        for number, parameter in enumerate(_parameters(optimiser))
        for name, value in optimiser.state[parameter].items()
    }


def _make_moments(optimiser: Together) -> None:
    """AdamW's moments before the first update, so that there is something to load into."""
    for parameter in _parameters(optimiser):
        optimiser.state[parameter] = {
            "step": torch.zeros((), dtype=torch.float32, device=parameter.device),
            "exp_avg": torch.zeros_like(parameter),
            "exp_avg_sq": torch.zeros_like(parameter),
        }


def _restore(optimiser: Together, moments: dict[str, Tensor]) -> None:
    """Put the tensors back, in the memory layout of their parameters."""
    for number, parameter in enumerate(_parameters(optimiser)):
        for name in ("step", "exp_avg", "exp_avg_sq", "momentum_buffer"):
            if f"{number}.{name}" in moments:
                value = moments[f"{number}.{name}"].to(parameter.device)
                if name != "step" and value.shape == parameter.shape:
                    value = torch.empty_like(parameter).copy_(like(value, parameter))
                optimiser.state[parameter][name] = value


def checkpoints_in(folder: Path) -> list[Path]:
    """The checkpoints of a run, the oldest first; unfinished ones are passed over."""
    numbers = {path: path.name.removeprefix("step-") for path in folder.glob("step-*") if path.is_dir()}
    return sorted(
        (path for path, number in numbers.items() if number.isdigit()), key=lambda path: int(numbers[path])
    )


def newest_checkpoint(folder: Path, say: Say) -> Path | None:
    """The newest checkpoint that is whole, or None where there is none at all.

    Damaged ones are told of by name, with what is wrong. Raises CheckpointError if there are only damaged ones.
    """
    found = checkpoints_in(folder)
    for path in reversed(found):
        problems = verify(path)
        if not problems:
            return path
        say(f"{path.name} is damaged and is passed over: {'; '.join(problems)}")
    if found:
        raise CheckpointError(f"every checkpoint in {folder} is damaged: remove the folder and train anew")
    return None
