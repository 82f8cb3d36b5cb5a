"""What surfaces look like: patterns, materials and the ground, as functions of a point.

Everything is plain arithmetic and integer hashing, which give the same numbers on every machine. A pattern answers how
much of the second colour shows at a point, 0 to 1.

Left out: light (`shading.py`), the colours of a material (`packing.py`), and skins of plants and foods (`skins.py`).
"""

from __future__ import annotations

import math

from minidalle.world.compiled import compiled

jit = compiled()

# Numbers of the names in `packing.TEXTURE_NAMES`, where "plain" is 0, and in `scene.PLACES`, where "floor" is 0.
STRIPED, CHECKERED, DOTTED, BRICK, WOOD, WOOL, STONE, PLAID, PORCUPINE, HARP_STRINGS, FUR, LEAVES = range(
    1, 13
)
FIELD, STREET, ROOM, TABLE = range(1, 5)


@jit
def random_of(i, j, k):
    """A number in [0, 1) that looks random and depends on three whole numbers only."""
    n = (int(i) * 374761393 + int(j) * 668265263 + int(k) * 2147483629) & 0x7FFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0x7FFFFFFF
    n = n ^ (n >> 16)
    return (n & 0xFFFFFF) / 16777216.0


@jit
def noise(x, y):
    """Smooth noise in [0, 1], one bump a unit."""
    i, j = math.floor(x), math.floor(y)
    u, v = x - i, y - j
    u, v = u * u * (3.0 - 2.0 * u), v * v * (3.0 - 2.0 * v)
    a, b = random_of(i, j, 1), random_of(i + 1, j, 1)
    c, d = random_of(i, j + 1, 1), random_of(i + 1, j + 1, 1)
    return (a * (1.0 - u) + b * u) * (1.0 - v) + (c * (1.0 - u) + d * u) * v


@jit
def facing(x, y, z, nx, ny, nz):
    """The two coordinates of a point along a surface, by the axis that the surface faces most: (across, up)."""
    if abs(nx) > abs(ny) and abs(nx) > abs(nz):
        return z, y
    if abs(ny) > abs(nz):
        return x, z
    return x, y


@jit
def pattern(texture, x, y, z, nx, ny, nz, f):
    """How much the second colour shows at a point with a normal, in the solid's axes; f cells a unit for patterns."""
    if texture == STRIPED:
        return 1.0 if math.floor(y * f + 0.25) % 2.0 == 0.0 else 0.0
    if texture == CHECKERED:
        odd = (math.floor(x * f) + math.floor(y * f + 0.02) + math.floor(z * f)) % 2.0
        return 1.0 if odd == 0.0 else 0.0
    if texture == DOTTED:
        a, b = facing(x * f * 0.8, y * f * 0.8, z * f * 0.8, nx, ny, nz)
        a, b = a - math.floor(a + 0.5), b - math.floor(b + 0.5)
        return 1.0 if a * a + b * b < 0.085 else 0.0
    a, b = facing(x, y, z, nx, ny, nz)
    return material(texture, a, b, x, y, z, 4.0 / f - 0.12)


@jit
def cells(x, y, fill):
    """(distances to the nearest and the second nearest of jittered points, one a unit; the nearest one's cell)."""
    i, j = math.floor(x), math.floor(y)
    best, second, row, column = 9.0, 9.0, i, j
    for a in range(-1, 2):
        for b in range(-1, 2):
            u = i + a + 0.5 + fill * (random_of(i + a, j + b, 5) - 0.5) - x
            v = j + b + 0.5 + fill * (random_of(i + a, j + b, 6) - 0.5) - y
            d = u * u + v * v
            if d < best:
                second, best, row, column = best, d, i + a, j + b
            elif d < second:
                second = d
    return math.sqrt(best), math.sqrt(second), row, column


@jit
def stroke(x, y, salt, turn, blunt):
    """The topmost of slanting strokes, one a unit, at a point: (priority, its cell, along, across), both in [-1, 1].

    The priority is below 0 where there is none. Strokes run along x but for `turn`, the tangent of half the angle by
    which they stray at most; their ends are pointed (leaves), or `blunt`.
    """
    i, j = math.floor(x), math.floor(y)
    best, row, column, far, off = -1.0, i, j, 0.0, 0.0
    for a in range(-1, 2):
        for b in range(-1, 2):
            priority = random_of(i + a, j + b, salt)
            if priority <= best:
                continue
            t = (2.0 * random_of(i + a, j + b, salt + 1) - 1.0) * turn
            c, s = (1.0 - t * t) / (1.0 + t * t), 2.0 * t / (1.0 + t * t)
            u = x - (i + a + 0.15 + 0.7 * random_of(i + a, j + b, salt + 2))
            v = y - (j + b + 0.15 + 0.7 * random_of(i + a, j + b, salt + 3))
            along, across = (u * c + v * s) / 0.95, (v * c - u * s) / 0.42
            end = along * along
            if blunt:
                end = end * end * end
            if end < 1.0 and abs(across) < 1.0 - end:
                best, row, column, far, off = priority, i + a, j + b, along, across
    return best, row, column, far, off


@jit
def _leaves(a, b):
    """Leaves on leaves, each in a green of its own, with a rib and a dark rim."""
    priority, i, j, along, across = stroke(a * 5.5, b * 5.5, 31, 1.0, False)
    if priority < 0.0:
        return 0.0
    if abs(across) > 0.86 - along * along:
        return 0.12
    return 0.30 if abs(across) < 0.10 else 0.45 + 0.55 * random_of(i, j, 37)


@jit
def _fur(a, b):
    """A leopard's coat: dark broken rings, nearest seed by nearest seed, over short hairs."""
    u, v = a * 5.0, b * 5.0
    ci, cj = math.floor(u), math.floor(v)
    near, turn = 9.0, 0.0
    for i in range(-1, 2):
        for j in range(-1, 2):
            x = ci + i + 0.2 + 0.6 * random_of(ci + i, cj + j, 21)
            y = cj + j + 0.2 + 0.6 * random_of(ci + i, cj + j, 22)
            d = math.sqrt((u - x) * (u - x) + (v - y) * (v - y))
            if d < near:
                near, turn = d, (u - x) * (random_of(ci + i, cj + j, 23) - 0.5) + 0.15 * (v - y)
    if 0.18 < near < 0.40 and turn > -0.06:
        return 1.0
    return 0.16 * noise(a * 40.0, b * 12.0)


@jit
def material(texture, a, b, x, y, z, radius):
    """How much the second colour of a material shows; (a, b) run along a surface of a solid of that radius."""
    if texture == BRICK:  # mortar between rows that are set off by half a brick
        v = b * 6.0
        row = math.floor(v)
        u = a * 3.0 + 0.5 * (row % 2.0)
        brick = math.floor(u)
        u, v = u - brick, v - row
        return 1.0 if u < 0.10 or v < 0.20 else 0.25 * random_of(brick, row, 3)
    if texture == WOOD:  # bent rings
        r = math.sqrt(x * x + 4.0 * z * z) * 9.0 + 1.5 * noise(y * 2.0, x * 2.0) + b * 0.7
        return abs(2.0 * (r - math.floor(r)) - 1.0) ** 2
    if texture == WOOL:  # rows of knitted stitches
        v = b * 9.0 + abs((a * 9.0) - math.floor(a * 9.0) - 0.5) * 1.2
        u = a * 9.0 - math.floor(a * 9.0)
        return 1.0 if v - math.floor(v) < 0.35 or u < 0.12 else 0.0
    if texture == STONE:  # round cobbles, each in its own gray
        near, second, i, j = cells(a * 5.0, b * 5.0, 0.8)
        rim = min(max((second - near) * 5.0 - 0.3, 0.0), 1.0)
        return rim * (0.45 + 0.4 * random_of(i, j, 3) + 0.15 * noise(a * 23.0, b * 23.0))
    if texture == PLAID:  # bands both ways
        u, v = a * 3.2 - math.floor(a * 3.2), b * 3.2 - math.floor(b * 3.2)
        w = (0.5 if u < 0.5 else 0.0) + (0.5 if v < 0.5 else 0.0)
        return 1.0 if abs(u - 0.75) < 0.06 or abs(v - 0.75) < 0.06 else w
    if texture == PORCUPINE:  # the dark skin between its quills (`quills.py`)
        return 0.14 * noise(a * 30.0, b * 8.0)
    if texture == HARP_STRINGS:  # gold on black between two beams of the frame
        if abs(b) > 0.46 * radius:
            return 0.6 if abs(b) > 0.50 * radius else 0.15
        u = a * 9.0
        return 1.0 if abs(u - math.floor(u) - 0.5) < 0.11 else 0.0
    if texture == FUR:
        return _fur(a, b)
    if texture == LEAVES:
        return _leaves(a, b)
    return 0.0


@jit
def ground(place, x, z):
    """What a place's ground does to its colour at (x, z): a factor, and how much white paint lies on it."""
    if place == FIELD:  # tufts of grass
        return 0.72 + 0.4 * noise(x * 6.0, z * 9.0) + 0.1 * noise(x * 1.3, z * 1.3), 0.0
    if place == STREET:  # asphalt with a broken line
        dash = abs(z - 1.15) < 0.06 and (x * 0.8) - math.floor(x * 0.8) < 0.6
        return 0.9 + 0.15 * random_of(math.floor(x * 20.0), math.floor(z * 20.0), 9), 0.8 if dash else 0.0
    if place == ROOM:  # boards
        row = math.floor(z * 2.5)
        u = x * 0.7 + 0.37 * row
        seam = z * 2.5 - row < 0.06 or u - math.floor(u) < 0.02
        return (0.7 if seam else 0.92 + 0.12 * random_of(math.floor(u), row, 4)), 0.0
    if place == TABLE:  # grain
        return 0.86 + 0.2 * noise(x * 1.5, z * 14.0), 0.0
    return 1.0, 0.0
