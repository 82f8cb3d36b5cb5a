"""The renderer against plain geometry: distances, normals, places, shadows, colours, edges, and equal pixels."""

import itertools
import math
import re

import numba
import numpy as np
import pytest
from world_reference import cloud, primitive_distance, seen_at, thing_distance, to_world, turned

from minidalle.world import (
    COLORS,
    SHAPES,
    SIZES,
    STYLES,
    TEXTURES,
    Camera,
    Light,
    Scene,
    Thing,
    lenses,
    render,
    render_many,
    sample_scene,
    skins,
    styles,
    textures,
)
from minidalle.world import geometry as g
from minidalle.world.objects import OBJECTS, PRISM, Primitive, ball, box, cone, prism, torus
from minidalle.world.packing import TEXTURE_NAMES, camera_axes, rows_of
from minidalle.world.primitives import rotation_matrix
from minidalle.world.renderer import project
from minidalle.world.scene import LENSES, PLACES, Cell

SOLIDS: dict[str, Primitive] = {
    "sharp box": box((0, 0, 0), (0.5, 0.3, 0.2), 0.0),
    "rounded box": box((0.1, 0.2, -0.3), (0.4, 0.3, 0.2), 0.1, rotation=(20.0, -35.0, 70.0)),
    "ball": ball((0.2, 0.1, 0.0), 0.4),
    "cylinder": cone((0, 0.1, 0), 0.3, 0.3, 0.4, 0.05),
    "narrowing cone": cone((0, 0, 0.1), 0.5, 0.05, 0.4, 0.02, rotation=(30.0, 10.0, -50.0)),
    "widening cone": cone((0, 0, 0), 0.1, 0.5, 0.3),
    "torus": torus((0, 0.1, 0), 0.4, 0.15, rotation=(90.0, 15.0, 0.0)),
    "triangle": prism((0, 0, 0), 0.25, 0.2, 3),
    "pentagon": prism((0.1, 0, 0), 0.4, 0.1, 5, rotation=(0.0, 30.0, 10.0)),
    "dodecagon": prism((0, 0, 0), 0.4, 0.3, 12),
}


def row_of(solid: Primitive) -> np.ndarray:
    """The renderer's own row for a solid, through a thing of scale 1 with nothing else in it."""
    try:
        OBJECTS["solid"], SIZES["unit"] = (solid,), 1.0
        return rows_of(Thing("solid", "red", "unit"), 0)[0]
    finally:
        del OBJECTS["solid"], SIZES["unit"]


def some_points(count: int, seed: int = 0, spread: float = 1.0) -> np.ndarray:
    return np.random.default_rng(seed).uniform(-spread, spread, (count, 3))


def distances(row: np.ndarray, points: np.ndarray) -> np.ndarray:
    return np.array([g.distance(row[None], 0, g.NORMALS, *point) for point in points])


# ---------------------------------------------------------------- distances


@pytest.mark.parametrize("name", SOLIDS)
def test_distances_equal_the_plain_definitions(name):
    """Exact outside and inside; a prism's may fall short outside its edges, but never be too large."""
    solid, points = SOLIDS[name], some_points(1500)
    found, expected = distances(row_of(solid), points), primitive_distance(solid, points)
    assert ((found < 0) == (expected < 0)).all()
    assert (expected < 0).sum() > 10
    assert (np.abs(found) <= np.abs(expected) + 1e-9).all()
    exact = np.isclose(found, expected, atol=1e-9)
    if name in ("triangle", "pentagon", "dodecagon"):
        assert exact[expected < 0].all()
        assert (found >= expected * 0.3 - 1e-9)[expected > 0].all()
    else:
        assert exact.all()


@pytest.mark.parametrize("name", SOLIDS)
def test_distances_never_change_faster_than_the_way_walked(name):
    row, points = row_of(SOLIDS[name]), some_points(400, 1)
    steps = np.random.default_rng(2).normal(0, 0.05, points.shape)
    change = np.abs(distances(row, points + steps) - distances(row, points))
    assert (change <= np.linalg.norm(steps, axis=1) + 1e-9).all()


@pytest.mark.parametrize("shape", SHAPES)
def test_no_ray_can_step_through_an_object(shape):
    """From outside, the distance is at most that to any of thousands of points inside, for the whole placed thing."""
    thing = Thing(shape, "red", "large", position=(0.3, 0.2, -0.4), yaw=25.0)
    rows, inside = rows_of(thing, 0), to_world(thing, cloud(shape)[::3])
    points = some_points(150, 3, 1.6)
    points = points[thing_distance(thing, points) > 0]
    found = np.min([distances(row, points) for row in rows], axis=0)
    nearest = np.array([np.linalg.norm(inside - point, axis=1).min() for point in points])
    assert (found > 0).all()
    assert (found <= nearest + 1e-9).all()
    if all(primitive.kind != PRISM for primitive in OBJECTS[shape]):  # beyond its edges a prism's falls short
        assert (nearest - found).max() < 0.06 * thing.scale  # the cloud is 0.025 apart, thinned


@pytest.mark.parametrize("shape", SHAPES)
def test_bounding_spheres_hold_their_solids(shape):
    """A ray that misses the sphere is not traced, so a solid that stuck out would lose a slice."""
    for primitive, row in zip(OBJECTS[shape], rows_of(Thing(shape, "red", "small"), 0), strict=True):
        points = some_points(4000, 4, 1.02 * primitive.radius) + np.array(primitive.center)
        inside = points[primitive_distance(primitive, points) <= 0]
        assert np.linalg.norm(inside - np.array(primitive.center), axis=1).max() <= primitive.radius + 1e-9
        assert row[g.RADIUS] == pytest.approx(primitive.radius * SIZES["small"])


@pytest.mark.parametrize("name", SOLIDS)
def test_bounding_spheres_touch_the_farthest_corner(name):
    solid = SOLIDS[name]
    away = some_points(6000, 5)
    surface = np.array(solid.center) + away / np.linalg.norm(away, axis=1, keepdims=True) * solid.radius
    assert primitive_distance(solid, surface).min() > -1e-9
    assert primitive_distance(solid, surface).min() < 0.04 * solid.radius


# ---------------------------------------------------------------- normals and rotations


def test_normals_of_a_ball_point_away_from_its_middle():
    solid = SOLIDS["ball"]
    for away in some_points(50, 6):
        away = away / np.linalg.norm(away)
        found = g.normal(row_of(solid)[None], g.NORMALS, 0, *(np.array(solid.center) + 0.4 * away))
        assert (
            np.linalg.norm(found - away) < 0.005
        )  # differences over 0.004 units see a little of the curvature


def test_normals_of_a_box_are_its_axes():
    row = row_of(SOLIDS["sharp box"])
    for axis, half in enumerate((0.5, 0.3, 0.2)):
        for sign in (-1, 1):
            point = np.array([0.05, -0.03, 0.02])
            point[axis] = sign * half
            expected = np.eye(3)[axis] * sign
            assert g.normal(row[None], g.NORMALS, 0, *point) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("name", SOLIDS)
def test_normals_are_unit_and_point_outwards(name):
    """Walking along the normal from the surface, the distance grows as the way does (a sharp edge may cut it short)."""
    solid, row = SOLIDS[name], row_of(SOLIDS[name])
    points = some_points(40000, 7)
    points = points[np.abs(primitive_distance(solid, points)) < 0.004][:60]
    assert len(points) > 25
    normals = np.array([g.normal(row[None], g.NORMALS, 0, *point) for point in points])
    assert np.linalg.norm(normals, axis=1) == pytest.approx(np.ones(len(points)), abs=1e-6)
    gain = (primitive_distance(solid, points + 0.01 * normals) - primitive_distance(solid, points)) / 0.01
    assert gain.min() > 0.5 and np.median(gain) > 0.99


def test_a_turn_is_about_x_then_y_then_z_and_right_handed():
    points = some_points(5, 8)
    for angles in ((90, 0, 0), (0, 90, 0), (0, 0, 90), (20, -50, 130)):
        expected = points
        for axis, angle in enumerate(angles):
            expected = turned(expected, axis, angle)
        assert points @ rotation_matrix(*angles).T == pytest.approx(expected)


# ---------------------------------------------------------------- the camera


CAMERAS = [Camera(), Camera(azimuth=70.0, elevation=10.0), Camera((0.3, 0.2, -0.1), -150.0, 65.0, 4.0, 3.0)]


@pytest.mark.parametrize("camera", CAMERAS)
def test_a_camera_has_right_angles_and_looks_at_its_point(camera):
    eye, forward, right, up = camera_axes(camera)
    assert np.stack([right, up, -forward]) @ np.stack([right, up, -forward]).T == pytest.approx(np.eye(3))
    assert np.cross(right, up) == pytest.approx(-forward)
    assert up[1] > 0 and right[1] == 0
    assert eye + camera.distance * forward == pytest.approx(camera.look_at)
    assert project(camera, camera.look_at) == pytest.approx((0.5, 0.5, camera.distance))
    points = some_points(50, 10)
    assert np.array([project(camera, point) for point in points]) == pytest.approx(seen_at(camera, points))
    top = np.array(camera.look_at) + up * camera.view_height / 2
    assert project(camera, top)[:2] == pytest.approx((0.5, 0.0))
    assert project(camera, np.array(camera.look_at) + right * camera.view_height / 4)[:2] == pytest.approx(
        (0.75, 0.5)
    )


def own_pixels(scene: Scene, index: int, size: int = 64) -> np.ndarray:
    """Where a thing shows its own colour: the pixels [size, size] that change when that colour does."""
    a, b = (render(scene.with_thing(index, color=c), size).astype(int) for c in ("yellow", "blue"))
    return np.abs(a - b).sum(axis=2) > 60


@pytest.mark.parametrize("camera", CAMERAS)
def test_things_are_drawn_where_project_says(camera):
    for x, y, z in ((0.0, 0.0, 0.0), (0.5, 0.3, -0.3), (-0.4, 0.1, 0.4)):
        scene = Scene((Thing("sphere", "red", "small", position=(x, y, z)),), camera=camera)
        rows, columns = np.nonzero(own_pixels(scene, 0, 96))
        u, v, _ = project(camera, (x, y + 0.375, z))
        assert (columns.mean() + 0.5) / 96 == pytest.approx(u, abs=0.015)
        assert (rows.mean() + 0.5) / 96 == pytest.approx(v, abs=0.015)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_object_covers_the_pixels_that_its_solid_projects_to(shape):
    thing = Thing(shape, "red", position=(0.1, 0.0, -0.1), yaw=20.0)
    scene, size = Scene((thing,)), 48
    drawn = (render(scene, size) != render(Scene(()), size)).any(axis=2)
    expected = np.zeros((size, size), bool)
    u, v, _ = (seen_at(scene.camera, to_world(thing, cloud(shape))) * size).astype(int).T
    expected[v, u] = True
    assert (expected & ~drawn).sum() <= 0.03 * expected.sum()
    rows, columns = np.nonzero(own_pixels(scene, 0, size))
    assert expected[rows, columns].mean() > 0.9


def test_left_is_left_and_up_is_up_in_every_scene():
    for i in range(200):
        scene = sample_scene(4, i, "all", "relation")
        (u1, v1, d1), (u2, v2, d2) = (project(scene.camera, thing.position) for thing in scene.things)
        if scene.relation in ("left of", "right of"):
            assert (u1 < u2 - 0.2) == (scene.relation == "left of") and abs(u1 - u2) > 0.2
        elif scene.relation in ("in front of", "behind"):
            assert (d1 < d2 - 0.5) == (scene.relation == "in front of") and abs(d1 - d2) > 0.5
            assert (v1 > v2) == (scene.relation == "in front of")
        else:
            assert v1 < v2 - 0.1 and abs(u1 - u2) < 0.05


def test_the_nearer_thing_hides_the_farther_whatever_their_order():
    camera = Camera(elevation=0.0)
    near, far = (
        Thing("sphere", "red", position=(0, 0, 0.8)),
        Thing("cube", "blue", "small", position=(0, 0, -0.8)),
    )
    image = render(Scene((near, far), camera=camera), 32)
    assert (image == render(Scene((far, near), camera=camera), 32)).all()
    red, _, blue = image[16, 16].astype(int)
    assert red > blue + 80
    swapped = Scene(
        (Thing("cube", "blue", "small", position=(0, 0, 0.8)), Thing("sphere", "red", position=(0, 0, -0.8))),
        camera=camera,
    )
    red, _, blue = render(swapped, 32)[16, 16].astype(int)
    assert blue > red + 80


def test_no_thing_is_hidden_whole():
    for kind, i in itertools.product(("count", "pair", "relation", "triple"), range(6)):
        scene = sample_scene(9, i, "all", kind)
        for k in range(len(scene.things)):
            assert own_pixels(scene, k, 64).sum() > 40, (kind, i, k)


# ---------------------------------------------------------------- light, colour, texture


def test_shadows_fall_away_from_the_sun():
    for x, z in ((-0.5, 0.4), (0.5, 0.4), (-0.5, -0.4), (0.5, -0.4)):
        light = Light(direction=(x, 0.8, z))
        scene = Scene(
            (Thing("sphere", "red", "small"),), camera=Camera(elevation=60.0, view_height=3.0), light=light
        )
        empty, drawn = (
            render(Scene(t, camera=scene.camera, light=light), 96).astype(int) for t in ((), scene.things)
        )
        middle = 0.375  # the ball's height; its shadow's middle lies where the sun's ray through it meets the floor
        for sign, dark in ((-1, True), (1, False)):
            u, v, _ = project(
                scene.camera, (sign * x / 0.8 * middle * 1.6, 0.0, sign * z / 0.8 * middle * 1.6)
            )
            pixel = int(v * 96), int(u * 96)
            changed = (empty[pixel] - drawn[pixel]).min()
            assert (changed > 20) == dark or own_pixels(scene, 0, 96)[pixel], (x, z, sign)


def test_a_shadow_is_where_the_sun_is_blocked():
    """Floor pixels against the reference solids: dark exactly where a point on the way to the sun is inside one."""
    thing = Thing("mug", "blue", yaw=15.0)
    scene = Scene((thing,), camera=Camera((0.3, 0.2, -0.2), elevation=50.0, view_height=2.6))
    empty, drawn = (render(Scene(t, camera=scene.camera), 128).astype(int) for t in ((), (thing,)))
    sun = np.array(scene.light.direction) / np.linalg.norm(scene.light.direction)
    agreed = shaded = 0
    for x, z in itertools.product(np.linspace(-0.2, 1.2, 25), np.linspace(-1.2, 0.6, 25)):
        u, v, _ = project(scene.camera, (x, 0.0, z))
        eye = camera_axes(scene.camera)[0]
        to_eye = (eye - (x, 0, z)) / np.linalg.norm(eye - (x, 0, z))
        way = np.arange(0.02, 2.0, 0.02)[:, None]
        if thing_distance(thing, np.array([x, 0, z]) + way * to_eye).min() < 0.03:
            continue  # hidden by the mug itself
        clear = thing_distance(thing, np.array([x, 0, z]) + way * sun).min()
        if abs(clear) < 0.04:
            continue  # the shadow's edge
        pixel = int(v * 128), int(u * 128)
        dark = (empty[pixel] - drawn[pixel]).min() > 20
        agreed += dark == (clear < 0)
        shaded += clear < 0
        assert dark == (clear < 0), (x, z, clear)
    assert shaded > 15 and agreed > 150


def shown_color(scene: Scene, index: int, size: int = 48) -> np.ndarray:
    """Mean colour [3] in [0, 1] of the pixels inside what shows a thing's own colour: its edges mix with others."""
    own = own_pixels(scene, index, size)
    inner = own & np.roll(own, 1, 0) & np.roll(own, -1, 0) & np.roll(own, 1, 1) & np.roll(own, -1, 1)
    return (render(scene, size)[inner] / 255.0).mean(axis=0)


@pytest.mark.parametrize("shape", SHAPES)
def test_all_colours_can_be_told_apart_on_all_objects(shape):
    """In some light between half and full, the mean colour is nearer to that of its name than to any other."""
    names = list(COLORS)
    light = np.linspace(0.5, 1.2, 15)[:, None, None]
    table = np.sqrt(np.array([COLORS[name] for name in names]) * light + 0.01)
    for name in names:
        shown = shown_color(Scene((Thing(shape, name, "large"),)), 0)
        nearest = names[int(np.linalg.norm(table - shown, axis=2).min(axis=0).argmin())]
        assert nearest == name, (shape, name, shown)


@pytest.mark.parametrize("shape", SHAPES)
def test_textures_change_the_objects_own_surface_only(shape):
    plain = Scene((Thing(shape, "red", "large"),))
    own = own_pixels(plain, 0)
    images = {texture: render(plain.with_thing(0, texture=texture)).astype(int) for texture in TEXTURES}
    for first, second in itertools.combinations(TEXTURES, 2):
        changed = np.abs(images[first] - images[second]).sum(axis=2) > 40
        assert changed.sum() > 0.08 * own.sum(), (first, second)
    for texture in TEXTURES[1:]:
        changed = np.abs(images[texture] - images["plain"]).max(axis=2) > 8
        assert changed[own].mean() > 0.1 and changed[own].mean() < 0.9
        assert changed[~own].sum() <= 0.08 * own.sum()  # only where an edge mixes the two
        white = images[texture][own].min(axis=1) > 120
        assert 0.05 < white.mean() < 0.75


@pytest.mark.parametrize(
    ("shape", "place", "dark"),
    [
        ("car", (0.36, 0.15, 0.34), True),
        ("mushroom", (0.0, 0.15, 0.15), False),
        ("cat", (0.09, 0.72, 0.3), True),
    ],
)
def test_parts_with_a_colour_of_their_own_keep_it(shape, place, dark):
    """A wheel is black, a stalk cream and an eye black, on a thing of any colour."""
    pixels = []
    for color in COLORS:
        scene = Scene((Thing(shape, color, "large"),))
        u, v, _ = project(scene.camera, 1.25 * np.array(place))
        pixels.append(render(scene, 96)[int(v * 96), int(u * 96)].astype(int))
    assert np.ptp(pixels, axis=0).max() == 0
    assert (np.mean(pixels) < 110) == dark and (np.min(pixels) > 120) != dark


def test_sizes_come_in_their_order():
    for shape in SHAPES:
        areas = [
            own_pixels(Scene((Thing(shape, "red", size),)), 0, 48).sum()
            for size in ("small", "medium", "large")
        ]
        assert areas[0] * 1.3 < areas[1] and areas[1] * 1.3 < areas[2], shape


def test_the_sky_is_above_and_the_floor_below():
    image = render(Scene((), camera=Camera(elevation=5.0)), 32).astype(int)
    assert np.ptp(image[0], axis=0).max() <= 4 and image[0, 0, 2] > image[0, 0, 0] + 10
    floor = image[-1, 16]
    assert floor[0] >= floor[2] and floor.min() > 150


# ---------------------------------------------------------------- sketches


def test_a_sketch_is_dark_lines_on_white_paper_without_colour():
    for i in range(6):
        scene = sample_scene(2, i, "all", "sketch")
        image = render(scene).astype(int)
        assert (image[..., 0] == image[..., 1]).all() and (image[..., 1] == image[..., 2]).all()
        assert (image == 255).mean() > 0.5 and 0.01 < (image < 120).mean() < 0.3
        assert (render(scene.with_thing(0, color="pink")) == render(scene.with_thing(0, color="black"))).all()


def test_a_sketch_outlines_what_a_photo_shows():
    thing = Thing("sphere", "red")
    ink = render(Scene((thing,), style="sketch"), 64)[..., 0] < 128
    own = own_pixels(Scene((thing,)), 0)
    border = own & ~(np.roll(own, 1, 0) & np.roll(own, -1, 0) & np.roll(own, 1, 1) & np.roll(own, -1, 1))
    near = ink | np.roll(ink, 1, 0) | np.roll(ink, -1, 0) | np.roll(ink, 1, 1) | np.roll(ink, -1, 1)
    assert near[border].mean() > 0.95
    assert not render(Scene((), style="sketch"), 32)[8:].min() < 255


# ---------------------------------------------------------------- pixels


def shrunk(image: np.ndarray, size: int) -> np.ndarray:
    """Box-average to [size, size, 3] in linear light, back in the picture's own scale."""
    k = len(image) // size
    linear = ((image / 255.0) ** 2).reshape(size, k, size, k, 3).mean(axis=(1, 3))
    return 255 * np.sqrt(linear)


def test_edges_are_as_smooth_as_those_of_a_picture_four_times_as_large():
    found, jagged = [], []
    for i, kind in enumerate(("single", "texture", "count", "relation", "triple", "pair")):
        scene = sample_scene(7, i, kind=kind)
        large, small = render(scene, 256), render(scene, 64)
        fine = shrunk(large, 64)
        found.append(np.abs(small - fine).mean())
        jagged.append(np.abs(large[2::4, 2::4] - fine).mean())
    assert np.mean(found) < 1.5
    assert np.mean(found) < 0.6 * np.mean(jagged)


def test_a_mirrored_scene_is_a_mirrored_picture():
    """Nothing in the renderer knows left from right, but for where the four samples of an edge pixel lie."""
    thing = Thing("house", "green", "large", position=(0.25, 0.0, 0.1))
    scene = Scene((thing,), light=Light(direction=(-0.4, 0.8, 0.5)))
    other = Scene(
        (Thing("house", "green", "large", position=(-0.25, 0.0, 0.1)),),
        light=Light(direction=(0.4, 0.8, 0.5)),
    )
    # the house's door and window are not symmetrical: compare the top half, its roof
    a, b = render(scene).astype(int)[:26], render(other).astype(int)[:26, ::-1]
    assert np.abs(a - b).mean() < 1.5
    assert np.abs(a - b[:, ::-1]).mean() > 5


def test_the_far_side_looks_as_the_near_side_of_the_turned_world():
    """Turning camera, sun and thing together about the vertical leaves the picture as it is."""
    a = Scene((Thing("teapot", "purple", yaw=10.0),))
    turn = 110.0
    sun = turned(np.array([a.light.direction]), 1, turn)[0]
    b = Scene(
        (Thing("teapot", "purple", yaw=10.0 + turn),),
        camera=Camera(azimuth=turn),
        light=Light(direction=tuple(sun)),
    )
    assert np.abs(render(a).astype(int) - render(b).astype(int)).mean() < 0.1


def test_a_picture_is_an_array_of_its_own():
    scene = sample_scene(0, 0)
    first, second = render(scene, 24), render(scene, 24)
    assert first.shape == (24, 24, 3) and first.dtype == np.uint8
    assert (first == second).all() and not np.shares_memory(first, second)
    assert render(scene, 33).shape == (33, 33, 3)


def test_many_pictures_are_the_single_ones_in_order_for_any_number_of_threads():
    scenes = [sample_scene(1, i) for i in range(12)]
    expected = np.stack([render(scene, 24) for scene in scenes])
    for workers in (1, 4, None):
        assert (render_many(scenes, 24, workers, progress=False) == expected).all()
    assert render_many([], 24, progress=False).shape == (0, 24, 24, 3)


def test_wrong_styles_and_sizes_are_named():
    with pytest.raises(ValueError, match="size is 7; a picture needs at least 8 pixels a side"):
        render(sample_scene(0, 0), 7)
    with pytest.raises(ValueError, match="style is 'oil'; choose from photo, sketch"):
        render(Scene((Thing("cube", "red"),), style="oil"))


@pytest.mark.parametrize("field", ["shape", "color", "size", "texture"])
def test_a_thing_that_the_world_does_not_know_is_named(field):
    with pytest.raises(ValueError, match=f"{field} is 'beige'; choose from "):
        render(Scene((Thing("cube", "red"),)).with_thing(0, **{field: "beige"}))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"second": "beige"}, "second is 'beige'; choose from red"),
        ({"other": "opera"}, "other is 'opera'; choose from "),
        ({"typeface": "gothic"}, "typeface is 'gothic'; choose from block, script"),
        ({"parts": (("wings", "red", ""),)}, "a part of the baby penguin is 'wings'; choose from .*all over"),
        ({"parts": (("+hat", "red+beige", ""),)}, "the color of '\\+hat' is 'beige'; choose from red"),
        ({"parts": (("+hat", "red", "velvet"),)}, "the texture of '\\+hat' is 'velvet'; choose from plain"),
    ],
)
def test_a_part_or_a_second_object_that_the_world_does_not_know_is_named(changes, said):
    with pytest.raises(ValueError, match=said):
        render(Scene((Thing("baby penguin", "black", **changes),)))


@pytest.mark.parametrize(
    ("scene", "said"),
    [
        (Scene(cells=(Cell(),) * 9), "nine cells are laid out as 'grid', not ''"),
        (Scene(cells=(Cell(),) * 4, layout="grid"), "a grid has 9 panels, not 4"),
        (Scene(panels=(Scene(),) * 2), "a scene with panels needs a layout"),
        (Scene(cut=True), "a cut goes through the first thing, and this scene has none"),
    ],
)
def test_a_scene_whose_parts_do_not_fit_together_is_refused(scene, said):
    with pytest.raises(ValueError, match=said):
        render(scene)


def test_the_kernels_number_the_styles_in_the_order_of_their_names():
    names = {"GLASS": "stained glass", "XRAY": "x-ray"}
    for number, name in enumerate(STYLES):
        constant = next(key for key in vars(styles) if names.get(key, key.lower()) == name)
        assert vars(styles)[constant] == number
    assert len(styles.DENSITY) == len(styles.COARSE) == len(STYLES)


@pytest.mark.parametrize(
    ("module", "names", "plain"),
    [
        (textures, TEXTURE_NAMES, 1),
        (textures, PLACES, 1),
        (skins, skins.SKINS, 0),
        (lenses, ("pinhole", *LENSES[1:]), 0),
    ],
    ids=["textures", "places", "skins", "lenses"],
)
def test_the_kernels_number_surfaces_places_and_lenses_in_the_order_of_their_names(module, names, plain):
    """The first of the textures and of the places is plain, and has no constant."""
    for number, name in list(enumerate(names))[plain:]:
        assert vars(module)[name.upper().replace(" ", "_")] == number


def test_light_from_nowhere_points_behind_the_camera_and_impossible_prisms_are_refused():
    with pytest.raises(ValueError, match="has to point to the sun"):
        render(Scene((Thing("cube", "red"),), light=Light(direction=(0.0, 0.0, 0.0))))
    with pytest.raises(ValueError, match="behind the camera"):
        project(Camera(), (0.0, 0.0, 99.0))
    for sides in (2, 13):
        with pytest.raises(ValueError, match=f"has {sides} sides; choose 3 to 12"):
            prism((0, 0, 0), 0.3, 0.1, sides)


@pytest.mark.parametrize("function", [g.distance_box, g.distance_cone, g.distance_torus])
def test_machine_code_rounds_every_operation(function):
    """A fused multiply-add rounds once where IEEE 754 rounds twice: such pixels would differ between machines."""
    compiled = numba.njit(error_model="numpy")(function.py_func)
    compiled(
        *np.linspace(
            0.1, 0.7, len(function.py_func.__code__.co_varnames[: function.py_func.__code__.co_argcount])
        )
    )
    code = "\n".join(compiled.inspect_asm().values())
    assert "sqrt" in code
    assert not re.search(r"\bv?fn?m(add|sub|la|ls)", code)
    for kernel in (g.distance, g.trace, g.normal):
        assert not kernel.targetoptions.get("fastmath") and not kernel.targetoptions.get("parallel")


def test_prism_normals_are_those_of_a_regular_polygon_with_a_corner_on_top():
    for n in range(3, g.MAX_SIDES + 1):
        assert np.linalg.norm(g.NORMALS[n, :n], axis=1) == pytest.approx(np.ones(n))
        assert g.NORMALS[n, :n].sum(axis=0) == pytest.approx([0, 0], abs=1e-9)
        assert (g.NORMALS[n, :n] @ (0, 1)).max() == pytest.approx(math.cos(math.pi / n))
