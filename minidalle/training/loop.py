"""The one training loop: dVAE, DALL-E and CLIP are all `fit`.

Each update: seed everything from (seed, step), set the learning rate, take the task's loss under autocast,
clip, step, average. On the way a JSONL log, looks at held-back pictures (by the averaged weights), sample
grids, and checkpoints from which a killed run goes on as if nothing had happened.

Several processes may share the work (`several.py`). Left out: what is being trained, which is in `dvae_task.py`,
`dalle_task.py` and `clip_task.py`.
"""

import contextlib
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from tqdm.auto import tqdm

from minidalle.checkpoints import CheckpointError
from minidalle.presets import TrainingConfig
from minidalle.schedules import warmup_cosine
from minidalle.training.grids import save_picture
from minidalle.training.logs import Log
from minidalle.training.optimiser import clip_gradients
from minidalle.training.several import ALONE, ElsewhereError, Ranks
from minidalle.training.state import Say, State, gathered, seed_everything
from minidalle.training.stopping import patience
from minidalle.training.window import Window

SKIPS_IN_A_ROW = 20


class TrainingError(RuntimeError):
    """Training cannot go on, or cannot start; says why and what to do."""


class Task(Protocol):
    """What `fit` trains. Pure: the same model, generator and step give the same loss.

    It may have `details`, a dictionary for the head of the log, and `mean_cost`, how long an update takes on average
    where one of the last takes 1 (for a task whose updates differ).
    """

    name: str
    config: TrainingConfig

    def make_model(self) -> nn.Module:
        """A new model with weights from torch's global generator."""

    def loss(
        self, model: nn.Module, step: int, total: int, rng: np.random.Generator
    ) -> tuple[Tensor, dict[str, Any]]:
        """The loss of this step's batch, and scalars to log."""

    def evaluate(self, model: nn.Module) -> dict[str, float]:
        """Figures on held-back pictures."""

    def picture(self, model: nn.Module) -> np.ndarray | None:
        """Something to look at, uint8 [height, width, 3], or None."""


@dataclass(frozen=True)
class Run:
    """Where and how a task is trained. `about` identifies the run in its checkpoints; `folder` is the task's; `ranks`
    are the processes that share it."""

    folder: Path
    about: dict[str, Any]
    seed: int = 0
    device: str = "cpu"
    precision: str = "fp32"
    progress: bool = True
    say: Say = field(default=tqdm.write)
    ranks: Ranks = ALONE

    @property
    def checkpoints(self) -> Path:
        """The folder of the checkpoints."""
        return self.folder / "checkpoints"

    def autocast(self) -> contextlib.AbstractContextManager:
        """The precision of the products in a forward pass."""
        if self.precision != "bf16":
            return contextlib.nullcontext()
        return torch.autocast(self.device.partition(":")[0], dtype=torch.bfloat16)


def fresh_state(task: Task, run: Run, total: int) -> State:
    """The state before the first update: weights from the seed, on the run's device."""
    seed_everything(run.seed, -1)
    model = task.make_model().to(run.device, memory_format=torch.channels_last)
    return State.fresh(model, task.config, total, run.ranks, run.device)


def update(task: Task, run: Run, state: State) -> dict[str, float] | None:
    """One update of `state`; returns its numbers, or None where it was skipped because one was not finite.

    A skipped update leaves weights, moments and buffers as they were.
    """
    config, step, model = task.config, state.step, state.model.train()
    rng = seed_everything(run.seed, step)
    if run.ranks.rank:  # noise of its own for each share of the batch; what numpy draws is the same in all
        torch.manual_seed((torch.initial_seed() + run.ranks.rank) % 2**63)
    warmup = min(config.warmup, state.total // 10)
    rate = warmup_cosine(
        step, config.learning_rate, warmup, state.total, config.final_share * config.learning_rate
    )
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    buffers = [buffer.clone() for buffer in model.buffers()]
    with run.autocast():
        loss, numbers = task.loss(state.called or model, step, state.total, rng)
    loss.backward()
    length = clip_gradients(model.parameters(), config.clip_norm)
    means = run.ranks.means([loss.detach(), *numbers.values()], run.device)
    fine = math.isfinite(means[0]) and math.isfinite(float(length))
    if fine:
        state.optimiser.step()
    else:
        state.skipped += 1
        for buffer, before in zip(model.buffers(), buffers, strict=True):
            buffer.copy_(before)
    state.optimiser.zero_grad(set_to_none=True)
    state.step += 1
    state.average.update(model, state.step)
    if not fine:
        return None
    return {
        **dict(zip(("loss", *numbers), means, strict=True)),
        "gradient": float(length),
        "lr": rate,
    }


def plan_steps(task: Task, run: Run, minutes: float) -> int:
    """How many updates fit into `minutes`: a few are timed on a model that is then thrown away.

    Evaluations are timed too. At least 1; the plan goes into the checkpoint, so resuming keeps it.
    """
    state, times = fresh_state(task, run, total=1_000_000), []
    fuse(state.model, task.config)  # compiled code is kept, and serves the run as well
    state.step = state.total - 100  # the last updates are the slowest
    begin = time.perf_counter()
    enough = 6.0 if run.device == "cpu" else 2.5
    while len(times) < 4 or (time.perf_counter() - begin < enough and len(times) < 20):
        start = time.perf_counter()
        update(task, run, state)
        times.append(time.perf_counter() - start)
    start = time.perf_counter()
    with torch.no_grad(), run.autocast():
        task.evaluate(state.average.model)
        task.picture(state.average.model)
    looking = (time.perf_counter() - start) * (task.config.evaluations + 1)
    each = statistics.median(times[1:]) * getattr(task, "mean_cost", 1.0)
    return max(1, int((minutes * 60 - looking) * 0.98 / each))


def fit(task: Task, run: Run, state: State) -> State:
    """Train until `state.total` updates are made; returns the state, which is also in the last checkpoint.

    A checkpoint that cannot be written in between is told of and tried again at the next interval; only the
    last one raises (CheckpointError). Ctrl-C is answered after the present update, with a checkpoint and then
    KeyboardInterrupt; a second one at once. Raises TrainingError after 20 skipped updates in a row.
    """
    log, window, leads = Log(run.folder / "log.jsonl"), Window(state), run.ranks.leads
    every = max(1, state.total // task.config.evaluations)
    saved_at, failures = time.perf_counter(), 0
    bar = tqdm(
        total=state.total,
        initial=state.step,
        desc=task.name,
        unit="update",
        disable=not (run.progress and leads),
    )
    cuda = [torch.device(run.device)] if run.device.startswith("cuda") else []
    fuse(state.model, task.config)
    with bar, torch.random.fork_rng(cuda), patience(run.say) as pressed:
        while state.step < state.total:
            numbers = update(task, run, state)
            failures = 0 if numbers else failures + 1
            if failures > SKIPS_IN_A_ROW:
                said = (
                    f"{failures} updates in a row had a loss or gradient that is not finite, the last at step "
                    f"{state.step}: train anew, in another --out, with a lower training.learning_rate or with "
                    "training.precision=fp32"
                )
                raise run.ranks.alike(TrainingError(said))
            window.add(numbers)
            bar.update()
            last = state.step == state.total
            if state.step % task.config.log_every == 0 or last:
                line = window.line(task.config.batch_size, getattr(task, "flops", 0.0), run.device)
                if leads:
                    note(run, lambda line=line: log.add(line))
                bar.set_postfix({key: line[key] for key in ("loss",) if key in line})
            if state.step % every == 0 or last:
                look(task, run, state, log)
                window.restart()
            due = time.perf_counter() - saved_at >= task.config.checkpoint_seconds
            asked, due = run.ranks.any([bool(pressed), due], run.device)
            stop = last or asked
            if stop or (due and state.step % task.config.log_every == 0):
                keep(run, state, window, stop)
                saved_at = time.perf_counter()
            if stop and not last:
                raise KeyboardInterrupt
    return state


def fuse(model: nn.Module, config: TrainingConfig) -> None:
    """Let torch.compile fuse the parts of a model that ask for it (`compiled_parts`), where the config says so.

    Only this model's own calls change; its weights, its copies and its checkpoints do not.
    """
    parts = getattr(model, "compiled_parts", None)
    for owner, name in parts() if config.compile and parts else ():
        setattr(owner, name, torch.compile(getattr(owner, name)))


def look(task: Task, run: Run, state: State, log: Log) -> None:
    """Evaluate the averaged weights, log the figures, save a picture."""
    seed_everything(run.seed, -2)  # the same noise at every look
    model = averaged(task, run, state)
    if not run.ranks.leads:
        return
    with torch.no_grad(), run.autocast():
        line = {"step": state.step, "evaluation": True, **task.evaluate(model)}
        image = task.picture(model)
    note(run, lambda: log.add(line))
    if image is not None:
        note(run, lambda: save_picture(image, run.folder / "samples" / f"step-{state.step:06d}.png"))


def averaged(task: Task, run: Run, state: State) -> nn.Module:
    """The model with averaged weights; where those are spread out, a whole one of them in the process that leads."""
    model = state.average.model.eval()
    if not run.ranks.sharded:
        return model
    weights = gathered(model.state_dict())
    if run.ranks.leads:
        with torch.random.fork_rng():
            model = task.make_model().to(run.device).eval()
        model.load_state_dict(weights)
    return model


def note(run: Run, write: Callable[[], None]) -> None:
    """Write something that the run can do without: where the disk is full, say so and go on."""
    try:
        write()
    except OSError as error:
        run.say(
            f"{error.filename or run.folder} could not be written ({error.strerror or error}): training goes on"
        )


def keep(run: Run, state: State, window: Window, last: bool) -> None:
    """Save a checkpoint. A failure is told of, and raised only after the last update; of several processes the one that
    writes tells of it, and all go on or end alike."""
    state.seconds = window.seconds()
    try:
        state.save(run.checkpoints, run.about, in_shards=run.ranks.sharded and state.step < state.total)
    except (CheckpointError, ElsewhereError) as error:
        if last:
            raise
        run.say(f"{error}. Training goes on, and tries again at the next checkpoint")
