"""Figures: what they show in words, that they are pictures, and what they refuse."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from tiny_model import save_tiny

import minidalle
from minidalle import show
from minidalle.evaluation.statistics import wilson
from minidalle.show import choosing, learning, limits, measuring, prompts, sampling, scale, spelling
from minidalle.show.course import PARTS


def size(figure: show.Figure) -> tuple[int, int]:
    return Image.open(io.BytesIO(figure.png)).size


def test_pictures_with_captions():
    images = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    figure = show.pictures(images, ["a red cube"] * 4 + ["a cone"], columns=5, title="two things")
    assert (
        figure.alt == "5 pictures: a red cube; a cone (two things)"
        and repr(figure) == f"<Figure: {figure.alt}>"
    )
    data, about = figure._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png"} and about["image/png"]["alt"] == figure.alt
    assert size(figure)[0] > size(figure)[1]
    assert show.pictures(images).png == show.pictures(torch.from_numpy(images).permute(0, 3, 1, 2) / 255).png


@pytest.mark.parametrize(
    ("images", "captions", "said"),
    [
        (np.zeros((2, 8, 8, 3), np.uint8), ["one"], "1 captions for 2 pictures"),
        (np.zeros((0, 8, 8, 3), np.uint8), None, "no pictures"),
        (np.zeros((2, 8, 8), np.uint8), None, r"expected bytes \[n, height, width, 3\]"),
        (np.zeros((2, 8, 8, 3)), None, "float64"),
    ],
)
def test_pictures_that_do_not_fit(images: np.ndarray, captions: list[str] | None, said: str):
    with pytest.raises(ValueError, match=said):
        show.pictures(images, captions)


def test_a_drawing_its_caption_and_its_tokens(tmp_path: Path):
    model = minidalle.load(save_tiny(tmp_path / "tiny"))
    drawing = model.draw("a small red cube", n=2)
    assert show.pictures(drawing).png == show.pictures(drawing.images).png
    grid = show.token_grid(drawing.tokens[0], drawing.images[0])
    assert "4 by 4 picture tokens" in grid.alt
    with pytest.raises(ValueError, match="5 tokens make no square"):
        show.token_grid([1, 2, 3, 4, 5], drawing.images[0])
    ids = model.tokenizer.encode("a small red cube")
    figure = show.caption_tokens(model.tokenizer, "a small red cube", 24)
    assert (
        f"in {len(ids)} tokens: a {ids[0]}, " in figure.alt and f"{24 - len(ids)} of 24 places" in figure.alt
    )


def test_rows_of_drawings():
    images = np.zeros((3, 8, 8, 3), np.uint8)
    figure = show.rows([images, images[:2]], ["seed 7", "seed 8"])
    assert figure.alt == "2 rows of 3 pictures, from the top: seed 7; seed 8"
    assert figure.png != show.rows([images[:2], images], ["seed 7", "seed 8"]).png
    for drawings, labels in (([], []), ([images], ["one", "two"])):
        with pytest.raises(ValueError, match="labels for"):
            show.rows(drawings, labels)


def test_rows_show_every_pixel_as_a_whole_number_of_pixels():
    dots = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), dtype=np.uint8)
    small = dots[:, ::4, ::4]
    figure = show.rows([dots, small], ["large", "small"], ["a cat", "a dog"])
    assert figure.alt == "2 rows of 2 pictures (a cat; a dog), from the top: large; small"
    page = np.asarray(Image.open(io.BytesIO(figure.png)).convert("RGB"))
    for drawing, times in ((dots, 2), (small, 8)):
        for picture in drawing.repeat(times, 1).repeat(times, 2):
            corners = np.argwhere((page == picture[0, 0]).all(-1))
            assert any(np.array_equal(page[y : y + 128, x : x + 128], picture) for y, x in corners)
    with pytest.raises(ValueError, match="1 captions for 2 columns"):
        show.rows([dots], ["large"], ["a cat"])


def test_the_map_of_the_course():
    for here in ("", *PARTS):
        figure = show.course_map(here)
        assert ("You are here" in figure.alt) == bool(here) and "\n" not in figure.alt
        assert all(" ".join(title.split()) in figure.alt for title, _, _ in PARTS.values())
    with pytest.raises(ValueError, match="choose from caption, tokens"):
        show.course_map("nowhere")


def test_every_figure_has_words():
    with pytest.raises(ValueError, match="say in words"):
        show.figure(lambda canvas: None, alt=" ")


def many(count: int, value: object) -> dict:
    return {f"number {number}": value for number in range(count)}


CURVE, SHARE = ([0.0, 1.0], [0.6, 0.7]), {"share": 0.5, "low": 0.4, "high": 0.6}
CROWDED = {
    "choosing.learning_curves": lambda: choosing.learning_curves([0, 1], many(5, [0.5, 1.0]), many(5, 0.1)),
    "learning.film": lambda: learning.film(torch.zeros(1, 3, 4, 4), {}, many(7, CURVE)),
    "learning.stacked": lambda: learning.stacked({"a": many(7, 1.0)}, "nats"),
    "limits.beside_data": lambda: limits.beside_data({"x": 1.0}, many(5, {"x": 3}), wilson, "share"),
    "limits.timeline": lambda: limits.timeline(
        {f"family {i}": [(2020.0 + i, f"work {i}")] for i in range(5)}
    ),
    "measuring.coverage": lambda: measuring.coverage([0.5], many(4, [0.9])),
    "measuring.shares_with_intervals": lambda: measuring.shares_with_intervals({"a": many(6, SHARE)}),
    "measuring.luck_curves": lambda: measuring.luck_curves([1, 2], many(6, [0.1, 0.2])),
    "measuring.distance_histogram": lambda: measuring.distance_histogram(
        many(6, [1.0, 2.0]), 1.5, "distance"
    ),
    "prompts.score_bars": lambda: prompts.score_bars({"a": many(7, 0.5)}, "share"),
    "sampling.step_curves": lambda: sampling.step_curves(many(4, [1.0, 2.0]), "seconds"),
    "scale.panels": lambda: scale.panels({"a": many(7, CURVE)}),
    "spelling.length_curves": lambda: spelling.length_curves([1, 2], many(4, [3.0, 2.0])),
    "spelling.paired_bars": lambda: spelling.paired_bars(["a"], many(4, [0.5]), "share"),
}


@pytest.mark.parametrize("draw", CROWDED.values(), ids=CROWDED)
def test_a_figure_refuses_more_than_it_can_tell_apart(draw: Callable[[], show.Figure]):
    """It would leave some out, and its words would still name them."""
    with pytest.raises(ValueError, match=r"there are \d .*; this figure tells up to \d apart"):
        draw()


def test_shares_off_the_axis_are_refused():
    with pytest.raises(ValueError, match=r"the axis shows 0\.5 to 1"):
        measuring.repeated_shares({"20 pictures": [0.45, 0.9]}, 0.7)


def test_small_counts_read_well():
    assert show.pictures(np.zeros((1, 8, 8, 3), np.uint8), ["a cone"]).alt == "1 picture: a cone"
    assert show.combinations(["red"], ["cone"], lambda *_: False).alt.endswith("of which 0 are held out")


def test_the_style_is_the_houses_and_leaves_nothing_behind():
    import matplotlib

    before = matplotlib.rcParams["font.size"]
    with show.style():
        assert matplotlib.rcParams["font.size"] == 13 and matplotlib.rcParams["axes.spines.top"] is False
        assert matplotlib.rcParams["axes.prop_cycle"].by_key()["color"][0] == "#0072B2"
    assert matplotlib.rcParams["font.size"] == before


def test_source_is_the_file_itself():
    source = show.source(minidalle.Pipeline.paint)
    name, lines = source.where.split(", lines ")
    first, last = map(int, lines.split(" to "))
    text = (Path(minidalle.__file__).parents[1] / name).read_text(encoding="utf-8").splitlines()
    assert [line[4:] for line in text[first - 1 : last]] == source.code.splitlines()
    assert source._repr_markdown_() == f"`{source.where}`\n\n```python\n{source.code}\n```"
    with pytest.raises(ValueError, match="no Python source"):
        show.source(len)
