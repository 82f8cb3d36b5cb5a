"""The renderer on a graphics card: numba's simulator of one draws what the processor draws; so does a real one."""

import os
import subprocess
import sys

import numpy as np
import pytest

from minidalle.world import STYLES, Camera, Scene, Thing, render, render_many, sample_scene
from minidalle.world import geometry as g
from minidalle.world.kinds.common import light
from minidalle.world.shading import VIEW_LENGTH

SCENES = """
from minidalle.world import STYLES, Camera, Scene, Thing, render, render_many
from minidalle.world.kinds.common import light
close = Camera(look_at=(0.0, 0.5, 0.0), view_height=1.6)
things = Thing("mug", "red", texture="leaves"), Thing("cube", "green", position=(0.9, 0.0, -0.4), texture="brick")
scenes = [Scene(things, style=style, camera=close, place="field", light=light("sunrise", "field")) for style in STYLES]
scenes += [Scene(things, lens=lens, light=light("night")) for lens in ("fisheye", "panorama")]
scenes += [Scene(panels=(scenes[0], scenes[2]), layout="stack", flip=True)]
"""
SIMULATED = (
    SCENES
    + """
import numpy as np
import warnings
warnings.simplefilter("ignore")
some = scenes[PART::3]
found = render_many(some, SIZE, progress=False, device="cuda").astype(int)
expected = np.stack([render(scene, SIZE) for scene in some]).astype(int)
print(np.abs(found - expected).max(), found.std() > 10)
"""
)


def _real_card() -> bool:
    from numba import cuda

    return not os.environ.get("NUMBA_ENABLE_CUDASIM") and cuda.is_available()


@pytest.mark.slow
@pytest.mark.parametrize("part", range(3))
def test_the_simulated_card_draws_what_the_processor_draws(part):
    """Every style, two lenses and a picture of pictures; the simulator runs the kernels as Python: slowly."""
    code = SIMULATED.replace("PART", str(part)).replace("SIZE", "16" if part == 1 else "10")
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    most, varied = done.stdout.split()
    assert int(most) <= 1 and varied == "True"


if _real_card():

    @pytest.mark.parametrize("style", STYLES)
    def test_a_real_card_draws_what_the_processor_draws(style):
        """A card fuses multiply and add: levels differ by one, and a few pixels at edges by more."""
        names: dict = {}
        exec(SCENES, names)
        scenes = [scene for scene in names["scenes"] if scene.style == style]
        scenes += [sample_scene(8, i) for i in range(200)] if style == "photo" else []
        found = render_many(scenes, 64, progress=False, device="cuda").astype(int)
        apart = np.abs(found - render_many(scenes, 64, progress=False).astype(int)).max(axis=3)
        assert (apart > 1).mean() < 0.01 and np.abs(apart).mean() < 0.1

else:

    def test_without_a_card_one_is_told_so():
        with pytest.raises(RuntimeError, match="there is no graphics card"):
            render_many([sample_scene(0, 0)], 16, progress=False, device="cuda")
        with pytest.raises(ValueError, match="device is 'tpu'; choose cpu or cuda"):
            render_many([sample_scene(0, 0)], 16, progress=False, device="tpu")


def test_scenes_are_joined_without_mixing_up_their_solids_or_words():
    from minidalle.world import gpu
    from minidalle.world.packing import pack

    plain = Scene((Thing("mug", "red"),), camera=Camera(), light=light())
    packs = [pack(plain), pack(Scene((Thing("cat", "blue"),))), pack(plain)]
    for (rows, _, _), sheets in ((packs[0], 2), (packs[2], 1)):
        rows[:2, g.DECAL] = 1.0, sheets  # as if words stood there
    packs[0] = packs[0][0], np.full((2, 3, 4), 7, np.uint8), packs[0][2]
    packs[2] = packs[2][0], np.full((1, 3, 4), 9, np.uint8), packs[2][2]
    rows, first, words, views = gpu._joined(packs)
    assert first.tolist() == np.cumsum([0, *(len(p) for p, _, _ in packs)]).tolist()
    assert views.shape == (3, len(packs[0][2])) and words.shape == (3, 3, 4)
    assert rows[first[0] : first[0] + 2, g.DECAL].tolist() == [1, 2]
    assert (words[int(rows[first[2], g.DECAL]) - 1] == 9).all()
    assert not rows[first[1] : first[2], g.DECAL].any()
    assert packs[2][0][0, g.DECAL] == 1  # what was given is left alone


def test_too_many_primitives_are_refused():
    from minidalle.world import gpu

    many = np.zeros((gpu.SCRATCH + 1, g.COLUMNS)), np.zeros((1, 1, 1), np.uint8), np.zeros(VIEW_LENGTH)
    with pytest.raises(ValueError, match=f"{gpu.SCRATCH + 1} primitives; a card draws at most"):
        gpu.draw(gpu.batches([(many, 0, 16)]))


def test_styles_that_are_refined_look_like_those_traced_in_full():
    """`styles.COARSE` saves rays where neighbours agree; the picture may not show it."""
    from minidalle.world import styles
    from minidalle.world.packing import pack

    for style in ("cartoon", "neon"):
        scene = Scene((Thing("cat", "red", yaw=20.0),), style=style)
        primitives, words, view = pack(scene)
        full, number = np.empty((48, 48, 3), np.uint8), STYLES.index(style)
        styles.draw(primitives, g.NORMALS, words, view, number, 2, 0, full)
        assert np.abs(render(scene, 48).astype(int) - full).mean() < 1.0


MANY = """
import numpy as np
import sys
import warnings
warnings.simplefilter("ignore")
from minidalle.world import gpu, many, render, sample_scene
if __name__ == "__main__":
    gpu.available = lambda: True
    found = np.concatenate(list(many.draw_many(COUNT, 3, "train", "world", 12, workers=1)))
    expected = np.stack([render(sample_scene(3, i, "train", mix="world"), 12) for i in range(COUNT)])
    print(len(found), np.abs(found.astype(int) - expected).max())
"""


def test_scenes_that_were_packed_are_drawn_as_one_by_one():
    """Panels, matrices and single pictures, in their order; the card is a processor that draws each of a batch."""
    from minidalle.world import gpu, many, styles

    kinds = ("clock", "two panels", "matrix", "sketch", "matrix inverted", "picture prompt")
    scenes = [sample_scene(0, i, "all", kind) for i, kind in enumerate(kinds)]

    def drawn_alike(joined, style, size):
        rows, first, words, views = joined
        images = np.empty((len(views), size, size, 3), np.uint8)
        for k, view in enumerate(views):
            solids = rows[first[k] : first[k + 1]]
            coarse = styles.COARSE[style]
            styles.draw(solids, g.NORMALS, words, view, style, styles.DENSITY[style], coarse, images[k])
        return images

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(many, "sample_scene", lambda seed, index, split, mix: scenes[index])
        packed = many.pack_some(0, "all", "world", 32, 0, len(scenes))
        patch.setattr(gpu, "_draw_alike", drawn_alike)
        found = many.drawn(packed, 32)
    assert sorted(packed.ready) == [2, 4] and sorted(packed.put_together) == [1, 5]
    assert (found == np.stack([render(scene, 32) for scene in scenes])).all()


@pytest.mark.slow
def test_processes_pack_for_a_simulated_card(tmp_path):
    script = tmp_path / "many.py"
    script.write_text(MANY.replace("COUNT", "4"), encoding="utf-8")
    environment = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1"}
    done = subprocess.run([sys.executable, str(script)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    count, most = done.stdout.split()
    assert count == "4" and int(most) <= 1
