"""The kinds of scene beyond the blocks world, a file for each section of the DALL-E post.

Left out: the kinds of the blocks world (`sample.py`).
"""

from minidalle.world.kinds import (
    attributes,
    combining,
    context,
    creatures,
    fashion,
    geography,
    lenses,
    matrices,
    multiple,
    outfits,
    perspective,
    reasoning,
    structure,
    styled,
    temporal,
)
from minidalle.world.kinds.kind import SECTIONS, WORLD, HeldOut, Kind, Rule, enter

__all__ = [
    "SECTIONS",
    "WORLD",
    "HeldOut",
    "Kind",
    "Rule",
    "attributes",
    "combining",
    "context",
    "creatures",
    "enter",
    "fashion",
    "geography",
    "lenses",
    "matrices",
    "multiple",
    "outfits",
    "perspective",
    "reasoning",
    "structure",
    "styled",
    "temporal",
]
