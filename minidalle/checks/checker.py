"""What a checker is, and how it judges: many cases, then the belief that explains what is wrong.

A checker knows what is right (`target`, the package's own function) and which *beliefs* are common and
false, each as the function that somebody who held it would have written. An answer that is wrong is compared
with these: the one that gives the same results on every case names the misconception. Where none does, the
first case that differs is told.

Answers are judged by what they return, never by how they are written, and the judge sees plain data only, so
the answer may have been run in another process (`minidalle/grading`).

Left out: drawing (`picture.py`), and the exercises themselves (`lesson01.py` and on).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from torch import Tensor

from minidalle.checks.habits import FORGETS, habit
from minidalle.checks.plain import Unknown, copied, in_form_of, kind, plain, same, settled, words
from minidalle.checks.signature import Signature

TRIES = 60
"""How often a case is drawn until one has the sizes of another."""

Case = tuple[Any, ...]


@dataclass(frozen=True)
class Outcome:
    """What came of one call: its value as plain data, or the name of the error and what it said.

    changed: the argument that the call has altered, "" for none.
    """

    value: Any = None
    error: str = ""
    said: str = ""
    changed: str = ""


@dataclass(frozen=True)
class Belief:
    """A misconception. name: a few words. says: what is told to who holds it, with {argument}, {got} and
    {want} of the first case that differs. instead: the answer by this belief, with the target's arguments."""

    name: str
    says: str
    instead: Callable[..., Any]


@dataclass(frozen=True)
class Finding:
    """A judgement: passed or not, in words; the belief behind it, if one was found; the case to draw, by number."""

    passed: bool
    message: str
    belief: str = ""
    case: int = 0


def beliefs_of(answer: Callable[..., Any], *rows: tuple[str, str, str]) -> tuple[Belief, ...]:
    """Beliefs that are ways of one function: for each row (name, way, says), what `answer(*case, way=way)` gives."""
    return tuple(Belief(name, says, partial(answer, way=way)) for name, way, says in rows)


def call(answer: Callable[..., Any], *arguments: Any) -> Any:
    """The plain way to observe an answer: its result."""
    return answer(*arguments)


@dataclass(frozen=True)
class Checker:
    """All that is needed to judge one exercise.

    signature: name and arguments, from which cases are drawn.
    target: what is right.
    beliefs: what is commonly believed instead.
    edges: further cases, which chance would hardly find.
    make: draws a case, where a signature cannot say how.
    observe: what is looked at, given an answer and a case; by default what it returns.
    tolerance: how far a number may be off.
    loops: whether the answer may have a Python loop.
    count: how many cases are drawn, the edges not counted.
    sizes: how long each axis may be, as in `Signature`.
    axes: what the picture's axes are.
    """

    signature: str
    target: Callable[..., Any]
    beliefs: tuple[Belief, ...]
    edges: tuple[Case, ...] = ()
    make: Callable[[random.Random], Case] | None = None
    observe: Callable[..., Any] = call
    tolerance: float = 1e-4
    loops: bool = True
    count: int = 24
    sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    axes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The function's name, which is the exercise's."""
        return self.signature.partition("(")[0]

    @property
    def arguments(self) -> list[str]:
        """The arguments' names."""
        return Signature(self.signature).names

    def cases(self, seed: int) -> list[Case]:
        """The edges, then `count` cases by chance, one of them a batch of one; another seed gives others. Then, since a
        call may leave something behind: a case of the sizes of another, if chance has it, and the first once more."""
        rng = random.Random(f"{self.name} {seed}")
        asked = Signature(self.signature, self.sizes)
        draw = self.make or asked.draw
        every = [*copied(list(self.edges)), *(draw(rng) for _ in range(self.count))]
        if self.make is None and asked.batch:
            every.append(asked.draw(rng, {asked.batch: 1}))
        known = {sizes(case): case for case in every}
        for _ in range(TRIES):
            case = draw(rng)
            if sizes(case) in known and not same(plain(case), plain(known[sizes(case)]), 0.0):
                every.append(case)
                break
        return [*every, copied(every[0])]

    def run(self, answer: Callable[..., Any], case: Case) -> Outcome:
        """Call an answer on a copy of a case. An error is an outcome too."""
        given = copied(case)
        try:
            value = copied(plain(self.observe(answer, *given)))
        except (Exception, SystemExit) as error:
            return Outcome(error=type(error).__name__, said=str(error).partition("\n")[0][:200])
        for name, before, after in zip(self.arguments, case, given, strict=True):
            if not same(plain(after), plain(before), 0.0):
                return Outcome(value, changed=name)
        return Outcome(value)

    def judge(self, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> Finding:
        """What the outcomes of some cases say about the answer behind them."""
        right = [self.run(self.target, case) for case in cases]
        wrong = [n for n in range(len(cases)) if not self.agree(outcomes[n], right[n]) or outcomes[n].changed]
        if not wrong:
            return Finding(True, f"Right: {len(cases)} cases agree.")
        if all(outcome.value is None and not outcome.error for outcome in outcomes):
            said = (
                f"{self.name} gives nothing back yet: put your lines where the dots are, and end with return."
            )
            return Finding(False, said, "nothing is returned")
        for belief in self.beliefs:
            by_it = (self.run(belief.instead, case) for case in cases)
            if all(self.agree(*pair) for pair in zip(outcomes, by_it, strict=True)):
                want = right[wrong[0]].value
                told = {**dict(zip(self.arguments, cases[wrong[0]])), "want": want}
                told |= {"got": in_form_of(want, outcomes[wrong[0]].value)}
                said = belief.says.format(**{key: words(value) for key, value in told.items()})
                return Finding(False, said, belief.name, wrong[0])
        if (
            0 not in wrong
            and not self.agree(outcomes[-1], right[0])
            and same(plain(cases[-1]), plain(cases[0]), 0.0)
        ):
            return Finding(False, FORGETS.says, FORGETS.belief, len(cases) - 1)
        first = min(wrong, key=lambda n: (outcomes[n].error != "", bool(outcomes[n].changed), n))
        said, belief = self.differs(cases[first], outcomes[first], right[first]), ""
        if not outcomes[first].error and not right[first].error and not outcomes[first].changed:
            common = habit(outcomes[first].value, right[first].value)
            said, belief = (common.says, common.belief) if common else (said, "")
        return Finding(False, f"{said} {len(wrong)} of {len(cases)} cases differ.", belief, first)

    def agree(self, got: Outcome, want: Outcome) -> bool:
        """Whether an outcome is the one that is wanted: equal values, or the same kind of error."""
        if got.error or want.error:
            return got.error == want.error
        return same(got.value, want.value, self.tolerance)

    def differs(self, case: Case, got: Outcome, want: Outcome) -> str:
        """The first difference, in words."""
        given = ", ".join(f"{name} = {words(value)}" for name, value in zip(self.arguments, case))
        if want.error:
            return f"For {given} there should be a {want.error}, since nothing else would be true."
        if got.error:
            return f"Your function stopped with {got.error} ({got.said}) for {given}."
        if got.changed:
            return (
                f"Your function altered its argument {got.changed}, which belongs to the caller: work on a copy "
                f"(clone, or list(...)). It happened for {given}."
            )
        if got.value is None:
            return f"Your function gives nothing back for {given}: does every path end in return?"
        return f"{unlike(got.value, want.value, self.tolerance)} It was called with {given}."


def sizes(value: Any) -> Any:
    """What a cache would know of an argument that looks at its sizes only: shapes, lengths, whole numbers."""
    if isinstance(value, Tensor):
        return tuple(value.shape)
    if isinstance(value, tuple):
        return tuple(map(sizes, value))
    if isinstance(value, list | dict | str | bytes):
        return len(value)
    return value if isinstance(value, bool | int) else None


def unlike(got: Any, want: Any, tolerance: float = 1e-4) -> str:
    """How a value differs from the right one: in its type, its shape, what it holds, or by its numbers."""
    want = settled(want)
    got = in_form_of(want, got)
    if isinstance(want, Tensor):
        if not isinstance(got, Tensor):
            mine = "" if isinstance(got, Unknown) else f"of type {type(got).__name__}: "
            return f"Give back a tensor of shape {list(want.shape)}; yours is {mine}{words(got)}."
        if got.shape != want.shape:
            return f"The result should have shape {list(want.shape)}; yours has {list(got.shape)}."
        if kind(got) != kind(want):
            return f"The result should hold {kind(want)}; yours holds {kind(got)}."
        if got.ndim == 2 and len(got) == len(got.T) and same(got.T, want, tolerance):
            return "Your table is the right one turned over: its rows stand where the columns should, and the reverse."
        close = got == want
        if want.is_floating_point():
            close = got.double().isclose(want.double(), tolerance, tolerance, equal_nan=True)
        where = [] if close.all() else [int(n) for n in (~close).nonzero()[0]]
        place = f"[{', '.join(map(str, where))}]" if where else "some place"
        pair = (words(got[tuple(where)].item()), words(want[tuple(where)].item())) if where else ("?", "?")
        return f"The shape is right, but at {place} there should be {pair[1]}, and yours has {pair[0]}."
    if isinstance(got, Unknown) or type(got) is not type(want):
        return f"It should be {words(want)}, of type {type(want).__name__}; yours is {words(got)}."
    if isinstance(want, list) and len(got) != len(want):
        return f"There should be {len(want)} items, {words(want)}; yours has {len(got)}: {words(got)}."
    return f"It should be {words(want)}; yours is {words(got)}."
