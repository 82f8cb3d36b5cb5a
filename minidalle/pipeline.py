"""The whole path from a caption to a picture, behind two words: `load` and `draw`.

    >>> import minidalle
    >>> model = minidalle.load("nano")
    >>> drawing = model.draw("a small red cube", n=8, seed=0)   # in a notebook, shows a grid
    >>> drawing.save("grid.png")

A caption becomes token ids (`tokenizer.py`), the transformer continues them with picture tokens (`dalle.py`,
`sampling.py`), the dVAE's decoder paints those (`dvae.py`), and CLIP chooses the best (`clip.py`; paper section
2.6). Left out: how each of them works, and training.
"""

import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from torch import Tensor

from minidalle.checkpoints import LoadedModel, load_model
from minidalle.clip import CLIP, Scorer
from minidalle.dalle import DALLE
from minidalle.devices import pick_device
from minidalle.dvae import DiscreteVAE
from minidalle.pipeline_complete import Begun, Region, check_region, fixed_tokens, hidden
from minidalle.pipeline_drawing import Drawing
from minidalle.pipeline_find import ModelNotFoundError, find_model, shipped_models
from minidalle.pipeline_pictures import read_pictures, real, to_bytes, whole
from minidalle.sampling import sample
from minidalle.tokenizer import BPETokenizer, words

__all__ = [
    "Drawing",
    "ModelNotFoundError",
    "Pipeline",
    "UnknownWordsWarning",
    "find_model",
    "load",
    "shipped_models",
]

CHUNK = 64  # pictures drawn at a time: bounds memory, and more would not be faster on a CPU
OF = 8  # with best=k alone, CLIP chooses from 8 k pictures


@contextmanager
def one_thread(device: torch.device) -> Iterator[None]:
    """One processor thread: a token's work is so small that threads wait for each other longer than they work
    (on a busy machine of two cores drawing took fifteen times as long with two). It also gives the same bytes on
    any number of cores. Other devices are left alone."""
    threads = torch.get_num_threads()
    if device.type == "cpu" and threads > 1:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        if torch.get_num_threads() != threads:
            torch.set_num_threads(threads)


class UnknownWordsWarning(UserWarning):
    """A caption has words that training never showed."""


def load(name_or_path: str | os.PathLike[str] = "nano", device: str = "auto") -> "Pipeline":
    """A model, ready to draw: a shipped one's name, a model folder, or "owner/name" on the Hugging Face Hub.

    device: "auto" is a CUDA GPU where there is one, else the CPU. Every file is checked against its SHA-256.
    Raises CheckpointError, naming the file or the models there are; ValueError for a device that is not there.
    """
    where = pick_device(device)
    return Pipeline(load_model(find_model(name_or_path), where), where)


class Pipeline:
    """A loaded model: its tokenizer, dVAE, transformer and CLIP (None where it has none), and how to draw.

    config: all of the model folder's config.json. chunk: pictures drawn at a time; results do not depend on it.
    """

    def __init__(self, model: LoadedModel, device: torch.device, chunk: int = CHUNK) -> None:
        self.config, self.folder, self.preset = model.config, model.folder, model.preset
        self.tokenizer: BPETokenizer = model.tokenizer
        self.dvae: DiscreteVAE = model.dvae
        self.dalle: DALLE = model.dalle
        self.clip: CLIP | None = model.clip
        self.device, self.chunk = device, chunk
        self.words = frozenset(model.config.get("words", ()))

    def draw(
        self,
        caption: str,
        n: int = 8,
        best: int | None = None,
        of: int | None = None,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        seed: int = 0,
        truncate: bool = False,
        progress: Callable[[int, int], None] | None = None,
        clip: Scorer | None = None,
        begun: Begun | None = None,
    ) -> Drawing:
        """Draw `n` pictures of a caption; or draw `of`, and keep the `best` that CLIP, looking at pixels, likes most.

        best, of:    best=8, of=64 keeps 8 of 64 and takes the place of `n`; without `of`, best=k keeps k of 8 k.
        temperature: above 0; 1 draws as the model learnt, less is safer and more alike (paper: 1).
        top_k, top_p: draw each token only from the k likeliest codes, or from the fewest that make up p.
        seed:        the same seed gives the same pictures; picture i is the same whatever n is.
        truncate:    cut a caption that is too long, instead of raising.
        progress:    called as progress(tokens drawn, tokens to draw).
        clip:        who chooses the best, in the place of the model's own CLIP: see `clip_open.open_clip_scorer`.
        begun:       a picture of which a part is given: `complete` makes it.
        Raises CaptionError for a caption that is empty, no text, or too long, and ValueError for settings that
        make no sense. Words that training never showed are drawn, with an UnknownWordsWarning that names them.
        """
        count, keep = self._counts(n, best, of, clip)
        seed, temperature = whole("seed", seed), real("temperature", temperature)
        top_k = None if top_k is None else whole("top_k", top_k, 1)
        top_p = None if top_p is None else real("top_p", top_p)
        text = self.tokenizer.encode_batch([caption], self.preset.text_length, truncate=truncate)
        if unknown := self.unknown_words(caption):
            named = ", ".join(map(repr, unknown))
            warnings.warn(
                f"training never showed {named}: the model draws from what is left of the caption",
                UnknownWordsWarning,
                stacklevel=2,
            )
        settings: dict[str, Any] = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        settings |= {"seed": seed, "chunk": self.chunk, "progress": progress}
        with one_thread(self.device):
            if begun:
                settings["fixed"] = begun.tokens.expand(count, -1)
            tokens = sample(self.dalle, text.expand(count, -1), **settings)
            images, scores = self.paint(tokens), None
            images = begun.put_back(images) if begun else images
            if keep:
                scores = self.score(images, caption, truncate, clip)
                order = np.argsort(-scores, kind="stable")[:keep]
                images, scores = images[order], scores[order]
                tokens = tokens[torch.from_numpy(order).to(tokens.device)]
        return Drawing(caption, images, tokens.cpu().numpy(), scores, seed, count)

    def complete(self, caption: str, image: Any, region: Region, **settings: Any) -> Drawing:
        """Draw a part of a picture so that it fits a caption and the rest, which stays as it is, pixel for pixel.

        image: one picture, as `encode_image` takes it. region: the left and upper edge, in pixels of this model's
        pictures, of the rectangle to be drawn; it reaches to the lower right corner. settings: those of `draw`. Raises
        ValueError for a region that does not fit, for several pictures, and as `draw` does (`pipeline_complete.py`).
        """
        size = self.preset.image_size
        region, given = check_region(region, size), read_pictures(image, size)
        if len(given) != 1:
            raise ValueError(f"{len(given)} pictures were given; complete takes one at a time")
        tokens = self.encode_image(hidden(given, region))
        begun = Begun(given, region, fixed_tokens(tokens, region, size, self.preset.dvae.grid))
        return self.draw(caption, begun=begun, **settings)

    def _counts(
        self, n: int, best: int | None, of: int | None, clip: Scorer | None
    ) -> tuple[int, int | None]:
        """How many to draw, and how many of them to keep (None: all, unranked)."""
        if best is None:
            if of is not None:
                raise ValueError(f"of is {of!r}, but best is not given: how many of them shall be kept?")
            return whole("n", n, 1), None
        best = whole("best", best, 1)
        of = OF * best if of is None else whole("of", of, 1)
        if best > of:
            raise ValueError(
                f"best is {best}, but only {of} are drawn: choose best from 1 to {of}, or raise of"
            )
        if self.clip is None and clip is None:
            raise ValueError("this model has no CLIP, so it cannot choose the best: draw with n instead")
        return of, best

    def unknown_words(self, caption: str) -> list[str]:
        """The words of a caption that training captions never had, each once, in order."""
        found = words(caption) if self.words else []
        return [word for word in dict.fromkeys(found) if word not in self.words]

    @torch.no_grad()
    def paint(self, tokens: Tensor | np.ndarray) -> np.ndarray:
        """Picture tokens int64 [n, grid * grid] as pictures uint8 [n, height, width, 3]: the dVAE's decoder.

        Takes a tensor, or the `tokens` of a drawing. Raises ValueError for tokens that do not fit this model.
        """
        parts = torch.as_tensor(tokens).to(self.device).split(self.chunk)
        return np.concatenate([to_bytes(self.dvae.decode(part)) for part in parts])

    @torch.no_grad()
    def score(
        self, images: Any, caption: str, truncate: bool = False, clip: Scorer | None = None
    ) -> np.ndarray:
        """CLIP's cosine similarity of a caption and each of images, such as uint8 [n, height, width, 3]: float32 [n].

        Takes PIL images, arrays and tensors, one picture or several, as `encode_image` does. clip: another judge than
        the model's own CLIP, which reads captions as strings. Raises ValueError for a model without CLIP, as
        `pipeline_pictures.read_pictures` for the images, and as the tokenizer for the caption.
        """
        pictures = read_pictures(images, self.preset.image_size).to(self.device)
        if clip is not None:
            return clip.scores(pictures, [caption])[:, 0].float().cpu().numpy()
        if self.clip is None:
            raise ValueError("this model has no CLIP, so it cannot compare pictures with captions")
        length = self.preset.text_length
        text = self.tokenizer.encode_batch([caption], length, truncate=truncate).to(self.device)
        return self.clip.scores(pictures, text)[:, 0].float().cpu().numpy()

    @torch.no_grad()
    def encode_image(self, picture: Any) -> Tensor:
        """A picture, or a batch, as picture tokens int64 [batch, grid * grid]: the dVAE's encoder.

        Takes PIL images, arrays and tensors; raises, saying what to do, as `pipeline_pictures.read_pictures`.
        """
        images = read_pictures(picture, self.preset.image_size)
        return torch.cat([self.dvae.encode(part.to(self.device)) for part in images.split(self.chunk)])

    def __repr__(self) -> str:
        size, cells = self.preset.image_size, self.preset.dvae.grid
        return (
            f"<Pipeline {self.preset.name!r}: captions of up to {self.preset.text_length} tokens to {size}x{size} "
            f"pictures of {cells}x{cells} tokens, {self.dalle.num_parameters():,} parameters, on {self.device}>"
        )
