"""Styles, lenses, cuts, mirrors, melting and materials: what each does to a picture, against plain geometry."""

import math
from dataclasses import replace

import numpy as np
import pytest

from minidalle.world import (
    OBJECTS,
    SIZES,
    STYLES,
    Camera,
    Light,
    Scene,
    Thing,
    lenses,
    render,
    render_many,
    voxels,
)
from minidalle.world import geometry as g
from minidalle.world.packing import camera_axes, pack, rows_of
from minidalle.world.primitives import ball, box, ellipsoid
from minidalle.world.scene import LENSES, MATERIALS
from minidalle.world.shading import NIGHT, SUN, VIEW_LENGTH, VOXEL

CLOSE = Camera(look_at=(0.0, 0.5, 0.0), view_height=1.6)
TEAPOT = Scene((Thing("teapot", "red", yaw=20.0),), camera=CLOSE)


@pytest.fixture
def solid():
    """Enters an object made of the given primitives for one test, as "solid"."""

    def enter(*primitives):
        OBJECTS["solid"] = primitives
        return Thing("solid", "red", "unit")

    SIZES["unit"] = 1.0
    yield enter
    OBJECTS.pop("solid", None), SIZES.pop("unit")


# ---------------------------------------------------------------- solids


def test_two_balls_melt_as_the_closed_form_says(solid):
    """Quilez's polynomial union, and no melting where they are farther apart than it reaches."""
    k = 0.2
    table = pack(Scene((solid(ball((0, 0.5, 0), 0.3), ball((0.5, 0.5, 0), 0.3, melt=k)),)))[0]
    for point in np.random.default_rng(0).uniform((-0.6, 0, -0.5), (1.1, 1, 0.5), (300, 3)):
        a, b = (np.linalg.norm(point - (x, 0.5, 0)) - 0.3 for x in (0, 0.5))
        h = max(k - abs(a - b), 0.0)
        expected = min(a, b) - h * h / (4 * k)
        assert g.surface(table, g.NORMALS, 0, *point) == pytest.approx(expected, abs=1e-7)
        active = np.arange(2)
        assert g.nearest_of.py_func(table, g.NORMALS, active, 2, *point)[0] == pytest.approx(
            expected, abs=1e-7
        )


def test_an_ellipsoids_surface_is_where_its_equation_says(solid):
    radii = np.array([0.5, 0.3, 0.25])
    row = rows_of(solid(ellipsoid((0, 0.4, 0), tuple(radii))), 0)[0]
    for way in np.random.default_rng(1).normal(size=(100, 3)):
        on_it = way / math.sqrt(((way / radii) ** 2).sum())
        for stretch, sign in ((1.0, 0), (1.05, 1), (0.95, -1)):
            d = g.distance(row[None], 0, g.NORMALS, *(stretch * on_it + (0, 0.4, 0)))
            assert d == pytest.approx(0, abs=1e-8) if sign == 0 else d * sign > 0


def test_skipping_solids_behind_their_bounding_sphere_changes_no_distance():
    table = pack(Scene((Thing("house", "red"), Thing("mug", "blue", position=(0.8, 0.0, 0.3)))))[0]
    active = np.arange(len(table))
    for point in np.random.default_rng(2).uniform(-1, 1.5, (200, 3)):
        plain = min(g.distance(table, k, g.NORMALS, *point) for k in active)
        assert g.nearest_of.py_func(table, g.NORMALS, active, len(table), *point)[0] == plain


def test_a_view_is_as_long_as_its_layout_says():
    """Its columns are counted by hand in geometry.py and shading.py; a scene of little cubes under one light."""
    view = pack(replace(TEAPOT, style="voxels", light=replace(TEAPOT.light, night=0.5)))[2]
    assert view.shape == (VIEW_LENGTH,)
    assert view[SUN : SUN + 3].tolist() == [*TEAPOT.light.sun] and view[NIGHT] == 0.5


# ---------------------------------------------------------------- cut and mirror


def test_a_cut_shows_the_inside_and_only_a_cut_does(solid):
    thing = solid(ball((0, 0.5, 0), 0.5), ball((0, 0.5, 0), 0.3, inside=True, color=(0.05, 0.1, 0.9)))
    scene = Scene((thing,), camera=replace(CLOSE, elevation=5.0))
    whole, opened = (render(replace(scene, cut=cut), 48).astype(int) for cut in (False, True))
    blue = [image[..., 2] > image[..., 0] + 60 for image in (whole, opened)]
    assert not blue[0].any()
    rows, columns = np.nonzero(blue[1])
    assert len(rows) == pytest.approx(math.pi * (0.3 / 1.6 * 48) ** 2, rel=0.12)
    assert rows.mean() == pytest.approx(23.5, abs=1) and columns.mean() == pytest.approx(23.5, abs=1)


def test_a_mirror_shows_what_stands_on_the_viewers_side(solid):
    """A blue ball behind the viewer's back is seen in the mirror, mirrored: what is right of it is right in it."""
    mirror = solid(box((0, 1.0, 0), (1.2, 1.0, 0.03), 0.0, mirror=True))
    blue = Thing("sphere", "blue", position=(0.5, 0.0, 3.0))
    scene = Scene((mirror, blue), camera=Camera((0.0, 0.6, 0.0), 0.0, 4.0, 2.4, 2.2))
    seen = [render(s, 48).astype(int) for s in (scene, replace(scene, things=(mirror,)))]
    changed = (seen[0][..., 2] - seen[0][..., 0] > 60) & (np.abs(seen[0] - seen[1]).sum(axis=2) > 60)
    rows, columns = np.nonzero(changed)
    assert len(rows) > 15
    # the picture of the ball stands at z = -3; from 2.4 away it falls on x = 0.5 / 5.4 of the depth
    assert (columns.mean() + 0.5) / 48 - 0.5 == pytest.approx(0.5 / 5.4 * 2.4 / 2.2, abs=0.03)


# ---------------------------------------------------------------- lenses


def _directions(lens: str, size: int) -> np.ndarray:
    """The direction of every pixel, [size, size, 3] in the camera's axes (right, up, forward); nan where none."""
    scene = replace(TEAPOT, lens=lens)
    view = pack(scene)[2]
    _, forward, right, up = camera_axes(scene.camera)
    found = np.full((size, size, 3), np.nan)
    for i in range(size):
        for j in range(size):
            there, *way = lenses.direction(view, (2 * j + 1) / size - 1, 1 - (2 * i + 1) / size)
            if there:
                found[i, j] = np.array([right, up, forward]) @ way
    return found


@pytest.mark.parametrize("lens", LENSES)
def test_directions_are_unit_and_the_middle_looks_ahead(lens):
    found = _directions(lens, 33)
    assert np.nanmax(np.abs(np.linalg.norm(found, axis=2) - 1)) < 1e-5
    assert found[16, 16] == pytest.approx([0, 0, 1], abs=1e-6)


def test_a_panorama_looks_in_all_directions():
    """Longitude along the width, latitude along the height, and the poles at the rims."""
    size = 64
    found = _directions("panorama", size)
    middle = (np.arange(size) + 0.5) / size * 2 - 1
    lon, lat = math.pi * middle[None, :], -math.pi / 2 * middle[:, None]
    expected = np.stack([np.cos(lat) * np.sin(lon), np.sin(lat) + 0 * lon, np.cos(lat) * np.cos(lon)], axis=2)
    assert np.abs(found - expected).max() < 1e-5
    assert found[0, :, 1].min() > 0.999 and found[-1, :, 1].max() < -0.999
    assert found[size // 2, 0, 2] < -0.99  # the left rim is behind


def test_a_fisheye_sees_half_of_all_directions_in_a_circle_on_black():
    found, size = _directions("fisheye", 48), 48
    v, u = np.mgrid[:size, :size] / size * 2 - 1 + 1 / size
    outside = u * u + v * v > 1.0
    assert (np.isnan(found[..., 0]) == outside).all()
    assert np.nanmin(found[..., 2]) > -1e-9 and np.nanmin(found[..., 2]) < 0.06
    image = render(replace(TEAPOT, lens="fisheye"), size)
    assert not image[u * u + v * v > 1.1].any() and image[u * u + v * v < 0.9].min(axis=0).max() > 0


# ---------------------------------------------------------------- styles


def test_faces_of_voxels_look_along_the_axes():
    table, _, view = pack(replace(TEAPOT, style="voxels"))
    h, active, hits = view[VOXEL], np.empty(len(table) + 1, np.int64), 0
    for way in np.random.default_rng(3).normal(size=(200, 3)):
        way /= np.linalg.norm(way)
        start = np.array([0.0, 0.45, 0.0]) - 4.0 * way + np.random.default_rng(4).normal(0, 0.1, 3)
        t, who, *normal = voxels.trace(table, g.NORMALS, active, h, *start, *way)
        if who < 0:
            continue
        hits += 1
        assert sorted(np.abs(normal)) == [0, 0, 1] and np.dot(normal, way) < 0
        place = (start + t * way) @ np.abs(normal) / h
        assert place == pytest.approx(round(place), abs=1e-6)  # on a border between cells
    assert hits > 80


def test_an_xray_is_brighter_where_something_is_inside(solid):
    whole = ball((0, 0.5, 0), 0.5)
    empty, full = (
        render(Scene((solid(*s),), camera=CLOSE, style="x-ray"), 32).astype(int)
        for s in ((whole,), (whole, ball((0.2, 0.5, 0), 0.15, inside=True)))
    )
    more = (full - empty).sum(axis=2)
    assert (more >= 0).all() and more.max() > 60
    assert np.nonzero(more > 60)[1].mean() == pytest.approx(16 + 0.2 / 1.6 * 32, abs=1)
    assert empty[16, 16].sum() > empty[1, 1].sum() + 150  # and matter is brighter than air


def test_every_style_differs_and_is_drawn_the_same_on_any_number_of_threads():
    scenes = [replace(TEAPOT, style=style) for style in STYLES]
    once, again = (render_many(scenes, 40, workers, progress=False) for workers in (1, 4))
    assert (once == again).all()
    for a in range(len(STYLES)):
        for b in range(a):
            assert np.abs(once[a].astype(int) - once[b]).mean() > 3, (STYLES[a], STYLES[b])


@pytest.mark.parametrize("style", STYLES)
def test_every_style_shows_where_the_thing_is(style):
    """Pixels that change when the thing is taken away are those that it covers, shadow and glow apart."""
    scene = replace(TEAPOT, style=style, light=Light(direction=(0.0, 1.0, 0.05)))
    photo = replace(scene, style="photo")
    with_, without = (render(replace(s, things=t), 48).astype(int) for s in (scene,) for t in (s.things, ()))
    covers = np.abs(
        render(photo.with_thing(0, color="blue"), 48).astype(int) - render(photo, 48).astype(int)
    ).sum(axis=2)
    changed = np.abs(with_ - without).sum(axis=2) > 30
    if style in ("sketch", "neon"):  # lines only
        assert changed[covers > 60].mean() > 0.15
    else:
        assert changed[covers > 60].mean() > 0.85


@pytest.mark.parametrize("thing", ["cube", "sphere", "teapot"])
def test_materials_differ_from_each_other(thing):
    scene = Scene((Thing(thing, "red", yaw=25.0),), camera=CLOSE)
    images = [
        render(scene.with_thing(0, texture=texture), 48).astype(int) for texture in ("plain", *MATERIALS)
    ]
    for a in range(len(images)):
        for b in range(a):
            assert (np.abs(images[a] - images[b]).sum(axis=2) > 60).sum() > 80


def test_quills_stand_on_the_surface_and_stick_out():
    """The foot is inside the solid or on it, the tip outside, for every kind of solid."""
    for shape in ("sphere", "cube", "donut", "cylinder"):
        rows = rows_of(Thing(shape, "red", texture="porcupine", yaw=30.0), 0)
        solids = len(OBJECTS[shape])
        hairs = rows[solids:]
        assert 40 < len(hairs) < 90
        for hair in hairs:
            axis = hair[g.ROTATION : g.ROTATION + 9].reshape(3, 3)[:, 1]
            assert np.linalg.norm(axis) == pytest.approx(1)
            foot, tip = (hair[g.CENTER : g.CENTER + 3] + s * hair[g.DIMS + 2] * axis for s in (-1, 1))
            d = [
                min(g.distance(np.array(rows[:solids]), k, g.NORMALS, *p) for k in range(solids))
                for p in (foot, tip)
            ]
            assert d[0] < 0.02 and d[1] > 0.02
    assert len(rows_of(Thing("sphere", "red", texture="wool"), 0)) == 1
