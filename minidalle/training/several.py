"""Several processes train one model, each on a card of its own, or on a share of the processor:

    torchrun --standalone --nproc-per-node 8 -m minidalle train dalle --preset base --out runs/base
    torchrun --standalone --nproc-per-node 8 -m minidalle train dalle --out runs/large --engine fsdp

Every process makes up the same batch from (seed, step) and takes its share of it, so that a batch does not depend on
how many there are; loss and gradients are means over shares of one size. Both engines are torch's own. "ddp": the whole
model in each process, gradients averaged while they are made, or sent as thin factors by PowerSGD (section 2.5 of
arXiv 2102.12092). "fsdp": parameters, moments and averages are spread over the processes (FSDP2, as the paper spreads
them over the 8 cards of a machine), and a block's weights are brought together only while it works.

Left out: CLIP and the networks that judge, whose models fit one card and whose loss (CLIP's) looks across the whole
batch; pipelines and the splitting of single products, which models of this size do not need. Checkpoints in shards are
in `sharded.py`.
"""

import contextlib
import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.distributed.tensor import DTensor, distribute_tensor

from minidalle.presets import SettingError

ENGINES = ("ddp", "fsdp")
SHARED = ("dvae", "dalle")
"""What several processes can train together."""

PATIENCE = timedelta(hours=2)
"""How long processes wait for one another: the first may draw and read all pictures while the others wait for it,
longer than torch's own ten minutes on cards. One that dies is noticed by torchrun at once."""


class ElsewhereError(RuntimeError):
    """Something is wrong that another process tells: this one only has to end."""


@dataclass(frozen=True)
class Ranks:
    """Which of `count` processes this is, and how they share a model. A process alone is rank 0 of 1.

    engine: one of `ENGINES`. power_sgd: the rank of the factors that gradients are sent as, 0 to send them whole.
    """

    rank: int = 0
    count: int = 1
    engine: str = "ddp"
    power_sgd: int = 0

    @property
    def leads(self) -> bool:
        """Whether this is the process that writes logs, pictures and whole checkpoints."""
        return self.rank == 0

    @property
    def sharded(self) -> bool:
        """Whether parameters are spread over the processes."""
        return self.count > 1 and self.engine == "fsdp"

    def share(self, batch: int) -> slice:
        """This process's part of a batch that can be dealt out evenly (`join`)."""
        each = batch // self.count
        return slice(self.rank * each, (self.rank + 1) * each)

    def means(self, numbers: Sequence[Any], device: str) -> list[float]:
        """The means of some scalars over all processes; alone, the scalars themselves."""
        if self.count == 1:
            return [float(number) for number in numbers]
        packed = torch.stack(
            [torch.as_tensor(number, dtype=torch.float32, device=device) for number in numbers]
        )
        dist.all_reduce(packed)
        return (packed / self.count).tolist()

    def any(self, happened: Sequence[bool], device: str) -> list[bool]:
        """Of each of some things, whether it happened in any process: what one is told to do, all do."""
        return [mean > 0 for mean in self.means([float(one) for one in happened], device)]

    def agree(self, do: Callable[[], Any]) -> Any:
        """What `do` gives here, once it has ended well in every process. Every process has to call this.

        Where it failed anywhere, no process goes on, and none is left waiting for one that is gone: the first that
        failed raises its own error, all others `ElsewhereError`. `do` itself must not wait for other processes.
        """
        if self.count == 1:
            return do()
        done, error = None, None
        try:
            done = do()
        except Exception as caught:
            error = caught
        failed: list[bool] = [False] * self.count
        dist.all_gather_object(failed, error is not None)
        if not any(failed):
            return done
        if failed.index(True) == self.rank:
            raise error
        raise ElsewhereError(f"process {failed.index(True)} tells what is wrong") from error

    def alike(self, error: Exception) -> Exception:
        """What to raise here for an error that all processes run into: itself in the one that leads, and tells it."""
        return error if self.leads else ElsewhereError("the process that leads tells what is wrong")

    def in_turn(self, do: Callable[[], Any]) -> Any:
        """What `do` gives: first in the process that leads, which may draw and keep what the others then only read.
        Raises as `agree` does."""
        led = self.agree(do if self.leads else _nothing)
        followed = self.agree(_nothing if self.leads else do)
        return led if self.leads else followed

    def check(self, task: str, planned: bool) -> None:
        """Raise SettingError for a task, or a plan in minutes, that several processes cannot share."""
        if self.count > 1 and task not in SHARED:
            raise SettingError(f"{task} is trained by one process; several can share {' and '.join(SHARED)}")
        if self.count > 1 and planned:
            raise SettingError("--minutes is planned by one process's clock; give several processes --steps")

    def join(self, task: Any) -> None:
        """Let a task deal out its batches. Raises SettingError for a batch that cannot be dealt out evenly, and for an
        optimiser of whole matrices where there are none."""
        if self.count == 1:
            return
        size = task.config.batch_size
        if size % self.count:
            even = -(-size // self.count) * self.count
            raise SettingError(
                f"a batch of {size} cannot be shared evenly by {self.count} processes: set training.batch_size={even}"
            )
        if self.sharded and task.config.optimiser == "muon":
            raise SettingError("Muon needs whole matrices; with --engine fsdp set training.optimiser=adamw")
        task.ranks = self

    def leave(self, state: Any) -> Any:
        """The `State` of a finished run, without what torch wraps its model in, which must not outlive the group of
        processes; once all are there."""
        if self.count > 1:
            state.called = state.power_sgd = None
            self.wait()
        return state

    def wait(self) -> None:
        """Until all processes are here."""
        if self.count > 1:
            dist.barrier()


ALONE = Ranks()


def _nothing() -> None:
    """What a process does while others have their turn."""


def local_device(device: str) -> str:
    """The card of this process where torchrun started one for each: "cuda" is "cuda:2" for the third of a machine.
    Raises SettingError where there are fewer cards than processes."""
    local = os.environ.get("LOCAL_RANK")
    if device != "cuda" or local is None:
        return device
    processes, cards = int(os.environ.get("LOCAL_WORLD_SIZE", "1")), torch.cuda.device_count()
    if processes > cards:
        raise SettingError(f"{processes} processes, but {cards} cards: use --nproc-per-node {cards}")
    return f"cuda:{local}"


@contextlib.contextmanager
def told_once() -> Iterator[None]:
    """For what is done before processes are joined, and fails in all of a machine alike: only its first raises the
    error, the others `ElsewhereError`."""
    try:
        yield
    except Exception as error:
        if os.environ.get("LOCAL_RANK", "0") == "0":
            raise
        raise ElsewhereError("the first process of this machine tells what is wrong") from error


@contextlib.contextmanager
def joined(device: str, engine: str = "ddp", power_sgd: int = 0) -> Iterator[Ranks]:
    """The processes that torchrun started, as a group while the block runs; `ALONE` where it started none.

    NCCL carries what cards exchange, Gloo what processors do. Raises SettingError for an unknown engine, and for
    PowerSGD with sharded parameters, for which torch has no place to put it.
    """
    with told_once():
        if engine not in ENGINES:
            raise SettingError(f"engine is {engine!r}; choose one of {', '.join(ENGINES)}")
        if power_sgd and engine != "ddp":
            raise SettingError("PowerSGD exchanges whole gradients: it goes with engine ddp, not fsdp")
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield ALONE
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(device)
    store, rank, count = next(dist.rendezvous("env://"))
    attempt = os.environ.get(
        "TORCHELASTIC_RESTART_COUNT", "0"
    )  # a restart must not meet addresses of the dead
    store = dist.PrefixStore(f"attempt-{attempt}", store)
    backend = "nccl" if device.startswith("cuda") else "gloo"
    dist.init_process_group(backend, timeout=PATIENCE, store=store, rank=rank, world_size=count)
    try:
        yield Ranks(rank, count, engine, power_sgd)
    finally:
        dist.destroy_process_group()


def spread(model: nn.Module, average: nn.Module, ranks: Ranks, device: str) -> tuple[nn.Module, Any]:
    """Let processes share a model and its running average; both are changed in place. To be done before the optimiser
    is made.

    Returns what a forward pass of training is to call, and the PowerSGD state, whose error buffers belong into a
    checkpoint, or None.
    """
    if ranks.count == 1:
        return model, None
    if ranks.sharded:
        shard(model, device)
        shard(average, device)
        return model, None
    from torch.nn.parallel import DistributedDataParallel

    cards = [torch.device(device)] if device.startswith("cuda") else None
    replica = DistributedDataParallel(model, device_ids=cards, **buffers_apart(DistributedDataParallel))
    if not ranks.power_sgd:
        return replica, None
    from minidalle.training.powersgd import PowerSGD

    matrices = [parameter for parameter in model.parameters() if parameter.ndim == 2]
    state = PowerSGD(matrices, ranks.power_sgd)
    replica.register_comm_hook(state, PowerSGD.hook)
    return replica, state


def buffers_apart(wrapper: type) -> dict[str, bool]:
    """The argument that keeps a wrapper's forward passes from copying the leader's buffers: newer torch has a new name
    for it, and warns of the old one. A dVAE's running means are of each process's own share; the leader's are kept."""
    new, old = "forward_sync_buffers", "broadcast_buffers"
    return {new if new in inspect.signature(wrapper).parameters else old: False}


def shard(model: nn.Module, device: str) -> None:
    """Spread a model's parameters over all processes: each of its `shards()`, where it names some, then the rest."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(device.partition(":")[0], (dist.get_world_size(),))
    for part in model.shards() if hasattr(model, "shards") else ():
        fully_shard(part, mesh=mesh)
    fully_shard(model, mesh=mesh)


def whole(tensor: Tensor) -> Tensor:
    """A tensor of which each process holds a part, brought together in all of them; others as they are."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def like(value: Tensor, other: Tensor) -> Tensor:
    """A whole tensor, in the parts that `other` is held in; as it is, where that is whole."""
    if isinstance(other, DTensor):
        return distribute_tensor(value.to(other.device), other.device_mesh, other.placements)
    return value.to(other.device)
