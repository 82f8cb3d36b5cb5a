"""A scene as arrays of numbers: rows of primitives, sheets of words, and the view, as the kernels read them.

Left out: how they are drawn (`styles.py`), and what may be asked for (`renderer.py`).
"""

from __future__ import annotations

import math

import numpy as np

from minidalle.world import geometry as g
from minidalle.world import skins
from minidalle.world.objects.mixing import primitives_of
from minidalle.world.places import surroundings
from minidalle.world.primitives import BOX, CONE, ELLIPSOID, PRISM, TORUS, Primitive, Vector, rotation_matrix
from minidalle.world.quills import quills
from minidalle.world.scene import LENSES, MATERIALS, PAINTS, PLACES, TEXTURES, Camera, Scene, Thing
from minidalle.world.words import word_sheet

WHITE = (0.96, 0.96, 0.95)
INK = (0.04, 0.04, 0.05)
VOXEL = 0.075  # side of a little cube, in units

MATERIAL_COLORS: dict[str, tuple[Vector, Vector]] = {
    "brick": ((0.55, 0.17, 0.10), (0.78, 0.74, 0.68)),
    "wood": ((0.52, 0.30, 0.13), (0.30, 0.16, 0.06)),
    "wool": ((0.80, 0.74, 0.62), (0.50, 0.44, 0.34)),
    "stone": ((0.07, 0.07, 0.07), (0.66, 0.65, 0.62)),
    "plaid": ((0.65, 0.06, 0.06), (0.03, 0.08, 0.05)),
    "porcupine": ((0.06, 0.04, 0.03), (0.80, 0.72, 0.58)),
    "harp strings": ((0.03, 0.015, 0.01), (1.00, 0.74, 0.26)),
    "fur": ((0.78, 0.48, 0.17), (0.07, 0.04, 0.02)),
    "leaves": ((0.01, 0.06, 0.01), (0.24, 0.60, 0.09)),
}
"""The two colours of each material, where a scene names no others."""

TEXTURE_NAMES = (*TEXTURES, *MATERIALS)


def _look(thing: Thing, primitive: Primitive) -> tuple[Vector, Vector, int]:
    """The two colours and the texture's number of one primitive of a thing."""
    color, second, texture = thing.color, thing.second, thing.texture
    for part, part_color, part_texture in thing.parts:
        if part == primitive.part:
            color, _, second = part_color.partition("+")
            texture = part_texture or "plain"
    if primitive.texture:
        if primitive.texture in skins.SKINS:
            number = skins.FIRST + skins.SKINS.index(primitive.texture)
        else:
            number = TEXTURE_NAMES.index(primitive.texture)
        own = MATERIAL_COLORS.get(primitive.texture, (PAINTS[color], WHITE))
        return primitive.color or own[0], primitive.second or own[1], number
    if primitive.color:
        return primitive.color, primitive.second or WHITE, 0
    first, other = MATERIAL_COLORS.get(texture, (PAINTS[color], WHITE))
    if texture == "plaid" and second:
        first = PAINTS[color]
    return first, PAINTS[second] if second else other, TEXTURE_NAMES.index(texture)


def rows_of(thing: Thing, owner: int) -> list[np.ndarray]:
    """The primitive rows of one thing, placed in the world; GROUP and LINE count from 0 within the thing."""
    turn, scale, base = rotation_matrix(0, thing.yaw, 0), thing.scale, np.array(thing.position)
    named = {part for part, _, _ in thing.parts}
    rows, group = [], -1
    for primitive in primitives_of(thing):
        if primitive.part.startswith("+") and primitive.part not in named:
            continue
        if not (primitive.melt and rows):
            group += 1
        row = np.zeros(g.COLUMNS)
        row[g.KIND] = primitive.kind
        row[g.CENTER : g.CENTER + 3] = base + scale * (turn @ np.array(primitive.center))
        row[g.DIMS : g.DIMS + 4] = np.array(primitive.dims) * scale
        if primitive.kind == PRISM:
            # the number of sides and the taper do not scale
            row[g.DIMS + 2 : g.DIMS + 4] = primitive.dims[2:]
        row[g.ROTATION : g.ROTATION + 9] = (turn @ rotation_matrix(*primitive.rotation)).reshape(-1)
        row[g.COLOR : g.COLOR + 3], row[g.COLOR2 : g.COLOR2 + 3], row[g.TEXTURE] = _look(thing, primitive)
        row[g.OWNER], row[g.RADIUS] = owner, primitive.radius * scale
        row[g.GROUP], row[g.MELT] = group, primitive.melt * scale if rows else 0.0
        row[g.INSIDE], row[g.GLOW], row[g.MIRROR] = primitive.inside, primitive.glow, primitive.mirror
        row[g.DECAL] = 1.0 if primitive.word and thing.word else 0.0
        rows.append(row)
    return rows + quills(rows)


def _finish(rows: list[np.ndarray]) -> np.ndarray:
    """All rows of a scene: groups numbered through, melted ones with room to bulge, lines between colours."""
    table = np.array(rows).reshape(-1, g.COLUMNS)
    for k, row in enumerate(table):
        fresh = k == 0 or row[g.OWNER] != rows[k - 1][g.OWNER] or row[g.GROUP] != rows[k - 1][g.GROUP]
        before = table[k - 1] if k else row
        table[k, g.LINE] = (
            k
            if fresh or (row[g.COLOR : g.COLOR + 3] != before[g.COLOR : g.COLOR + 3]).any()
            else before[g.LINE]
        )
        table[k, g.GROUP] = k if fresh else before[g.GROUP]
    for group in set(table[:, g.GROUP]):
        members = table[:, g.GROUP] == group
        table[members, g.RADIUS] += 1.25 * table[members, g.MELT].max()  # k to reach it, k / 4 that it bulges
        table[members, g.SOLO] = members.sum() == 1
    table[:, g.EXACT] = np.isin(table[:, g.KIND], (BOX, CONE, TORUS, ELLIPSOID))
    return table


def _embrace(table: np.ndarray) -> None:
    """Give each thing's first row the sphere around all of its rows, with a little room, and their number."""
    for owner in set(table[:, g.OWNER]):
        mine = np.flatnonzero(table[:, g.OWNER] == owner)
        centers, radii = table[mine, g.CENTER : g.CENTER + 3], table[mine, g.RADIUS]
        middle = ((centers - radii[:, None]).min(axis=0) + (centers + radii[:, None]).max(axis=0)) / 2
        reach = max(math.sqrt(float(d @ d)) + r for d, r in zip(centers - middle, radii, strict=True))
        table[mine[0], g.LEAD] = len(mine)
        table[mine[0], g.BALL : g.BALL + 4] = *middle, reach + 1e-6


def camera_axes(camera: Camera) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(eye, forward, right, up) of a camera, each float64 [3] in world axes."""
    a, e = math.radians(camera.azimuth), math.radians(camera.elevation)
    back = np.array([math.sin(a) * math.cos(e), math.sin(e), math.cos(a) * math.cos(e)])
    right = np.array([math.cos(a), 0.0, -math.sin(a)])
    return np.array(camera.look_at) + camera.distance * back, -back, right, np.cross(back, right)


def pack(scene: Scene) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A scene as the three arrays that the kernels read: primitives, words, view."""
    around = () if scene.style == "x-ray" else surroundings(scene.place, scene.light.night)
    things = (*scene.things, *around)
    rows = [row for owner, thing in enumerate(things) for row in rows_of(thing, owner)]
    primitives = _finish(rows)
    sheets = []
    for owner, thing in enumerate(things):
        if thing.word:
            sheets.append(word_sheet(thing.word, thing.typeface))
            mine = (primitives[:, g.OWNER] == owner) & (primitives[:, g.DECAL] > 0)
            primitives[mine, g.DECAL] = len(sheets)
            primitives[mine, g.COLOR2 : g.COLOR2 + 3] = PAINTS[thing.second] if thing.second else INK
    words = np.stack(sheets) if sheets else np.zeros((1, 1, 1), np.uint8)
    camera, light = scene.camera, scene.light
    sun = np.array(light.direction) / math.sqrt(sum(v * v for v in light.direction))
    slope = [camera.view_height / 2 / camera.distance]
    axes = camera_axes(camera)
    cut = np.zeros(4)
    if scene.cut:  # the plane through the first thing's middle that faces the viewer
        flat = np.array([-axes[1][0], 0.0, -axes[1][2]])
        flat /= math.sqrt(float(flat @ flat))
        cut = np.array([*flat, float(flat @ np.array(scene.things[0].position))])
    voxel = VOXEL if scene.style == "voxels" else 0.0
    primitives[:, g.RADIUS] += voxel
    _embrace(primitives)
    parts = [*axes, slope, sun, light.sun, light.ambient, light.sky_top, light.sky_bottom, light.floor, cut]
    parts += [[LENSES.index(scene.lens), voxel, PLACES.index(scene.place), light.night]]
    primitives = np.round(primitives, 9)  # swallows the last bit of sin and cos,
    return primitives, words, np.round(np.concatenate(parts), 9)  # which libraries may round differently
