"""What an exercise's source is made of, and how its parts are read.

Each exercise is a class in `lessonNN.py`, named as the function that the student writes. Its attributes are
the card; its functions are the code: `specification` (slow and obvious; or a text), `blank`, `reference`,
`independent`, and in the inner class `mistakes` one function for each belief of the checker, with the
belief's name as its docstring.
"""

import ast
import importlib
import inspect
import textwrap
from pathlib import Path
from types import FunctionType

FOLDER = Path(__file__).parent
FIELDS = ("title", "kind", "minutes", "lines", "teaches")
"""What of an exercise stands on its card, beside its lesson and its hints."""


class Exercise:
    """One exercise. `specification` may be a text in place of a function."""

    title: str
    kind: str
    minutes: int
    lines: int
    teaches: str
    text: str
    hints: tuple[str, str, str]

    @classmethod
    def name(cls) -> str:
        return cls.__name__

    @classmethod
    def code(cls, part: str) -> str:
        """The source of one of its functions, under the name that it has in a notebook."""
        name = f"specification_{cls.name()}" if part == "specification" else cls.name()
        return source(getattr(cls, part), name)

    @classmethod
    def seeded(cls) -> dict[str, FunctionType]:
        """Belief -> the mistake that stands for it."""
        wrong = [one for one in vars(cls.mistakes).values() if isinstance(one, FunctionType)]
        return {" ".join(one.__doc__.split()): one for one in wrong}


def source(function: FunctionType, name: str) -> str:
    """A function's source as it would stand by itself, under another name."""
    text = textwrap.dedent(inspect.getsource(function))
    return text.replace(f"def {function.__name__}(", f"def {name}(", 1).rstrip()


def lessons() -> dict[str, list[type[Exercise]]]:
    """Lesson -> its exercises, in order."""
    found = {}
    for path in sorted(FOLDER.glob("lesson??.py")):
        module = importlib.import_module(f"exercises.source.{path.stem}")
        order = [
            node.name
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ClassDef)
        ]
        found[module.LESSON] = [vars(module)[name] for name in order]
    return found


def every_exercise() -> list[type[Exercise]]:
    return [one for exercises in lessons().values() for one in exercises]
