"""Break the package under each lesson, one lesson at a time, and see that nbval notices.

    python -m tools.break_lessons               # all lessons (a minute or two each)
    python -m tools.break_lessons --only 06 10

Works on a copy, so that nothing here changes. Each lesson is run twice as the tests run it: as things are, where it has
to pass, and with its mistake of `MISTAKES`, where it has to fail. Exit status 1 if a mistake goes unnoticed.

Left out: mistakes that the package's own tests have to notice, such as those of the paper's ledger (`break_ledger.py`).
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tools.break_ledger import passes

ROOT = Path(__file__).resolve().parents[1]
COPIED = ("minidalle", "notebooks", "tests/nbval_sanitize.cfg", "pyproject.toml")
MISTAKES: dict[str, tuple[str, str, str]] = {
    "00": ("minidalle/pipeline.py", "order = np.argsort(-scores", "order = np.argsort(scores"),
    "01": ("minidalle/world/sample.py", "def _place(r: Stream, x: float, z: float, jitter: float = 0.1)",
           "def _place(r: Stream, x: float, z: float, jitter: float = 0.15)"),
    "02": ("minidalle/bpe_training.py", "queue = [(-count, pair)", "queue = [(count, pair)"),
    "03": ("minidalle/relaxation.py", "noise.add_(scores).div_(temperature)", "noise.mul_(temperature).add_(scores)"),
    "04": ("minidalle/dvae.py", "kl_weight / self.config.subpixels_per_code * kl", "kl_weight * kl"),
    "05": ("minidalle/dalle.py", "image + self.config.image_offset", "image + self.config.start_of_image"),
    "06": ("minidalle/masks.py", "lambda offset: offset <= layout.grid)", "lambda offset: offset < layout.grid)"),
    "07": ("minidalle/attention.py", "alpha=q.shape[-1] ** -0.5)", "alpha=q.shape[-1] ** -1)"),
    "08": ("minidalle/ledger/costs.py", "kept = 5 * FLOAT * parameters", "kept = 4 * FLOAT * parameters"),
    "09": ("minidalle/sampling.py", "else filter_top_p(logits, top_p)", "else filter_top_k(logits, 1)"),
    "10": ("minidalle/evaluation/chances.py", "return 1 - (1 - share) ** count", "return share * count"),
    "11": ("minidalle/pipeline_complete.py", "return ((ends[:, None] <= upper)", "return ((ends[:, None] < upper)"),
    "12": ("minidalle/evaluation/statistics.py", "(share + z2 / (2 * trials))", "(share + z2 / trials)"),
    "13": ("minidalle/sampling.py", "logits = logits / temperature", "logits = logits * temperature"),
    "14": ("minidalle/pairs_image.py", "on_white(ImageOps.exif_transpose(image))", "on_white(image)"),
}  # fmt: skip
"""Number of a lesson -> (file, what stands there once, the mistake)."""


def noticed(copy: Path, lesson: Path) -> str:
    """What becomes of a lesson's mistake: "noticed", or what is wrong."""
    file, right, wrong = MISTAKES[lesson.stem[:2]]
    source = (copy / file).read_text(encoding="utf-8")
    itself = (f"notebooks/{lesson.name}",)
    if not passes(copy, itself):
        return "fails as it is"
    (copy / file).write_text(source.replace(right, wrong), encoding="utf-8")
    try:
        return "goes unnoticed" if passes(copy, itself) else "noticed"
    finally:
        (copy / file).write_text(source, encoding="utf-8")


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="*", default=[], help="numbers of lessons, such as 06")
    args = parser.parse_args(argv)
    lessons = [
        path
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
        if path.stem[:2] in (args.only or MISTAKES)
    ]
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder) / name
            target.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if source.is_dir() else shutil.copy)(source, target)
        try:
            (Path(folder) / "data").symlink_to(ROOT / "data")
        except OSError:  # Windows, for a person who may not make links
            shutil.copytree(ROOT / "data", Path(folder) / "data")
        for path in lessons:
            said = noticed(Path(folder), path)
            bad += said != "noticed"
            print(f"{path.stem:28} {said}", flush=True)
    print("every lesson notices" if not bad else f"{bad} of {len(lessons)} lessons do not notice")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
