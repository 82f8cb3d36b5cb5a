"""What `draw` gives: pictures with their caption, tokens and scores, which show and save themselves.

Left out: drawing (`pipeline.py`).
"""

import base64
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from minidalle.pipeline_pictures import grid, png


@dataclass(frozen=True, eq=False)
class Drawing:
    """Pictures of one caption. In a notebook it shows itself as a grid; `drawing[0]` is a PIL image.

    images: uint8 [n, height, width, 3]. tokens: int64 [n, grid * grid], the codes that they were painted from.
    scores: float32 [n], CLIP's similarity of picture and caption, best first; None where nothing was chosen.
    A drawing equals (==) only itself; to compare two, compare their images.
    """

    caption: str
    images: np.ndarray = field(repr=False)
    tokens: np.ndarray = field(repr=False)
    scores: np.ndarray | None = field(repr=False)
    seed: int
    of: int

    def grid(self, columns: int | None = None, enlarge: int | None = None) -> Image.Image:
        """All pictures in one: see `pipeline_pictures.grid`."""
        return grid(self.images, columns, enlarge)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the grid as a PNG file. Raises ValueError for another ending, OSError where it cannot."""
        path = Path(path)
        if path.suffix.lower() != ".png":
            raise ValueError(
                f"cannot write {path.name!r}: pictures are saved as PNG, so end the name in .png"
            )
        path.write_bytes(png(self.grid()))
        return path

    @property
    def alt(self) -> str:
        """What the grid shows, in words."""
        many = "1 picture" if len(self) == 1 else f"{len(self)} pictures"
        chosen = "" if self.scores is None else f", the best of {self.of} by CLIP"
        return f"{many} of {self.caption!r}{chosen}, {self.images.shape[2]} pixels wide, seed {self.seed}"

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int | slice) -> Any:
        chosen = self.images[index]
        return Image.fromarray(chosen) if chosen.ndim == 3 else [Image.fromarray(one) for one in chosen]

    def __repr__(self) -> str:
        return f"<Drawing: {self.alt}>"

    def _repr_png_(self) -> bytes:
        return png(self.grid())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        picture = base64.b64encode(self._repr_png_()).decode()
        return {"text/plain": repr(self), "image/png": picture}, {"image/png": {"alt": self.alt}}
