"""What turns gradients into better weights: AdamW, gradient clipping, and a running average of the weights.

Left out: what one machine does not need. The paper's PowerSGD, 16-bit moments and gradient scales (appendices B.2,
D and E) are in `powersgd.py`, `moments16.py` and `gradient_scales.py`; of these the loop uses the first (`several.py`).
"""

import copy
import re
from collections import defaultdict
from collections.abc import Iterable

import torch
from torch import Tensor, nn

from minidalle.presets import TrainingConfig
from minidalle.training.several import whole


class Together:
    """Optimisers that step as one; each parameter belongs to one of them. Groups and moments are theirs, shared."""

    def __init__(self, *parts: torch.optim.Optimizer) -> None:
        self.parts = parts
        self.param_groups = [group for part in parts for group in part.param_groups]
        self.state: dict[Tensor, dict[str, Tensor]] = defaultdict(dict)
        for part in parts:
            part.state = self.state

    def step(self) -> None:
        """Update every parameter that has a gradient."""
        for part in self.parts:
            part.step()

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget all gradients."""
        for part in self.parts:
            part.zero_grad(set_to_none=set_to_none)


def make_optimiser(model: nn.Module, config: TrainingConfig) -> Together:
    """AdamW with the config's numbers (paper, appendices A.2 and B.2), with Muon for `muon_matrices` if it says so.

    Weight decay is for the matrices that multiply: not for gains, biases and other single vectors, nor for
    embedding tables (where it would shrink the rows that a batch does not use). The paper does not say what it
    left out of the decay.
    """
    tables = {id(module.weight) for module in model.modules() if isinstance(module, nn.Embedding)}
    positions = {"text_position", "row", "column", "places", "positions"}
    matrices = muon_matrices(model) if config.optimiser == "muon" else []
    by_muon = {id(parameter) for parameter in matrices}
    decayed, kept = [], []
    for name, parameter in model.named_parameters():
        spare = parameter.ndim < 2 or id(parameter) in tables or name.rpartition(".")[2] in positions
        if id(parameter) not in by_muon:
            (kept if spare else decayed).append(parameter)
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": kept, "weight_decay": 0.0}]
    adamw = torch.optim.AdamW(
        groups, lr=config.learning_rate, betas=(config.beta1, config.beta2), eps=config.epsilon, fused=True
    )
    if not matrices:
        return Together(adamw)
    muon = torch.optim.Muon(
        matrices, lr=config.learning_rate, weight_decay=config.weight_decay, adjust_lr_fn="match_rms_adamw"
    )
    return Together(adamw, muon)


def muon_matrices(model: nn.Module) -> list[Tensor]:
    """The weights of a transformer's blocks, for which Muon is meant: not embeddings, heads or convolutions.

    Muon makes each update orthogonal, so that no direction of a matrix is left behind
    (https://kellerjordan.github.io/posts/muon/); scaled as in arXiv 2502.16982, it takes AdamW's learning rate. Not
    the paper's: it makes better use of a short run.
    """
    within = re.compile(r"(^|\.)(blocks|layers)\.\d+\.")
    return [p for name, p in model.named_parameters() if p.ndim == 2 and within.search(name)]


def clip_gradients(parameters: Iterable[Tensor], limit: float) -> Tensor:
    """Shorten all gradients together to the length `limit` if they are longer; returns their length before.

    Nothing is changed where that length is not finite: the caller skips the update.
    """
    gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
    length = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients)))
    length = whole(length)
    if torch.isfinite(length) and length > limit:
        torch._foreach_mul_(gradients, limit / length)
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
