"""How models are scored: intervals, questions, counting, and reports that are written, not typed."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg

from minidalle.cli import main
from minidalle.evaluation import report
from minidalle.evaluation.gallery import Cell, sheet
from minidalle.evaluation.measure import Answers, by_relation, figures, gain, share
from minidalle.evaluation.rows import ROWS, SPLITS, kinds_of, questions
from minidalle.evaluation.statistics import mean_interval, wilson
from minidalle.world import COLORS, is_held_out, render_many, sample_scene
from minidalle.world.fields import reads
from minidalle.world.judge import Judge, JudgeConfig, Reading, ReadThing
from minidalle.world.judging import load_judge, save_judge

JUDGE_FOLDER = Path(__file__).parents[1] / "data" / "checkpoints" / "judge"


def as_read(scene, **changes) -> Reading:
    """A reading that says exactly what the scene holds, with changes to its first thing."""
    things = [
        ReadThing(t.shape, t.color, t.size, t.texture, t.position, 0.9 - 0.1 * n)
        for n, t in enumerate(scene.things)
    ]
    if changes:
        things[0] = ReadThing(**{**things[0].__dict__, **changes})
    return Reading(tuple(things), scene.style)


class TestStatistics:
    def test_wilson_agrees_with_published_values(self):
        # Newcombe (1998), table I: 81 of 263, 15 of 148, 0 of 20.
        for successes, trials, low, high in (
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
        ):
            assert wilson(successes, trials) == pytest.approx((low, high), abs=5e-5)

    def test_wilson_contains_the_share_and_narrows(self):
        for n in (10, 100, 1000):
            low, high = wilson(n // 2, n)
            assert low < 0.5 < high
        assert wilson(50, 100)[0] < wilson(500, 1000)[0]

    @pytest.mark.parametrize("pair", [(1, 0), (5, 4), (-1, 3)])
    def test_impossible_shares_are_refused(self, pair):
        with pytest.raises(ValueError, match="not a share"):
            wilson(*pair)

    def test_mean_interval_is_the_normal_one(self):
        mean, low, high = mean_interval([0.0, 1.0] * 50)
        assert mean == 0.5
        assert high - mean == pytest.approx(1.96 * (25 / 99) ** 0.5 / 10, rel=1e-3)
        assert mean - low == pytest.approx(high - mean)


class TestQuestions:
    @pytest.mark.parametrize("kind", kinds_of())
    def test_seen_and_held_out_are_what_they_say(self, kind):
        assert not any(is_held_out(q.scene) for q in questions(kind, "seen", 40))
        assert all(is_held_out(q.scene) for q in questions(kind, "held-out", 40))

    @pytest.mark.parametrize("kind", kinds_of())
    def test_captions_name_every_color_that_is_counted(self, kind):
        for question in questions(kind, "seen", 60):
            if question.scene.style != "sketch":
                said = {
                    color
                    for color in COLORS
                    if color in question.caption.split() or f"{color}," in question.caption
                }
                assert said >= {thing.color for thing in question.scene.things}

    def test_questions_are_the_same_every_time_and_can_be_rephrased(self):
        assert questions("pair", "seen", 5) == questions("pair", "seen", 5)
        plain, other = questions("pair", "seen", 5), questions("pair", "seen", 5, rephrased=True)
        assert [q.scene for q in plain] == [q.scene for q in other]
        assert all(a.caption != b.caption for a, b in zip(plain, other, strict=True))

    def test_unknown_kinds_and_empty_requests_are_refused(self):
        with pytest.raises(ValueError, match="no kind 'circle'"):
            questions("circle", "seen", 1)
        with pytest.raises(ValueError, match="at least one"):
            questions("single", "seen", 0)


class TestCounting:
    def test_a_right_and_a_wrong_picture_count_as_such(self):
        asked = questions("pair", "seen", 2)
        right, wrong = as_read(asked[0].scene), as_read(asked[1].scene, color="black", shape="mug")
        answers = Answers(asked, torch.zeros(2, 1, 4, dtype=torch.long), None, [[right], [wrong]])
        found = figures(answers, {"render": [right, as_read(asked[1].scene)]})
        assert found["binding"]["sample"]["share"] == 0.5
        assert found["binding"]["render"]["share"] == 1.0
        assert found["binding"]["sample"]["n"] == 2
        assert "rerank" not in found["binding"]

    def test_only_the_first_sample_counts_as_the_sample(self):
        (question,) = questions("single", "seen", 1)
        bad, good = as_read(question.scene, shape="mug", color="black"), as_read(question.scene)
        answers = Answers(
            [question], torch.zeros(1, 2, 4, dtype=torch.long), torch.tensor([[0.1, 0.9]]), [[bad, good]]
        )
        found = figures(answers, {}, answers)["binding"]
        expected = reads(question.scene, bad)["binding"]
        assert found["sample"]["share"] == float(expected)
        assert found["rerank"]["best"] == 1.0

    def test_gain_of_choosing_is_paired_per_caption(self):
        facts = [[True, False], [False, True], [False, False]]
        scores = torch.tensor([[0.9, 0.1], [0.2, 0.8], [0.5, 0.4]])
        found = gain(facts, scores)
        assert found["best"] == pytest.approx(2 / 3)
        assert found["random"] == pytest.approx(1 / 3)
        assert found["gain"] == pytest.approx(1 / 3)
        assert found["oracle"] == pytest.approx(2 / 3)
        assert found["gain_low"] < found["gain"] < found["gain_high"]

    def test_a_scorer_that_prefers_wrong_pictures_shows_as_a_loss(self):
        found = gain([[True, False]] * 9, torch.tensor([[0.0, 1.0]] * 9))
        assert found["gain"] == -0.5

    def test_each_relation_is_counted_by_itself(self):
        asked = questions("relation", "seen", 30)
        answers = Answers(asked, torch.zeros(30, 1, 1), None, [[as_read(q.scene)] for q in asked])
        found = by_relation(answers)
        assert set(found) == {q.scene.relation for q in asked}
        assert all(entry["share"] == 1.0 for entry in found.values())
        assert sum(entry["n"] for entry in found.values()) == 30


class TestJudge:
    def test_the_shipped_judge_reads_fresh_renders_and_rejects_changed_ones(self):
        judge = load_judge(JUDGE_FOLDER)
        scenes = [sample_scene(31_337, index, "all") for index in range(120)]
        images = torch.from_numpy(render_many(scenes, 64, progress=False)).permute(0, 3, 1, 2).float() / 255
        readings = judge.read(images)
        right = [reads(scene, reading)["all"] for scene, reading in zip(scenes, readings, strict=True)]
        assert sum(right) / len(right) > 0.95
        other = {"red": "blue"}
        altered = [scene.with_thing(0, color=other.get(scene.things[0].color, "red")) for scene in scenes]
        fooled = [
            reads(scene, reading)["all"]
            for scene, reading in zip(altered, readings, strict=True)
            if scene.style == "photo" and scene.kind != "count"
        ]
        assert sum(fooled) / len(fooled) < 0.05

    def test_a_judge_survives_the_disk(self, tmp_path):
        judge = Judge(JudgeConfig(width=8)).eval()
        save_judge(tmp_path / "j", judge.config, judge.state_dict(), {"step": 1})
        again = load_judge(tmp_path / "j")
        assert all(
            torch.equal(a, b)
            for a, b in zip(judge.state_dict().values(), again.state_dict().values(), strict=True)
        )

    def test_an_altered_judge_is_refused_by_name(self, tmp_path):
        save_judge(tmp_path / "j", JudgeConfig(width=8), Judge(JudgeConfig(width=8)).state_dict(), {})
        path = tmp_path / "j" / "judge.safetensors"
        contents = bytearray(path.read_bytes())
        contents[-1] ^= 1
        path.write_bytes(contents)
        with pytest.raises(Exception, match=r"judge\.safetensors was altered"):
            load_judge(tmp_path / "j")


def made_up_results() -> dict:
    entry = {"sample": share([True] * 9 + [False]), "dvae": share([True] * 10), "render": share([True] * 10)}
    entry["rerank"] = gain([[True, False]] * 10, torch.tensor([[1.0, 0.0]] * 10))
    kinds = {
        kind: {split: {"facts": {row.fact: entry for row in ROWS if row.kind == kind}} for split in SPLITS}
        for kind in kinds_of()
    }
    kinds["relation"]["held-out"]["relations"] = {"behind": share([True, False])}
    numbers = {
        "pictures": 4,
        "psnr": 30.0,
        "foreground_psnr": 22.0,
        "codes": 512,
        "foreground_perplexity": 80.0,
    }
    return {
        "count": 10,
        "of": 2,
        "ranked": 5,
        "seed": 0,
        "kinds": kinds,
        "reconstruction": {**numbers, "token_stability": 0.97},
    }


class TestReport:
    def test_the_table_has_every_row_with_its_interval(self):
        lines = report.table(made_up_results()).splitlines()
        assert len(lines) == len(ROWS) + 2
        assert "| ≥ 98 | 90 (60–98) | 90 (60–98) | 100 | 100 |" in lines[2]

    def test_the_document_says_how_it_was_made(self):
        made_up = made_up_results() | {"command": "minidalle evaluate --model nano"}
        text = report.document(json.loads(json.dumps(made_up)))
        assert "minidalle evaluate --model nano" in text
        assert "behind 50" in text
        assert "80 of 512 codes" in text
        assert "+50.0 (+50.0 to +50.0)" in text

    def test_a_readme_is_written_between_its_marks_alone(self, tmp_path):
        path = tmp_path / "README.md"
        path.write_text("above\n<!-- r -->\nold\n<!-- /r -->\nbelow\n", encoding="utf-8")
        report.write_between(path, "r", "new\n")
        assert path.read_text(encoding="utf-8") == "above\n<!-- r -->\nnew\n<!-- /r -->\nbelow\n"
        report.write_between(path, "r", None)
        assert "new" in path.read_text(encoding="utf-8")
        with pytest.raises(ValueError, match="has no <!-- s -->"):
            report.write_between(path, "s", "x")

    def test_a_readme_ends_its_lines_alike_on_every_system(self, tmp_path, monkeypatch):
        path, endings, write = tmp_path / "README.md", [], Path.write_text
        path.write_text("<!-- r -->\n<!-- /r -->\n", encoding="utf-8")

        def spy(self, *text, **settings):
            endings.append(settings.get("newline"))
            return write(self, *text, **settings)

        monkeypatch.setattr(Path, "write_text", spy)
        report.write_between(path, "r", "new")
        assert endings == ["\n"]


class TestGallery:
    def test_captions_of_any_length_touch_no_picture_and_no_other_caption(self):
        longest = "a photo of a yellow cylinder, a little black sphere and a large pink mushroom on the floor"
        captions = ["a black cat", longest, "there is a yellow stripy cone", longest]
        cell = lambda text, right: Cell(np.zeros((8, 8, 3)), text, right)  # noqa: E731
        rows = [[cell(text, place % 2 == 0) for place, text in enumerate(captions)] for _ in range(3)]
        for labels, font in ((["single", "pair", "triple"], 6.5), (None, 7.5)):
            figure = sheet(rows, labels, font)
            FigureCanvasAgg(figure).draw()
            assert max(axes.get_title().count("\n") for axes in figure.axes) >= 3
            pictures = [axes.get_window_extent() for axes in figure.axes]
            texts = [axes.title.get_window_extent() for axes in figure.axes]
            boxes = pictures + texts
            for number, one in enumerate(boxes):
                assert figure.bbox.containsx(one.x0) and figure.bbox.containsx(one.x1)
                assert figure.bbox.containsy(one.y0) and figure.bbox.containsy(one.y1)
                assert not any(one.overlaps(other) for other in boxes[number + 1 :])

    def test_a_wrong_picture_has_a_cross_and_a_frame(self):
        right, wrong, untold = sheet(
            [[Cell(np.zeros((8, 8, 3)), "a cat", how) for how in (True, False, None)]]
        ).axes
        assert [axes.get_title() for axes in (right, wrong, untold)] == ["a cat", "✗ a cat", "a cat"]
        widths = [axes.spines["top"].get_linewidth() for axes in (right, wrong, untold)]
        assert (
            widths == [1, 2, 0] and wrong.spines["top"].get_edgecolor() != right.spines["top"].get_edgecolor()
        )


class TestCommand:
    def test_what_cannot_be_written_is_told_before_anything_is_drawn(self, tmp_path, capsys):
        readme = tmp_path / "README.md"
        readme.write_text("no marks\n", encoding="utf-8")
        arguments = ["evaluate", "--model", "nano", "--out", str(tmp_path / "out"), "--readme", str(readme)]
        assert main(arguments) == 1
        assert "has no <!-- results nano -->" in capsys.readouterr().err

    def test_numbers_that_make_no_sense_are_refused(self, tmp_path, capsys):
        assert main(["evaluate", "--out", str(tmp_path), "--n", "0"]) == 2
        assert "at least 1" in capsys.readouterr().err

    def test_a_small_evaluation_writes_everything(self, tmp_path, monkeypatch):
        monkeypatch.setenv("MINIDALLE_CACHE", str(tmp_path / "cache"))
        out = tmp_path / "out"
        assert main(["evaluate", "--n", "2", "--of", "2", "--ranked", "1", "--out", str(out)]) == 0
        files = {"results.json", "RESULTS.md", "readme.png", "gallery-seen.png", "gallery-held-out.png"}
        assert files == {path.name for path in out.iterdir()}
        results = json.loads((out / "results.json").read_text(encoding="utf-8"))
        assert results["kinds"]["pair"]["seen"]["facts"]["binding"]["sample"]["n"] == 2

        def sample(*words, **settings):
            raise AssertionError("drawn again")

        monkeypatch.setattr("minidalle.sampling.sample", sample)
        assert main(["evaluate", "--n", "2", "--of", "2", "--ranked", "1", "--out", str(out)]) == 0
        assert json.loads((out / "results.json").read_text(encoding="utf-8")) == results
