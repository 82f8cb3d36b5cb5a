"""The few things that are asked of how an answer is written: that it is the student's own, and has no loop
where the exercise is about doing without.

Left out: taste.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Set
from types import ModuleType
from typing import Any

from minidalle.checks.checker import Checker

LOOPS = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)


def style_fault(checker: Checker, function: ast.AST | None, borrowed: Set[str] = frozenset()) -> str:
    """What is wrong with how a right answer is written, in words; "" if nothing is.

    function: its syntax tree, None where that is not known. borrowed: names that come from the package.
    """
    if checker.name in borrowed:
        return "This is the package's own function. It is right, but the exercise is to write it yourself."
    if function is None:
        return ""
    names = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
    functions = {node.name for node in ast.walk(function) if isinstance(node, ast.FunctionDef)}
    if any(name.startswith("specification") for name in names | functions):
        return "The results are right, since they are the specification's: now write it without calling that."
    if names & borrowed or imports_package(function):
        return (
            "Your function calls the package's own, which is right, but not yours: write it from the parts."
        )
    if not checker.loops and any(isinstance(node, LOOPS) for node in ast.walk(function)):
        return (
            "Every value is right, but there is a Python loop in it, which would run for every number of a "
            "large "
            "model. The exercise is to do all of them in one tensor operation."
        )
    return ""


def imports_package(tree: ast.AST) -> Set[str]:
    """The names that some code imports from this package, its checks excepted."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "minidalle":
            found |= {alias.asname or alias.name for alias in node.names if node.module != "minidalle.checks"}
        if isinstance(node, ast.Import):
            names = [alias for alias in node.names if alias.name.split(".")[0] == "minidalle"]
            found |= {alias.asname or "minidalle" for alias in names}
    return found


def tree_of(answer: Callable[..., Any]) -> ast.AST | None:
    """The syntax tree of a function, where its source can be found."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(answer)))
    except (OSError, TypeError, SyntaxError):
        return None


def borrowed_by(answer: Callable[..., Any], exercise: str) -> Set[str]:
    """The names in a function that come from this package; the exercise's own if the function does itself."""
    if _home(answer) == "minidalle":
        return {exercise}
    known = getattr(answer, "__globals__", {})
    return {
        name
        for name in getattr(getattr(answer, "__code__", None), "co_names", ())
        if _home(known.get(name)) == "minidalle"
    }


def _home(thing: Any) -> str:
    """The package that something comes from."""
    name = thing.__name__ if isinstance(thing, ModuleType) else getattr(thing, "__module__", "")
    return str(name).split(".")[0]
