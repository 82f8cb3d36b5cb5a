"""A gradient scale for every residual block, so that gradients in float16 neither vanish nor overflow.

Follows "Zero-Shot Text-to-Image Generation" (arXiv 2102.12092, section 2.4, figure 4, and appendix D). A loss scale,
one number for the whole model, fails where blocks differ more than float16's five exponent bits span. So each block
multiplies the gradient that comes in by a scale of its own before it is rounded to float16, and divides what goes out
by it. The sum of the blocks, the identity path, stays in float32. Attention and MLP are residual blocks of their own:
64 layers make 128 scales.

    model, scales = ..., GradientScales(blocks=2 * depth)
    scaled = ScaledBlocks(transformer_branches(model.transformer), scales)
    with torch.autocast("cuda", dtype=torch.float16):
        loss = ...
    loss.backward()
    finite = scaled.unscale()         # gradients are now those of the loss
    if all(finite):                   # otherwise the whole update is skipped (appendix E.2, steps 2 and 11)
        optimiser.step()
    scales.update(finite)

Left out: weights and activations stored in float16 (autocast rounds copies of float32 weights instead), and figure 4's
recomputing of activations, which works with these hooks but is not done here. torch.compile would take a scale for a
constant and compile anew whenever it changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx

from minidalle.transformer import Transformer

START, LOWEST, HIGHEST = 13_000, 7_000, 24_000
"""Thousandths of a power of two: a scale starts at M * 2**13 and stays within M * 2**7 … M * 2**24 (appendix D)."""
GROWTH, DROP = 1, 500
"""An update with finite gradients multiplies a scale by 2**(1/1000); any other divides it by the square root of 2."""
WINDOW = 125
"""A scale that dropped does not drop again within so many updates."""


class GradientScales:
    """The scales of `blocks` residual blocks, and the rule by which they change (arXiv 2102.12092, appendix D).

    Kept as whole thousandths of a power of two, which the rule adds to and takes from: no rounding ever adds up.
    `replicas` is M, the number of data-parallel replicas: the paper divides the loss by the batch of all replicas
    together, and the scales make up for it. Leave it 1 where the loss is the mean of a replica's own batch.
    """

    def __init__(self, blocks: int, replicas: int = 1) -> None:
        if blocks < 1 or replicas < 1:
            raise ValueError(f"blocks is {blocks} and replicas {replicas}; each must be at least 1")
        self.replicas = replicas
        self.thousandths = [START] * blocks
        self.since_drop = [WINDOW] * blocks  # updates since the last drop, no more than WINDOW

    def __len__(self) -> int:
        return len(self.thousandths)

    def __getitem__(self, block: int) -> float:
        """The scale of a block: M * 2**(thousandths / 1000)."""
        return self.replicas * 2.0 ** (self.thousandths[block] / 1000)

    def update(self, finite: Sequence[bool]) -> None:
        """Change every scale after an update: `finite` says, block by block, whether its weights' gradients were.

        The flags must be the same on all replicas. Raises ValueError unless there is one per block.
        """
        if len(finite) != len(self):
            raise ValueError(f"finite has {len(finite)} flags for {len(self)} blocks; give one per block")
        for block, fine in enumerate(finite):
            change, self.since_drop[block] = GROWTH, min(self.since_drop[block] + 1, WINDOW)
            if not fine:
                change = 0
                if self.since_drop[block] >= WINDOW:
                    change, self.since_drop[block] = -DROP, 0
            self.thousandths[block] = min(max(self.thousandths[block] + change, LOWEST), HIGHEST)

    def state_dict(self) -> dict[str, list[int]]:
        """All that a checkpoint needs, as JSON can hold it; relative to M, so another number of replicas may go on."""
        return {"thousandths": list(self.thousandths), "since_drop": list(self.since_drop)}

    def load_state_dict(self, state: dict[str, list[int]]) -> None:
        """Take over what `state_dict` gave. Raises ValueError where it is of another number of blocks."""
        if {len(state["thousandths"]), len(state["since_drop"])} != {len(self)}:
            raise ValueError(f"the checkpoint has {len(state['thousandths'])} scales for {len(self)} blocks")
        self.thousandths, self.since_drop = list(state["thousandths"]), list(state["since_drop"])


def filtered(gradient: Tensor) -> Tensor:
    """float32 of the same shape, with 0 in place of what is not finite (figure 4: "filter")."""
    return torch.nan_to_num(gradient.float(), nan=0.0, posinf=0.0, neginf=0.0)


class _Enter(torch.autograd.Function):
    """Nothing on the way in; on the way back, filter and unscale: the gradient that leaves the block."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, scale: float) -> Tensor:
        ctx.scale = scale
        return x.view_as(x)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        return filtered(gradient) / ctx.scale, None


class _Leave(torch.autograd.Function):
    """float32 on the way out; on the way back, filter and scale, and only then round to the block's precision."""

    @staticmethod
    def forward(ctx: FunctionCtx, y: Tensor, scale: float) -> Tensor:
        ctx.scale, ctx.dtype = scale, y.dtype
        return y.to(torch.float32, copy=True)

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, None]:
        return (filtered(gradient) * ctx.scale).to(ctx.dtype), None


def enter(x: Tensor, scale: float) -> Tensor:
    """Where a residual block branches off the identity path: x, float32 of any shape, unchanged.

    Backward, the block's gradient has what is not finite set to 0 and is divided by `scale`. Without the first, one
    overflow would reach all earlier blocks and lower their scales too.
    """
    return _Enter.apply(x, scale)


def leave(y: Tensor, scale: float) -> Tensor:
    """Where a residual block joins the identity path: y in float32, same shape.

    Backward, the gradient is multiplied by `scale` in float32 and then rounded to y's precision. An overflow there is
    kept: it shows in the gradients of the block's weights.
    """
    return _Leave.apply(y, scale)


@dataclass(frozen=True)
class Branch:
    """One residual block, x + last(... first(x)): the modules that it consists of, in order."""

    modules: tuple[nn.Module, ...]

    @property
    def parameters(self) -> list[Tensor]:
        """Weights of the block, each once."""
        return list(dict.fromkeys(p for module in self.modules for p in module.parameters()))


def transformer_branches(transformer: Transformer) -> list[Branch]:
    """The residual blocks of a transformer in order, two a layer: attention, then MLP, each with its layer norm."""
    halves = [
        [(block.norm_attention, block.attention.qkv, block.attention.out), (block.norm_mlp, block.mlp)]
        for block in transformer.blocks
    ]
    return [Branch(half) for pair in halves for half in pair]


class ScaledBlocks:
    """Gives every branch its scale, by hooks on its first and last module; the model's code and weights stay.

    The hooks act only while gradients are recorded, so sampling and evaluation are as before. `remove` takes them off.
    Raises ValueError unless there is a scale per branch and all of their weights are float32: divided by a scale in
    float16, gradients would vanish after all.
    """

    def __init__(self, branches: Iterable[Branch], scales: GradientScales) -> None:
        self.branches, self.scales = list(branches), scales
        if len(self.branches) != len(scales):
            raise ValueError(
                f"there are {len(scales)} scales for {len(self.branches)} blocks; make one per block"
            )
        for branch in self.branches:
            for parameter in branch.parameters:
                if parameter.dtype != torch.float32:
                    raise ValueError(
                        f"a weight is {parameter.dtype}; keep weights in float32 and use torch.autocast"
                    )
        self._handles = [handle for number in range(len(scales)) for handle in self._hooks(number)]

    def _hooks(self, number: int) -> list[Any]:
        def before(module: nn.Module, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
            return (enter(args[0], self.scales[number]), *args[1:]) if torch.is_grad_enabled() else None

        def after(module: nn.Module, args: tuple[Any, ...], output: Tensor) -> Tensor | None:
            return leave(output, self.scales[number]) if torch.is_grad_enabled() else None

        modules = self.branches[number].modules
        return [modules[0].register_forward_pre_hook(before), modules[-1].register_forward_hook(after)]

    def unscale(self) -> list[bool]:
        """Divide the gradients of all branches' weights by their scales, in place; call it once an update.

        Returns, branch by branch, whether all of its weights' gradients are finite. Weights without one count as fine.
        """
        finite = []
        for number, branch in enumerate(self.branches):
            gradients = [p.grad for p in branch.parameters if p.grad is not None]
            for gradient in gradients:
                gradient.div_(self.scales[number])
            finite.append(all(bool(torch.isfinite(gradient).all()) for gradient in gradients))
        return finite

    def scale_of(self) -> dict[Tensor, float]:
        """The present scale of every weight in a branch: for `PowerSGD`, which divides by it before it compresses."""
        return {p: self.scales[n] for n, branch in enumerate(self.branches) for p in branch.parameters}

    def remove(self) -> None:
        """Take the hooks off: the model is as it was."""
        for handle in self._handles:
            handle.remove()
