"""Empty stand-ins for modules that a peer imports and never uses in what is timed.

open_clip and dalle-pytorch import torchvision (no build of it may fit a CPU torch), taming-transformers and omegaconf
at the top of modules that we need, for picture files and pretrained weights that we do not. A stand-in answers every
import and gives an empty class for every name. A module that is really there is always preferred.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Sequence


class _Anything(type):
    """An empty class that has every attribute: some other empty class."""

    def __getattr__(cls, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Anything(name, (), {"__init__": lambda self, *args, **options: None})


class _Empty(types.ModuleType):
    """A module in which every name is an empty class."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        made = getattr(_Anything("root", (), {}), name)
        setattr(self, name, made)
        return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the modules that are stood in for, last of all finders."""

    def __init__(self, roots: Sequence[str]) -> None:
        self.roots = set(roots)

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if name.partition(".")[0] not in self.roots:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = _Empty(spec.name)
        module.__version__ = "0"
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        return None


def install(*roots: str) -> None:
    """Stand in for those of `roots` that are not installed."""
    absent = [root for root in roots if importlib.util.find_spec(root) is None]
    if absent:
        sys.meta_path.append(_Finder(absent))
