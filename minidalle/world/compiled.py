"""numba's compiler, with a cache that notices every edit.

numba keeps compiled code beside a file and compiles again when that file changes, but not when another file changes
whose functions were compiled into it: an edited `geometry.py` would go on being drawn by yesterday's `shading.py`. Here
the folder of compiled code is named after the sources of all kernels together.

Left out: the compiled functions themselves (the files of `KERNELS`).
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numba

KERNELS = (
    "geometry.py",
    "lenses.py",
    "paints.py",
    "shading.py",
    "skins.py",
    "styles.py",
    "textures.py",
    "voxels.py",
)


def kernels_hash() -> str:
    """A hash of the sources of all compiled functions."""
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in KERNELS)).hexdigest()[:12]


def _cache_folder() -> str | None:
    """Where compiled code can be kept: $NUMBA_CACHE_DIR, beside this file, or in the home folder; None if nowhere."""
    given = numba.config.CACHE_DIR
    bases = (
        (Path(given),)
        if given
        else (Path(__file__).parent / "__pycache__", Path.home() / ".cache" / "minidalle")
    )
    for base in bases:
        folder = base / f"kernels-{kernels_hash()}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                return os.fspath(folder)
        except OSError:
            continue
    return None


_FOLDER = _cache_folder()


def compiled(**options) -> Callable[[Callable], Callable]:
    """A decorator: `numba.njit` without fast-math, without the interpreter's lock, kept in the cache above."""

    def decorate(function: Callable) -> Callable:
        before = numba.config.CACHE_DIR
        numba.config.CACHE_DIR = _FOLDER or before  # read by numba while it decorates, and only then
        try:
            return numba.njit(cache=_FOLDER is not None, nogil=True, error_model="numpy", **options)(function)
        finally:
            numba.config.CACHE_DIR = before

    return decorate
