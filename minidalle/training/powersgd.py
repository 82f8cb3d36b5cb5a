"""PowerSGD: replicas exchange two thin factors of a gradient matrix instead of the matrix.

Follows "Zero-Shot Text-to-Image Generation" (arXiv 2102.12092, section 2.5 and appendix E), which changes Vogels et al.
(arXiv 1905.13727). For a local gradient G [m, n], its error buffer E (what was never sent) and a Gaussian matrix
Q [n, r], drawn once:

    P = mean of (G + E) Q,  columns made orthonormal;  R = mean of (G + E)ᵀ P;  all replicas use P Rᵀ;  E = G + E - P Rᵀ

P Rᵀ is the mean of G + E projected onto the span of P: what is outside it waits in E. Since Q never changes, the mean
of E Q is 0 after every update, so the span follows from the new gradients alone: a direction is sent when noise brings
it into G Q, and a gradient that stayed exactly the same would never be sent whole. The paper found training as good as
with a Q that follows the gradient, and less so with a new Q for every update.

`low_rank_means` is the arithmetic, given any all-reduce; `PowerSGD` keeps the buffers and is a communication hook of
PyTorch's DistributedDataParallel:

    compressor = PowerSGD(muon_matrices(model), rank=896)
    ddp.register_comm_hook(compressor, PowerSGD.hook)

Left out: parameter sharding (section 2.5), 1-6-9 codes for P, R and the all-reduce (only the error buffers may have
them), and the overlap of communication with the backward pass: the hook waits for its all-reduces.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from minidalle.training.moments16 import MEAN

EPSILON = 1e-6
"""So much of the identity is added to P, so that it is not near rank-deficient (appendix E.2, step 5)."""
PAPER_SHARDS = 8
"""GPUs of a machine, among which the paper shards every parameter."""

Average = Callable[[Tensor], Tensor]
"""Takes a tensor of this replica to the mean over all replicas, of the same shape."""


def compression_rate(rank: int, width: int, shards: int = PAPER_SHARDS) -> float:
    """The share of traffic that is saved in a transformer: 1 - r (m + 2) / (2 d m), and for 8 shards 1 - 5r / 8d.

    rank: r, of all shards together; width: d; shards: m (arXiv 2102.12092, appendix E.1). 0.86 for the largest model.
    """
    return 1 - rank * (shards + 2) / (2 * width * shards)


def orthonormal(matrix: Tensor) -> Tensor:
    """An orthonormal basis [m, r] of the columns of [m, r], r <= m, by Householder reflections (appendix E.2, step 5).

    Of the identity, 1e-6 is added first, so that columns which depend on each other, or are 0, still give a basis. The
    paper's matrices come with hand-tuned scales; here the matrix is first divided by its largest number, so that 1e-6
    is small beside gradients of any size.
    """
    largest = matrix.abs().max().clamp(min=torch.finfo(matrix.dtype).tiny)
    scaled = matrix / largest
    scaled.diagonal().add_(EPSILON)
    return torch.linalg.qr(scaled).Q  # LAPACK's and cuSOLVER's QR are Householder's


def gaussian(shape: Sequence[int], rank: int, seed: int) -> Tensor:
    """The fixed Q for a gradient [rows, columns]: float32 [longer side, rank], standard normal, from the seed alone.

    A rank above the shorter side would add nothing and is lowered to it.
    """
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(max(shape), min(rank, *shape), generator=generator)


def low_rank_means(matrices: Sequence[Tensor], gaussians: Sequence[Tensor], average: Average) -> list[Tensor]:
    """The mean over replicas of each matrix, at the rank of its Q; two all-reduces for all matrices together.

    matrices: this replica's gradients plus errors, [m, n] or [n, m], m <= n, float32; gaussians: [n, r] each, the same
    on all replicas. Returns the means in the matrices' shapes, equal on all replicas; exact, up to rounding, where r is
    m. Raises ValueError for a Q that does not fit.
    """
    wide = [matrix if matrix.shape[0] <= matrix.shape[1] else matrix.T for matrix in matrices]
    for matrix, q in zip(wide, gaussians, strict=True):
        if q.shape[0] != matrix.shape[1] or q.shape[1] > matrix.shape[0]:
            raise ValueError(
                f"Q is {tuple(q.shape)} for a gradient {tuple(matrix.shape)}; take gaussian(gradient.shape, rank, seed)"
            )
    p = grouped([matrix @ q for matrix, q in zip(wide, gaussians)], average)
    p = [orthonormal(basis) for basis in p]
    r = grouped([matrix.T @ basis for matrix, basis in zip(wide, p)], average)
    means = [basis @ loads.T for basis, loads in zip(p, r)]
    return [mean if mean.shape == matrix.shape else mean.T for mean, matrix in zip(means, matrices)]


def grouped(tensors: Sequence[Tensor], average: Average) -> list[Tensor]:
    """The means of several tensors by one all-reduce of all of them, end to end (appendix E.2, step 4)."""
    if not tensors:
        return []
    flat = average(torch.cat([tensor.reshape(-1) for tensor in tensors]))
    parts = flat.split([tensor.numel() for tensor in tensors])
    return [part.view(tensor.shape) for part, tensor in zip(parts, tensors)]


class PowerSGD:
    """Error buffers and fixed Q matrices for some of a model's matrices, and the hook that uses them.

    parameters: the matrices to compress, in the same order on all replicas. The paper leaves out embeddings,
    unembeddings, gains and biases; so does `optimiser.muon_matrices`. Everything else, and a matrix so small that
    its factors would be no smaller, is averaged as it is. rank and seed as in `gaussian`.
    sixteen_bits: keep the error buffers in the paper's 1-6-9 format. Raises ValueError for other than matrices.

    scale_of: called before every exchange; the scale by which the present gradient of a weight is multiplied
    (`ScaledBlocks.scale_of`). Gradients come back divided by it, so the buffers never see it change.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        rank: int,
        seed: int = 0,
        sixteen_bits: bool = False,
        scale_of: Callable[[], Mapping[Tensor, float]] = dict,
        group: Any = None,
    ) -> None:
        if rank < 1:
            raise ValueError(f"rank is {rank}; it must be at least 1")
        self.rank, self.seed, self.sixteen_bits = rank, seed, sixteen_bits
        self.scale_of, self.group = scale_of, group
        self.gaussians: dict[Tensor, Tensor] = {}
        self.errors: dict[Tensor, Tensor] = {}
        for number, parameter in enumerate(parameters):
            if parameter.ndim != 2:
                raise ValueError(
                    f"a parameter has shape {tuple(parameter.shape)}; only matrices can be compressed"
                )
            q = gaussian(parameter.shape, rank, seed + number)
            if q.shape[1] * sum(parameter.shape) < parameter.numel():
                self.gaussians[parameter] = q.to(parameter.device)
                self.errors[parameter] = self._pack(torch.zeros_like(parameter, dtype=torch.float32))

    def _pack(self, error: Tensor) -> Tensor:
        return MEAN.encode(error) if self.sixteen_bits else error

    def error(self, parameter: Tensor) -> Tensor:
        """What this replica has not yet sent of a weight's gradients: float32 of its shape."""
        return MEAN.decode(self.errors[parameter]) if self.sixteen_bits else self.errors[parameter]

    def average(self, tensor: Tensor) -> Tensor:
        """The mean over the replicas of the process group, in place."""
        dist.all_reduce(tensor, group=self.group)
        return tensor.div_(dist.get_world_size(self.group))

    def exchange(self, parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> list[Tensor]:
        """The means over replicas of these weights' gradients: float32, in their shapes, the same on all replicas.

        A compressed gradient that is not finite on one replica comes back as NaN on all of them, and its error buffers
        stay as they were (appendix E.2, steps 2, 10 and 12: buffers set to zero too often make training worse); the
        caller skips the update. Every replica has to call this, with the same weights.
        """
        scales = self.scale_of()
        own = [
            gradient.float() / scales.get(p, 1.0) for p, gradient in zip(parameters, gradients, strict=True)
        ]
        packed = [number for number, p in enumerate(parameters) if p in self.gaussians]
        plain = [number for number, p in enumerate(parameters) if p not in self.gaussians]
        flags = torch.stack([~torch.isfinite(gradient).all() for gradient in own]).float()
        *means, shares = grouped([*(own[number] for number in plain), flags], self.average)
        found = dict(zip(plain, means))
        flawed = [number for number in packed if shares[number] > 0]  # not finite on some replica
        found |= {number: torch.full_like(own[number], torch.nan) for number in flawed}
        sent = [number for number in packed if number not in found]
        matrices = [own[number] + self.error(parameters[number]) for number in sent]
        means = low_rank_means(
            matrices, [self.gaussians[parameters[number]] for number in sent], self.average
        )
        for number, matrix, mean in zip(sent, matrices, means):
            if bool(torch.isfinite(mean).all()):
                self.errors[parameters[number]] = self._pack(matrix - mean)
            found[number] = mean
        return [found[number] for number in range(len(own))]

    @staticmethod
    def hook(state: "PowerSGD", bucket: dist.GradBucket) -> torch.futures.Future[Tensor]:
        """What DistributedDataParallel calls for a bucket of gradients: `ddp.register_comm_hook(state, hook)`."""
        gradients = bucket.gradients()
        for gradient, mean in zip(gradients, state.exchange(bucket.parameters(), gradients)):
            gradient.copy_(mean)
        done: torch.futures.Future[Tensor] = torch.futures.Future()
        done.set_result(bucket.buffer())
        return done

    def state_dict(self) -> dict[str, Any]:
        """For a checkpoint: the mean over replicas of every error buffer, float32. Every replica has to call it.

        Updates depend on the buffers' mean alone, so one copy serves any number of replicas (appendix E.2).
        """
        errors = [self.average(self.error(parameter).clone()) for parameter in self.errors]
        return {"rank": self.rank, "seed": self.seed, "errors": errors}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what `state_dict` gave, the same on every replica. Raises ValueError for another rank or seed."""
        for name in ("rank", "seed"):
            if state[name] != getattr(self, name):
                raise ValueError(
                    f"{name} was {state[name]} and is {getattr(self, name)}; go on with the same"
                )
        for parameter, error in zip(self.errors, state["errors"], strict=True):
            self.errors[parameter] = self._pack(error.to(parameter.device, torch.float32))
