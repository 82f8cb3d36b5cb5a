"""Cases from a signature: arguments drawn by chance, in the shapes and ranges that it names.

    >>> Signature("top_k(logits: float[batch, code], k: int[1, code])").draw(random.Random(0))
    (tensor of [batch, code], a whole number from 1 to code)

A word in brackets is an axis. Its size is drawn once for each case, and no two axes of a case are equally
long, so that an answer which takes one for the other cannot be right by luck.

    float[axes]     normal numbers           unit[axes]      numbers in [0, 1)
    probs[axes]     sum to 1 along the last  bool[axes]      True and False
    ids[n, axes]    whole numbers below n    int[low, high]  one whole number, both ends included
    real[low, high] one number               flag            True or False

Left out: structured arguments (texts, dictionaries), which a checker makes itself.
"""

from __future__ import annotations

import ast
import math
import operator
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch

SMALL = (2, 7)
"""How long an axis is, where nothing else is said."""

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}


@dataclass(frozen=True)
class Signature:
    """A function's name and arguments, read from text. sizes: axis -> smallest and largest length."""

    text: str
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def arguments(self) -> dict[str, ast.expr | None]:
        """Argument -> its kind, as syntax."""
        function = ast.parse(f"def {self.text.partition('->')[0].strip()}: ...").body[0]
        return {argument.arg: argument.annotation for argument in function.args.args}

    @property
    def names(self) -> list[str]:
        """The arguments' names, in order."""
        return list(self.arguments)

    @property
    def batch(self) -> str:
        """The first axis of the first tensor, if no sizes are said of it; "" if there is none."""
        kinds = [kind.slice for kind in self.arguments.values() if isinstance(kind, ast.Subscript)]
        words = [
            ast.unparse(kind.value) for kind in self.arguments.values() if isinstance(kind, ast.Subscript)
        ]
        for word, kind in zip(words, kinds, strict=True):
            first = kind.elts[0] if isinstance(kind, ast.Tuple) else kind
            if word in ("float", "unit", "probs", "bool"):
                return first.id if isinstance(first, ast.Name) and first.id not in self.sizes else ""
        return ""

    def draw(self, rng: random.Random, known: Mapping[str, int] | None = None) -> tuple[Any, ...]:
        """One case: a value for each argument. known: axes that are so long. Raises ValueError for a kind that is not
        known."""
        drawn = Drawn(rng, self.sizes, known or {})
        return tuple(drawn.value(name, kind) for name, kind in self.arguments.items())


class Drawn:
    """The sizes and numbers of one case."""

    def __init__(
        self, rng: random.Random, sizes: Mapping[str, tuple[int, int]], known: Mapping[str, int]
    ) -> None:
        self.rng, self.sizes, self.known = rng, sizes, dict(known)
        self.generator = torch.Generator().manual_seed(rng.getrandbits(62))

    def value(self, name: str, kind: ast.expr | None) -> Any:
        """A value of one kind; a number is known by its argument's name from then on."""
        if isinstance(kind, ast.Name) and kind.id == "flag":
            return self.rng.random() < 0.5
        if not isinstance(kind, ast.Subscript):
            raise ValueError(f"argument {name} has no kind that chance could draw: make the cases yourself")
        parts = kind.slice.elts if isinstance(kind.slice, ast.Tuple) else [kind.slice]
        word, numbers = ast.unparse(kind.value), [self.number(part) for part in parts]
        if word == "int":
            self.known[name] = self.rng.randint(*map(math.floor, numbers))
            return self.known[name]
        if word == "real":
            return self.rng.uniform(*numbers)
        return self.tensor(word, numbers)

    def tensor(self, word: str, numbers: list[int]) -> torch.Tensor:
        """A tensor of a kind, of the sizes `numbers` ("ids": after their bound)."""
        if word == "float":
            return 1.5 * torch.randn(numbers, generator=self.generator)
        if word == "probs":
            return (1.5 * torch.randn(numbers, generator=self.generator)).softmax(-1)
        if word == "unit":
            return torch.rand(numbers, generator=self.generator)
        if word == "bool":
            return torch.rand(numbers, generator=self.generator) < 0.5
        if word == "ids":
            return torch.randint(numbers[0], numbers[1:], generator=self.generator)
        raise ValueError(f"there is no kind {word!r} to draw")

    def number(self, expression: ast.expr) -> Any:
        """The value of an expression of axes, earlier numbers and constants."""
        if isinstance(expression, ast.Constant):
            return expression.value
        if isinstance(expression, ast.Name):
            return self.size(expression.id)
        if isinstance(expression, ast.UnaryOp):
            return OPERATORS[type(expression.op)](self.number(expression.operand))
        left, right = self.number(expression.left), self.number(expression.right)
        return OPERATORS[type(expression.op)](left, right)

    def size(self, axis: str) -> int:
        """How long an axis is: drawn when it is first met, and unlike all others as far as there is room."""
        if axis not in self.known:
            low, high = self.sizes.get(axis, SMALL)
            free = [size for size in range(low, high + 1) if size not in self.known.values()]
            self.known[axis] = self.rng.choice(free or [low])
        return self.known[axis]
