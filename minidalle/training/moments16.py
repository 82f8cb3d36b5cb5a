"""Adam's moments in 16 bits: the running mean as 1-6-9 and the running variance as 0-6-10 (sign, exponent and
significand bits), as in "Zero-Shot Text-to-Image Generation" (arXiv 2102.12092, appendix B.2).

float16 has 5 exponent bits. A gradient of 1e-6 squares to 1e-12, far below its smallest number, 6e-8; the sixth
bit doubles the range of exponents, and a variance, never negative, spends its sign bit on the significand.

A code reads like float16's: exponent field f and significand s make 1.s * 2**(f - BIAS), and 0.s * 2**(1 - BIAS)
where f is 0 (so that 0 exists, and small numbers lose digits before they vanish). The paper says only that the
largest 1-6-9 number is "slightly less than 16": with every field used for numbers, that makes the bias 60. The bias
of 0-6-10, the gradual underflow and the absence of codes for infinity and NaN are ours.

Left out: other numbers that the paper keeps in 16 bits (parameters, activations), and a fused kernel.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

EXPONENT_BITS = 6
BIAS = 60
VARIANCE_LIMIT = 5.0
"""The running variance is clipped to it before it is used (paper, appendix B.2)."""


@dataclass(frozen=True)
class Format16:
    """A float of 16 bits with 6 exponent bits: `significand` bits after the point, and a sign bit or none."""

    signed: bool
    significand: int

    @property
    def dtype(self) -> torch.dtype:
        """What holds the bit patterns: int16 with a sign, else uint16."""
        return torch.int16 if self.signed else torch.uint16

    @property
    def smallest(self) -> float:
        """The smallest number above 0, and the spacing up to twice 2**(1 - BIAS)."""
        return 2.0 ** (1 - BIAS - self.significand)

    @property
    def largest(self) -> float:
        """The largest number: slightly less than 16."""
        return (2 - 2.0**-self.significand) * 2.0 ** (2**EXPONENT_BITS - 1 - BIAS)

    def encode(self, numbers: Tensor) -> Tensor:
        """The codes of the nearest numbers of this format; halfway, the one whose last bit is 0. Shape is kept.

        numbers: float32, float64, float16 or bfloat16, any shape. Beyond the largest number, infinity included, the
        code is the largest number's; up to half of the smallest it is 0. Raises ValueError for NaN, and for a
        negative number where the format has no sign.
        """
        if not bool((~torch.isnan(numbers) if self.signed else numbers >= 0).all()):
            kind = "NaN" if self.signed else "NaN or a negative number"
            raise ValueError(f"{kind} has no code in 16 bits: skip updates whose gradients are not finite")
        wide = numbers if numbers.dtype == torch.float64 else numbers.float()
        size = wide.abs().clamp(max=self.largest)
        exponent = torch.frexp(size.clamp(min=2.0**-BIAS)).exponent  # size = 0.1xxx * 2**exponent, in binary
        binade = (exponent - 2 + BIAS).clamp(min=0)  # 0 for the two lowest, then one each
        steps = torch.round(size / (self.smallest * _two_to_the(binade)).to(size.dtype))  # halves go to even
        code = (binade << self.significand) + steps.to(
            torch.int32
        )  # a carry into the exponent is right as it is
        if self.signed:
            code = torch.where(torch.signbit(numbers), code - 2**15, code)
        return code.to(self.dtype)

    def decode(self, codes: Tensor) -> Tensor:
        """float32 of the codes' shape, exact. Raises ValueError where the codes are of another type."""
        if codes.dtype != self.dtype:
            raise ValueError(
                f"codes are {codes.dtype}; this format keeps them as {self.dtype}: pass what encode gave"
            )
        code = codes.to(torch.int32)
        magnitude = code & 0x7FFF if self.signed else code
        binade = ((magnitude >> self.significand) - 1).clamp(min=0)
        steps = (magnitude - (binade << self.significand)).float()
        size = steps * (self.smallest * _two_to_the(binade))
        return torch.where(code < 0, -size, size)


MEAN = Format16(signed=True, significand=9)
"""1-6-9, for the running mean (and, in the paper, PowerSGD's buffers)."""
VARIANCE = Format16(signed=False, significand=10)
"""0-6-10, for the running variance."""


def _two_to_the(exponent: Tensor) -> Tensor:
    """2**exponent as float32, made from its bits: `pow` need not be exact on every device. Exponents from 0."""
    return ((exponent + 127) << 23).view(torch.float32)


class AdamW16(torch.optim.Optimizer):
    """AdamW that keeps its moments in 16 bits: 4 bytes a weight where torch.optim.AdamW keeps 8.

    Moments are widened to float32, updated, used, and rounded back. A parameter group with `sixteen_bits=False` keeps
    them in float32: the paper does so for gains, biases, embeddings and unembeddings (appendix D). Weights must be
    float32.

    The defaults are the paper's (appendix B.2). Rounding to nearest keeps a running variance from following changes
    of less than 1/2048 an update: fine at the paper's beta2 = 0.96, at the limit for 0.999.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 4.5e-4,
        betas: tuple[float, float] = (0.9, 0.96),
        eps: float = 1e-8,
        weight_decay: float = 4.5e-2,
        variance_limit: float = VARIANCE_LIMIT,
        sixteen_bits: bool = True,
    ) -> None:
        if not (lr >= 0 and eps > 0 and weight_decay >= 0 and variance_limit > 0):
            raise ValueError("lr and weight_decay must be at least 0, eps and variance_limit above 0")
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas are {betas}; each must be from 0 up to but not including 1")
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, defaults | {"variance_limit": variance_limit, "sixteen_bits": sixteen_bits})

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """As of every optimiser. Raises ValueError for weights that are not float32."""
        super().add_param_group(param_group)
        for parameter in self.param_groups[-1]["params"]:
            if parameter.dtype != torch.float32:
                raise ValueError(
                    f"a weight is {parameter.dtype}; keep weights in float32 and use torch.autocast"
                )

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:
        """Update every weight that has a gradient. Call it only where all gradients are finite.

        Raises ValueError at a NaN that should go into 16 bits; that weight and its moments are then as before.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._update(parameter, group)
        return loss

    def _update(self, weight: Tensor, group: dict[str, Any]) -> None:
        state, (beta1, beta2) = self.state[weight], group["betas"]
        packed = group["sixteen_bits"]
        if not state:
            zero = torch.zeros_like(weight)
            state["step"] = 0
            state["mean"] = MEAN.encode(zero) if packed else zero
            state["variance"] = VARIANCE.encode(zero) if packed else zero.clone()
        mean = MEAN.decode(state["mean"]) if packed else state["mean"].clone()
        variance = VARIANCE.decode(state["variance"]) if packed else state["variance"].clone()
        mean.lerp_(weight.grad, 1 - beta1)
        variance.mul_(beta2).addcmul_(weight.grad, weight.grad, value=1 - beta2).clamp_(
            max=group["variance_limit"]
        )
        codes = (MEAN.encode(mean), VARIANCE.encode(variance)) if packed else (mean, variance)
        state["mean"], state["variance"] = codes
        state["step"] += 1
        spread = (variance / (1 - beta2 ** state["step"])).sqrt_().add_(group["eps"])
        weight.mul_(1 - group["lr"] * group["weight_decay"])
        weight.addcdiv_(mean, spread, value=-group["lr"] / (1 - beta1 ** state["step"]))

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave. Codes stay integers: torch alone would turn them into floats."""
        super().load_state_dict(state_dict)
        numbers = [number for group in state_dict["param_groups"] for number in group["params"]]
        weights = [weight for group in self.param_groups for weight in group["params"]]
        for number, weight in zip(numbers, weights):
            for name in ("mean", "variance"):
                if number in state_dict["state"]:
                    kept = state_dict["state"][number][name]
                    self.state[weight][name] = kept.detach().clone().to(weight.device)
