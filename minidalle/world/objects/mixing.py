"""Objects made of two: one in the shape of another, and chimeras.

The second object's distance field is blended into the first's: where they meet, surfaces melt into each other.
"""

from __future__ import annotations

from minidalle.world.objects.chimera import chimera_of, is_chimera
from minidalle.world.primitives import OBJECTS, Primitive
from minidalle.world.scene import Thing


def primitives_of(thing: Thing) -> tuple[Primitive, ...]:
    """The primitives of a thing, in its own axes and units."""
    if is_chimera(thing):
        return chimera_of(thing)
    return OBJECTS[thing.shape]
