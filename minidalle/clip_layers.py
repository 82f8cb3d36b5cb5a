"""The parts of CLIP's two towers: convolutional stages, transformer layers, and attention pooling.

Nothing here is causal: a caption is read whole, so every token may look at every other. (`transformer.py` is
DALL-E's, which may not look ahead.) How the towers meet is in `clip.py`. Left out: dropout, key-value caches,
pretrained weights.
"""

import torch
import torch.nn.functional as F
from einops import rearrange
from torch import Tensor, nn


class Attention(nn.Module):
    """Multi-head attention of queries over keys, both projected from `width` channels; no causality."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key_value = nn.Linear(width, width), nn.Linear(width, 2 * width)
        self.output = nn.Linear(width, width)

    def forward(self, query: Tensor, keys: Tensor, mask: Tensor | None) -> Tensor:
        """[batch, q, width] over [batch, k, width]; mask [batch, k] is True where a key may be seen. Gives
        [batch, q, width]."""
        q = rearrange(self.query(query), "b q (head d) -> b head q d", head=self.heads)
        k, v = rearrange(self.key_value(keys), "b k (two head d) -> two b head k d", two=2, head=self.heads)
        visible = None if mask is None else rearrange(mask, "b k -> b 1 1 k")
        seen = F.scaled_dot_product_attention(q, k, v, attn_mask=visible)
        return self.output(rearrange(seen, "b head q d -> b q (head d)"))


class Block(nn.Module):
    """One pre-normalised transformer layer: every token looks at every visible one, then an MLP four times as
    wide."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.before_attention, self.attention = nn.LayerNorm(width), Attention(width, heads)
        self.mlp = nn.Sequential(
            nn.LayerNorm(width), nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """[batch, token, width] to the same; mask [batch, token], True for real tokens."""
        y = self.before_attention(x)
        x = x + self.attention(y, y, mask)
        return x + self.mlp(x)


class Tower(nn.Module):
    """Transformer layers over tokens, then one learned query that gathers them into a unit vector (attention
    pooling).

    The query can ask for a place as well as for a content; a plain average would forget where things stand.
    """

    def __init__(self, width: int, heads: int, layers: int, embed: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Block(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.question = nn.Parameter(torch.randn(1, 1, width) * width**-0.5)
        self.pool = Attention(width, heads)
        self.project = nn.Linear(width, embed, bias=False)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """[batch, token, width], mask [batch, token] to unit vectors [batch, embed], float32 at least."""
        for layer in self.layers:
            x = layer(x, mask)
        pooled = self.pool(self.question.expand(len(x), -1, -1), self.norm(x), mask)
        vectors = self.project(rearrange(pooled, "b 1 width -> b width"))
        return F.normalize(vectors if vectors.dtype == torch.float64 else vectors.float(), dim=-1)


class Stage(nn.Module):
    """Halve the picture with a strided 3x3 convolution, then refine it with a residual one. Group norm: no
    batch statistics."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.halve = nn.Sequential(nn.Conv2d(n_in, n_out, 3, stride=2, padding=1), nn.GroupNorm(4, n_out))
        self.refine = nn.Sequential(nn.GELU(), nn.Conv2d(n_out, n_out, 3, padding=1), nn.GroupNorm(4, n_out))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, n_in, h, w] to [batch, n_out, h / 2, w / 2]."""
        x = self.halve(x)
        return F.gelu(x + self.refine(x))
