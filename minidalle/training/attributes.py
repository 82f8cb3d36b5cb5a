"""A cheap look at what has been learned: does the true caption fit better than every altered one?

For a picture of one object, its colour counts as right when the true caption scores higher than the same
caption with each other colour, and its shape when it scores higher than with each other shape. With the
likelihood as the score this needs no sampling and no judge. Chance is 1 in 8 for colour and 1 in 12 for shape.
Combinations that training never shows are counted apart: they can only be right by putting parts together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from minidalle.tokenizer import BPETokenizer
from minidalle.training.pictures import kept_renders, to_images
from minidalle.world import COLORS, SHAPES, Scene, sample_scene
from minidalle.world.grammar import with_article

Score = Callable[[Tensor, Tensor], Tensor]
CHUNK = 128
SPLITS = {"seen": "train", "held_out": "heldout"}


@dataclass(frozen=True)
class Question:
    """Captions of one scene, the true one first: then every other colour, then every other shape."""

    scene: Scene
    captions: tuple[str, ...]

    @classmethod
    def about(cls, scene: Scene) -> "Question":
        """The captions of a scene with one object."""
        thing = scene.things[0]
        pairs = [(thing.color, thing.shape)]
        pairs += [(color, thing.shape) for color in COLORS if color != thing.color]
        pairs += [(thing.color, shape) for shape in SHAPES if shape != thing.shape]
        return cls(scene, tuple(with_article(f"{color} {shape}") for color, shape in pairs))


class AttributeTest:
    """`count` pictures of one object, half of them of held-out combinations, and captions to choose from."""

    def __init__(
        self,
        count: int,
        seed: int,
        size: int,
        tokenizer: BPETokenizer,
        text_length: int,
        device: str = "cpu",
        renders: Path | None = None,
    ) -> None:
        half = max(1, count // 2)
        self.questions = {
            name: [Question.about(sample_scene(seed, index, split, kind="single")) for index in range(half)]
            for name, split in SPLITS.items()
        }
        flat = [question for questions in self.questions.values() for question in questions]
        scenes = [question.scene for question in flat]
        self.images = to_images(kept_renders(scenes, size, renders), device)
        captions = [caption for question in flat for caption in question.captions]
        self.choices = len(flat[0].captions)
        self.text = tokenizer.encode_batch(captions, text_length).to(device)

    def run(self, score: Score) -> dict[str, float]:
        """The shares that are right: color_seen, shape_seen, color_held_out, shape_held_out, each 0 to 1.

        score(numbers, text): how well captions int64 [n, text_length] fit the pictures `images[numbers]`, [n].
        """
        numbers = torch.arange(len(self.images), device=self.text.device).repeat_interleave(self.choices)
        parts = zip(numbers.split(CHUNK), self.text.split(CHUNK), strict=True)
        scores = torch.cat([score(number, text).float().cpu() for number, text in parts]).view(
            -1, self.choices
        )
        right, colors = scores[:, :1] > scores[:, 1:], len(COLORS) - 1
        half, shares = len(self.images) // 2, {}
        for place, name in enumerate(self.questions):
            mine = right[place * half : (place + 1) * half]
            shares[f"color_{name}"] = mine[:, :colors].all(1).double().mean().item()
            shares[f"shape_{name}"] = mine[:, colors:].all(1).double().mean().item()
        return shares
