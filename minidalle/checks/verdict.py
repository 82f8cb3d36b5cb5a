"""What `check` and `hint` give back: words that show themselves in a notebook, with a picture where there is one.

Left out: judging (`checker.py`), drawing (`picture.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from minidalle.checks.checker import Case, Checker, Finding, Outcome


@dataclass(frozen=True)
class Hint:
    """A hint; it shows itself."""

    text: str

    def __repr__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Verdict:
    """The judgement of one exercise. passed: whether the answer is right. message: why not. belief: the
    misconception behind it, if it was found. figure: the answer beside the right one, or None."""

    exercise: str
    passed: bool
    message: str
    belief: str = ""
    figure: Any = None

    @classmethod
    def of(
        cls,
        exercise: str,
        checker: Checker,
        finding: Finding,
        cases: Sequence[Case],
        outcomes: Sequence[Outcome],
        draw: bool,
    ) -> Verdict:
        """The verdict on some outcomes; drawn only where figures can be (the extra `notebooks`)."""
        figure = None
        if draw:
            from minidalle.checks.picture import beside

            case = finding.case
            wanted = checker.run(checker.target, cases[case]).value
            figure = beside(outcomes[case].value, wanted, checker.axes)
        return cls(exercise, finding.passed, finding.message, finding.belief, figure)

    def __bool__(self) -> bool:
        return self.passed

    def __repr__(self) -> str:
        return f"{self.exercise}: {self.message if self.passed else 'not yet. ' + self.message}"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        if self.figure is None:
            return {"text/plain": repr(self)}
        data, about = self.figure._repr_mimebundle_()
        return {**data, "text/plain": repr(self)}, about

    def _ipython_display_(self) -> None:
        """Show the words, then the picture: a notebook would show the picture alone."""
        from IPython.display import display

        display({"text/plain": repr(self)}, raw=True)
        if self.figure is not None:
            display(self.figure)
