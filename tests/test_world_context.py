"""Words, signs, landmarks, views, angles, lenses and mirrors: what captions say is what scenes hold."""

import math
import re
from itertools import combinations

import numpy as np
import pytest

from minidalle.world import WORLD, Scene, Thing, caption, render, sample_scene
from minidalle.world.kinds.context import WORDS
from minidalle.world.kinds.geography import HOME
from minidalle.world.objects.buildings import CARRIERS
from minidalle.world.objects.landmarks import LANDMARKS
from minidalle.world.primitives import OBJECTS
from minidalle.world.scene import TYPEFACES
from minidalle.world.words import BLOCK, LETTERS, SCRIPT, word_sheet

KINDS = ("sign", "painting", "drawing", "landmark", "view", "lens", "voxels", "angle", "mirror")
SCENES = {kind: [sample_scene(7, i, "all", kind) for i in range(40)] for kind in KINDS}


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("typeface", TYPEFACES)
def test_every_two_letters_differ_by_much_ink(typeface):
    sheets = {letter: word_sheet(6 * letter, typeface).astype(int) for letter in BLOCK}
    for a, b in combinations(sheets, 2):
        differs = np.abs(sheets[a] - sheets[b]).sum()
        assert differs > 0.11 * max(sheets[a].sum(), sheets[b].sum()), (a, b)


def test_a_word_is_ink_on_paper_that_fills_the_sheet_and_is_centred():
    for typeface in TYPEFACES:
        for word in WORDS[::5]:
            sheet = word_sheet(word, typeface)
            assert sheet.shape == (24, 128) and sheet.dtype == np.uint8
            columns = np.flatnonzero(sheet.max(axis=0))
            assert columns[-1] - columns[0] > (100 if len(word) >= 4 else 70), word
            assert abs(columns[0] + columns[-1] - 127) < 16, word
            assert 0.10 < sheet.mean() / 255 < 0.60, word


def test_typefaces_share_their_letters_and_look_different():
    assert set(BLOCK) == set(SCRIPT) == set(LETTERS) and len(LETTERS) == 36
    block, script = (word_sheet("openai", typeface).astype(int) for typeface in TYPEFACES)
    assert np.abs(block - script).sum() > 0.5 * script.sum()


@pytest.mark.parametrize(
    "word, typeface, message",
    [
        ("", "block", "has 0 letters; a sheet holds 1 to 8"),
        ("capybaras", "block", "has 9 letters"),
        ("Open", "block", "has 'O'; words are written with a to z and 0 to 9"),
        ("a b", "script", "has ' '"),
        ("open", "gothic", "typeface is 'gothic'; choose from block, script"),
    ],
)
def test_what_cannot_be_written_is_refused(word, typeface, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        word_sheet(word, typeface)


def test_words_are_short_and_training_has_all_their_letters():
    kind = WORLD["sign"]
    seen = [word for word in WORDS if not kind.is_held_out({"word": word})]
    assert all(3 <= len(word) <= 6 for word in WORDS) and len(set(WORDS)) == len(WORDS)
    assert set("".join(seen)) == set("abcdefghijklmnopqrstuvwxyz")
    assert 0.75 < len(seen) / len(WORDS) < 0.95


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_word_shows_on_each_carrier_at_both_sizes(carrier):
    scene = next(scene for scene in SCENES["sign"] if scene.fact("object") == carrier)
    for size, least in ((128, 500), (64, 100)):
        with_word = render(scene, size).astype(int)
        without = render(scene.with_thing(0, word=""), size).astype(int)
        assert (np.abs(with_word - without).max(axis=2) > 60).sum() > least


# ---------------------------------------------------------------- captions tell what is there


@pytest.mark.parametrize("kind", KINDS)
def test_facts_are_those_of_the_scene(kind):
    for scene in SCENES[kind]:
        facts, thing = dict(scene.facts), scene.things[0]
        assert thing.shape == facts["object"]
        for name in ("color", "word", "typeface"):
            assert getattr(thing, name) == facts.get(name, getattr(thing, name))
        for name in ("style", "lens", "place"):
            assert getattr(scene, name) == facts.get(name, getattr(scene, name))
        if "angle" in facts:
            assert thing.yaw == float(facts["angle"]) and scene.camera.azimuth == 0.0


@pytest.mark.parametrize("kind", ("voxels", "mirror", "lens", "sign"))
def test_the_colour_that_is_told_shows_on_every_object(kind):
    for name in WORLD[kind].fields["object"]:
        assert any(p.color is None and not p.inside for p in OBJECTS[name]), name


@pytest.mark.parametrize("kind", KINDS)
def test_captions_are_lower_case_short_and_never_tell_of_shadows(kind):
    for i, scene in enumerate(SCENES[kind]):
        for held_out in (False, True):
            text = caption(scene, 7, i, held_out)
            assert (
                text == text.lower() and len(text.split()) <= 20 and "shadow" not in text and "{" not in text
            )


def test_a_sign_s_caption_quotes_its_word():
    for i, scene in enumerate(SCENES["sign"]):
        assert f"'{scene.things[0].word}'" in caption(scene, 7, i)


def test_sunrise_and_sunset_throw_shadows_to_opposite_sides():
    for kind in ("painting", "landmark"):
        for scene in SCENES[kind]:
            x, y, _ = scene.light.direction
            side = {"sunrise": -1, "sunset": 1}.get(scene.fact("time"), 0)
            assert side * x > 0.8 if side else y > 0.7
            assert (scene.light.night > 0) == (scene.fact("time") == "night")


def test_every_landmark_has_words_and_lights():
    assert set(HOME) == set(LANDMARKS) and len(LANDMARKS) >= 10
    for name in LANDMARKS:
        assert all(p.glow > 0 for p in OBJECTS[name])


def test_a_landmark_at_night_is_seen():
    for name in LANDMARKS:
        scene = next(sample_scene(1, i, "all", "landmark") for i in range(900) if _night(i, name))
        with_it, without = render(scene, 64).astype(int), render(scene.with_thing(0, position=(0, -9, 0)), 64)
        assert (np.abs(with_it - without.astype(int)).max(axis=2) > 25).mean() > 0.05, name


def _night(i: int, name: str) -> bool:
    scene = sample_scene(1, i, "all", "landmark")
    return scene.fact("object") == name and scene.fact("time") == "night"


# ---------------------------------------------------------------- views, angles, lenses, mirrors


def test_views_put_the_camera_where_they_say():
    for scene in SCENES["view"]:
        camera, view = scene.camera, scene.fact("view")
        eye = camera.look_at[1] + camera.distance * math.sin(math.radians(camera.elevation))
        assert (camera.elevation > 70) == (view == "aerial")
        assert (abs(camera.azimuth - 180) < 30) == (view == "from behind")
        assert (camera.elevation < 0) == (view == "low angle")
        assert (camera.view_height < 1) == (view == "extreme close-up")
        assert eye > 0.02


def test_an_angle_s_words_are_those_of_the_turn():
    words = WORLD["angle"].words["angle"]
    assert words["0"] == ("from the front",) and words["180"] == ("from behind",)
    assert words["45"] == ("from 45 degrees to the left",) and words["315"] == (
        "from 45 degrees to the right",
    )
    assert len({tuple(told) for told in words.values()}) == 24


def test_from_the_left_shows_the_front_turned_to_the_right():
    """A camera that goes to the left sees a face look to the right: the bust's nose lies right of its middle."""
    thing = Thing("bust", "blue", yaw=90.0)
    flipped = Thing("bust", "blue", yaw=270.0)
    columns = []
    for one in (thing, flipped):
        image = render(Scene((one,)), 96).astype(int)
        skin = (image[..., 0] > image[..., 2] + 40) & (image[..., 0] > 170) & (image[..., 1] > 100)
        columns.append(np.flatnonzero(skin.any(axis=0)).mean())
    assert columns[0] > columns[1] + 3


@pytest.mark.parametrize("name", WORLD["angle"].fields["object"])
def test_every_angle_is_another_picture(name):
    images = [render(Scene((Thing(name, "red", yaw=15.0 * k),)), 64).astype(int) for k in range(24)]
    for a, b in combinations(range(24), 2):
        assert (np.abs(images[a] - images[b]).max(axis=2) > 40).sum() > 25, (15 * a, 15 * b)


def test_a_lens_has_things_on_all_sides():
    for scene in SCENES["lens"]:
        angles = sorted(math.degrees(math.atan2(t.position[0], t.position[2])) for t in scene.things)
        gaps = np.diff([*angles, angles[0] + 360])
        assert len(angles) == 5 and gaps.max() < 80


def test_a_mirror_shows_the_thing_a_second_time():
    """Without the mirror, fewer pixels have the thing's colour."""
    for scene in [scene for scene in SCENES["mirror"] if scene.fact("color") in ("red", "blue")][:4]:
        assert scene.things[1].shape == "standing mirror"
        channel = 0 if scene.fact("color") == "red" else 2

        def share(s, channel=channel):
            image = render(s, 96).astype(int)
            return (image[..., channel] > np.delete(image, channel, 2).max(axis=2) + 60).sum()

        alone = Scene(scene.things[:1], camera=scene.camera, light=scene.light, place=scene.place)
        assert share(scene) > 1.15 * share(alone)
