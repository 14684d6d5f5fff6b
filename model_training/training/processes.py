"""Holds the processes that train one run together: who this one is, and what all agree on.

torchrun starts them and says in the environment who is who. Each paints its own share of the batch;
gradients are averaged, so all take the same step and hold the same weights.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor, nn


@dataclass(frozen=True)
class Processes:
    """One process among those that train together."""

    rank: int = 0
    count: int = 1

    @property
    def leads(self) -> bool:
        """Whether this is the one process that writes."""
        return self.rank == 0

    def batch_random(self, seed: int, number: int) -> torch.Generator:
        """What is random in our share of step `number`: its own on every process."""
        if self.leads:
            return torch.Generator().manual_seed(seed * 1_000_003 + number)
        words = np.random.SeedSequence((seed, number, self.rank)).generate_state(1)
        return torch.Generator().manual_seed(int(words[0]))

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replaces each tensor by its mean over all processes; one message for all of them."""
        if self.count == 1 or not tensors:
            return
        joined = torch.cat([tensor.reshape(-1) for tensor in tensors])
        dist.all_reduce(joined)
        joined /= self.count
        parts = torch.split(joined, [tensor.numel() for tensor in tensors])
        with torch.no_grad():
            for tensor, part in zip(tensors, parts, strict=True):
                tensor.copy_(part.view(tensor.shape))

    def average_gradients(self, parameters: Iterable[Tensor]) -> None:
        """Gives every process the gradients of the whole batch."""
        self.average([value.grad for value in parameters if value.grad is not None])

    def mean(self, value: float, device: torch.device) -> float:
        """A number's mean over all processes."""
        if self.count == 1:
            return value
        tensor = torch.tensor([value], dtype=torch.float64, device=device)
        self.average([tensor])
        return float(tensor)

    def take_leaders(self, modules: Iterable[nn.Module]) -> None:
        """Gives every process the weights of the first one."""
        if self.count == 1:
            return
        with torch.no_grad():
            for module in modules:
                for value in module.state_dict().values():
                    sent = value.contiguous()
                    dist.broadcast(sent, 0)
                    value.copy_(sent)


ALONE = Processes()


@contextmanager
def joined_processes(device: torch.device) -> Iterator[tuple[Processes, torch.device]]:
    """Joins the processes that torchrun started, and gives each its own GPU; alone without it."""
    count = int(os.environ.get("WORLD_SIZE", "1"))
    if count == 1:
        yield ALONE, device
        return
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Processes(dist.get_rank(), count), device
    finally:
        dist.destroy_process_group()
