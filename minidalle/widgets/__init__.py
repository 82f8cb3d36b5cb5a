"""Live explorers for the lessons, each with a picture behind it where there is no kernel: one module a widget.

Left out: figures without a kernel (`show/`).
"""

from minidalle.widgets.captions import CaptionEditor, caption_editor

__all__ = ["CaptionEditor", "caption_editor"]
