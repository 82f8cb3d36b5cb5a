"""What one decade made differently from another: phones, televisions, lamps and cars, an object for each decade.

The objects are called "phone 1920s", "television 2020s", ...; each decade's have a shape of their own, exaggerated, so
that they can be told apart at 32 pixels. What is the object's main surface takes the caption's colour.

Left out: the objects themselves (`decades_phones.py`, `decades_televisions.py`, `decades_lamps.py`, `decades_cars.py`).
"""

from minidalle.world.objects import decades_cars, decades_lamps, decades_phones, decades_televisions

DECADES: tuple[str, ...] = ("1920s", "1950s", "1970s", "1980s", "2000s", "2020s")
"""The decades that objects are drawn of."""

DATED: tuple[str, ...] = ("phone", "television", "car", "lamp")
"""What is drawn of every decade, under the name "phone 1920s"."""

__all__ = ["DATED", "DECADES", "decades_cars", "decades_lamps", "decades_phones", "decades_televisions"]
