"""What is asked of how an answer is written: it is the student's own, and has no loop where the exercise does without.

Left out: taste. Who means to hide something from it can.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Set
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from minidalle.checks.catalogue import card
from minidalle.checks.checker import Checker

LOOPS = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)
PACKAGE = str(Path(__file__).parents[1] / "_")[:-1]
"""The folder that the package's own code lies in, to its last slash."""

FREE = frozenset(("check", "hint", "progress"))
"""What an exercise's own code may take from the checks."""


def style_fault(checker: Checker, functions: Iterable[ast.AST], borrowed: Set[str] = frozenset()) -> str:
    """What is wrong with how a right answer is written, in words; "" if nothing is.

    functions: the syntax trees of the answer and of the student's functions that it calls, as far as they are
    known. borrowed: what it takes or calls of the package; the exercise's own name if the whole answer is.
    """
    functions = list(functions)
    if checker.name in borrowed:
        return "This is the package's own function. It is right, but the exercise is to write it yourself."
    nodes = [node for function in functions for node in ast.walk(function)]
    names = {node.id for node in nodes if isinstance(node, ast.Name)} | borrowed
    names |= {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    if any(name.startswith("specification") for name in names):
        return "The results are right, since they are the specification's: now write it without calling that."
    if borrowed or any(map(imports_package, functions)):
        return (
            "Your function calls the package's own, which is right, but not yours: write it from the parts."
        )
    if card(checker.name).get("specification", "none") in map(digest, functions):
        return (
            "These are the specification's own lines, and they are right. Now find another way, of your own."
        )
    if not checker.loops and any(isinstance(node, LOOPS) for node in nodes):
        return (
            "Every value is right, but there is a Python loop in it, which would run for every number of a "
            "large model. The exercise is to do all of them in one tensor operation."
        )
    return ""


class Watched:
    """An answer that notes what it calls of this package, and of the specification, in `called`.

    Functions that are handed to it as arguments are its to call.
    """

    def __init__(self, answer: Callable[..., Any]) -> None:
        self.answer, self.called, self.given = answer, set(), set()

    def __call__(self, *arguments: Any) -> Any:
        """The answer's own result."""
        self.given = {getattr(one, "__code__", None) for one in arguments}
        before = sys.getprofile()
        sys.setprofile(self._look)
        try:
            return self.answer(*arguments)
        finally:
            sys.setprofile(before)

    def _look(self, frame: FrameType, event: str, argument: Any) -> None:
        code: CodeType = frame.f_code
        if event != "call" or code in self.given:
            return
        if code.co_filename.startswith(PACKAGE) or code.co_name.startswith("specification"):
            self.called.add(code.co_name)


def digest(tree: ast.AST) -> str:
    """A function by its lines, whatever its name, its docstring and its layout are; "" if it is nested too deeply to be
    read, as no specification is."""
    node = tree.body[0] if isinstance(tree, ast.Module) and tree.body else tree
    lines = [
        line
        for line in getattr(node, "body", [])
        if not (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant))
    ]
    try:
        text = "".join("".join(map(ast.unparse, lines)).split())
    except RecursionError:
        return ""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def imports_package(tree: ast.AST) -> Set[str]:
    """The names that some code imports from this package, `check`, `hint` and `progress` excepted."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "minidalle":
            free = FREE if node.module == "minidalle.checks" else ()
            found |= {alias.asname or alias.name for alias in node.names if alias.name not in free}
        if isinstance(node, ast.Import):
            names = [alias for alias in node.names if alias.name.split(".")[0] == "minidalle"]
            found |= {alias.asname or "minidalle" for alias in names}
    return found


def trees_of(answer: Callable[..., Any]) -> list[ast.AST]:
    """The syntax trees of a function and of those beside it that it calls, where their source can be found."""
    trees, waiting, seen = [], [answer], set()
    while waiting:
        function = waiting.pop()
        code, known = getattr(function, "__code__", None), getattr(function, "__globals__", {})
        if code is None or code in seen:
            continue
        seen.add(code)
        try:
            trees.append(ast.parse(textwrap.dedent(inspect.getsource(function))))
        except (OSError, TypeError, SyntaxError):
            continue
        names = {node.id for node in ast.walk(trees[-1]) if isinstance(node, ast.Name)}
        beside = [known[name] for name in names if name in known]
        waiting += [one for one in beside if getattr(one, "__globals__", None) is known]
    return trees


def home(thing: Any) -> str:
    """The package that something comes from."""
    return str(getattr(thing, "__module__", "")).split(".")[0]
