"""PowerSGD: what is sent, what it becomes, what waits; with two real processes, held to numpy in float64."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.distributed as dist
from torch import nn

from minidalle.training.powersgd import PowerSGD, compression_rate, gaussian, low_rank_means, orthonormal

WORLD = 2


def projected(mean: np.ndarray, q: np.ndarray) -> np.ndarray:
    """`mean` projected onto the span of mean @ q, by pseudo-inverse; of the transpose, where that is wider."""
    if mean.shape[0] > mean.shape[1]:
        return projected(mean.T, q).T
    span = mean @ q
    return span @ np.linalg.pinv(span) @ mean


def random(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def alone(parameters: list[torch.Tensor], **settings) -> PowerSGD:
    """A compressor whose only replica is this one."""
    compressor = PowerSGD(parameters, **settings)
    compressor.average = lambda tensor: tensor
    return compressor


# ---------------------------------------------------------------- how much is sent


@pytest.mark.parametrize(("rank", "width", "percent"), [(512, 1920, 83), (640, 2688, 85), (896, 3968, 86)])
def test_the_papers_compression_rates(rank, width, percent):
    """Table 1 of the paper."""
    assert compression_rate(rank, width) == 1 - 5 * rank / (8 * width)
    assert round(100 * compression_rate(rank, width)) == percent


def test_the_numbers_that_are_sent_are_those_of_the_formula():
    """Table 2: one layer's shards at width 64 on 8 GPUs, total rank 32, so 4 a shard."""
    shapes = [(64, 8)] * 4 + [(64, 32), (32, 64)]
    sent = []
    gradients = [random(*shape) for shape in shapes]
    low_rank_means(gradients, [gaussian(s, 4, 0) for s in shapes], lambda t: sent.append(t.numel()) or t)
    assert len(sent) == 2, "one all-reduce for all P, one for all R"
    assert sum(sent) == (1 - compression_rate(32, 64)) * sum(math.prod(shape) for shape in shapes)


def test_only_matrices_whose_factors_are_smaller_are_compressed():
    large, small = nn.Parameter(random(20, 30)), nn.Parameter(random(4, 4))
    assert list(PowerSGD([large, small], rank=4).errors) == [large]
    assert not PowerSGD([large], rank=12).errors, "12 * (20 + 30) = 20 * 30"


# ---------------------------------------------------------------- the arithmetic


def test_the_basis_is_orthonormal_and_spans_the_columns():
    p = random(20, 5)
    basis = orthonormal(p)
    assert torch.allclose(basis.T @ basis, torch.eye(5), atol=1e-5)
    span = p.double().numpy() @ np.linalg.pinv(p.double().numpy())
    assert np.allclose((basis @ basis.T).numpy(), span, atol=1e-4)


def test_columns_that_depend_on_each_other_still_give_a_basis():
    for p in (torch.zeros(6, 3), torch.ones(6, 3), random(6, 1) @ random(1, 3, seed=1)):
        basis = orthonormal(p)
        assert torch.allclose(basis.T @ basis, torch.eye(3), atol=1e-5)
        assert torch.allclose(basis @ (basis.T @ p), p, atol=1e-4)
    filled = orthonormal(torch.zeros(6, 3)).abs()
    assert torch.allclose(filled, torch.eye(6, 3), atol=1e-6), "the paper's multiple of the identity fills in"


@pytest.mark.parametrize("shape", [(6, 10), (10, 6), (8, 8)])
@pytest.mark.parametrize("size", [1.0, 2.0**-40])
def test_one_replica_gets_its_gradient_projected_however_small_it_is(shape, size):
    gradient, q = random(*shape), gaussian(shape, 3, seed=1)
    assert q.shape == (max(shape), 3)
    (mean,) = low_rank_means([gradient * size], [q], lambda tensor: tensor)
    expected = projected(gradient.double().numpy(), q.double().numpy())
    assert np.allclose(mean.numpy() / size, expected, atol=2e-4)
    assert 0.1 < float((mean / size - gradient).norm() / gradient.norm()) < 0.95


def test_a_gradient_of_low_rank_and_a_rank_that_is_full_lose_nothing():
    low = random(7, 2) @ random(2, 9, seed=1)
    for gradient, rank in ((low, 2), (low, 4), (random(7, 9), 7), (random(9, 7), 99), (torch.zeros(7, 9), 3)):
        (mean,) = low_rank_means([gradient], [gaussian(gradient.shape, rank, 0)], lambda tensor: tensor)
        assert torch.allclose(mean, gradient, atol=1e-4)


def test_the_gaussian_is_fixed_by_its_seed_alone_and_standard_normal():
    q = gaussian((40, 300), 20, seed=5)
    torch.randn(3)
    assert torch.equal(q, gaussian((40, 300), 20, seed=5)) and not torch.equal(
        q, gaussian((40, 300), 20, seed=6)
    )
    assert abs(q.mean()) < 0.05 and abs(q.std() - 1) < 0.05


# ---------------------------------------------------------------- error feedback


def mean_update(updates: int, feedback: bool, noise: float) -> tuple[float, torch.Tensor]:
    """Relative distance of the mean update from the mean gradient, and the last error buffer times Q."""
    weight, true = nn.Parameter(torch.zeros(12, 20)), random(12, 20, seed=1)
    compressor = alone([weight], rank=3)
    given, used = torch.zeros(12, 20), torch.zeros(12, 20)
    for step in range(updates):
        gradient = true + noise * random(12, 20, seed=100 + step)
        if not feedback:
            compressor.errors[weight].zero_()
        (mean,) = compressor.exchange([weight], [gradient])
        given, used = given + gradient, used + mean
    if feedback:
        assert torch.allclose(used + compressor.error(weight), given, rtol=1e-3, atol=1e-2 * noise + 1e-3)
    return float((used - given).norm() / given.norm()), compressor.error(weight) @ compressor.gaussians[
        weight
    ]


def test_error_feedback_makes_the_sum_of_many_updates_that_of_the_gradients():
    short, long = mean_update(40, True, noise=2.0)[0], mean_update(320, True, noise=2.0)[0]
    without = mean_update(320, False, noise=2.0)[0]
    assert long < short / 4 and long < 0.08, "what waits stays bounded, so its share shrinks"
    assert without > 0.5 and without > 8 * long, "without buffers a part is lost for good"


def test_a_gradient_without_noise_is_never_sent_whole():
    """What a fixed Q costs: the buffers are orthogonal to it, so they do not change what is sent next."""
    lost, leak = mean_update(50, True, noise=0.0)
    assert lost > 0.5
    assert leak.abs().max() < 1e-2
    assert mean_update(50, True, noise=2.0)[1].abs().max() < 1e-2


def test_error_buffers_in_16_bits_lose_only_roundings():
    weight = nn.Parameter(torch.zeros(12, 20))
    wide, packed = alone([weight], rank=3), alone([weight], rank=3, sixteen_bits=True)
    for step in range(20):
        gradient = random(12, 20, seed=step) * 1e-8
        means = [compressor.exchange([weight], [gradient])[0] for compressor in (wide, packed)]
    assert packed.errors[weight].dtype == torch.int16
    assert 0 < float((means[1] - means[0]).norm() / means[0].norm()) < 0.02
    assert float((packed.error(weight) - wide.error(weight)).norm() / wide.error(weight).norm()) < 0.02


def test_gradients_come_back_without_their_scale_and_buffers_never_see_it():
    weight, gain = nn.Parameter(torch.zeros(12, 20)), nn.Parameter(torch.zeros(5))
    scales = {}
    plain, scaled = alone([weight], rank=3), alone([weight], rank=3, scale_of=lambda: scales)
    for step in range(3):
        scales.update({weight: 2.0**step, gain: 2.0 ** (step + 5)})
        gradients = [random(12, 20, seed=step), random(5, seed=step)]
        expected = plain.exchange([weight, gain], gradients)
        times = [gradient * scales[p] for gradient, p in zip(gradients, (weight, gain))]
        assert all(torch.allclose(a, b) for a, b in zip(scaled.exchange([weight, gain], times), expected))
    assert torch.allclose(scaled.error(weight), plain.error(weight))


def test_mistakes_are_told_of():
    with pytest.raises(ValueError, match="only matrices"):
        PowerSGD([nn.Parameter(torch.zeros(3))], rank=1)
    with pytest.raises(ValueError, match="at least 1"):
        PowerSGD([], rank=0)
    with pytest.raises(ValueError, match="take gaussian"):
        low_rank_means([torch.zeros(4, 6)], [torch.zeros(4, 2)], lambda tensor: tensor)
    weight = nn.Parameter(torch.zeros(12, 20))
    with pytest.raises(ValueError, match="seed was 1 and is 0"):
        alone([weight], rank=2).load_state_dict(alone([weight], rank=2, seed=1).state_dict())


# ---------------------------------------------------------------- two processes


def replica(rank: int, folder: str) -> None:
    """What each of two processes does; it leaves its numbers in `folder`, for the tests below to judge."""
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=WORLD)
    kept: dict[str, np.ndarray] = {}
    by_hand(rank, kept)
    by_ddp(rank, kept)
    np.savez(Path(folder) / f"replica-{rank}.npz", **kept)
    dist.destroy_process_group()


def by_hand(rank: int, kept: dict[str, np.ndarray]) -> None:
    """Exchanges without a model: a full rank, and an infinity on one replica."""
    weights = [
        nn.Parameter(torch.zeros(12, 20)),
        nn.Parameter(torch.zeros(20, 12)),
        nn.Parameter(torch.zeros(3)),
    ]
    compressor = PowerSGD(weights[:2], rank=3)
    gradients = [random(*weight.shape, seed=10 * rank + number) for number, weight in enumerate(weights)]
    full = low_rank_means(gradients[:2], [gaussian((12, 20), 12, 0)] * 2, compressor.average)
    kept |= {f"full{number}": mean.numpy() for number, mean in enumerate(full)}
    compressor.exchange(weights, gradients)
    kept |= {f"error{number}": compressor.error(weights[number]).numpy().copy() for number in range(2)}
    bad = [gradient.clone() for gradient in gradients]
    if rank == 1:
        bad[0][2, 3] = math.inf
    kept |= {f"after_bad{n}": mean.numpy() for n, mean in enumerate(compressor.exchange(weights, bad))}
    kept |= {
        f"error_after_bad{number}": compressor.error(weights[number]).numpy().copy() for number in range(2)
    }
    state = compressor.state_dict()
    kept["checkpoint"] = state["errors"][1].numpy()
    going_on = compressor.exchange(weights, gradients)[1].clone()
    resumed = PowerSGD(weights[:2], rank=3)
    resumed.load_state_dict(state)
    kept |= {"going_on": going_on.numpy(), "resumed": resumed.exchange(weights, gradients)[1].numpy()}


def by_ddp(rank: int, kept: dict[str, np.ndarray]) -> None:
    """Three updates of a small model under DistributedDataParallel."""
    torch.manual_seed(0)
    model = nn.Sequential(nn.Embedding(30, 16), nn.Linear(16, 40), nn.GELU(), nn.Linear(40, 16))
    compressor = PowerSGD([model[1].weight, model[3].weight], rank=2)
    ddp = nn.parallel.DistributedDataParallel(model)
    ddp.register_comm_hook(compressor, PowerSGD.hook)
    for step in range(3):
        tokens = torch.randint(0, 30, (8,), generator=torch.Generator().manual_seed(10 * step + rank))
        loss = model(tokens).square().sum()
        local = torch.autograd.grad(loss, list(model.parameters()))
        ddp(tokens).square().sum().backward()
        for (name, parameter), gradient in zip(model.named_parameters(), local):
            kept[f"{step}.{name}.local"] = gradient.numpy().copy()
            kept[f"{step}.{name}.used"] = parameter.grad.numpy().copy()
            if parameter in compressor.errors:
                kept[f"{step}.{name}.error"] = compressor.error(parameter).numpy().copy()
                kept[f"{name}.q"] = compressor.gaussians[parameter].numpy()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.sub_(0.01 * parameter.grad)
                parameter.grad = None


@pytest.fixture(scope="module")
def replicas(tmp_path_factory) -> list[dict[str, np.ndarray]]:
    folder = tmp_path_factory.mktemp("replicas")
    module = sys.modules[__name__]
    torch.multiprocessing.spawn(module.replica, args=(str(folder),), nprocs=WORLD)
    return [dict(np.load(folder / f"replica-{rank}.npz")) for rank in range(WORLD)]


def test_the_models_gradients_are_the_serial_reference_update_after_update(replicas):
    for name in ("1.weight", "3.weight"):
        errors = [np.zeros_like(replicas[0][f"0.{name}.local"], dtype=np.float64)] * WORLD
        for step in range(3):
            owed = [replicas[k][f"{step}.{name}.local"].astype(np.float64) + errors[k] for k in range(WORLD)]
            mean = sum(owed) / WORLD
            used = projected(mean, replicas[0][f"{name}.q"].astype(np.float64))
            errors = [own - used for own in owed]
            size = np.abs(mean).max()
            for k in range(WORLD):
                assert np.allclose(replicas[k][f"{step}.{name}.used"], used, atol=2e-3 * size)
                assert np.allclose(replicas[k][f"{step}.{name}.error"], errors[k], atol=2e-3 * size)
            assert not np.allclose(used, mean, atol=0.05 * size), "compressed"


def test_what_is_not_compressed_is_the_exact_mean(replicas):
    for name in ("0.weight", "1.bias", "3.bias"):
        for step in range(3):
            mean = sum(one[f"{step}.{name}.local"] for one in replicas) / WORLD
            assert np.allclose(replicas[0][f"{step}.{name}.used"], mean, rtol=1e-5, atol=1e-6)


def test_both_replicas_use_the_same_gradients_to_the_last_bit(replicas):
    names = [name for name in replicas[0] if name.endswith(".used") or name.startswith("full")]
    assert len(names) == 17
    assert all(np.array_equal(replicas[0][name], replicas[1][name]) for name in names)


def test_a_full_rank_gives_the_exact_mean(replicas):
    for number, shape in enumerate([(12, 20), (20, 12)]):
        mean = sum(random(*shape, seed=10 * rank + number) for rank in range(WORLD)) / WORLD
        assert np.allclose(replicas[0][f"full{number}"], mean.numpy(), atol=1e-4)


def test_an_infinity_on_one_replica_is_told_to_all_and_spares_the_buffers(replicas):
    for one in replicas:
        assert np.isnan(one["after_bad0"]).all() and np.isfinite(one["after_bad1"]).all()
        assert np.array_equal(one["error0"], one["error_after_bad0"])
        assert not np.array_equal(one["error1"], one["error_after_bad1"])
        mean = sum(random(3, seed=10 * rank + 2) for rank in range(WORLD)) / WORLD
        assert np.allclose(one["after_bad2"], mean.numpy())


def test_one_mean_of_the_buffers_is_checkpoint_enough_for_all(replicas):
    mean = sum(one["error_after_bad1"] for one in replicas) / WORLD
    for one in replicas:
        assert np.allclose(one["checkpoint"], mean, atol=1e-6)
        assert np.allclose(one["going_on"], one["resumed"], atol=1e-4)
    assert not np.allclose(replicas[0]["error_after_bad1"], mean, atol=0.1), "each replica's own is another"
