"""Signed distances and sphere tracing, compiled by numba.

A solid is described by its signed distance function: how far a point is from its surface, negative inside. A ray then
needs no equation solving: it may always step as far as the distance says without passing through anything (sphere
tracing, Hart 1996). Distances follow the closed forms collected by Inigo Quilez.

Only +, -, *, /, sqrt, floor and comparisons run for each pixel. IEEE 754 fixes their results to the last bit, which is
what makes a picture the same on every machine; nothing here is compiled with fast-math.

Rows of `primitives` (float64 [primitive, COLUMNS]) are laid out by the column numbers below.

Left out: what stands in the rows (`packing.py`), light (`shading.py`), and grids of cubes (`voxels.py`).
"""

from __future__ import annotations

import math

import numpy as np

from minidalle.world.compiled import compiled
from minidalle.world.primitives import BOX, CONE, ELLIPSOID, MAX_SIDES, TORUS

# What every ray asks of every primitive stands together at the front. LEAD is the number of rows of a thing, at its
# first row, where BALL holds a sphere (centre, radius) around the whole thing.
KIND, CENTER, RADIUS, INSIDE, LEAD, SOLO, BALL, EXACT = 0, 1, 4, 5, 6, 7, 8, 12
MELT, GROUP, TEXTURE, DIMS, ROTATION, COLOR, COLOR2 = 13, 14, 15, 16, 20, 29, 32
OWNER, GLOW, MIRROR, DECAL, LINE, COLUMNS = 35, 36, 37, 38, 39, 40

# The beginning of the `view` vector: camera position and axes; further on the cut plane and the lens.
EYE, FORWARD, RIGHT, UP, SLOPE = 0, 3, 6, 9, 12
CUT, LENS = 31, 35

NOTHING, FLOOR = -2, -1  # what a ray can hit besides primitive 0, 1, 2, ...

NORMALS = np.zeros((MAX_SIDES + 1, MAX_SIDES, 2))
"""NORMALS[n, k]: outward normal of side k of a regular n-gon with a corner on top."""
for _n in range(3, MAX_SIDES + 1):
    for _k in range(_n):
        _angle = math.pi / 2 + (2 * _k + 1) * math.pi / _n
        NORMALS[_n, _k] = round(math.cos(_angle), 12), round(math.sin(_angle), 12)

jit = compiled()
inline = compiled(inline="always")


@inline
def to_local(primitives, k, x, y, z):
    """A point in the axes of primitive k."""
    x, y, z = x - primitives[k, CENTER], y - primitives[k, CENTER + 1], z - primitives[k, CENTER + 2]
    return (
        x * primitives[k, ROTATION] + y * primitives[k, ROTATION + 3] + z * primitives[k, ROTATION + 6],
        x * primitives[k, ROTATION + 1] + y * primitives[k, ROTATION + 4] + z * primitives[k, ROTATION + 7],
        x * primitives[k, ROTATION + 2] + y * primitives[k, ROTATION + 5] + z * primitives[k, ROTATION + 8],
    )


@jit
def distance_box(x, y, z, a, b, c, r):
    """Rounded box with half extents a, b, c grown by r."""
    u, v, w = abs(x) - a, abs(y) - b, abs(z) - c
    outside = math.sqrt(max(u, 0.0) ** 2 + max(v, 0.0) ** 2 + max(w, 0.0) ** 2)
    return outside + min(max(u, max(v, w)), 0.0) - r


@jit
def distance_cone(x, y, z, bottom, top, h, r):
    """Capped cone around y with radii `bottom` and `top`, half height h, grown by r."""
    rho = math.sqrt(x * x + z * z)
    slope, height = top - bottom, 2.0 * h
    cap_u, cap_v = rho - min(rho, bottom if y < 0.0 else top), abs(y) - h
    t = ((top - rho) * slope + (h - y) * height) / (slope * slope + height * height)
    t = min(max(t, 0.0), 1.0)
    side_u, side_v = rho - top + slope * t, y - h + height * t
    sign = -1.0 if side_u < 0.0 and cap_v < 0.0 else 1.0
    return sign * math.sqrt(min(cap_u * cap_u + cap_v * cap_v, side_u * side_u + side_v * side_v)) - r


@jit
def distance_torus(x, y, z, major, minor):
    """Torus in the x-y plane."""
    ring = math.sqrt(x * x + y * y) - major
    return math.sqrt(ring * ring + z * z) - minor


@jit
def distance_prism(x, y, z, apothem, half_depth, sides, taper, normals):
    """Regular prism along z that narrows by `taper`. A lower bound near corners, which sphere tracing tolerates."""
    n = int(sides)
    d = abs(z) - half_depth
    if taper == 0.0:
        for k in range(n):
            d = max(d, x * normals[n, k, 0] + y * normals[n, k, 1] - apothem)
        return d
    slant = math.sqrt(1.0 + taper * taper)
    for k in range(n):
        d = max(d, (x * normals[n, k, 0] + y * normals[n, k, 1] - apothem + taper * z) / slant)
    return d


@jit
def distance_ellipsoid(x, y, z, a, b, c):
    """Ellipsoid, to first order: exact on the surface, near it almost, and never too long by much."""
    u, v, w = x / a, y / b, z / c
    k = math.sqrt(u * u + v * v + w * w)
    u, v, w = u / a, v / b, w / c
    slope = math.sqrt(u * u + v * v + w * w)
    if slope < 1e-9:
        return -min(a, min(b, c))
    return k * (k - 1.0) / slope


@jit
def distance(primitives, k, normals, x, y, z):
    """Signed distance from a world point to primitive k."""
    x, y, z = to_local(primitives, k, x, y, z)
    kind, a, b = primitives[k, KIND], primitives[k, DIMS], primitives[k, DIMS + 1]
    c, r = primitives[k, DIMS + 2], primitives[k, DIMS + 3]
    if kind == BOX:
        return distance_box(x, y, z, a, b, c, r)
    if kind == CONE:
        return distance_cone(x, y, z, a, b, c, r)
    if kind == TORUS:
        return distance_torus(x, y, z, a, b)
    if kind == ELLIPSOID:
        return distance_ellipsoid(x, y, z, a, b, c)
    return distance_prism(x, y, z, a, b, c, r, normals)


@inline
def melted(d, e, k):
    """Two distances as one surface whose parts flow into each other over k units (Quilez's polynomial union)."""
    h = max(k - abs(d - e), 0.0)
    return min(d, e) - h * h / (4.0 * k)


@jit
def candidates(primitives, ox, oy, oz, dx, dy, dz, active):
    """Primitives whose bounding sphere the ray meets: fills `active`, returns (how many, first t, last t)."""
    count, near, far, k = 0, 1e9, -1.0, -1
    while k + 1 < primitives.shape[0]:
        k += 1
        if primitives[k, LEAD] > 1.0:
            x, y, z = primitives[k, BALL] - ox, primitives[k, BALL + 1] - oy, primitives[k, BALL + 2] - oz
            along = x * dx + y * dy + z * dz
            if primitives[k, BALL + 3] ** 2 <= x * x + y * y + z * z - along * along:
                k += int(primitives[k, LEAD]) - 1  # the ray misses the whole thing
                continue
        if primitives[k, INSIDE] > 0.0:
            continue
        x, y, z = primitives[k, CENTER] - ox, primitives[k, CENTER + 1] - oy, primitives[k, CENTER + 2] - oz
        along = x * dx + y * dy + z * dz
        gap = primitives[k, RADIUS] ** 2 - (x * x + y * y + z * z - along * along)
        if gap <= 0.0:
            continue
        half = math.sqrt(gap)
        if along + half <= 0.0:
            continue
        active[count] = k
        count += 1
        near, far = min(near, along - half), max(far, along + half)
    return count, max(near, 0.0), far


@inline
def nearest_of(primitives, normals, active, count, x, y, z):
    """The least distance to the active primitives, melted where they melt, and which of them is nearest."""
    nearest, who = 1e9, NOTHING
    group, sum_d, least, owner = -1.0, 1e9, 1e9, NOTHING
    for j in range(count):
        k = active[j]
        if primitives[k, SOLO] > 0.0:
            if primitives[k, EXACT] > 0.0:  # then it is no nearer than its bounding sphere
                u, v, w = (
                    x - primitives[k, CENTER],
                    y - primitives[k, CENTER + 1],
                    z - primitives[k, CENTER + 2],
                )
                reach = nearest + primitives[k, RADIUS] + 1e-9
                if u * u + v * v + w * w > reach * reach:
                    continue
            d = distance(primitives, k, normals, x, y, z)
            if d < nearest:
                nearest, who = d, k
            continue
        flows = primitives[k, MELT] > 0.0 and primitives[k, GROUP] == group
        if flows:  # where its bounding sphere is too far for it to melt, it changes nothing
            u, v, w = x - primitives[k, CENTER], y - primitives[k, CENTER + 1], z - primitives[k, CENTER + 2]
            reach = max(sum_d, least) + primitives[k, MELT] + primitives[k, RADIUS]
            if u * u + v * v + w * w > reach * reach and reach > 0.0:
                continue
        d = distance(primitives, k, normals, x, y, z)
        if flows:
            sum_d = melted(sum_d, d, primitives[k, MELT])
            if d < least:
                least, owner = d, k
        else:
            group, sum_d, least, owner = primitives[k, GROUP], d, d, k
        if sum_d < nearest:
            nearest, who = sum_d, owner
    return nearest, who


@inline
def is_cut(view):
    """Whether a plane takes something away: (nx, ny, nz, offset) at CUT, all 0 where none does."""
    return view[CUT] != 0.0 or view[CUT + 2] != 0.0


@inline
def beyond_cut(view, x, y, z):
    """How far a point lies on the side of the cut that is taken away."""
    return x * view[CUT] + y * view[CUT + 1] + z * view[CUT + 2] - view[CUT + 3]


@jit
def trace(primitives, normals, active, view, ox, oy, oz, dx, dy, dz, steps):
    """First primitive on the ray: (t, index), or (1e9, NOTHING).

    What lies beyond the view's cut is not there.
    """
    count, t, far = candidates(primitives, ox, oy, oz, dx, dy, dz, active)
    if count == 0:
        return 1e9, NOTHING
    if dy < -1e-6:
        far = min(far, oy / -dy)  # the floor, which hides what lies behind it
    nearest, who = 1e9, NOTHING
    opened = is_cut(view)
    for _ in range(steps):
        x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
        nearest, who = nearest_of(primitives, normals, active, count, x, y, z)
        if opened:
            nearest = max(nearest, beyond_cut(view, x, y, z))
        if nearest < 0.001:
            return t, who
        t += nearest
        if t > far:
            return 1e9, NOTHING
    return (t, who) if nearest < 0.02 else (1e9, NOTHING)


@jit
def surface(primitives, normals, who, x, y, z):
    """Signed distance from a point to primitive `who` and all that it is melted with."""
    if primitives[who, SOLO] > 0.0:
        return distance(primitives, who, normals, x, y, z)
    group, start = primitives[who, GROUP], who
    while start > 0 and primitives[start - 1, GROUP] == group:
        start -= 1
    d = distance(primitives, start, normals, x, y, z)
    for k in range(start + 1, primitives.shape[0]):
        if primitives[k, GROUP] != group:
            break
        d = melted(d, distance(primitives, k, normals, x, y, z), primitives[k, MELT])
    return d


@jit
def normal(primitives, normals, who, x, y, z):
    """Unit outward normal near a surface point, by central differences on a tetrahedron."""
    e = 0.002
    a = surface(primitives, normals, who, x + e, y - e, z - e)
    b = surface(primitives, normals, who, x - e, y - e, z + e)
    c = surface(primitives, normals, who, x - e, y + e, z - e)
    d = surface(primitives, normals, who, x + e, y + e, z + e)
    nx, ny, nz = a - b - c + d, -a - b + c + d, -a + b - c + d
    length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-12
    return nx / length, ny / length, nz / length
