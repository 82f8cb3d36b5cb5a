"""Fruit, whole and cut open: skin outside; flesh, stones and seeds inside (`inside=True`, the later ones win).

Left out: nuts, roots and what is no fruit (`food.py`), and the look of skins (`world/skins.py`).
"""

from minidalle.world.primitives import DARK, Primitive, ball, cone, ellipsoid, limb, object_shape

LEAF, STALK, SEED = (0.10, 0.42, 0.08), (0.26, 0.16, 0.07), (0.05, 0.03, 0.02)
AVOCADO, AVOCADO_FLESH = (0.045, 0.13, 0.025), (0.72, 0.82, 0.28)


@object_shape("avocado")
def _avocado() -> list[Primitive]:
    skin = {"color": AVOCADO, "texture": "pores", "second": (0.13, 0.27, 0.06)}
    return [
        ellipsoid((0, 0.37, 0), (0.37, 0.37, 0.37), **skin),
        ellipsoid((0, 0.74, 0), (0.20, 0.26, 0.20), melt=0.22, **skin),
        limb((0, 0.97, 0), (0.03, 1.05, 0), 0.035, color=STALK),
        ellipsoid((0, 0.37, 0), (0.33, 0.33, 0.33), inside=True, color=AVOCADO_FLESH),
        ellipsoid((0, 0.60, 0), (0.245, 0.30, 0.24), inside=True, color=AVOCADO_FLESH),
        ellipsoid((0, 0.76, 0), (0.165, 0.20, 0.16), inside=True, color=AVOCADO_FLESH),
        ellipsoid((0, 0.37, 0), (0.19, 0.20, 0.19), inside=True, color=(0.30, 0.13, 0.04)),
    ]


@object_shape("apple")
def _apple() -> list[Primitive]:
    red, flesh = (0.75, 0.04, 0.04), (0.96, 0.90, 0.66)
    seeds = [
        ellipsoid((x, 0.42, 0), (0.036, 0.07, 0.09), rotation=(0, 0, 300 * x), inside=True, color=STALK)
        for x in (-0.06, 0.06)
    ]
    return [
        ellipsoid((-0.12, 0.46, 0), (0.38, 0.44, 0.44), color=red),
        ellipsoid((0.12, 0.46, 0), (0.38, 0.44, 0.44), color=red, melt=0.10),
        ellipsoid((0, 0.30, 0), (0.34, 0.30, 0.34), color=red, melt=0.10),
        limb((0, 0.78, 0), (0.07, 1.04, 0), 0.030, color=STALK),
        ellipsoid((0.22, 0.98, 0), (0.18, 0.075, 0.08), rotation=(0, 0, 20), color=LEAF),
        ellipsoid((-0.11, 0.46, 0), (0.345, 0.40, 0.4), inside=True, color=flesh),
        ellipsoid((0.11, 0.46, 0), (0.345, 0.40, 0.4), inside=True, color=flesh),
        ellipsoid((0, 0.30, 0), (0.30, 0.265, 0.3), inside=True, color=flesh),
        ellipsoid((0, 0.44, 0), (0.17, 0.21, 0.17), inside=True, color=(0.80, 0.78, 0.40)),
        ellipsoid((0, 0.44, 0), (0.15, 0.19, 0.15), inside=True, color=(0.93, 0.90, 0.62)),
        *seeds,
    ]


@object_shape("watermelon")
def _watermelon() -> list[Primitive]:
    places = ((-0.26, 0.06), (-0.13, 0.22), (0.05, 0.25), (0.22, 0.16), (0.27, -0.06), (0.14, -0.21))
    places += ((-0.05, -0.26), (-0.21, -0.15), (-0.08, 0.02), (0.10, 0.0))
    rind = {"color": (0.34, 0.62, 0.16), "second": (0.02, 0.17, 0.03), "texture": "rind"}
    return [
        ellipsoid((0, 0.47, 0), (0.56, 0.47, 0.47), **rind),
        limb((0, 0.92, 0), (0.06, 1.02, 0), 0.03, color=LEAF),
        ellipsoid((0, 0.47, 0), (0.545, 0.455, 0.455), inside=True, color=(0.04, 0.28, 0.05)),
        ellipsoid((0, 0.47, 0), (0.50, 0.41, 0.41), inside=True, color=(0.86, 0.94, 0.72)),
        ellipsoid((0, 0.47, 0), (0.45, 0.36, 0.36), inside=True, color=(0.90, 0.07, 0.09)),
        *(
            ellipsoid((1.15 * x, 0.47 + y, 0), (0.030, 0.050, 0.09), inside=True, color=SEED)
            for x, y in places
        ),
    ]


@object_shape("orange")
def _orange() -> list[Primitive]:
    peel, pulp, pith = (0.98, 0.42, 0.02), (1.0, 0.50, 0.03), (1.0, 0.92, 0.72)
    return [
        ellipsoid((0, 0.47, 0), (0.48, 0.47, 0.48), color=peel, texture="pores", second=(0.80, 0.30, 0.01)),
        cone((0, 0.935, 0), 0.07, 0.05, 0.012, color=STALK),
        ellipsoid((0.16, 0.99, 0.03), (0.20, 0.08, 0.10), rotation=(0, 0, 14), color=LEAF),
        ellipsoid((0, 0.47, 0), (0.44, 0.43, 0.44), inside=True, color=pith),
        ellipsoid(
            (0, 0.47, 0), (0.385, 0.375, 0.38), inside=True, color=pulp, second=pith, texture="segments"
        ),
    ]


@object_shape("kiwi")
def _kiwi() -> list[Primitive]:
    fuzz = {"color": (0.30, 0.19, 0.07), "second": (0.46, 0.32, 0.14), "texture": "wood"}
    green, core = (0.34, 0.66, 0.06), (0.88, 0.93, 0.66)
    ring = ((1, 0), (0.87, 0.5), (0.5, 0.87), (0, 1), (-0.5, 0.87), (-0.87, 0.5))
    ring += ((-1, 0), (-0.87, -0.5), (-0.5, -0.87), (0, -1), (0.5, -0.87), (0.87, -0.5))
    return [
        ellipsoid((0, 0.42, 0), (0.53, 0.42, 0.42), **fuzz),
        cone((0.52, 0.42, 0), 0.05, 0.04, 0.015, rotation=(0, 0, -90), color=SEED),
        ellipsoid((0, 0.42, 0), (0.495, 0.39, 0.39), inside=True, color=green),
        ellipsoid((0, 0.42, 0), (0.35, 0.26, 0.26), inside=True, color=(0.48, 0.76, 0.14)),
        *(
            ellipsoid((0.28 * c, 0.42 + 0.20 * s, 0), (0.035, 0.035, 0.10), inside=True, color=SEED)
            for c, s in ring
        ),
        ellipsoid((0, 0.42, 0), (0.17, 0.10, 0.13), inside=True, color=core),
    ]


@object_shape("strawberry")
def _strawberry() -> list[Primitive]:
    red = {"color": (0.84, 0.03, 0.05), "second": (0.98, 0.80, 0.25), "texture": "seeds"}
    return [
        ellipsoid((0, 0.60, 0), (0.40, 0.27, 0.36), **red),
        ellipsoid((0, 0.33, 0), (0.24, 0.33, 0.23), melt=0.20, **red),
        *(
            ellipsoid((0.18 * x, 0.86, 0.18 * z), (0.17, 0.06, 0.08), rotation=(0, turn, 0), color=LEAF)
            for x, z, turn in ((1, 0, 0), (-1, 0, 0), (0.5, 0.87, -60), (-0.5, 0.87, 60), (0, -1, 90))
        ),
        limb((0, 0.86, 0), (0.03, 1.02, 0), 0.035, color=LEAF),
        ellipsoid((0, 0.60, 0), (0.36, 0.23, 0.3), inside=True, color=(0.93, 0.20, 0.20)),
        ellipsoid((0, 0.36, 0), (0.22, 0.31, 0.2), inside=True, color=(0.93, 0.20, 0.20)),
        ellipsoid((0, 0.56, 0), (0.20, 0.21, 0.2), inside=True, color=(0.99, 0.62, 0.56)),
        ellipsoid((0, 0.56, 0), (0.08, 0.20, 0.1), inside=True, color=(1.0, 0.90, 0.84)),
    ]


@object_shape("pineapple")
def _pineapple() -> list[Primitive]:
    skin = {"color": (0.82, 0.50, 0.08), "second": (0.32, 0.17, 0.03), "texture": "lattice"}
    blades = ((0, 0, 0.15), (-0.16, 0, 0.10), (0.16, 0, 0.10), (-0.25, 0.02, 0.0), (0.25, 0.02, 0.0))
    return [
        ellipsoid((0, 0.36, 0), (0.31, 0.37, 0.31), **skin),
        *(
            limb((0.5 * x, 0.66, z), (1.1 * x, 0.98 + y, 1.5 * z), 0.085, 0.012, color=(0.09, 0.38, 0.10))
            for x, z, y in blades
        ),
        limb((0, 0.66, 0.08), (0.03, 0.88, 0.22), 0.08, 0.012, color=(0.14, 0.48, 0.12)),
        ellipsoid((0, 0.36, 0), (0.265, 0.325, 0.26), inside=True, color=(1.0, 0.78, 0.14)),
        ellipsoid((0, 0.36, 0), (0.085, 0.29, 0.1), inside=True, color=(1.0, 0.93, 0.58)),
    ]


@object_shape("tomato")
def _tomato() -> list[Primitive]:
    red, jelly = (0.85, 0.05, 0.03), (0.93, 0.55, 0.12)
    chambers = ((-0.23, 0.42), (0.23, 0.42), (0.0, 0.18))
    seeds = ((-0.30, 0.36), (-0.20, 0.50), (-0.16, 0.36), (0.30, 0.36), (0.20, 0.50), (0.16, 0.36))
    seeds += ((-0.10, 0.19), (0.0, 0.15), (0.10, 0.19))
    return [
        ellipsoid((0, 0.41, 0), (0.52, 0.41, 0.50), color=red),
        *(
            ellipsoid((0.17 * x, 0.80, 0.17 * z), (0.19, 0.065, 0.07), rotation=(0, turn, 0), color=LEAF)
            for x, z, turn in ((1, 0, 0), (-1, 0, 0), (0.5, 0.87, -60), (-0.5, 0.87, 60), (0, -1, 90))
        ),
        limb((0, 0.80, 0), (0.03, 0.96, 0), 0.04, color=LEAF),
        ellipsoid((0, 0.41, 0), (0.47, 0.36, 0.4), inside=True, color=(0.95, 0.24, 0.14)),
        *(
            ellipsoid((x, y, 0), (0.17, 0.19 if x else 0.10, 0.15), inside=True, color=jelly)
            for x, y in chambers
        ),
        *(
            ellipsoid((x, y, 0), (0.035, 0.035, 0.10), inside=True, color=(0.99, 0.92, 0.66))
            for x, y in seeds
        ),
    ]


@object_shape("coconut")
def _coconut() -> list[Primitive]:
    husk = {"color": (0.21, 0.11, 0.045), "second": (0.40, 0.25, 0.12), "texture": "wood"}
    return [
        ellipsoid((0, 0.46, 0), (0.47, 0.46, 0.46), **husk),
        *(ball((x, y, 0.40), 0.065, color=DARK) for x, y in ((-0.10, 0.62), (0.10, 0.62), (0.0, 0.46))),
        ellipsoid((0, 0.46, 0), (0.415, 0.405, 0.4), inside=True, color=(0.14, 0.06, 0.02)),
        ellipsoid((0, 0.46, 0), (0.39, 0.38, 0.38), inside=True, color=(0.97, 0.97, 0.94)),
        ellipsoid((0, 0.46, 0), (0.25, 0.24, 0.24), inside=True, color=(0.52, 0.50, 0.46)),
    ]
