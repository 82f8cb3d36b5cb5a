"""Draw captions, read the pictures back, and count.

Nothing is chosen: the one-sample figures use the first picture of each caption at temperature 1. Beside them stand two
ceilings, the judge on true renders and on renders that went through the dVAE (no transformer can be better than these),
and what reranking adds: the picture that CLIP likes best of K against an average one of the same K.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from einops import rearrange
from torch import Tensor

from minidalle.checkpoints import LoadedModel
from minidalle.evaluation.drawn import Drawer
from minidalle.evaluation.quality import reconstruction
from minidalle.evaluation.rows import ROWS, SPLITS, Question, kinds_of, questions
from minidalle.evaluation.statistics import mean_interval, share
from minidalle.pipeline_pictures import to_floats
from minidalle.sampling import picture_seeds
from minidalle.world import render_many
from minidalle.world.fields import reads
from minidalle.world.judge import Judge, Reading

CHUNK = 160
"""Pictures drawn, decoded or read at a time."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Answers:
    """What was drawn for questions: tokens [question, sample, token] and, where there is a CLIP, its scores."""

    questions: list[Question]
    tokens: Tensor
    scores: Tensor | None
    readings: list[list[Reading]]


@torch.no_grad()
def answer(
    drawer: Drawer, judge: Judge, asked: list[Question], of: int, seed: int, progress: Progress
) -> Answers:
    """Draw `of` pictures for each question at temperature 1, score them with CLIP and read them with the judge."""
    model = drawer.model
    text = model.tokenizer.encode_batch([question.caption for question in asked], model.preset.text_length)
    every = text.repeat_interleave(of, dim=0)
    seeds = picture_seeds(seed, len(every))
    tokens, scores, readings = [], [], []
    progress(f"{of} each", 0, len(every))
    for start in range(0, len(every), CHUNK):
        part = slice(start, start + CHUNK)
        drawn = drawer.draw(every[part], seeds[part])
        images = model.dvae.decode(drawn)
        readings += judge.read(images)
        if model.clip is not None and of > 1:
            vectors = model.clip.encode_image(images)
            scores.append((vectors * model.clip.encode_text(every[part])).sum(-1))
        tokens.append(drawn)
        progress(f"{of} each", min(start + CHUNK, len(every)), len(every))
    grouped = [readings[index : index + of] for index in range(0, len(readings), of)]
    kept = rearrange(torch.cat(scores), "(q s) -> q s", s=of) if scores else None
    return Answers(asked, rearrange(torch.cat(tokens), "(q s) t -> q s t", s=of), kept, grouped)


@torch.no_grad()
def ceilings(model: LoadedModel, judge: Judge, asked: Sequence[Question]) -> dict[str, list[Reading]]:
    """The judge's readings of the true renders ("render") and of the same through the dVAE ("dvae")."""
    images = render_many([question.scene for question in asked], model.preset.image_size, progress=False)
    real = to_floats(images)
    found: dict[str, list[Reading]] = {"render": [], "dvae": []}
    for part in real.split(CHUNK):
        found["render"] += judge.read(part)
        found["dvae"] += judge.read(model.dvae.reconstruct(part))
    return found


def gain(facts: Sequence[Sequence[bool]], scores: Tensor) -> dict[str, Any]:
    """What choosing by CLIP adds: facts [question][sample] and scores [question, sample].

    best: the share among pictures that CLIP ranks first. random: the mean over all. gain: their paired difference with
    its 95 % interval over questions. oracle: at least one of the samples is right.
    """
    first = scores.argmax(dim=1).tolist()
    best = [float(row[index]) for row, index in zip(facts, first, strict=True)]
    random = [sum(row) / len(row) for row in facts]
    mean, low, high = mean_interval([b - r for b, r in zip(best, random, strict=True)])
    return {
        "of": scores.shape[1],
        "best": sum(best) / len(best),
        "random": sum(random) / len(random),
        "gain": mean,
        "gain_low": low,
        "gain_high": high,
        "oracle": sum(any(row) for row in facts) / len(facts),
    }


def figures(
    answers: Answers, ceiling: dict[str, list[Reading]], ranked: Answers | None = None
) -> dict[str, dict[str, Any]]:
    """All facts of the answers to questions of one kind and split: shares of one sample, ceilings, reranking.

    `ranked`: answers of several samples each, with CLIP's scores; it may be to fewer questions.
    """
    scenes = [question.scene for question in answers.questions]
    drawn = [[reads(s, reading) for reading in row] for s, row in zip(scenes, answers.readings, strict=True)]
    top = {name: [reads(s, r) for s, r in zip(scenes, read, strict=True)] for name, read in ceiling.items()}
    result: dict[str, dict[str, Any]] = {}
    for fact in dict.fromkeys(name for row in drawn for name in row[0]):
        asked = [index for index, row in enumerate(drawn) if fact in row[0]]
        entry = {"sample": share([drawn[index][0][fact] for index in asked])}
        entry |= {name: share([facts[index][fact] for index in asked]) for name, facts in top.items()}
        result[fact] = entry
    if ranked is not None and ranked.scores is not None:
        scenes = [question.scene for question in ranked.questions]
        many = [
            [reads(s, reading) for reading in row] for s, row in zip(scenes, ranked.readings, strict=True)
        ]
        for fact, entry in result.items():
            asked = [index for index, row in enumerate(many) if fact in row[0]]
            if asked:
                facts = [[one[fact] for one in many[index]] for index in asked]
                entry["rerank"] = gain(facts, ranked.scores[asked])
    return result


def by_relation(answers: Answers) -> dict[str, Any]:
    """For relation questions: the share of one-sample pictures in which each relation holds."""
    groups: dict[str, list[bool]] = {}
    for question, row in zip(answers.questions, answers.readings, strict=True):
        groups.setdefault(question.scene.relation, []).append(reads(question.scene, row[0])["relation"])
    return {name: share(values) for name, values in sorted(groups.items())}


@dataclass(frozen=True)
class Plan:
    """How much is drawn: one picture for each of `count` captions, and `of` for each of the first `ranked`."""

    count: int = 200
    of: int = 16
    ranked: int = 40
    seed: int = 0


def evaluate(
    drawer: Drawer, judge: Judge, plan: Plan, progress: Progress
) -> tuple[dict[str, Any], dict[tuple[str, str], Answers]]:
    """Everything in `ROWS`, seen and held-out: results ready for JSON, and one-sample answers by kind and split."""
    model = drawer.model
    results: dict[str, Any] = {**asdict(plan), "kinds": {}}
    drawn: dict[tuple[str, str], Answers] = {}
    for kind in kinds_of(ROWS):
        for split in SPLITS:
            asked = questions(kind, split, plan.count)

            def tell(what: str, done: int, total: int, where: str = f"{kind}, {split}") -> None:
                progress(f"{where}, {what}", done, total)

            answers = answer(drawer, judge, asked, 1, plan.seed, tell)
            ranked = None
            if model.clip is not None and plan.of > 1 and plan.ranked:
                ranked = answer(drawer, judge, asked[: plan.ranked], plan.of, plan.seed + 1, tell)
            entry: dict[str, Any] = {"facts": figures(answers, ceilings(model, judge, asked), ranked)}
            if kind == "relation":
                entry["relations"] = by_relation(answers)
            results["kinds"].setdefault(kind, {})[split] = entry
            drawn[kind, split] = answers
    scenes = [question.scene for answers in drawn.values() for question in answers.questions[:64]]
    results["reconstruction"] = reconstruction(model.dvae, scenes)
    return results, drawn
