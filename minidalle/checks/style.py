"""The few things that are asked of how an answer is written: that it is the student's own, and has no loop where the
exercise is about doing without.

Left out: taste.
"""

from __future__ import annotations

import ast

from minidalle.checks.checker import Checker

LOOPS = (ast.For, ast.While, ast.ListComp, ast.GeneratorExp, ast.SetComp, ast.DictComp)


def style_fault(checker: Checker, source: ast.AST | None, module: str = "") -> str:
    """What is wrong with how a right answer is written, in words; "" if nothing is.

    source: its syntax tree, None where that is not known. module: where the function lives.
    """
    if str(module).split(".")[0] == "minidalle":
        return "This is the package's own function. It is right, but the exercise is to write it yourself."
    if source is None:
        return ""
    names = {node.id for node in ast.walk(source) if isinstance(node, ast.Name)}
    functions = {node.name for node in ast.walk(source) if isinstance(node, ast.FunctionDef)}
    if any(name.startswith("specification") for name in names | functions):
        return "The results are right, since they are the specification's: now write it without calling that."
    imported = [node for node in ast.walk(source) if isinstance(node, ast.ImportFrom) and node.module]
    if any(node.module.split(".")[0] == "minidalle" for node in imported):
        return (
            "Your function calls the package's own, which is right, but not yours: write it from the parts."
        )
    if not checker.loops and any(isinstance(node, LOOPS) for node in ast.walk(source)):
        return (
            "Every value is right, but there is a Python loop in it, which would run for every number of a large "
            "model. The exercise is to do all of them in one tensor operation."
        )
    return ""
