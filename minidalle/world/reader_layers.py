"""The parts of the reader: convolutions, and questions that look at places.

Left out: what is asked (`reader.py`).
"""

import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn


def convolved(n_in: int, n_out: int, kernel: int, stride: int = 1) -> nn.Sequential:
    """A convolution, batch normalisation, ReLU: [batch, n_in, h, w] to [batch, n_out, h / stride, w / stride]."""
    layer = nn.Conv2d(n_in, n_out, kernel, stride=stride, padding=kernel // 2, bias=False)
    return nn.Sequential(layer, nn.BatchNorm2d(n_out), nn.ReLU())


class Bottleneck(nn.Module):
    """A residual block that is narrow where it is expensive."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            convolved(width, width // 2, 1),
            convolved(width // 2, width // 2, 3),
            nn.Conv2d(width // 2, width, 1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, h, w] to the same."""
        return F.relu(x + self.layers(x))


class Look(nn.Module):
    """Questions [batch, question, width] look at places [batch, place, width] and think about what they saw."""

    def __init__(self, width: int, heads: int = 4) -> None:
        super().__init__()
        self.norm, self.think_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query, self.out = nn.Linear(width, width), nn.Linear(width, width)
        self.key_value = nn.Linear(width, 2 * width)
        self.think = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.heads = heads

    def forward(self, x: Tensor, places: Tensor) -> Tensor:
        """Questions [batch, question, width] to the same."""
        q = rearrange(self.query(self.norm(x)), "b q (h d) -> b h q d", h=self.heads)
        k, v = rearrange(self.key_value(places), "b p (two h d) -> two b h p d", two=2, h=self.heads)
        seen = F.scaled_dot_product_attention(q, k, v)
        x = x + self.out(rearrange(seen, "b h q d -> b q (h d)"))
        return x + self.think(self.think_norm(x))
