"""What turns gradients into better weights: AdamW, gradient clipping, and a running average of the weights.

Left out: the paper's sharding, PowerSGD and 16-bit moments (appendices C to E), which one machine does not need.
"""

import copy
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from minidalle.presets import TrainingConfig


def make_optimiser(model: nn.Module, config: TrainingConfig) -> torch.optim.AdamW:
    """AdamW with the config's numbers (paper, appendices A.2 and B.2).

    Weight decay is for the matrices that multiply: not for gains, biases and other single vectors, nor for
    embedding tables (where it would shrink the rows that a batch does not use). The paper does not say what it
    left out of the decay.
    """
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    positions = {"text_position", "row", "column", "places", "positions"}
    decayed, kept = [], []
    for name, parameter in model.named_parameters():
        spare = parameter.ndim < 2 or id(parameter) in tables or name.rpartition(".")[2] in positions
        (kept if spare else decayed).append(parameter)
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": kept, "weight_decay": 0.0}]
    return torch.optim.AdamW(
        groups, lr=config.learning_rate, betas=(config.beta1, config.beta2), eps=config.epsilon, fused=True
    )


def clip_gradients(parameters: Iterable[Tensor], limit: float) -> Tensor:
    """Shorten all gradients together to the length `limit` if they are longer; returns their length before.

    Nothing is changed where that length is not finite: the caller skips the update.
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    length = torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(grad) for grad in gradients]))
    if torch.isfinite(length) and length > limit:
        for gradient in gradients:
            gradient.mul_(limit / length)
    return length


class Average:
    """A running average of a model's weights and buffers, as a model of its own.

    Every `every` updates: average = d * average + (1 - d) * weights (paper: d = 0.999 for the dVAE; 0.99 every 25
    updates for DALL-E). On a short run the untrained start would weigh too much, so d is (1 + n) / (10 + n) at the
    n-th step of the average until that exceeds `decay`; ours, the paper is silent.
    """

    def __init__(self, model: nn.Module, decay: float, every: int) -> None:
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay, self.every, self.count = decay, every, 0

    @torch.no_grad()
    def update(self, model: nn.Module, updates: int) -> None:
        """Take the weights in, if `updates` (made so far) says that it is time."""
        if updates % self.every:
            return
        decay = min(self.decay, (1 + self.count) / (10 + self.count))
        self.count += 1
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)
