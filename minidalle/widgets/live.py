"""What every explorer shares: live controls in a notebook, and a picture with words where there is no kernel.

Left out: the explorers, one module each; figures without controls (`show/`).
"""

import base64
from typing import Any

import ipywidgets

WIDGET = "application/vnd.jupyter.widget-view+json"


class Live:
    """A widget that is a picture, too. A subclass sets `box`, and says `name`, `alt` and `png`.

    box: the ipywidgets container with controls and picture. name: what it is called ("Mask explorer").
    alt: what the picture shows now, in words. png(): that picture, PNG bytes.
    """

    box: ipywidgets.Widget
    name: str

    @property
    def alt(self) -> str:
        """What the picture shows now, in words."""
        return self.name

    def png(self) -> bytes:
        """The picture as it is now."""
        raise AttributeError(f"{type(self).__name__} has no picture: define png()")

    def __repr__(self) -> str:
        return f"<{self.name}: {self.alt}; run this cell to bring it to life>"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict, dict]:
        live = self.box._repr_mimebundle_()
        live = live[0] if isinstance(live, tuple) else live
        picture = base64.b64encode(self.png()).decode()
        data = {"text/plain": repr(self), "image/png": picture, WIDGET: live[WIDGET]}
        return data, {"image/png": {"alt": self.alt}}
