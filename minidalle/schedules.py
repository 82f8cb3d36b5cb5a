"""How a number moves during training: the temperature, the KL weight and the learning rate as functions of
the step.

Every schedule is a pure function of the number of updates already made: step 0 is before the first. Nothing
is remembered, so a resumed run continues exactly where it stopped. The paper's constants are the defaults of
the three `dvae_...` schedules; shorter runs pass their own. `plateau_halvings` is a function of the validation
losses instead. Left out: which schedule a run takes, and for how long (`presets/`, `training/`).
"""

import math
from collections.abc import Sequence


def constant(step: int, value: float) -> float:
    """`value` at every step. Raises ValueError for a negative step."""
    _progress(step, 1)
    return value


def linear(step: int, start: float, end: float, steps: int) -> float:
    """From `start` at step 0 in equal parts to `end` at step `steps`, and `end` from then on.

    Raises ValueError for a negative step or for fewer than 1 steps (as every schedule here does).
    """
    part = _progress(step, steps)
    return (1 - part) * start + part * end


def cosine_anneal(step: int, start: float, end: float, steps: int) -> float:
    """From `start` at step 0 along half a cosine to `end` at step `steps`, and `end` from then on.

    Slow at both ends and fastest in the middle: linear temperature schedules typically diverged (paper,
    appendix A.2).

        >>> [cosine_anneal(step, 1.0, 0.5, 100) for step in (0, 50, 100)]
        [1.0, 0.75, 0.5]
    """
    part = 0.5 - 0.5 * math.cos(math.pi * _progress(step, steps))
    return (1 - part) * start + part * end


def warmup_cosine(step: int, peak: float, warmup: int, steps: int, final: float = 0.0) -> float:
    """A linear climb to `peak` over `warmup` updates, then half a cosine down to `final` at step `steps`.

    The first update already gets peak / (warmup + 1), so that none is wasted on a learning rate of 0; the
    update at step `warmup` gets `peak`. warmup = 0 starts at the peak. Raises ValueError also when `warmup`
    is not between 0 and steps - 1.
    """
    if not 0 <= warmup < steps:
        raise ValueError(f"warmup is {warmup} of {steps} steps; it must be from 0 to {steps - 1}")
    if 0 <= step < warmup:
        return peak * (step + 1) / (warmup + 1)
    return cosine_anneal(step - warmup if step >= 0 else step, peak, final, steps - warmup)


def plateau_halvings(losses: Sequence[float], patience: int = 3, most: int = 5) -> int:
    """How often the learning rate has been halved after these validation losses, oldest first.

    The paper halves DALL-E's learning rate five times, at plateaus of the loss (appendix B.2), without saying what
    counts as one; here, when the best loss has not been beaten for `patience` looks, which are then counted anew.
    Multiply the learning rate by 0.5 ** the result.

        >>> plateau_halvings([3.0, 2.0, 2.1, 2.2, 2.3, 1.9])
        1
    """
    best, waited, halved = math.inf, 0, 0
    for loss in losses:
        waited = 0 if loss < best else waited + 1
        best = min(best, loss)
        if waited == patience:
            waited, halved = 0, halved + 1
    return min(halved, most)


def dvae_temperature(step: int, start: float = 1.0, end: float = 1 / 16, steps: int = 150_000) -> float:
    """The temperature of the relaxation: 1 to 1/16 over the first 150,000 updates, on a cosine (paper,
    appendix A.2)."""
    return cosine_anneal(step, start, end, steps)


def dvae_kl_weight(step: int, end: float = 6.6, steps: int = 5_000) -> float:
    """The KL weight beta: 0 to 6.6 over the first 5,000 updates, on a cosine, then fixed (paper, appendix
    A.2)."""
    return cosine_anneal(step, 0.0, end, steps)


def dvae_learning_rate(step: int, start: float = 1e-4, end: float = 1.25e-6, steps: int = 1_200_000) -> float:
    """The dVAE's learning rate: 1e-4 to 1.25e-6 over 1,200,000 updates, on a cosine (paper, appendix A.2)."""
    return cosine_anneal(step, start, end, steps)


def _progress(step: int, steps: int) -> float:
    """The part of `steps` that is over, from 0 to 1."""
    if step < 0:
        raise ValueError(f"step is {step}; steps count from 0")
    if steps < 1:
        raise ValueError(f"a schedule of {steps} steps has no length; give at least 1")
    return min(step / steps, 1.0)
