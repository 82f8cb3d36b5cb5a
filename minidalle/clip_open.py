"""Any OpenCLIP model as a judge of drawings, in the place of our own CLIP: `draw(..., clip=...)`.

    >>> model.draw("a red cube", best=8, of=64, clip=open_clip_scorer("ViT-B-32:laion2b_s34b_b79k"))

Pictures are resized and normalised here, as tensors, by the sizes that the model carries with it. The library is no
part of the course (`pip install open_clip_torch` brings torchvision along), and fetches its weights by itself.

Left out: our own CLIP, and choosing by it (`clip.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.clip import in_chunks

MEAN = (0.48145466, 0.4578275, 0.40821073)
STD = (0.26862954, 0.26130258, 0.27577711)
"""Of the pictures that OpenAI's CLIP was trained on: for models that carry no numbers of their own."""


@dataclass(frozen=True)
class OpenCLIP:
    """A `Scorer` on strings.

    Attributes:
        model: has `encode_image` and `encode_text`, and in `visual` the size, mean and deviation of its pictures.
        tokenizer: a list of strings to ids [m, length].
    """

    model: Any
    tokenizer: Callable[[list[str]], Tensor]

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of the pictures that the model reads."""
        size = self.model.visual.image_size
        return (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))

    def prepared(self, images: Tensor) -> Tensor:
        """Images [n, 3, height, width] in [0, 1], of any size, as the model reads them."""
        mean, std = (
            torch.tensor(getattr(self.model.visual, name, None) or usual, device=images.device)[:, None, None]
            for name, usual in (("image_mean", MEAN), ("image_std", STD))
        )
        resized = F.interpolate(images.float(), self.size, mode="bicubic", antialias=True).clamp(0, 1)
        return (resized - mean) / std

    @torch.no_grad()
    def scores(self, images: Tensor, text: Sequence[str]) -> Tensor:
        """Cosine similarities [n, m] of images [n, 3, height, width] in [0, 1] and m strings."""
        ids = self.tokenizer(list(text)).to(images.device)
        captions = F.normalize(self.model.encode_text(ids).float(), dim=-1)
        vectors = in_chunks(lambda part: self.model.encode_image(self.prepared(part)), images)
        return F.normalize(vectors.float(), dim=-1) @ captions.T


def open_clip_scorer(name: str, device: str | torch.device = "cpu") -> OpenCLIP:
    """An OpenCLIP model by its name and the name of its weights, or a file of them: "ViT-B-32:openai",
    "ViT-B-32:weights.pt", "hf-hub:owner/name".

    Raises ValueError, with what to do, where the library is not installed, where no weights are named (random ones
    would judge at random), or where it cannot find them.
    """
    try:
        import open_clip
    except ImportError as error:
        raise ValueError(f"OpenCLIP is not here ({error}); first: pip install open_clip_torch") from None
    whole = name.startswith(("hf-hub:", "local-dir:"))
    architecture, _, weights = (name, "", None) if whole else name.partition(":")
    if not whole and not weights:
        raise ValueError(
            f"{name!r} names no weights; write name:weights, such as {name}:openai; open_clip.list_pretrained() "
            "lists all there are"
        )
    try:
        model = open_clip.create_model(architecture, pretrained=weights, device=device)
        return OpenCLIP(model.eval(), open_clip.get_tokenizer(architecture))
    except Exception as error:  # whatever the library or the network raises, one sentence is told
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ValueError(f"OpenCLIP has no {name!r}: {said}") from error
