"""DALL-E, rebuilt from nothing: `minidalle.load("nano").draw("a red cube")`.

Importing this package imports nothing else; names are fetched when they are first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from minidalle.checkpoints import CheckpointError
    from minidalle.checks.progress import progress
    from minidalle.pipeline import Drawing, Pipeline, UnknownWordsWarning, load
    from minidalle.tokenizer import CaptionError

__version__ = "0.1.0"
__all__ = [
    "CaptionError",
    "CheckpointError",
    "Drawing",
    "Pipeline",
    "UnknownWordsWarning",
    "__version__",
    "load",
    "progress",
]

_HOMES = {
    "CaptionError": "minidalle.tokenizer",
    "CheckpointError": "minidalle.checkpoints",
    "Drawing": "minidalle.pipeline",
    "Pipeline": "minidalle.pipeline",
    "UnknownWordsWarning": "minidalle.pipeline",
    "load": "minidalle.pipeline",
    "progress": "minidalle.checks.progress",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'minidalle' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
