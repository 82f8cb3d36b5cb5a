"""The figures of lesson 14 say what they show, and refuse what does not fit."""

import pytest

from minidalle.show.project import STATIONS, TICKS, lengths, spoken, stations, times


def test_stations_ask_their_questions_in_order():
    alt = stations("ceiling").alt
    assert [alt.index(" ".join(what.split())) for what, _ in STATIONS.values()] == sorted(
        alt.index(" ".join(what.split())) for what, _ in STATIONS.values()
    )
    assert alt.endswith("You are here: the dVAE alone") and "You are here" not in stations().alt
    assert ": 1, pictures with captions (can" in alt and "; 7, a model folder (can" in alt
    with pytest.raises(ValueError, match="choose from bring"):
        stations("finish")


def test_lengths_count_what_does_not_fit():
    figure = lengths({"mine": [3, 8, 9], "yours": [2]}, limit=8)
    assert figure.alt == (
        "Lengths in tokens in a caption, where 8 fit. mine: 3 to 9, 1 of 3 too long; yours: 2 to 2, 0 of 1 too long"
    )
    for wrong in ({}, {"none": []}):
        with pytest.raises(ValueError, match="one to four"):
            lengths(wrong, 8)


def test_times_keep_measured_and_estimated_apart():
    figure = times({"laptop": (90.0, True), "card": (0.5, False)}, "a run")
    assert figure.alt == "a run: laptop 90 min (measured); card 30 s (estimated)"
    assert figure.png != times({"laptop": (90.0, True), "card": (0.5, True)}, "a run").png
    for wrong in ({}, {"never": (0.0, True)}):
        with pytest.raises(ValueError, match="above 0"):
            times(wrong)


def test_the_axis_of_times_names_its_ticks_rightly():
    unit = {"s": 1 / 60, "min": 1, "h": 60, "week": 7 * 24 * 60}
    for minutes, name in TICKS.items():
        number, of = name.replace("a ", "1 ").split()
        assert minutes == pytest.approx(int(number) * unit[of]), name


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0.5, "30 s"),
        (2.0, "2.0 min"),
        (14.0, "14 min"),
        (150.0, "2.5 h"),
        (1440.0, "24 h"),
        (14400.0, "10 days"),
    ],
)
def test_a_time_as_people_say_it(minutes, said):
    assert spoken(minutes) == said
