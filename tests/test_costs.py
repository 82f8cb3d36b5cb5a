"""The formulas behind the 12-billion model's costs, held to what small models really take and send."""

import math
import os
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from minidalle.attention import PatternTables
from minidalle.dalle import DALLE
from minidalle.dalle_flops import training_flops
from minidalle.ledger.costs import (
    Card,
    activation_bytes,
    exchanged_bytes,
    hours,
    kept_bytes,
    sending_seconds,
    table,
)
from minidalle.masks import StreamLayout
from minidalle.presets import preset
from minidalle.training.powersgd import PowerSGD
from minidalle.training.several import ALONE, Ranks, like
from minidalle.training.state import State
from minidalle.transformer import Block, TransformerConfig

WORLD = 2


def one_update(ranks: Ranks) -> State:
    """A small transformer after an update, with everything in place that stays between updates."""
    torch.manual_seed(0)
    sizes = preset("tiny").with_text_vocab(300)
    state = State.fresh(DALLE(sizes.dalle), sizes.training["dalle"], 1, ranks)
    text = torch.randint(0, 300, (4, sizes.dalle.text_length))
    codes = torch.randint(0, sizes.dalle.image_vocab, (4, sizes.dalle.grid**2))
    state.called(text, codes).loss.backward()
    state.optimiser.step()
    return state


def held(tensor: Tensor) -> int:
    """Bytes of a tensor in this process."""
    return tensor.to_local().nbytes if isinstance(tensor, DTensor) else tensor.nbytes


def bytes_of(state: State) -> int:
    """Bytes of weights, gradients, moments and average in this process."""
    moments = [
        value for part in state.optimiser.state.values() for name, value in part.items() if name != "step"
    ]
    weights = list(state.model.parameters())
    gradients = [weight.grad for weight in weights]
    return sum(map(held, [*weights, *gradients, *moments, *state.average.model.parameters()]))


def test_what_stays_between_updates_is_five_numbers_a_parameter():
    state = one_update(ALONE)
    assert bytes_of(state) == kept_bytes(state.model.num_parameters(), 1, sharded=False)


def in_two(rank: int, folder: Path, work, results) -> None:
    """Let `work` run in a process of a group of two."""
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    dist.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=WORLD)
    results.put((rank, work(rank)))
    dist.barrier()
    dist.destroy_process_group()


def both(tmp_path: Path, work) -> list:
    """What `work` gives in either of two processes."""
    context = mp.get_context("spawn")
    results = context.SimpleQueue()
    mp.spawn(in_two, (tmp_path, work, results), WORLD)
    return [answer for _, answer in sorted(results.get() for _ in range(WORLD))]


def sharded_bytes(rank: int) -> tuple[int, int]:
    state = one_update(Ranks(rank, WORLD, "fsdp"))
    return bytes_of(state), sum(math.prod(weight.shape) for weight in state.model.parameters())


def test_shards_of_two_processes_hold_half_each(tmp_path):
    for found, parameters in both(tmp_path, sharded_bytes):
        expected = kept_bytes(parameters, WORLD, sharded=True)
        assert abs(found - expected) / expected < 0.02, "but for tensors of odd lengths"


def sent_by_replicas(rank: int) -> tuple[int, int]:
    """Bytes handed to all-reduce in an update of replicas, and the model's parameters."""
    sent, reduce = [], dist.all_reduce

    def watched(state, bucket: dist.GradBucket):
        sent.append(bucket.buffer().nbytes)
        done = torch.futures.Future()
        reduce(bucket.buffer())
        done.set_result(bucket.buffer().div_(WORLD))
        return done

    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(32, 64), nn.GELU(), nn.Linear(64, 8))
    replica = nn.parallel.DistributedDataParallel(model)
    replica.register_comm_hook(None, watched)
    replica(torch.randn(4, 32)).sum().backward()
    return sum(sent), sum(parameter.numel() for parameter in model.parameters())


def test_replicas_send_every_gradient_round_the_ring_twice(tmp_path):
    """A ring of n sends each of n parts n - 1 times to add up, and as often to hand the sums out."""
    for buffers, parameters in both(tmp_path, sent_by_replicas):
        by_ring = 2 * (WORLD - 1) / WORLD * buffers
        assert by_ring == exchanged_bytes(parameters, WORLD, sharded=False)


def test_powersgd_saves_what_the_formula_leaves_out():
    width, rank = 256, 16
    weight = nn.Parameter(torch.randn(width, width))
    sent = []
    compressor = PowerSGD([weight], rank)
    compressor.average = lambda tensor: sent.append(tensor.numel()) or tensor
    compressor.exchange([weight], [torch.randn(width, width)])
    factors = sum(sent) - 1  # one flag tells whether gradients are finite
    saved = 1 - factors / weight.numel()
    assert saved == 1 - 2 * rank / width
    full = exchanged_bytes(weight.numel(), 8, sharded=False)
    assert exchanged_bytes(weight.numel(), 8, sharded=False, saved=saved) == pytest.approx(
        full * 2 * rank / width
    )


def test_activations_that_stay_are_the_inputs_of_blocks():
    """Between two depths the difference is a block's input; measured as what recomputing blocks save."""
    width, slots, pictures = 64, 24, 2
    kept = []

    def pack(tensor: Tensor) -> Tensor:
        kept.append(tensor.nbytes)
        return tensor

    def saved(depth: int) -> int:
        kept.clear()
        blocks = [
            nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))
            for _ in range(depth)
        ]
        x = torch.randn(pictures, slots, width, requires_grad=True)
        with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
            for block in blocks:
                x = torch.utils.checkpoint.checkpoint(block, x, use_reentrant=True)
        return sum(kept)

    one_block = activation_bytes(width, 3, slots, pictures) - activation_bytes(width, 2, slots, pictures)
    assert saved(3) - saved(2) == 2 * one_block, "here in float32, there in bfloat16"


def test_a_block_at_work_keeps_what_is_said_but_for_masks_of_dropout():
    layout, config, kept = StreamLayout(64, 15), TransformerConfig(256, 1, 4), {}
    block, x = Block(config, "full"), torch.randn(2, layout.length, 256, requires_grad=True)
    weights = {weight.untyped_storage().data_ptr() for weight in block.parameters()}

    def pack(tensor: Tensor) -> Tensor:
        if tensor.untyped_storage().data_ptr() not in weights:
            kept[tensor.untyped_storage().data_ptr()] = tensor  # held, so that no other takes its place
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        block(x, PatternTables(layout))
    held_bytes = sum(tensor.untyped_storage().nbytes() for tensor in kept.values())
    expected = 2 * activation_bytes(256, 0, layout.length, 2)  # here in float32, there in bfloat16
    assert held_bytes / expected == pytest.approx(32 / 34, rel=0.01)


def test_hours_are_operations_over_what_the_cards_do():
    assert hours(3e12, 1e6, 10, 1e14, share=0.5) == pytest.approx(
        3e12 * 4 / 3 * 1e6 / (10 * 1e14 * 0.5) / 3600
    )


def test_within_a_machine_links_set_the_pace_and_between_machines_wires():
    card = Card("some card", 80e9, 1e15, link=400e9, wire=50e9)
    assert sending_seconds(100e9, 8, card) == 0.25 and sending_seconds(100e9, 16, card) == 2.0


def test_the_table_of_the_paper_preset():
    paper = preset("paper")
    text = table(paper)
    with torch.device("meta"):
        model = DALLE(paper.dalle)
    assert f"{model.num_parameters() / 1e9:.2f} billion" in text
    assert f"{training_flops(model) * 1024 * 430_000:.2e}" in text
    assert "| 8 x H100 80 GB |" in text and text.count("\n| ") == 13
    ledger = Path(__file__).parents[1] / "minidalle" / "ledger" / "README.md"
    assert f"<!-- costs -->\n{text}\n<!-- /costs -->" in ledger.read_text(encoding="utf-8")


def test_a_whole_tensor_stays_as_it_is():
    value = torch.ones(3)
    assert like(value, torch.zeros(3)) is value
