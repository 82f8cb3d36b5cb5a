"""What one ray sees: sky, ground and solids, with a sun, hard shadows, a soft highlight, mirrors and words.

Everything here reads plain arrays, `primitives` (rows as in `geometry.py`), `words` (uint8 [word, height, width], how
much ink) and `view` (below), and keeps to the arithmetic that is the same on every machine.

Left out: how samples become a picture in a style (`styles.py`).
"""

from __future__ import annotations

import math

from minidalle.world import geometry as g
from minidalle.world import lenses, skins, textures, voxels

# Layout of the rest of the `view` vector (`geometry.py` has the camera): light, sky and floor, ...
SUN_DIRECTION, SUN, AMBIENT, SKY_TOP, SKY_BOTTOM, GROUND = 13, 16, 19, 22, 25, 28
VOXEL, PLACE, NIGHT, VIEW_LENGTH = 36, 37, 38, 39

# Layout of one traced sample: colour (0 to 2), the surface's normal, the surface, how much sun it gets (0 to 1).
# The surface is the primitive's `geometry.LINE`, one number for all that no outline parts, or FLOOR or NOTHING.
NORMAL, SURFACE, LIT, SAMPLE_LENGTH = 3, 6, 7, 8


@g.jit
def note(out, nx, ny, nz, surface, lit):
    """Write all of a sample but its colour."""
    out[NORMAL], out[NORMAL + 1], out[NORMAL + 2], out[SURFACE], out[LIT] = nx, ny, nz, surface, lit


@g.jit
def hit(primitives, normals, active, view, ox, oy, oz, dx, dy, dz, steps):
    """What a ray meets first: (t, who, normal, on the cut?); who is a primitive, FLOOR or NOTHING."""
    nx, ny, nz, opened = 0.0, 1.0, 0.0, False
    if view[VOXEL] > 0.0:
        t, who, nx, ny, nz = voxels.trace(primitives, normals, active, view[VOXEL], ox, oy, oz, dx, dy, dz)
    else:
        t, who = g.trace(primitives, normals, active, view, ox, oy, oz, dx, dy, dz, steps)
        if who >= 0:
            x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
            opened = g.is_cut(view) and abs(g.beyond_cut(view, x, y, z)) < 0.003
            if opened:
                nx, ny, nz = view[g.CUT], view[g.CUT + 1], view[g.CUT + 2]
            else:
                nx, ny, nz = g.normal(primitives, normals, who, x, y, z)
    if dy < -1e-6 and oy / -dy < t:
        return oy / -dy, g.FLOOR, 0.0, 1.0, 0.0, False
    return t, who, nx, ny, nz, opened


@g.jit
def _shadowed(primitives, normals, active, view, ox, oy, oz, dx, dy, dz):
    """Whether a solid stands on a ray to the sun."""
    if view[VOXEL] > 0.0:
        return voxels.trace(primitives, normals, active, view[VOXEL], ox, oy, oz, dx, dy, dz)[1] != g.NOTHING
    return g.trace(primitives, normals, active, view, ox, oy, oz, dx, dy, dz, 48)[1] != g.NOTHING


@g.jit
def _inside(primitives, normals, who, x, y, z):
    """The primitive whose colour shows at a point of a cut: the last hidden one that holds it, else `who`."""
    found = who
    for k in range(primitives.shape[0]):
        if (
            primitives[k, g.INSIDE] > 0.0
            and primitives[k, g.OWNER] == primitives[who, g.OWNER]
            and g.distance(primitives, k, normals, x, y, z) < 0.0
        ):
            found = k
    return found


@g.jit
def _ink(primitives, k, words, u, v, w, face):
    """How much of a word's ink lies at a point (u, v, w) of a box's front, in the box's axes."""
    if w < 0.0 or face < 0.7:
        return 0.0
    wide, high = (
        primitives[k, g.DIMS] + primitives[k, g.DIMS + 3],
        primitives[k, g.DIMS + 1] + primitives[k, g.DIMS + 3],
    )
    sheet = int(primitives[k, g.DECAL]) - 1
    i = int((0.5 - 0.5 * v / high) * words.shape[1])
    j = int((0.5 + 0.5 * u / wide) * words.shape[2])
    if i < 0 or j < 0 or i >= words.shape[1] or j >= words.shape[2]:
        return 0.0
    return words[sheet, i, j] / 255.0


@g.jit
def _albedo(primitives, normals, words, who, x, y, z, nx, ny, nz, opened):
    """The colour of a solid at a point: its own, its texture's second, or a word's ink."""
    if opened:
        who = _inside(primitives, normals, who, x, y, z)
    weight = 0.0
    if primitives[who, g.TEXTURE] > 0.0 or primitives[who, g.DECAL] > 0.0:
        u, v, w = g.to_local(primitives, who, x, y, z)
        mx, my, mz = g.to_local(
            primitives,
            who,
            primitives[who, g.CENTER] + nx,
            primitives[who, g.CENTER + 1] + ny,
            primitives[who, g.CENTER + 2] + nz,
        )
        if primitives[who, g.DECAL] > 0.0:
            weight = _ink(primitives, who, words, u, v, w, mz)
        elif primitives[who, g.TEXTURE] >= skins.FIRST:
            weight = skins.pattern(primitives[who, g.TEXTURE], u, v, w, mx, my, mz)
        else:
            weight = textures.pattern(
                primitives[who, g.TEXTURE], u, v, w, mx, my, mz, 4.0 / (primitives[who, g.RADIUS] + 0.12)
            )
    c, d = g.COLOR, g.COLOR2
    return (
        primitives[who, c] * (1.0 - weight) + primitives[who, d] * weight,
        primitives[who, c + 1] * (1.0 - weight) + primitives[who, d + 1] * weight,
        primitives[who, c + 2] * (1.0 - weight) + primitives[who, d + 2] * weight,
    )


@g.inline
def _shade_hit(
    primitives, normals, words, active, view, t, who, nx, ny, nz, opened, ox, oy, oz, dx, dy, dz, out
):
    """Colour, normal and light at a hit at distance t; `who` is a primitive or FLOOR."""
    x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
    lx, ly, lz = view[SUN_DIRECTION], view[SUN_DIRECTION + 1], view[SUN_DIRECTION + 2]
    red, green, blue = view[GROUND], view[GROUND + 1], view[GROUND + 2]
    shine, glow = 0.0, 0.0
    if who >= 0:
        red, green, blue = _albedo(primitives, normals, words, who, x, y, z, nx, ny, nz, opened)
        glow = primitives[who, g.GLOW] * view[NIGHT]
        if view[VOXEL] > 0.0:
            cube = voxels.face(view[VOXEL], x, y, z, nx, ny, nz)
            red, green, blue = red * cube, green * cube, blue * cube
        hx, hy, hz = lx - dx, ly - dy, lz - dz
        s = max((nx * hx + ny * hy + nz * hz) / math.sqrt(hx * hx + hy * hy + hz * hz), 0.0)
        s *= s
        s *= s
        s *= s
        s *= s
        shine = 0.22 * s * s
    elif view[PLACE] > 0.0:
        factor, paint = textures.ground(view[PLACE], x, z)
        red = red * factor * (1.0 - paint) + 0.9 * paint
        green = green * factor * (1.0 - paint) + 0.9 * paint
        blue = blue * factor * (1.0 - paint) + 0.9 * paint
    facing = nx * lx + ny * ly + nz * lz
    lit = 0.0
    if facing > 0.0:
        e = 0.012
        if not _shadowed(primitives, normals, active, view, x + nx * e, y + ny * e, z + nz * e, lx, ly, lz):
            lit = facing
    sky = 0.78 + 0.22 * ny
    direct = lit * 0.95
    shine = shine if lit > 0.0 else 0.0
    fade = min(max((t - 6.0) / 14.0, 0.0), 1.0) if who == g.FLOOR else 0.0
    out[0] = (red * (view[AMBIENT] * sky + view[SUN] * direct) + shine) * (1 - fade) + view[SKY_BOTTOM] * fade
    out[1] = (green * (view[AMBIENT + 1] * sky + view[SUN + 1] * direct) + shine) * (1 - fade) + view[
        SKY_BOTTOM + 1
    ] * fade
    out[2] = (blue * (view[AMBIENT + 2] * sky + view[SUN + 2] * direct) + shine) * (1 - fade) + view[
        SKY_BOTTOM + 2
    ] * fade
    if glow > 0.0:
        out[0], out[1], out[2] = out[0] + red * glow, out[1] + green * glow, out[2] + blue * glow
    note(out, nx, ny, nz, primitives[who, g.LINE] if who >= 0 else who * 1.0, lit)


@g.jit
def _sky(view, dx, dy, dz, out):
    """The sky in a direction: a gradient, a sun that stands low, stars at night."""
    k = min(max(dy * 2.2, 0.0), 1.0)
    for c in range(3):
        out[c] = view[SKY_BOTTOM + c] * (1 - k) + view[SKY_TOP + c] * k
    toward = dx * view[SUN_DIRECTION] + dy * view[SUN_DIRECTION + 1] + dz * view[SUN_DIRECTION + 2]
    if view[NIGHT] > 0.0:
        star = textures.random_of(math.floor(dx * 60.0), math.floor(dy * 60.0), math.floor(dz * 60.0))
        if dy > 0.02 and star > 0.985:
            for c in range(3):
                out[c] = 0.9
    elif toward > 0.99 and view[SUN_DIRECTION + 1] < 0.45:
        out[0], out[1], out[2] = 1.0, 0.95, 0.75
    note(out, 0.0, 0.0, 0.0, g.NOTHING * 1.0, 1.0)


@g.jit
def sample(primitives, normals, words, active, view, u, v, out):
    """Trace one ray through picture position (u right, v up), both in [-1, 1]."""
    there, dx, dy, dz = lenses.direction(view, u, v)
    if not there:  # outside a fisheye's circle
        out[0], out[1], out[2] = 0.0, 0.0, 0.0
        note(out, 0.0, 0.0, 0.0, g.NOTHING * 1.0, 1.0)
        return
    ox, oy, oz = view[g.EYE], view[g.EYE + 1], view[g.EYE + 2]
    keep = 1.0
    for bounce in range(2):
        t, who, nx, ny, nz, opened = hit(primitives, normals, active, view, ox, oy, oz, dx, dy, dz, 64)
        if who == g.NOTHING:
            _sky(view, dx, dy, dz, out)
        elif who >= 0 and primitives[who, g.MIRROR] > 0.0 and bounce == 0:
            x, y, z = ox + dx * t, oy + dy * t, oz + dz * t
            along = 2.0 * (dx * nx + dy * ny + dz * nz)
            dx, dy, dz = dx - along * nx, dy - along * ny, dz - along * nz
            ox, oy, oz = x + nx * 0.01, y + ny * 0.01, z + nz * 0.01
            keep = 0.86
            continue
        else:
            _shade_hit(
                primitives,
                normals,
                words,
                active,
                view,
                t,
                who,
                nx,
                ny,
                nz,
                opened,
                ox,
                oy,
                oz,
                dx,
                dy,
                dz,
                out,
            )
        break
    if keep < 1.0:
        for c in range(3):
            out[c] *= keep
