"""The small models to which mistakes happen: pictures of 32 pixels, 8x8 codes, trained in seconds on one core.

Everything follows from a seed, so a run with a mistake and one without differ by the mistake alone. Left out: the
mistakes (`cases.py`), and training worth its name (`training/`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from minidalle.dalle import DALLE, DALLEConfig
from minidalle.dvae import DiscreteVAE, DVAEConfig
from minidalle.schedules import cosine_anneal, warmup_cosine
from minidalle.tokenizer import BPETokenizer
from minidalle.training.pictures import to_images
from minidalle.world import caption, render_many, sample_scene

PICTURES, HELD_BACK, SIZE, CODES = 1024, 64, 32, 64
BATCH, EVERY = 16, 10
TEXT = 16

DVAE = DVAEConfig(
    image_size=SIZE, vocab_size=CODES, hidden=24, downsamplings=2, residual_scale=0.5, likelihood="l2"
)


@dataclass(frozen=True)
class Data:
    """images: [picture, 3, size, size] in [0, 1]. captions: ids [picture, TEXT]. The last `HELD_BACK` are held back."""

    images: Tensor
    captions: Tensor
    tokenizer: BPETokenizer


@lru_cache(maxsize=1)
def data() -> Data:
    """Pictures of one object each, and their captions."""
    count = PICTURES + HELD_BACK
    scenes = [sample_scene(11, index, kind="single") for index in range(count)]
    texts = [caption(scene, 11, index) for index, scene in enumerate(scenes)]
    tokenizer = BPETokenizer.train(texts, 330, "words", progress=False)
    images = to_images(render_many(scenes, SIZE, progress=False)).contiguous()
    return Data(images, tokenizer.encode_batch(texts, TEXT, truncate=True), tokenizer)


@dataclass
class Trained:
    """What a run left: the model, and by name what was measured, as (updates, values)."""

    model: torch.nn.Module
    curves: dict[str, tuple[list[int], list[float]]]

    def note(self, name: str, step: int, value: float) -> None:
        """Add a point to a curve."""
        steps, values = self.curves.setdefault(name, ([], []))
        steps.append(step)
        values.append(float(value))


def batches(steps: int, size: int = BATCH) -> np.ndarray:
    """Which pictures each update sees: [update, batch], the same for every run."""
    return np.random.default_rng(0).integers(PICTURES, size=(steps, size))


def set_rate(optimiser: torch.optim.Optimizer, peak: float, step: int, steps: int) -> None:
    """A learning rate that climbs for ten updates and then falls to 0 along a cosine."""
    for group in optimiser.param_groups:
        group["lr"] = warmup_cosine(step, peak, min(10, steps // 4), steps, 0.0)


@torch.enable_grad()  # it may be asked for from within a look, which needs none
def train_dvae(
    config: DVAEConfig,
    steps: int,
    temperature_end: float = 0.125,
    kl_weight: float = 0.004,
    look: Callable[[Trained, int], None] = lambda run, step: None,
) -> Trained:
    """A dVAE; the temperature falls from 1 to its end in the first half. `look` is called every few updates."""
    torch.manual_seed(0)
    run = Trained(DiscreteVAE(config), {})
    optimiser = torch.optim.AdamW(run.model.parameters(), 2e-3)
    for step, indices in enumerate(batches(steps)):
        temperature = cosine_anneal(step, 1.0, temperature_end, steps // 2)
        output = run.model.train()(data().images[torch.from_numpy(indices)], temperature, kl_weight)
        set_rate(optimiser, 2e-3, step, steps)
        optimiser.zero_grad()
        output.loss.backward()
        torch.nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
        optimiser.step()
        if step % EVERY == 0 or step == steps - 1:
            with torch.no_grad():
                run.model.eval()
                look(run, step)
    return run


@lru_cache(maxsize=1)
def good_dvae() -> DiscreteVAE:
    """A dVAE without a mistake, in evaluation mode."""
    return train_dvae(DVAE, 700).model.eval()


@lru_cache(maxsize=1)
def codes() -> Tensor:
    """All pictures as its codes, int64 [picture, 64]."""
    with torch.no_grad():
        return torch.cat([good_dvae().encode(part) for part in data().images.split(64)])


def dalle_config(**changes: object) -> DALLEConfig:
    """A transformer for these pictures."""
    sizes = {"width": 96, "depth": 3, "heads": 3, "patterns": ("column", "row", "column")} | changes
    return DALLEConfig(data().tokenizer.vocab_size, CODES, TEXT, DVAE.grid, **sizes)


@torch.enable_grad()
def train_dalle(
    model: DALLE,
    steps: int,
    step_of: Callable[[Tensor], bool] | None = None,
    look: Callable[[Trained, int], None] = lambda run, step: None,
) -> Trained:
    """A transformer. step_of: what is done with the loss in the place of `backward`; whether the weights then move."""
    run, optimiser = Trained(model, {}), torch.optim.AdamW(model.parameters(), 1.5e-3, betas=(0.9, 0.96))
    for step, indices in enumerate(batches(steps, 2 * BATCH)):
        chosen = torch.from_numpy(indices)
        loss = model.train()(data().captions[chosen], codes()[chosen]).loss
        set_rate(optimiser, 1.5e-3, step, steps)
        optimiser.zero_grad()
        if step_of is None:
            loss.backward()
        if step_of is None or step_of(loss):
            torch.nn.utils.clip_grad_norm_(model.parameters(), 4.0)
            optimiser.step()
        if step % EVERY == 0 or step == steps - 1:
            run.note("loss", step, loss.detach())
            with torch.no_grad():
                model.eval()
                look(run, step)
    return run


def held_back_loss(model: DALLE) -> float:
    """Nats for each picture token of held-back pictures."""
    with torch.no_grad():
        return model(data().captions[-HELD_BACK:], codes()[-HELD_BACK:]).image_loss.item()
