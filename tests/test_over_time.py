"""Curves of a model's goals against minutes of training, over one sitting or two."""

from matplotlib.figure import Figure

from tools.over_time import asked_of, later, paint, table


def moment(minutes, updates, share):
    entry = {"share": share, "low": share - 0.1, "high": share + 0.1}
    return {
        "minutes": minutes,
        "updates": updates,
        "goals": {goal.label: entry for goal in asked_of("small")},
    }


def test_minutes_of_a_second_sitting_count_from_the_first():
    first, second = moment(50.9, 1524, 0.2), moment(10.2, 244, 0.5)
    assert later(first, second) == moment(61.1, 1768, 0.5)


def test_every_goal_asked_by_a_caption_has_a_panel_with_its_goal_dashed():
    wanted, canvas = asked_of("small"), Figure()
    paint([moment(10.0, 100, 0.3), moment(50.0, 500, 0.6)], wanted, canvas)
    panels = [axes for axes in canvas.axes if axes.axison]
    assert len(panels) == len(wanted) == 8
    for axes, goal in zip(panels, wanted, strict=True):
        curve, dashed = axes.lines
        assert list(curve.get_xdata()) == [10.0, 50.0] and list(curve.get_ydata()) == [30.0, 60.0]
        assert dashed.get_linestyle() == "--" and set(dashed.get_ydata()) == {100 * goal.share}


def test_the_table_has_a_column_for_each_moment():
    lines = table([moment(10.0, 100, 0.3), moment(50.9, 500, 0.6)], asked_of("small")).splitlines()
    assert lines[0] == "| held out | goal | 10 min | 51 min |" and len(lines) == 2 + 8
    assert "| two objects: the right colour on each | ≥ 93 | 30 | 60 |" in lines
