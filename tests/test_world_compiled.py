"""Compiled kernels are kept, and an edit of any of their files makes them be compiled again."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba

from minidalle.world import compiled, geometry, styles

CODE = """
import numpy as np
from minidalle.world import Camera, Scene, Thing, render
from minidalle.world import styles
image = render(Scene((Thing("cube", "red"),)), 16)
print(int(image.sum()), sum(styles.draw.stats.cache_misses.values()))
"""


def drawn(folder: Path) -> tuple[int, int]:
    """The sum of one picture's bytes, drawn by the package in `folder`, and how many kernels had to be compiled."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    environment.pop("NUMBA_CACHE_DIR", None)
    done = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, cwd=folder, capture_output=True, text=True, check=True
    )
    total, misses = done.stdout.split()
    return int(total), int(misses)


def test_an_edit_of_one_file_reaches_kernels_compiled_in_another(tmp_path):
    """The floor's colour is read in shading.py, the box's distance in geometry.py: numba alone misses the second."""
    package = Path(compiled.__file__).parents[1]
    shutil.copytree(package, tmp_path / "minidalle", ignore=shutil.ignore_patterns("__pycache__", "data"))
    before, first = drawn(tmp_path)
    again, second = drawn(tmp_path)
    assert (again, second) == (before, 0) and first > 0
    edited = tmp_path / "minidalle" / "world" / "geometry.py"
    source = edited.read_text(encoding="utf-8")
    assert source.count("abs(x) - a, abs(y) - b") == 1
    edited.write_text(
        source.replace("abs(x) - a, abs(y) - b", "abs(x) - 2 * a, abs(y) - b"), encoding="utf-8"
    )
    wider, third = drawn(tmp_path)
    assert wider != before and third > 0


def test_a_folder_given_by_the_user_is_used_and_the_setting_left_alone():
    assert os.environ.get("NUMBA_CACHE_DIR", "") == numba.config.CACHE_DIR
    folder = compiled._cache_folder()
    assert folder is None or compiled.kernels_hash() in folder


def test_nothing_is_kept_where_nothing_can_be_written(monkeypatch, tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("", encoding="utf-8")
    monkeypatch.setattr(compiled, "__file__", str(Path(compiled.__file__)))
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(blocked))
    assert compiled._cache_folder() is None


def test_all_kernels_go_through_it():
    for module in (geometry, styles):
        kernels = [
            value for value in vars(module).values() if isinstance(value, numba.core.registry.CPUDispatcher)
        ]
        assert len(kernels) > 3
        for kernel in kernels:
            assert kernel.targetoptions["nogil"] and not kernel.targetoptions.get("fastmath")
            assert Path(kernel.py_func.__code__.co_filename).name in compiled.KERNELS
