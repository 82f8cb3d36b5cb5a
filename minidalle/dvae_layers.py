"""The two networks of the discrete VAE, and the sizes that describe them (block structure as released with
the paper).

The encoder halves a picture a few times and gives logits over codes; the decoder paints a picture from codes.
What they are trained for is in `dvae.py`. Left out: the released code's mixed-precision bookkeeping, which
autocast does here.
"""

import math
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn

from minidalle.relaxation import in_full_precision, without_autocast


@dataclass(frozen=True)
class DVAEConfig:
    """Sizes and choices of a `DiscreteVAE`; `DVAEConfig.paper()` gives the paper's.

    Attributes:
        image_size: pixels a side; divisible by 2**downsamplings. channels: 3 for colour.
        vocab_size: K, the number of codes.
        hidden: the width n_hid of the first encoder group; group i is 2**i times as wide, the decoder the
            same backwards.
        blocks_per_group: residual blocks in each of the downsamplings + 1 groups.
        downsamplings: halvings of the picture; 3 makes one code stand for 8x8 pixels.
        decoder_input: the length of a code's vector (128 in the released decoder).
        residual_scale: what each residual path is multiplied by. None: 1 / (groups * blocks)**2 as released
            (1/64 in the paper). On short schedules 0.5 or 1.0 learns faster.
        standardise_logits: batch-normalise the logits over (batch, positions), without affine parameters,
            then multiply by one learned scale. Not in the paper: on short schedules it keeps the codes from
            collapsing to a few. At evaluation the running statistics are used, so a picture's codes never
            depend on its neighbours in the batch.
        logit_scale: where that learned scale starts, in standard deviations of a logit.
        likelihood: "logit_laplace" (the paper's; the decoder gives mu and ln b, 6 maps for 3 channels), or
            the squared error "l2" or the absolute error "l1" of a sub-pixel (3 maps: the picture minus
            mid-grey), which are easier to watch.
    """

    image_size: int = 64
    channels: int = 3
    vocab_size: int = 512
    hidden: int = 32
    blocks_per_group: int = 1
    downsamplings: int = 3
    decoder_input: int = 128
    residual_scale: float | None = None
    standardise_logits: bool = True
    logit_scale: float = 3.0
    likelihood: Literal["logit_laplace", "l2", "l1"] = "logit_laplace"

    def __post_init__(self) -> None:
        if self.likelihood not in ("logit_laplace", "l2", "l1"):
            raise ValueError(f"likelihood is {self.likelihood!r}; choose 'logit_laplace', 'l2' or 'l1'")
        if self.hidden < 4 or self.hidden % 4:
            raise ValueError(f"hidden is {self.hidden}; use a multiple of 4 (bottlenecks are a quarter)")
        for name in ("image_size", "channels", "vocab_size", "blocks_per_group", "decoder_input"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least 1")
        if self.downsamplings < 0 or self.image_size % 2**self.downsamplings:
            raise ValueError(
                f"image_size {self.image_size} cannot be halved {self.downsamplings} times "
                f"without a remainder; use a multiple of {2 ** max(self.downsamplings, 0)}"
            )

    @classmethod
    def paper(cls) -> "DVAEConfig":
        """The paper's dVAE: 256x256 pictures, a 32x32 grid of 8192 codes, 53,786,240 + 43,829,766
        parameters."""
        return cls(image_size=256, vocab_size=8192, hidden=256, blocks_per_group=2, standardise_logits=False)

    @property
    def grid(self) -> int:
        """Codes a side."""
        return self.image_size // 2**self.downsamplings

    @property
    def scale_of_residuals(self) -> float:
        """`residual_scale`, or the released 1 / n_layers**2, where n_layers counts the residual blocks of one
        network."""
        released = 1.0 / ((self.downsamplings + 1) * self.blocks_per_group) ** 2
        return released if self.residual_scale is None else self.residual_scale

    @property
    def output_maps(self) -> int:
        """Channels that the decoder gives: mu and ln b under logit-Laplace, else the picture alone."""
        return self.channels * (2 if self.likelihood == "logit_laplace" else 1)

    @property
    def subpixels_per_code(self) -> int:
        """Sub-pixels (pixels times channels) that one code stands for: 8 * 8 * 3 = 192 in the paper. See
        `DiscreteVAE.forward`."""
        return 4**self.downsamplings * self.channels


def convolution(n_in: int, n_out: int, kernel: int) -> nn.Conv2d:
    """A same-size convolution with the released start: weights N(0, 1 / (n_in * kernel**2)) in variance,
    biases 0."""
    layer = nn.Conv2d(n_in, n_out, kernel, padding=(kernel - 1) // 2)
    if not layer.weight.is_meta:
        nn.init.normal_(layer.weight, std=1.0 / math.sqrt(n_in * kernel**2))
        nn.init.zeros_(layer.bias)
    return layer


class BottleneckBlock(nn.Module):
    """x + scale * residual(x): four (ReLU, convolution) pairs through a bottleneck a quarter as wide (as
    released).

    The encoder's kernels are 3, 3, 3, 1 and the decoder's 1, 3, 3, 3; a 1x1 convolution carries x where the
    width changes. With `upsample` the block first doubles height and width. The doubling is done after the
    1x1 convolutions at the block's entrance instead of before them: they and ReLU look at one position at a
    time, so the result is the same at a quarter of the work. That needs kernels that begin with 1.
    """

    def __init__(
        self, n_in: int, n_out: int, kernels: tuple[int, ...], scale: float, upsample: bool = False
    ) -> None:
        super().__init__()
        widths = (n_in, *[n_out // 4] * (len(kernels) - 1), n_out)
        self.residual = nn.ModuleList(
            convolution(a, b, k) for a, b, k in zip(widths, widths[1:], kernels, strict=False)
        )
        self.skip = convolution(n_in, n_out, 1) if n_in != n_out else nn.Identity()
        self.scale, self.upsample = scale, upsample

    def forward(self, x: Tensor) -> Tensor:
        """[batch, n_in, h, w] to [batch, n_out, h, w], or [batch, n_out, 2h, 2w] with `upsample`."""
        skip, y = self.skip(x), self.residual[0](F.relu(x))
        if self.upsample:
            skip, y = F.interpolate(skip, scale_factor=2), F.interpolate(y, scale_factor=2)
        for layer in self.residual[1:]:
            y = layer(F.relu(y))
        return torch.add(skip, y, alpha=self.scale)


class Encoder(nn.Module):
    """Mapped pixels [batch, channel, H, W] to logits [batch, code, h, w]: 7x7 convolution, groups with
    max-pools between, 1x1."""

    def __init__(self, config: DVAEConfig) -> None:
        super().__init__()
        self.input = convolution(config.channels, config.hidden, 7)
        width, groups = config.hidden, []
        for group in range(config.downsamplings + 1):
            blocks: list[nn.Module] = [nn.MaxPool2d(2)] if group else []
            for _ in range(config.blocks_per_group):
                blocks.append(
                    BottleneckBlock(width, config.hidden * 2**group, (3, 3, 3, 1), config.scale_of_residuals)
                )
                width = config.hidden * 2**group
            groups.append(nn.Sequential(*blocks))
        self.groups = nn.Sequential(*groups)
        self.output = convolution(width, config.vocab_size, 1)

    def forward(self, x: Tensor) -> Tensor:
        """See the class. The last convolution runs in full precision even under autocast, as in the released
        code."""
        x = F.relu(self.groups(self.input(x)))
        with without_autocast(x.device):
            return self.output(in_full_precision(x))


class Decoder(nn.Module):
    """One distribution over codes a cell [batch, code, h, w] to maps [batch, output_maps, H, W]: 1x1,
    upsampling groups, 1x1."""

    def __init__(self, config: DVAEConfig) -> None:
        super().__init__()
        self.codebook = convolution(config.vocab_size, config.decoder_input, 1)
        width, groups = config.decoder_input, []
        for group in range(config.downsamplings + 1):
            n_out, blocks = config.hidden * 2 ** (config.downsamplings - group), []
            for block in range(config.blocks_per_group):
                upsample = group > 0 and block == 0
                blocks.append(
                    BottleneckBlock(width, n_out, (1, 3, 3, 3), config.scale_of_residuals, upsample)
                )
                width = n_out
            groups.append(nn.Sequential(*blocks))
        self.groups = nn.Sequential(*groups)
        self.output = convolution(width, config.output_maps, 1)

    def forward(self, codes: Tensor) -> Tensor:
        """Mixtures of codes [batch, code, h, w] to maps; the codebook runs in full precision, as in the
        released code."""
        with without_autocast(codes.device):
            vectors = self.codebook(in_full_precision(codes))
        return self.paint(vectors)

    def look_up(self, ids: Tensor) -> Tensor:
        """Vectors of codes [batch, h, w] to [batch, decoder_input, h, w]: columns of the 1x1 convolution, no
        one-hot needed."""
        columns = rearrange(self.codebook.weight, "vector code 1 1 -> code vector")
        return rearrange(F.embedding(ids, columns) + self.codebook.bias, "b h w vector -> b vector h w")

    def paint(self, vectors: Tensor) -> Tensor:
        """Code vectors [batch, decoder_input, h, w] to maps [batch, output_maps, H, W]."""
        return self.output(F.relu(self.groups(vectors)))


class Standardise(nn.Module):
    """Each code's logit to mean 0 and variance 1 over (batch, positions), times one learned scale shared by
    all codes.

    Batch normalisation without affine parameters: in training by the batch's statistics, at evaluation by
    running averages (an exponential average of weight 0.1 a batch), so that a picture's codes never depend on
    its neighbours.
    """

    def __init__(self, codes: int, scale: float) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(float(scale)))
        self.register_buffer("mean", torch.zeros(codes))
        self.register_buffer("variance", torch.ones(codes))

    def forward(self, logits: Tensor) -> Tensor:
        """[batch, code, h, w] to the same. The scale rides inside the normalisation, which saves a pass over
        the logits.

        It is passed as a real vector: for channels_last logits, torch's CPU kernel for the gradient reads
        past the end of an expanded scalar, and of a missing weight, and gives infinities.
        """
        scale = self.scale.repeat(logits.shape[1])
        return F.batch_norm(logits, self.mean, self.variance, scale, torch.zeros_like(scale), self.training)
