"""The real source of anything in the package, to be read in a lesson. Lessons paste nothing.

Left out: figures (`__init__.py`).
"""

import inspect
import textwrap
from pathlib import Path
from typing import Any


class Source:
    """The source of something, as it stands in its file, ready to be read in a notebook."""

    def __init__(self, code: str, where: str) -> None:
        self.code, self.where = code, where

    def __repr__(self) -> str:
        return f"# {self.where}\n{self.code}"

    def _repr_markdown_(self) -> str:
        return f"`{self.where}`\n\n```python\n{self.code}\n```"


def source(thing: Any) -> Source:
    """The real source of a function, class, method or module of this package, and where it stands.

    Raises ValueError for what has no Python source.
    """
    thing = inspect.unwrap(thing) if callable(thing) else thing  # behind decorators such as torch.no_grad
    try:
        lines, first = inspect.getsourcelines(thing)
        path = Path(inspect.getsourcefile(thing) or "")
    except (TypeError, OSError):
        raise ValueError(f"{thing!r} has no Python source: pass a function, a class or a module") from None
    package = Path(__file__).parents[1]
    name = path.relative_to(package.parent).as_posix() if path.is_relative_to(package) else path.name
    first = max(first, 1)
    where = f"{name}, lines {first} to {first + len(lines) - 1}"
    return Source(textwrap.dedent("".join(lines)).rstrip(), where)
