"""Things with something in them that only an x-ray shows: bones, coins, what was packed.

Left out: fruit and foods, which are cut open (`fruit.py`, `food.py`).
"""

from minidalle.world.primitives import DARK, Primitive, ball, box, cone, ellipsoid, limb, object_shape, torus

BONE, METAL = (0.95, 0.92, 0.84), (0.60, 0.60, 0.62)


@object_shape("goldfish")
def _goldfish() -> list[Primitive]:
    gold, fin = (0.98, 0.40, 0.03), (0.95, 0.62, 0.18)
    ribs = [
        limb((x, 0.5, 0), (x + 0.06, 0.5 + side * high, 0), 0.020, inside=True, color=BONE)
        for x, high in ((-0.14, 0.24), (-0.02, 0.25), (0.10, 0.21), (0.21, 0.14))
        for side in (-1, 1)
    ]
    return [
        ellipsoid(
            (-0.10, 0.5, 0), (0.46, 0.30, 0.20), color=gold, second=(0.80, 0.22, 0.02), texture="scales"
        ),
        limb((0.20, 0.5, 0), (0.44, 0.5, 0), 0.13, 0.06, color=gold, melt=0.08),
        limb((0.40, 0.5, 0), (0.60, 0.76, 0), 0.06, 0.10, color=fin),
        limb((0.40, 0.5, 0), (0.60, 0.24, 0), 0.06, 0.10, color=fin),
        ellipsoid((-0.05, 0.80, 0), (0.20, 0.12, 0.07), rotation=(0, 0, -12), color=fin),
        ellipsoid((-0.05, 0.22, 0), (0.14, 0.10, 0.06), rotation=(0, 0, 12), color=fin),
        ball((-0.36, 0.58, 0.13), 0.075, color=(0.95, 0.95, 0.93)),
        ball((-0.38, 0.58, 0.185), 0.04, color=DARK),
        limb((-0.26, 0.5, 0), (0.50, 0.5, 0), 0.032, inside=True, color=BONE),
        ball((-0.36, 0.5, 0), 0.12, inside=True, color=BONE),
        *ribs,
    ]


@object_shape("hand")
def _hand() -> list[Primitive]:
    skin = {"color": (0.86, 0.56, 0.40)}
    tops = ((-0.24, 0.46, -0.30, 0.82), (-0.09, 0.50, -0.11, 0.97), (0.06, 0.50, 0.08, 0.95))
    fingers = (*tops, (0.20, 0.46, 0.27, 0.80))
    solids = [
        ellipsoid((-0.02, 0.36, 0), (0.31, 0.28, 0.14), **skin),
        limb((-0.02, 0.0, 0), (-0.02, 0.30, 0), 0.17, 0.19, melt=0.06, **skin),
    ]
    bones = []
    for x0, y0, x1, y1 in fingers:
        solids.append(limb((x0, y0, 0), (x1, y1, 0), 0.085, 0.070, melt=0.04, **skin))
        solids.append(ball((x1, y1, 0), 0.074, melt=0.02, **skin))
        for start, end in ((-0.62, -0.06), (0.0, 0.46), (0.54, 0.96)):
            a, b = ((x0 + k * (x1 - x0), y0 + k * (y1 - y0), 0) for k in (start, end))
            bones.append(limb(a, b, 0.034, 0.028, inside=True, color=BONE))
    solids += [
        limb((0.18, 0.26, 0), (0.47, 0.52, 0), 0.10, 0.075, melt=0.05, **skin),
        ball((0.47, 0.52, 0), 0.078, melt=0.02, **skin),
    ]
    bones += [
        limb((0.14, 0.22, 0), (0.30, 0.37, 0), 0.036, inside=True, color=BONE),
        limb((0.33, 0.40, 0), (0.47, 0.52, 0), 0.034, inside=True, color=BONE),
        box((-0.02, 0.17, 0), (0.13, 0.045, 0.04), inside=True, color=BONE),
        limb((-0.07, 0.0, 0), (-0.07, 0.11, 0), 0.04, inside=True, color=BONE),
        limb((0.05, 0.0, 0), (0.05, 0.11, 0), 0.04, inside=True, color=BONE),
    ]
    return solids + bones


@object_shape("suitcase")
def _suitcase() -> list[Primitive]:
    leather, strap = (0.40, 0.20, 0.09), (0.20, 0.09, 0.04)
    return [
        box((0, 0.40, 0), (0.58, 0.39, 0.17), 0.06, color=leather),
        *(box((x, 0.40, 0), (0.05, 0.40, 0.18), 0.02, color=strap) for x in (-0.34, 0.34)),
        torus((0, 0.81, 0), 0.14, 0.035, color=strap),
        *(box((x, 0.56, 0.18), (0.035, 0.06, 0.02), 0.01, color=(0.85, 0.68, 0.24)) for x in (-0.34, 0.34)),
        torus((-0.33, 0.50, 0), 0.10, 0.035, inside=True, color=METAL),  # a key
        limb((-0.33, 0.42, 0), (-0.33, 0.13, 0), 0.03, inside=True, color=METAL),
        box((-0.28, 0.17, 0), (0.06, 0.025, 0.03), 0.01, inside=True, color=METAL),
        box((-0.28, 0.26, 0), (0.06, 0.025, 0.03), 0.01, inside=True, color=METAL),
        cone((0.02, 0.28, 0), 0.11, 0.11, 0.16, inside=True, color=METAL),  # a bottle
        cone((0.02, 0.53, 0), 0.10, 0.04, 0.08, inside=True, color=METAL),
        cone((0.02, 0.64, 0), 0.045, 0.045, 0.05, inside=True, color=METAL),
        limb((0.22, 0.62, 0), (0.44, 0.28, 0), 0.028, inside=True, color=METAL),  # scissors
        limb((0.44, 0.62, 0), (0.22, 0.28, 0), 0.028, inside=True, color=METAL),
        torus((0.22, 0.21, 0), 0.07, 0.026, inside=True, color=METAL),
        torus((0.44, 0.21, 0), 0.07, 0.026, inside=True, color=METAL),
    ]


@object_shape("piggy bank")
def _piggy_bank() -> list[Primitive]:
    pink, nose = (0.98, 0.50, 0.62), (0.90, 0.32, 0.48)
    coins = ((-0.19, 0.36), (0.05, 0.32), (0.28, 0.38), (0.06, 0.60))
    return [
        ellipsoid((0.04, 0.45, 0), (0.48, 0.35, 0.34), color=pink),
        cone((-0.46, 0.46, 0), 0.14, 0.13, 0.06, rotation=(0, 0, 90), color=nose),
        *(ball((-0.53, 0.47, z), 0.032, color=DARK) for z in (-0.05, 0.05)),
        *(limb((-0.20, 0.70, z), (-0.27, 0.92, 1.2 * z), 0.11, 0.02, color=nose) for z in (-0.17, 0.17)),
        *(ball((-0.33, 0.58, z), 0.045, color=DARK) for z in (-0.21, 0.21)),
        *(
            limb((x, 0.0, z), (x, 0.25, z), 0.09, 0.10, color=pink)
            for x in (-0.20, 0.28)
            for z in (-0.16, 0.16)
        ),
        torus((0.55, 0.54, 0), 0.06, 0.022, color=nose),
        box((0.06, 0.79, 0), (0.13, 0.015, 0.022), 0.005, color=DARK),
        *(
            cone((x, y, 0), 0.08, 0.08, 0.012, 0.006, rotation=(90, 0, 0), inside=True, color=METAL)
            for x, y in coins
        ),
        *(torus((x, y, 0), 0.09, 0.026, inside=True, color=METAL) for x, y in coins),
    ]


@object_shape("present")
def _present() -> list[Primitive]:
    paper, ribbon = (0.10, 0.30, 0.80), (0.95, 0.80, 0.10)
    teddy = [
        ellipsoid((0, 0.26, 0), (0.17, 0.19, 0.14), inside=True, color=BONE),
        ball((0, 0.53, 0), 0.145, inside=True, color=BONE),
        *(ball((x, 0.65, 0), 0.06, inside=True, color=BONE) for x in (-0.12, 0.12)),
        *(limb((x * 0.5, 0.36, 0), (x, 0.40, 0), 0.06, inside=True, color=BONE) for x in (-0.29, 0.29)),
        *(limb((x * 0.5, 0.16, 0), (x, 0.08, 0), 0.07, inside=True, color=BONE) for x in (-0.26, 0.26)),
    ]
    return [
        box((0, 0.40, 0), (0.45, 0.40, 0.40), 0.01, color=paper),
        box((0, 0.405, 0), (0.07, 0.405, 0.41), 0.005, color=ribbon),
        box((0, 0.405, 0), (0.46, 0.405, 0.07), 0.005, color=ribbon),
        *(torus((x, 0.92, 0), 0.10, 0.045, rotation=(0, 0, 0), color=ribbon) for x in (-0.14, 0.14)),
        ball((0, 0.86, 0), 0.07, color=ribbon),
        *teddy,
    ]


@object_shape("boot")
def _boot() -> list[Primitive]:
    leather, sole = (0.62, 0.33, 0.10), (0.10, 0.07, 0.05)
    toes = [
        limb((-0.12, 0.17, 0), (-0.44, 0.12, 0), 0.038, inside=True, color=BONE),
        limb((-0.08, 0.25, 0), (-0.38, 0.20, 0), 0.034, inside=True, color=BONE),
    ]
    return [
        limb((0.16, 0.20, 0), (0.16, 0.98, 0), 0.20, 0.23, color=leather),
        ellipsoid((-0.14, 0.21, 0), (0.42, 0.19, 0.21), color=leather, melt=0.10),
        box((-0.09, 0.045, 0), (0.47, 0.045, 0.22), 0.03, color=sole),
        box((0.20, 0.07, 0), (0.18, 0.07, 0.20), 0.02, color=sole),
        torus((0.16, 0.94, 0), 0.205, 0.05, rotation=(90, 0, 0), color=(0.90, 0.78, 0.55)),
        *(
            box((-0.04, y, 0.0), (0.03, 0.02, 0.25), 0.01, color=(0.93, 0.90, 0.80))
            for y in (0.42, 0.54, 0.66, 0.78)
        ),
        limb((0.12, 0.36, 0), (0.12, 0.98, 0), 0.055, inside=True, color=BONE),
        limb((0.24, 0.36, 0), (0.24, 0.98, 0), 0.035, inside=True, color=BONE),
        ball((0.15, 0.32, 0), 0.085, inside=True, color=BONE),
        ellipsoid((0.24, 0.19, 0), (0.12, 0.09, 0.08), inside=True, color=BONE),
        ellipsoid((0.00, 0.23, 0), (0.13, 0.08, 0.08), inside=True, color=BONE),
        *toes,
    ]
