"""The arithmetic under the discrete VAE: the Gumbel-softmax relaxation, the KL to a uniform prior, and the
logit-Laplace density.

Pure functions of tensors, no parameters. The network that uses them is in `dvae.py`; how the temperature and
the KL weight move during training is in `schedules.py`. Left out on purpose: vector quantisation,
straight-through estimators as the main road, codebook losses, moving averages and dead-code revival. The
paper needs none of them.
"""

import math
from contextlib import AbstractContextManager, nullcontext

import torch
import torch.nn.functional as F
from torch import Tensor

PIXEL_EPSILON = 0.1
"""Pixels are squeezed into [0.1, 0.9] before the logit is taken (appendix A.3): logit(0) and logit(1) are
infinite."""


def in_full_precision(tensor: Tensor) -> Tensor:
    """The same values in float32 where they were float16 or bfloat16; float32 and float64 pass through
    untouched."""
    return tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor


def without_autocast(device: torch.device) -> AbstractContextManager:
    """A context in which autocast does not lower precision; it does nothing where there is no autocast."""
    available = torch.amp.is_autocast_available(device.type)
    return torch.autocast(device.type, enabled=False) if available else nullcontext()


def gumbel_softmax(
    logits: Tensor,
    temperature: float,
    dim: int = -1,
    generator: torch.Generator | None = None,
    hard: bool = False,
) -> Tensor:
    """A sample from the categorical that `logits` describe, relaxed so that gradients pass through it.

    Gumbel noise is added to the logits and the softmax of their sum over the temperature is taken (paper
    section 2.1). The largest entry falls on code k with exactly the probability softmax(logits)[k], at every
    temperature; as the temperature falls to 0 the sample becomes one-hot. The noise is drawn with `dim` moved
    to the end, so that the same generator gives the same sample whatever the memory layout of `logits`.

        >>> gumbel_softmax(torch.zeros(2, 512, 8, 8), temperature=1.0, dim=1).sum(dim=1)   # ones, [2, 8, 8]

    Args:
        logits: unnormalised log-probabilities of any shape, the codes along `dim`.
        temperature: above 0. The paper goes from 1 to 1/16.
        hard: return exact one-hot vectors whose gradient is that of the relaxed sample (straight-through; not
            the paper's way).

    Returns: a tensor shaped as `logits` that sums to 1 along `dim`; float32 at least. Raises ValueError for a
        temperature <= 0.
    """
    if not temperature > 0:
        raise ValueError(f"temperature is {temperature}; it must be above 0 (the paper goes from 1 to 1/16)")
    scores = in_full_precision(logits).movedim(dim, -1)
    # -ln(-ln u) is Gumbel for uniform u. In place, because at thousands of codes each fresh buffer costs more
    # than the arithmetic.
    uniform = torch.empty(scores.shape, dtype=scores.dtype, device=scores.device).uniform_(
        generator=generator
    )
    noise = uniform.clamp_min_(torch.finfo(uniform.dtype).tiny).log_().neg_().log_().neg_()
    relaxed = noise.add_(scores).div_(temperature).softmax(dim=-1)
    if hard:
        one_hot = torch.zeros_like(relaxed).scatter_(-1, relaxed.argmax(dim=-1, keepdim=True), 1.0)
        relaxed = one_hot + (relaxed - relaxed.detach())
    return relaxed.movedim(-1, dim)


def kl_to_uniform(logits: Tensor, dim: int = 1) -> Tensor:
    """How far each position's distribution over codes is from the uniform prior: ln K - entropy, in nats.

    The softmax is taken at temperature 1 even while the sample is relaxed at another: the relaxed sample
    stands for a draw from this categorical, and the KL belongs to the categorical (the paper's author, in
    answer to readers of the released code).

        >>> kl_to_uniform(torch.zeros(1, 512, 8, 8)).max()          # 0: already uniform
        >>> kl_to_uniform(1e4 * one_hot)       # ln 512 = 6.24 at every position: certain of one code

    Args:
        logits: [batch, code, h, w] (any shape, codes along `dim`).

    Returns: nats per position, [batch, h, w] (the shape of `logits` without `dim`), between 0 and ln K.
    Nothing is averaged, so nothing can depend on the size of the batch.
    """
    return _KLToUniform.apply(in_full_precision(logits).movedim(dim, -1))


class _KLToUniform(torch.autograd.Function):
    """ln K + sum(p ln p) along the last dimension, with its gradient p * (ln p - sum(p ln p)) written out.

    Autograd would keep and fill five buffers of the size of the logits; this needs three, and takes a third
    of the time.
    """

    @staticmethod
    def forward(ctx, scores: Tensor) -> Tensor:
        log_posterior = F.log_softmax(scores, dim=-1)
        negative_entropy = torch.linalg.vecdot(log_posterior.exp(), log_posterior)
        ctx.save_for_backward(log_posterior, negative_entropy)
        return math.log(scores.shape[-1]) + negative_entropy

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        log_posterior, negative_entropy = ctx.saved_tensors
        slope = (log_posterior - negative_entropy.unsqueeze(-1)).mul_(gradient.unsqueeze(-1))
        return slope.mul_(log_posterior.exp())


def map_pixels(images: Tensor, epsilon: float = PIXEL_EPSILON) -> Tensor:
    """The paper's phi: [0, 1] to [epsilon, 1 - epsilon]. (The paper divides by 255 because its pixels are
    bytes; ours are not.)"""
    return (1 - 2 * epsilon) * images + epsilon


def unmap_pixels(mapped: Tensor, epsilon: float = PIXEL_EPSILON) -> Tensor:
    """The inverse of `map_pixels`, clamped to [0, 1] because a sigmoid can leave [epsilon, 1 - epsilon]."""
    return ((mapped - epsilon) / (1 - 2 * epsilon)).clamp(0, 1)


def logit_laplace_nll(x: Tensor, mu: Tensor, log_scale: Tensor) -> Tensor:
    """-ln f(x | mu, b) of the logit-Laplace density, in nats per element (appendix A.3, equation 2).

    f(x | mu, b) = exp(-|logit x - mu| / b) / (2 b x (1 - x)): a Laplace variable pushed through a sigmoid.
    Unlike a Laplace or a Gaussian it puts no mass outside 0 ... 1: with pixels mapped to 0.1 ... 0.9, none further than
    an eighth of their range beyond black and white.

    Args:
        x: values strictly between 0 and 1 (`map_pixels` gives them). mu: the location, in logits. log_scale:
        ln b. All of one shape, or of shapes that broadcast.
    """
    distance = (torch.logit(x) - mu).abs()
    return distance * torch.exp(-log_scale) + log_scale + math.log(2.0) + torch.log(x * (1 - x))
