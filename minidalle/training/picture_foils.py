"""Pictures that are nearly right: one thing of a training picture is damaged, so that its caption fits it less.

CLIP chooses among pictures of one caption, and in a batch of true pictures no two are of one caption: it never sees
what it will have to reject, a teapot with half a mug in it, or a lump. Two kinds of damage are done to a picture's
codes and painted by the dVAE, as drawn pictures are:

- *patched*: round the middle of a thing, cells are taken from another picture of the same kind and colours, in which
  another shape (or pattern) stands there; half of the thing, or all of it;
- *jumbled*: round the middle of a thing, some small blocks of cells are taken from one cell further off.

Left out: patches that would make a combination that is held out, which training must not show; and pictures that
DALL-E drew and that came out wrong, which only a judge could name, and it is not asked.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property

import numpy as np

from minidalle.data import WorldPictures
from minidalle.world import Scene
from minidalle.world.renderer import project
from minidalle.world.splits import is_held_out

TRIES = 8
"""Pictures looked at for one with another shape before a picture is jumbled instead."""


class PictureFoils:
    """Damaged codes of training pictures. codes: whole numbers [picture, grid * grid]."""

    def __init__(self, pictures: WorldPictures, codes: np.ndarray, grid: int) -> None:
        self.pictures, self.codes, self.grid = pictures, codes, grid

    @cached_property
    def kin(self) -> dict[tuple, list[int]]:
        """Pictures by what a patch must have in common: kind, relation and colours in their order."""
        found: dict[tuple, list[int]] = defaultdict(list)
        for index, scene in enumerate(self.pictures.scenes):
            found[likeness(scene)].append(index)
        return dict(found)

    def batch(self, indices: np.ndarray, each: int, rng: np.random.Generator) -> np.ndarray:
        """int64 [batch * each, grid * grid]: for each picture `each` damaged ones."""
        return np.stack([self.damaged(int(index), rng).reshape(-1) for index in indices for _ in range(each)])

    def damaged(self, index: int, rng: np.random.Generator) -> np.ndarray:
        """int64 [grid, grid]: the codes of one picture, patched or jumbled at one of its things."""
        scene, own = self.pictures.scenes[index], self._square(index)
        number = int(rng.integers(len(scene.things)))
        cells = around(scene, number, self.grid)
        other = self.stranger(index, number, rng) if rng.random() < 0.5 else None
        if other is None:
            return jumbled(own, cells, rng)
        row, column = middle(scene, number, self.grid)
        at = middle(self.pictures.scenes[other], number, self.grid)
        moved = shifted(self._square(other), round(row - at[0]), round(column - at[1]))
        if rng.random() < 0.75:
            cells = cells & one_side(self.grid, row, column, float(rng.uniform(0, 2 * math.pi)))
        return np.where(cells, moved, own)

    def stranger(self, index: int, number: int, rng: np.random.Generator) -> int | None:
        """A picture of the same kind and colours whose thing `number` is another one, and would make no held-out
        combination in the place of this one's; None where none was found."""
        scenes, scene = self.pictures.scenes, self.pictures.scenes[index]
        own, candidates = scene.things[number], self.kin[likeness(scene)]
        for place in rng.integers(len(candidates), size=TRIES).tolist():
            thing = scenes[candidates[place]].things[number]
            other = {"shape": thing.shape, "texture": thing.texture}
            if other != {"shape": own.shape, "texture": own.texture} and not is_held_out(
                scene.with_thing(number, **other)
            ):
                return candidates[place]
        return None

    def _square(self, index: int) -> np.ndarray:
        return np.asarray(self.codes[index]).astype(np.int64).reshape(self.grid, self.grid)


def likeness(scene: Scene) -> tuple:
    """What two scenes must share for a thing of the one to be put in the place of the other's."""
    colors = () if scene.style == "sketch" else tuple(thing.color for thing in scene.things)
    return scene.kind, scene.relation, len(scene.things), colors


def middle(scene: Scene, number: int, grid: int) -> tuple[float, float]:
    """(row, column) in cells, fractions included, of the middle of thing `number`."""
    thing = scene.things[number]
    x, y, z = thing.position
    u, v, _ = project(scene.camera, (x, y + 0.45 * thing.scale, z))
    return v * grid, u * grid


def around(scene: Scene, number: int, grid: int) -> np.ndarray:
    """Booleans [grid, grid]: the cells about as far from the middle of thing `number` as it reaches."""
    row, column = middle(scene, number, grid)
    reach = 0.75 * scene.things[number].scale / scene.camera.view_height * grid
    rows, columns = _centres(grid, row, column)
    return rows**2 + columns**2 <= max(reach, 1.5) ** 2


def one_side(grid: int, row: float, column: float, angle: float) -> np.ndarray:
    """Booleans [grid, grid]: the cells on one side of a line through (row, column); the angle is in radians."""
    rows, columns = _centres(grid, row, column)
    return rows * math.sin(angle) + columns * math.cos(angle) > 0


def shifted(codes: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """Codes [grid, grid] moved down and to the right; what is moved in at an edge repeats the edge."""
    grid = len(codes)
    at_row, at_column = (np.clip(np.arange(grid) - by, 0, grid - 1) for by in (rows, columns))
    return codes[at_row[:, None], at_column[None]]


def jumbled(codes: np.ndarray, cells: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Codes [grid, grid] in which some blocks of one or 2x2 cells, where `cells` says so, come from one cell off."""
    grid, size = len(codes), int(rng.integers(1, 3))
    count = -(-grid // size)
    moves = rng.integers(-1, 2, size=(2, count, count)) * (rng.random((count, count)) < rng.uniform(0.2, 0.8))
    moves = moves.repeat(size, axis=1).repeat(size, axis=2)[:, :grid, :grid]
    from_row, from_column = np.clip(np.indices((grid, grid)) + moves, 0, grid - 1)
    return np.where(cells, codes[from_row, from_column], codes)


def _centres(grid: int, row: float, column: float) -> tuple[np.ndarray, np.ndarray]:
    """How far the middles of cells lie below row [grid, 1] and to the right of column [1, grid]."""
    axis = np.arange(grid) + 0.5
    return axis[:, None] - row, axis[None] - column
