"""Curves, tables and shares say what they show, and refuse what they cannot draw."""

import re

import pytest
import torch
from matplotlib.figure import Figure as Canvas

import minidalle.show.lines
from minidalle.show.lines import lines, matrices, shares


def test_curves_are_told_by_where_they_begin_and_end():
    figure = lines({"loss": ([0, 1, 2], [6.2, 3.0, 0.5])}, "updates", "nats", log="y", level={"ln 512": 6.24})
    assert figure.png[:4] == b"\x89PNG"
    assert figure.alt == "nats: nats over updates; loss from 6.2 to 0.5; ln 512 at 6.24"


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([1, 8, 200], ["1", "10", "100"]),
        ([0.001, 0.5, 3000], ["0.001", "0.01", "0.1", "1", "10", "100", "1,000"]),
        ([2, 3, 5], ["2", "3", "4"]),  # less than a decade: numbers between the powers, too
        ([1e-8, 1e-5, 1e-3], ["10^{-8}", "10^{-7}", "10^{-6}", "10^{-5}", "10^{-4}", "10^{-3}"]),
    ],
)
def test_logarithmic_axes_write_numbers_out_where_they_fit(monkeypatch, values, labels):
    canvas = Canvas()
    monkeypatch.setattr(minidalle.show.lines, "figure", lambda paint, *rest: paint(canvas))
    lines({"curve": (values, values)}, "x", "y", log="xy")
    canvas.draw_without_rendering()
    for axis in (canvas.axes[0].xaxis, canvas.axes[0].yaxis):
        low, high = axis.get_view_interval()
        ticks = [*zip(axis.get_majorticklocs(), axis.get_majorticklabels())]
        ticks += [*zip(axis.get_minorticklocs(), axis.get_minorticklabels())]
        found = [
            label.get_text()
            for place, label in sorted(ticks, key=lambda tick: tick[0])
            if low <= place <= high
        ]
        written = [re.sub(r"\$\\mathdefault\{(.*)\}\$", r"\1", text) for text in found if text]
        assert written[: len(labels)] == labels


@pytest.mark.parametrize("curves", [{}, {"a": ([1], [1, 2])}, {str(n): ([1], [1]) for n in range(7)}])
def test_curves_that_cannot_be_drawn(curves):
    with pytest.raises(ValueError, match=r"curves|values"):
        lines(curves, "x", "y")


def test_tables_may_have_holes_and_names():
    table = torch.tensor([[0.0, float("-inf")], [1.0, 2.0]])
    figure = matrices({"under the mask": table}, "asks", "asked", signed=True, names=["a", "b"])
    assert figure.alt == "Tables of asks against asked: under the mask (2 by 2)"
    with pytest.raises(ValueError, match="a table is"):
        matrices({"no table": torch.zeros(3)}, "asks", "asked")


def test_shares_are_percent_of_each_thing():
    figure = shares({"nano": {"MLP": 2, "attention": 1, "rest": 1}}, "percent")
    assert figure.alt == "percent. nano: MLP 50 %, attention 25 %, rest 25 %"


@pytest.mark.parametrize("parts", [{"a": {"x": 1}, "b": {"y": 1}}, {"a": {"x": 0}}])
def test_shares_of_different_parts_or_of_nothing(parts):
    with pytest.raises(ValueError, match="expected"):
        shares(parts, "percent")
