"""The codebook, a code at a time: what it paints alone, and where pictures use it.

    >>> codebook_browser(model.dvae, images)

Codes come in the order of their use, so the slider runs from floor to rarities; codes that no picture uses are left
out, and counted. Left out: the figure (`show/codes.py`).
"""

import html
from typing import Any

import ipywidgets
import torch
import torch.nn.functional as F
from torch import Tensor

from minidalle.dvae import DiscreteVAE
from minidalle.show.codes import code_page
from minidalle.widgets.live import Live

PATCHES = 18  # at most, each of another picture as far as there are enough
CHUNK = 64
WIDTH = 900  # pixels on the page


class CodebookBrowser(Live):
    """A slider over the codes in use, the most used first. See `codebook_browser`.

    `code` is the code now; `order` are all codes in use; `times` is how often each code of the codebook occurs.
    """

    name = "Codebook browser"

    @torch.no_grad()
    def __init__(self, dvae: DiscreteVAE, images: Tensor) -> None:
        if images.ndim != 4 or len(images) == 0:
            raise ValueError(f"pictures have shape {list(images.shape)}; expected [n, 3, height, width]")
        self.dvae, self.images = dvae.eval(), images
        self.grid, self.size = dvae.config.grid, dvae.config.image_size // dvae.config.grid
        self.ids = torch.cat([dvae.encode(part) for part in images.split(CHUNK)])
        self.times = torch.bincount(self.ids.flatten(), minlength=dvae.config.vocab_size)
        ranked = self.times.argsort(descending=True, stable=True)
        self.order = ranked[self.times[ranked] > 0].tolist()
        self.rank = ipywidgets.IntSlider(
            1 + len(self.order) // 3, min=1, max=len(self.order), description="place by use",
            style={"description_width": "100px"}, layout={"width": "560px"},
        )  # fmt: skip
        self.image = ipywidgets.Image(format="png", layout={"max_width": "100%", "width": f"{WIDTH}px"})
        self.label = ipywidgets.HTML()
        self.box = ipywidgets.VBox([self.rank, self.image, self.label])
        self.rank.observe(self._changed, "value")
        self._changed()

    @property
    def code(self) -> int:
        """The code now."""
        return self.order[self.rank.value - 1]

    @property
    def alt(self) -> str:
        """What the picture shows, in words."""
        unused = self.dvae.config.vocab_size - len(self.order)
        share = 100 * self.times[self.code].item() / self.ids.numel()
        return (
            f"code {self.code}, number {self.rank.value} of {len(self.order)} in use ({unused} are not): "
            f"{self.times[self.code]} cells of {len(self.images)} pictures, {share:.2g} % of all"
        )

    def png(self) -> bytes:
        """The page of this code."""
        return self.image.value

    def patches(self) -> Tensor:
        """Cells that this code stands for, each with its neighbours: [patch, 3, 3 * size, 3 * size]."""
        found = (self.ids == self.code).nonzero()
        first = dict(reversed(found.tolist()))  # one of each picture first
        others = [(picture, place) for picture, place in found.tolist() if first[picture] != place]
        cut = []
        for picture, place in [*sorted(first.items()), *others][:PATCHES]:
            padded = F.pad(self.images[picture][None], [self.size] * 4, mode="replicate")[0]
            row, column = (self.size * part for part in divmod(place, self.grid))
            cut.append(padded[:, row : row + 3 * self.size, column : column + 3 * self.size])
        return torch.stack(cut)

    @torch.no_grad()
    def _changed(self, change: Any = None) -> None:
        here = self.ids == self.code
        most = int(here.sum(dim=1).argmax())
        at = [divmod(place, self.grid) for place in here[most].nonzero()[:, 0].tolist()]
        alone = self.dvae.decode(torch.full((1, self.grid**2), self.code))[0]
        page = code_page(alone, self.images[most], at, self.grid, self.patches(), self.alt)
        self.image.value, self.label.value = page.png, html.escape(self.alt)


def codebook_browser(dvae: DiscreteVAE, images: Tensor) -> CodebookBrowser:
    """A slider over the codes that these pictures use: what each paints alone, and where it stands.

    images: [n, 3, height, width] in [0, 1], of the size that the dVAE reads. Raises ValueError otherwise.
    """
    return CodebookBrowser(dvae, images)
