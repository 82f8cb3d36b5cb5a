"""The picture world is the same everywhere: scenes, captions and pixels of every kind, by hash."""

import os
import subprocess
import sys

import pytest

from minidalle.world import KINDS, WORLD

CODE = """
import hashlib, json
from minidalle.world import KINDS, WORLD, caption, render_many, sample_scene
scenes = {scenes}
text = [caption(scene, {seed}, i, held_out) for i, scene in enumerate(scenes) for held_out in (False, True)]
data = json.dumps([scene.to_dict() for scene in scenes], sort_keys=True)
pixels = render_many(scenes, {size}, workers={workers}, progress=False)
parts = data.encode(), "|".join(text).encode(), pixels.tobytes()
result = [hashlib.sha256(part).hexdigest()[:16] for part in parts]
"""
SCENES = {
    "blocks": "[sample_scene(2026, i, split, kind)"
    " for kind in KINDS for split in ('train', 'heldout', 'all') for i in (0, 1)]",
    "world": "[sample_scene(2027, i, 'all', kind) for kind in WORLD for i in (0, 1)]"
    " + [sample_scene(2027, i, 'train', mix='world') for i in range(12)]",
}
SEED_AND_SIZE = {"blocks": (2026, 48), "world": (2027, 40)}
KNOWN = {
    "blocks": ["ac0572d498488ee3", "91ff1d7e7dc22847", "f5b99599d14bd38e"],
    "world": ["938b289e2702d60f", "0037366186ad81b5", "b103acb20920a304"],
}
"""Hashes of scenes, captions and pixels."""

BOTH = pytest.mark.parametrize("world", KNOWN)


def code(world: str, workers: int) -> str:
    """A program that leaves the three hashes of a world in `result`."""
    seed, size = SEED_AND_SIZE[world]
    return CODE.format(scenes=SCENES[world], seed=seed, size=size, workers=workers)


def golden(world: str, workers: int) -> list[str]:
    names: dict = {}
    exec(code(world, workers), names)
    return names["result"]


@BOTH
def test_scenes_captions_and_pixels_are_those_of_every_other_machine(world):
    """If this fails after a change that is meant to change pictures, put the new numbers in; never otherwise."""
    assert golden(world, workers=1) == KNOWN[world]


@BOTH
def test_threads_change_nothing(world):
    assert golden(world, workers=3) == KNOWN[world]


@BOTH
def test_another_process_with_another_hash_seed_draws_the_same(world):
    environment = {**os.environ, "PYTHONHASHSEED": "7", "NUMBA_NUM_THREADS": "2"}
    program = f"{code(world, workers=2)}\nprint(*result)"
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout.split() == KNOWN[world], done.stderr


def test_the_two_worlds_share_no_kind():
    assert not set(KINDS) & set(WORLD)
