"""Checkers of lesson 11, picture prompts: what is given, and what is hidden.

Left out: marking prompts and matrices (`lesson11_prompts.py`), and the texts of the exercises
(`exercises/source/lesson11.py`).
"""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
from torch import Tensor

from minidalle import pipeline_complete
from minidalle.checks import lesson11_prompts
from minidalle.checks.checker import Belief, Checker

Region = tuple[int, int]


def cells_if(way: str) -> Callable[[Region, int, int], Tensor]:
    """Given cells by a belief."""

    def cells(region: Region, size: int, grid: int) -> Tensor:
        left, upper = region[::-1] if way == "exchanged" else region
        ends = (torch.arange(grid) + (0 if way == "begins" else 1)) * (size // grid)
        if way == "begins":
            ends = ends + 1  # the cell's first pixel is outside
        above, beside = (ends <= upper)[:, None], (ends <= left)[None]
        given = ((above & beside) if way == "and" else (above | beside)).flatten()
        if way == "prefix":
            given = given.to(torch.int64).cumprod(0) == 1
        return ~given if way == "drawn" else given

    return cells


def some_region(rng: random.Random) -> tuple[Region, int, int]:
    """A rectangle with edges at any pixel, and the sizes of picture and grid."""
    grid, side = rng.randint(2, 6), rng.choice((2, 4))
    left, upper = rng.randrange(grid * side), rng.randrange(1, grid * side)
    return (left, upper), grid * side, grid


GIVEN_CELLS = Checker(
    "given_cells(region, size, grid)",
    target=pipeline_complete.given_cells,
    make=some_region,
    edges=(((3, 2), 8, 4), ((0, 4), 8, 4), ((4, 0), 8, 4), ((7, 1), 8, 2), ((32, 26), 64, 16)),
    axes=("token",),
    beliefs=(
        Belief(
            "a cell that begins outside is given",
            "A cell through which the edge runs counts as given with you. Part of it is in the rectangle, so it is "
            "to be drawn: a cell is given only if it ends outside.",
            cells_if("begins"),
        ),
        Belief(
            "left counts rows",
            "You have exchanged the two edges: the region is (left, upper), so the first number is compared with "
            "columns, and the second one with rows.",
            cells_if("exchanged"),
        ),
        Belief(
            "given is what lies above and to the left",
            "You keep only what lies above *and* to the left. The rectangle leaves an L: whole rows above it, and "
            "in the rows below the cells on its left. One of the two is enough.",
            cells_if("and"),
        ),
        Belief(
            "true is what is drawn",
            "Your truth values are the wrong way round: True should stand for a cell that is given, and False for "
            "one to be drawn.",
            cells_if("drawn"),
        ),
        Belief(
            "given is what comes before the first drawn cell",
            "You stop giving at the first drawn cell. In the rows below it, too, the cells on the left of the "
            "rectangle are known, and they are put in when the loop comes to them.",
            cells_if("prefix"),
        ),
    ),
)


def covered_if(way: str) -> Callable[[Tensor, Region], Tensor]:
    """A covered rectangle by a belief."""

    def covered(images: Tensor, region: Region) -> Tensor:
        left, upper = region
        if way == "exchanged":
            return pipeline_complete.hidden(images, (upper, left))
        whole = images.clone()
        rectangle = whole[:, :, upper:, left:]
        if way == "mean":
            rectangle[:] = rectangle.mean(dim=(2, 3), keepdim=True)
        elif way == "black":
            rectangle[:] = 0
        else:
            back = way == "above"  # else the rectangle's own edge
            if upper if back else not left:
                rectangle[:] = images[:, :, upper - back : upper - back + 1, left:]
            else:
                rectangle[:] = images[:, :, upper:, left - back : left - back + 1]
        return whole

    return covered


def some_images(rng: random.Random) -> tuple[Tensor, Region]:
    """Small pictures of noise, and a rectangle, now and then one that begins at an edge."""
    side = rng.randint(3, 6)
    generator = torch.Generator().manual_seed(rng.getrandbits(40))
    images = torch.rand(rng.randint(1, 2), 3, side, side, generator=generator)
    left, upper = rng.randrange(1, side), rng.randrange(1, side)
    return images, rng.choice(((left, upper), (left, upper), (0, upper), (left, 0)))


COUNTED = torch.arange(1.0, 10.0).view(1, 1, 3, 3)

HIDDEN = Checker(
    "hidden(images, region)",
    target=pipeline_complete.hidden,
    make=some_images,
    edges=((COUNTED, (1, 1)), (COUNTED, (0, 2)), (COUNTED, (1, 2)), (COUNTED, (2, 0)), (COUNTED, (1, 0))),
    axes=("row", "column"),
    beliefs=(
        Belief(
            "the edge itself is given",
            "You paint with the first pixels of the rectangle itself, column left or row upper. Those are to be "
            "guessed: it is a leak. The last given ones are one to the left, or one above.",
            covered_if("edge"),
        ),
        Belief(
            "hidden is black",
            "You paint the rectangle black. Nothing leaks, but an encoder takes black for something that is there, "
            "and the given tokens beside it change. Go on with the given pixels beside it.",
            covered_if("black"),
        ),
        Belief(
            "left counts rows",
            "You have exchanged left and upper: the region is (left, upper), and in a tensor rows come before "
            "columns, [batch, 3, row, column].",
            covered_if("exchanged"),
        ),
        Belief(
            "the mean of what is hidden says nothing",
            "You paint with the mean colour of what is hidden. That tells whether a red or a blue thing was there: "
            "use given pixels only, and test it by changing the rest.",
            covered_if("mean"),
        ),
        Belief(
            "what stands above is always known",
            "You paint with the row above. The rule takes the given pixel on the left of each row, and the row above "
            "only where the rectangle begins at the left edge.",
            covered_if("above"),
        ),
    ),
)

CHECKERS = (GIVEN_CELLS, HIDDEN, *lesson11_prompts.CHECKERS)
