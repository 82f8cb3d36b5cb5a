"""The reader's batches: as they always were on a processor, and nothing in them that a graphics card waits for."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from minidalle.presets import preset
from minidalle.training.pictures import batch_indices, to_images
from minidalle.training.reader_task import ReaderTask
from minidalle.world import render, sample_scene
from minidalle.world.facts import facts_of
from minidalle.world.judge import roughen
from minidalle.world.reader import ReaderConfig

KINDS = ("sign", "clock", "single", "two panels", "voxels", "matrix", "triple", "sketch")
CONFIG = ReaderConfig.of_world(32, 8)


class Pictures(SimpleNamespace):
    """Renders and their scenes, as `WorldPictures` has them."""

    def __len__(self):
        return len(self.scenes)


@pytest.fixture(scope="module")
def pictures():
    scenes = [sample_scene(5, index, "all", kind) for index in range(5) for kind in KINDS]
    return Pictures(scenes=scenes, images=np.stack([render(scene, 32) for scene in scenes]))


def task_of(pictures, device="cpu", **changes):
    config = replace(preset("tiny").training["reader"], batch_size=24, **changes)
    return ReaderTask(CONFIG, config, pictures, pictures, 0, device)


def model_of(task):
    torch.manual_seed(0)
    return task.make_model()


def plainly_roughened(images, generator):
    """What roughening does on a processor, written a second time."""

    def chance():
        return torch.rand((), generator=generator).item()

    size = images.shape[-1]
    if chance() < 0.6:
        small = int(size * (0.4 + 0.5 * chance()))
        images = F.interpolate(images, size=(small, small), mode="bilinear", antialias=True)
        images = F.interpolate(images, size=(size, size), mode="bicubic" if chance() < 0.5 else "bilinear")
    if chance() < 0.4:
        images = images + 0.03 * chance() * torch.randn(images.shape, generator=generator)
    return (images * (0.94 + 0.12 * chance())).clamp(0, 1)


def plain_loss(model, task, step, rng):
    """The loss of a batch by way of each picture's own facts, without a table of them."""
    cards, _ = batch_indices(task.seed, step, task.config.batch_size, len(task.deck))
    chosen = task.deck[cards]
    generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
    parts = to_images(task.train.images[chosen]).split(16)
    images = torch.cat([plainly_roughened(part, generator) for part in parts])
    scenes = [task.train.scenes[index] for index in chosen]
    kinds = [scene.kind for scene in scenes]
    fields, real, numbers = model.asked(kinds)
    rows = [model.targets(kind, facts_of(scene)) for kind, scene in zip(kinds, scenes, strict=True)]
    answers, looks_like = model(images.contiguous(memory_format=torch.channels_last), fields, numbers)
    wanted = torch.tensor([answer for row in rows for answer in row])
    return F.cross_entropy(answers[real], wanted) + 0.2 * F.cross_entropy(looks_like, numbers)


def test_roughened_pictures_are_bit_for_bit_what_they_were():
    images = torch.rand(3, 3, 32, 32, generator=torch.Generator().manual_seed(1))
    for seed in range(40):
        one, other = (torch.Generator().manual_seed(seed) for _ in range(2))
        assert roughen(images, one).equal(plainly_roughened(images, other))
        assert one.get_state().equal(other.get_state())


def test_the_loss_and_its_gradients_are_those_of_the_facts_picture_by_picture(pictures):
    task = task_of(pictures, grow=False)
    for step in range(3):
        found, plain = model_of(task), model_of(task)
        loss, _ = task.loss(found, step, 9, np.random.default_rng(step))
        expected = plain_loss(plain, task, step, np.random.default_rng(step))
        torch.testing.assert_close(loss, expected)
        loss.backward()
        expected.backward()
        for mine, theirs in zip(found.parameters(), plain.parameters(), strict=True):
            torch.testing.assert_close(mine.grad, theirs.grad, rtol=1e-3, atol=1e-5)


def test_a_few_updates_end_at_the_weights_of_the_plain_loss(pictures):
    task = task_of(pictures, grow=False)
    found, plain = model_of(task), model_of(task)
    for model in (found, plain):
        optimiser = torch.optim.SGD(model.parameters(), 0.05)
        for step in range(4):
            rng = np.random.default_rng(step)
            loss = task.loss(model, step, 9, rng)[0] if model is found else plain_loss(model, task, step, rng)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    start = model_of(task).state_dict()
    for name, value in found.state_dict().items():
        torch.testing.assert_close(value, plain.state_dict()[name], rtol=1e-3, atol=1e-5)
    assert (found.state_dict()["answer.1.bias"] - start["answer.1.bias"]).abs().max() > 1e-3


@pytest.mark.parametrize("grow", [True, False])
def test_nothing_in_a_batch_is_read_back_from_its_device(pictures, grow):
    """Tensors of the device "meta" have no numbers: whoever asks for one gets an error."""
    task = task_of(pictures, "meta", grow=grow)
    model = task.make_model().to("meta")
    for step in range(8):
        loss, numbers = task.loss(model, step, 8, np.random.default_rng(step))
        loss.backward()
        assert {value.device.type for value in (loss, *numbers.values())} == {"meta"}
    with pytest.raises((RuntimeError, NotImplementedError)):
        loss.item()


def test_noise_is_drawn_where_the_pictures_are():
    images = torch.empty(2, 3, 32, 32, device="meta")
    for seed in range(20):
        assert roughen(images, torch.Generator().manual_seed(seed)).device.type == "meta"


def test_pictures_that_are_looked_at_come_from_an_album_too(pictures):
    task = task_of(pictures)
    model = model_of(task).eval()
    expected = task.evaluate(model)
    asked = []

    class Kept:
        def batch(self, indices):
            asked.extend(indices)
            return to_images(pictures.images[indices])

    task.held_back_album = Kept()
    assert task.evaluate(model) == expected
    assert asked == list(range(len(pictures)))
