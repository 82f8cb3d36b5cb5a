"""The solids of the picture world once more, in plain numpy and straight from their definitions.

Slow, short, and without a line in common with the package's numba code: it starts from the primitives of the objects
(`minidalle/world/objects/`), and measures distances to corners, segments and circles instead of by closed forms.
Lengths are in units of the world, about one object's height.

Left out: ellipsoids, prisms that taper, and primitives that melt, none of which the twelve toys have.
"""

import itertools
import math

import numpy as np

from minidalle.world.objects import BOX, CONE, OBJECTS, PRISM, TORUS, Primitive
from minidalle.world.scene import Camera, Scene, Thing


def turned(points: np.ndarray, axis: int, degrees: float) -> np.ndarray:
    """Points [n, 3] turned about one axis, counter-clockwise for someone whom the axis points at."""
    first, second = (axis + 1) % 3, (axis + 2) % 3
    plane = (points[:, first] + 1j * points[:, second]) * np.exp(1j * math.radians(degrees))
    result = points.copy()
    result[:, first], result[:, second] = plane.real, plane.imag
    return result


def _to_segments(points: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """Distance of points [n, 2] from the line through corners [k, 2], one after the other."""
    best = np.full(len(points), np.inf)
    for a, b in itertools.pairwise(corners):
        along = np.clip(((points - a) @ (b - a)) / ((b - a) @ (b - a)), 0, 1)
        best = np.minimum(best, np.linalg.norm(points - a - along[:, None] * (b - a), axis=1))
    return best


def _box(p: np.ndarray, a: float, b: float, c: float, r: float) -> np.ndarray:
    half = np.array([a, b, c])
    outside = np.linalg.norm(p - np.clip(p, -half, half), axis=1)
    inside = (half - np.abs(p)).min(axis=1)
    return np.where(inside > 0, -inside, outside) - r


def _cone(p: np.ndarray, bottom: float, top: float, h: float, r: float) -> np.ndarray:
    q = np.stack([np.hypot(p[:, 0], p[:, 2]), p[:, 1]], axis=1)
    outline = np.array([(0.0, -h), (bottom, -h), (top, h), (0.0, h)])
    radius_here = bottom + (top - bottom) * (q[:, 1] + h) / (2 * h)
    inside = (np.abs(q[:, 1]) < h) & (q[:, 0] < radius_here)
    return np.where(inside, -1, 1) * _to_segments(q, outline) - r


def _torus(p: np.ndarray, major: float, minor: float, *_: float) -> np.ndarray:
    angle = np.arctan2(p[:, 1], p[:, 0])
    ring = np.stack([major * np.cos(angle), major * np.sin(angle), np.zeros(len(p))], axis=1)
    return np.linalg.norm(p - ring, axis=1) - minor


def _prism(p: np.ndarray, apothem: float, half_depth: float, sides: float, taper: float) -> np.ndarray:
    assert taper == 0, "this reference has no prisms that taper"
    n = int(sides)
    corner_radius = apothem / math.cos(math.pi / n)
    angles = math.pi / 2 + 2 * math.pi / n * np.arange(n + 1)
    corners = corner_radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    edge, middle = np.diff(corners, axis=0), (corners[:-1] + corners[1:]) / 2
    outward = np.stack([edge[:, 1], -edge[:, 0]], axis=1) / np.linalg.norm(edge, axis=1, keepdims=True)
    within = ((p[:, None, :2] - middle) * outward).sum(axis=2).max(axis=1) < 0
    flat = np.where(within, -1, 1) * _to_segments(p[:, :2], corners)
    deep = np.abs(p[:, 2]) - half_depth
    both = np.hypot(np.maximum(flat, 0), np.maximum(deep, 0))
    return np.where((flat < 0) & (deep < 0), np.maximum(flat, deep), both)


_FORMS = {BOX: _box, CONE: _cone, TORUS: _torus, PRISM: _prism}


def primitive_distance(primitive: Primitive, points: np.ndarray) -> np.ndarray:
    """Signed distance of points [n, 3], in the object's own axes, from one primitive."""
    local = points - np.array(primitive.center)
    for axis in (2, 1, 0):
        local = turned(local, axis, -primitive.rotation[axis])
    return _FORMS[primitive.kind](local, *primitive.dims)


def object_distance(shape: str, points: np.ndarray) -> np.ndarray:
    """Signed distance of points [n, 3], in the object's own axes, from an object (inside: a bound)."""
    return np.min([primitive_distance(primitive, points) for primitive in OBJECTS[shape]], axis=0)


def to_object(thing: Thing, points: np.ndarray) -> np.ndarray:
    """World points [n, 3] in the axes and units of the unscaled object."""
    return turned(points - np.array(thing.position), 1, -thing.yaw) / thing.scale


def to_world(thing: Thing, points: np.ndarray) -> np.ndarray:
    """The inverse of `to_object`."""
    return turned(points, 1, thing.yaw) * thing.scale + np.array(thing.position)


def thing_distance(thing: Thing, points: np.ndarray) -> np.ndarray:
    """Signed distance of world points [n, 3] from a thing (inside: a bound)."""
    return thing.scale * object_distance(thing.shape, to_object(thing, points))


_clouds: dict[str, np.ndarray] = {}


def cloud(shape: str, step: float = 0.025) -> np.ndarray:
    """Points [n, 3] all through an unscaled object, `step` apart, in its own axes."""
    if shape not in _clouds:
        axes = (np.arange(-0.85, 0.86, step), np.arange(-0.05, 1.15, step), np.arange(-0.6, 0.61, step))
        grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        _clouds[shape] = grid[object_distance(shape, grid) < 0]
    return _clouds[shape]


def overlap(first: Thing, second: Thing) -> float:
    """How deep two things run into each other: 0 if apart, else the deepest point's depth in both."""
    points = to_world(first, cloud(first.shape))
    points = points[thing_distance(second, points) < 0]
    if not len(points):
        return 0.0
    return float(np.minimum(-thing_distance(first, points), -thing_distance(second, points)).max())


def seen_at(camera: Camera, points: np.ndarray) -> np.ndarray:
    """Where world points [n, 3] fall: [n, 3] of u to the right, v down (fractions of the side) and depth.

    The world is turned in front of a camera that stands still, instead of the camera about the world.
    """
    x, y, z = turned(turned(points - np.array(camera.look_at), 1, -camera.azimuth), 0, camera.elevation).T
    depth = camera.distance - z
    span = camera.view_height * depth / camera.distance
    return np.stack([0.5 + x / span, 0.5 - y / span, depth], axis=1)


def share_in_frame(scene: Scene, thing: Thing) -> float:
    """Share of a thing's volume that falls into the picture."""
    places = seen_at(scene.camera, to_world(thing, cloud(thing.shape)[::4]))[:, :2]
    return float(((places > 0) & (places < 1)).all(axis=1).mean())
