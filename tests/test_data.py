"""Training pictures: rendered once, kept as numpy arrays, the same for ever."""

import hashlib
import json
import subprocess
import sys

import numpy as np
import pytest

from minidalle import data, data_cache
from minidalle.data import PictureError, as_dataset, default_cache, world_pictures
from minidalle.world import caption, render, sample_scene

SIZE = 16


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def draw(cache, count=5, **options):
    return world_pictures(count, size=SIZE, cache_dir=cache, progress=False, **options)


def no_rendering(monkeypatch):
    def render(scene, size):
        raise AssertionError("rendered again")

    monkeypatch.setattr(data_cache, "render", render)


def test_pictures_scenes_and_captions_belong_together(cache):
    pictures = draw(cache, count=4, seed=3)
    assert pictures.images.shape == (4, SIZE, SIZE, 3) and pictures.images.dtype == np.uint8
    assert len(pictures) == 4
    for index, image in enumerate(pictures.images):
        scene = sample_scene(3, index)
        assert pictures.scenes[index] == scene
        assert np.array_equal(image, render(scene, SIZE))
        assert pictures.captions[index] == caption(scene, 3, index)


def test_pictures_equal_themselves_alone_and_are_compared_by_fingerprint(cache):
    pictures, again = draw(cache), draw(cache)
    assert pictures == pictures and pictures != again and len({pictures, again}) == 2
    assert pictures.fingerprint == again.fingerprint


def test_one_picture_can_be_told_in_several_wordings(cache):
    pictures = draw(cache, count=2)
    wordings = {pictures.caption_of(0, wording) for wording in range(20)}
    assert len(wordings) > 3
    assert pictures.caption_of(1, 5, held_out=True) == caption(sample_scene(0, 1), 5, 1, held_out=True)


def test_the_second_time_comes_from_the_disk(cache, monkeypatch):
    first = draw(cache)
    no_rendering(monkeypatch)
    second = draw(cache)
    assert np.array_equal(first.images, second.images) and first.fingerprint == second.fingerprint
    assert isinstance(second.images, np.memmap) and not second.images.flags.writeable


def test_a_larger_cache_serves_a_smaller_request(cache, monkeypatch):
    large = draw(cache, count=6)
    alone = draw(cache.parent / "other", count=3)
    no_rendering(monkeypatch)
    small = draw(cache, count=3)
    assert np.array_equal(small.images, large.images[:3])
    assert small.fingerprint == alone.fingerprint != large.fingerprint


def test_the_fingerprint_is_of_the_pixels(cache):
    pictures = draw(cache)
    assert pictures.fingerprint == hashlib.sha256(np.asarray(pictures.images).tobytes()).hexdigest()


@pytest.mark.parametrize("options", [{"seed": 1}, {"split": "heldout"}, {"count": 6}])
def test_another_request_gets_other_pictures(cache, options):
    before, after = draw(cache), draw(cache, **options)
    assert before.fingerprint != after.fingerprint and len(list(cache.glob("*.npy"))) == 2


def test_pictures_of_another_world_are_not_taken(cache, monkeypatch):
    draw(cache)
    monkeypatch.setattr(data, "world_version", lambda: "another")
    no_rendering(monkeypatch)
    with pytest.raises(AssertionError, match="rendered again"):
        draw(cache)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-100]),
        lambda path: path.write_bytes(path.read_bytes()[:-1] + b"\x07"),
        lambda path: path.with_suffix(".json").unlink(),
        lambda path: path.with_suffix(".json").write_bytes(b"{"),
    ],
    ids=["cut off", "altered", "no description", "half a description"],
)
def test_a_damaged_cache_is_rendered_again(cache, damage):
    whole = np.array(draw(cache).images)
    damage(next(cache.glob("*.npy")))
    assert np.array_equal(draw(cache).images, whole)


def test_rendering_that_is_interrupted_leaves_nothing_that_passes_for_pictures(cache, monkeypatch):
    def render_three(scene, size, calls=[]):  # noqa: B006
        calls.append(scene)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return np.zeros((size, size, 3), np.uint8)

    monkeypatch.setattr(data_cache, "render", render_three)
    with pytest.raises(KeyboardInterrupt):
        draw(cache, workers=1)
    assert list(cache.iterdir()) == []


def test_any_number_of_workers_draws_the_same(cache):
    one, three = draw(cache / "1", workers=1), draw(cache / "3", workers=3)
    assert one.fingerprint == three.fingerprint


def test_the_description_says_what_is_in_the_file(cache):
    draw(cache, seed=2)
    described = json.loads(next(cache.glob("*.json")).read_text(encoding="utf-8"))
    assert (described["shape"], described["seed"], described["split"]) == ([5, SIZE, SIZE, 3], 2, "train")


def test_wrong_requests_and_folders_are_answered_in_a_sentence(cache):
    with pytest.raises(PictureError, match="count is 0; ask for at least 1 picture"):
        draw(cache, count=0)
    for device in ("gpuu", "CUDA", ""):
        with pytest.raises(PictureError, match=f"device is {device!r}; choose cpu or cuda"):
            draw(cache, device=device)
    assert not cache.exists()
    cache.write_bytes(b"a file in the way")
    with pytest.raises(PictureError, match=r"cannot be written to .*choose another folder"):
        draw(cache)


def test_the_usual_folder_can_be_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("MINIDALLE_CACHE", str(tmp_path))
    assert default_cache() == tmp_path
    monkeypatch.delenv("MINIDALLE_CACHE")
    assert default_cache().name == "minidalle"


def test_as_a_dataset_the_rows_are_the_pictures(cache, tmp_path, monkeypatch):
    pictures = draw(cache, count=3)
    rows = as_dataset(pictures, wordings=2, cache_dir=tmp_path / "arrow")
    assert len(rows) == 6 and set(rows.column_names) == {"image", "caption", "scene"}
    for number, row in enumerate(rows):
        index, wording = divmod(number, 2)
        assert np.array_equal(np.asarray(row["image"]), pictures.images[index])
        assert row["caption"] == pictures.caption_of(index, wording)
        assert type(pictures.scenes[index]).from_dict(json.loads(row["scene"])) == pictures.scenes[index]


def test_training_needs_no_datasets_library():
    code = "import sys; sys.modules['datasets'] = None; import minidalle.training.command; print('fine')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    assert done.stdout.strip() == "fine", done.stderr
