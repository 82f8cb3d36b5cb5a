"""Pictures a second that the renderer draws on one processor core, by kind of scene and by style.

    python benchmarks/render_speed.py [--seconds 20] [--sizes 64 128]
    python benchmarks/render_speed.py --device cuda

Processor time, which other work on the machine disturbs little; the mean of rounds in which all rows take turns,
each with the next of its scenes. The first row is what training draws. With `--device cuda` it is wall time of a
whole graphics card, compiling left out. The goal is 100 pictures a second and core at 64 x 64 for a typical scene.
"""

import argparse
import statistics
import time
from dataclasses import replace

from minidalle.world import KINDS, STYLES, WORLD, Camera, Scene, Thing, render, render_many, sample_scene
from minidalle.world.kinds.common import light

THINGS = ("teapot", "cat", "house", "car")


def rows() -> dict[str, list[Scene]]:
    """Scenes to draw, by the name of their row: the training mix, the blocks world's kinds, sections, styles."""
    found = {"all kinds, in the shares of training": [sample_scene(5, i, mix="world") for i in range(200)]}
    found |= {kind: [sample_scene(5, i, "all", kind) for i in range(12)] for kind in KINDS}
    for section in sorted({kind.section for kind in WORLD.values()}):
        names = [name for name, kind in WORLD.items() if kind.section == section]
        found[section] = [sample_scene(5, i, "all", names[i % len(names)]) for i in range(12)]
    field = Scene(place="field", light=light("sunrise", "field"), camera=Camera(view_height=1.9))
    for style in STYLES:
        found[f"style: {style}"] = [
            replace(field, things=(Thing(name, "red", yaw=20.0),), style=style) for name in THINGS
        ]
    return found


def on_processor(scenes: dict[str, list[Scene]], size: int, seconds: float) -> dict[str, float]:
    """Pictures a second of processor time, by row."""
    for some in scenes.values():
        render(some[0], size)
    taken: dict[str, list[float]] = {name: [] for name in scenes}
    end, turn = time.monotonic() + seconds, 0
    while time.monotonic() < end or turn < 4:
        for name, some in scenes.items():
            start = time.process_time()
            render(some[turn % len(some)], size)
            taken[name].append(time.process_time() - start)
        turn += 1
    return {name: 1 / statistics.fmean(times) for name, times in taken.items()}


def on_card(scenes: dict[str, list[Scene]], size: int, many: int = 512) -> dict[str, float]:
    """Pictures a second of wall time on a graphics card, by row; each row is drawn once before, to compile it."""
    found = {}
    for name, some in scenes.items():
        wanted = [some[k % len(some)] for k in range(many)]
        render_many(wanted[:8], size, progress=False, device="cuda")
        start = time.perf_counter()
        render_many(wanted, size, progress=False, device="cuda")
        found[name] = many / (time.perf_counter() - start)
    return found


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=20.0, help="for each size")
    parser.add_argument("--sizes", type=int, nargs="+", default=[64, 128])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    args = parser.parse_args()
    scenes = rows()
    columns = [
        on_card(scenes, size) if args.device == "cuda" else on_processor(scenes, size, args.seconds)
        for size in args.sizes
    ]
    print(f"{'pictures a second':38}" + "".join(f"{size:>6} px" for size in args.sizes))
    for name in scenes:
        print(f"{name:38}" + "".join(f"{column[name]:9.0f}" for column in columns))


if __name__ == "__main__":
    main()
