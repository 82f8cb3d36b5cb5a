"""Badges that open the course elsewhere, for wherever this copy of it is published.

    python3 course.py python tools/publish/badges.py OWNER/NAME [--branch main]

writes them between the marks "badges" in README.md. Each fork has badges of its own, which open its own lessons.

Left out: checking that the place exists; the three services answer that.
"""

import argparse
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- badges: begin -->", "<!-- badges: end -->"
FIRST = "notebooks/00_draw.ipynb"


def badges(place: str, branch: str) -> str:
    """Markdown for Colab, Binder and Codespaces. Raises ValueError for a place that is not OWNER/NAME."""
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", place):
        raise ValueError(f"{place!r} is not OWNER/NAME, such as ada/minidalle")
    rows = {
        "Open in Colab": (
            "https://colab.research.google.com/assets/colab-badge.svg",
            f"https://colab.research.google.com/github/{place}/blob/{branch}/{FIRST}",
        ),
        "Open in Binder": (
            "https://mybinder.org/badge_logo.svg",
            f"https://mybinder.org/v2/gh/{place}/{branch}?labpath={FIRST.replace('/', '%2F')}",
        ),
        "Open in Codespaces": (
            "https://github.com/codespaces/badge.svg",
            f"https://codespaces.new/{place}?ref={branch}",
        ),
    }
    return "\n".join(f"[![{name}]({picture})]({address})" for name, (picture, address) in rows.items())


def write(readme: Path, text: str) -> None:
    """Replace what stands between the marks. Raises ValueError where there are none."""
    before = readme.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(BEGIN)}.*?{re.escape(END)}", flags=re.DOTALL)
    if not pattern.search(before):
        raise ValueError(f"{readme} has no place for badges: {BEGIN} and {END} in lines of their own")
    readme.write_text(
        pattern.sub(lambda _: f"{BEGIN}\n{text}\n{END}", before), encoding="utf-8", newline="\n"
    )


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser("badges.py", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("place", help="OWNER/NAME of the repository")
    parser.add_argument("--branch", default="main")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md")
    args = parser.parse_args(argv)
    try:
        write(args.readme, badges(args.place, args.branch))
    except ValueError as error:
        parser.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
