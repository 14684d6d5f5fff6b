"""Promises of training on several processes: one batch, one step, one set of weights."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model_training.data.batch import TrainingBatch, make_batch
from model_training.networks.discriminator import PatchDiscriminator
from model_training.training.adversary import Adversary, Shown
from model_training.training.checkpoint import ROWS
from model_training.training.config import read_config
from model_training.training.config_file import ConfigInvalid
from model_training.training.processes import ALONE, Processes
from model_training.training.style_step import StyleTraining

CPU = torch.device("cpu")
STEPS = 2
JUDGED = ((0, 2), (2, 3))
"""The pictures that each of two processes judges: not the same number."""

WORKER = """
import json, os, sys
from pathlib import Path
import torch
from safetensors.torch import save_file
torch.set_num_threads(1)
from tests.model_training.training.test_processes import JUDGED, play
from model_training.training.config import read_config
from model_training.training.loop import train
from model_training.training.processes import joined_processes
config, data, run = map(Path, sys.argv[1:4])
rank = os.environ["RANK"]
curve = []
train(read_config(config), data, run, resume=False, report=lambda p: curve.append(p.terms))
Path(f"{run}.curve{rank}").write_text(json.dumps(curve))
os.environ["MASTER_PORT"] = sys.argv[4]
with joined_processes(torch.device("cpu")) as (processes, device):
    weights = play(*JUDGED[processes.rank], processes)
save_file(weights, f"{run}.judge{rank}")
"""


def free_port() -> str:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def play(first: int, last: int, processes: Processes) -> dict[str, torch.Tensor]:
    """A discriminator's weights after two games, one with R1, over some of three fixed pictures."""
    torch.manual_seed(0)
    adversary = Adversary(PatchDiscriminator(2), "hinge", 1.0, 1e-3, processes)
    random = torch.Generator().manual_seed(1)
    real, painted = (torch.rand(3, 3, 32, 32, generator=random) for _ in range(2))
    style = torch.eye(2)[[0, 1, 0]]
    part = slice(first, last)
    for number in range(2):
        beside = (style[part],)
        adversary.play(Shown(real[part], beside), Shown(painted[part], beside), number)
    return {k: v.clone() for k, v in adversary.discriminator.state_dict().items()}


class WholeBatch(StyleTraining):
    """One process that trains on the batch that two would share."""

    def batch(self, number: int) -> tuple[TrainingBatch, torch.Generator]:
        """Both shares, one after the other."""
        schedule = self.config.schedule
        shares = [Processes(rank, 2).batch_random(schedule.seed, number) for rank in range(2)]
        halves = [
            make_batch(
                self.photos, schedule.batch // 2, 2, [0, 1], schedule.seed, number, random, rank, 2
            )
            for rank, random in enumerate(shares)
        ]
        joined = {
            name: torch.cat([getattr(half, name) for half in halves])
            for name in TrainingBatch.__dataclass_fields__
        }
        return TrainingBatch(**joined), shares[0]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, training_data: Path) -> tuple[Path, Path]:
    """A run trained by two gloo processes: its configuration and its folder."""
    from tests.model_training.conftest import CONFIG

    folder = tmp_path_factory.mktemp("two")
    text = CONFIG.replace("batch = 2", "batch = 4").replace("steps = 4", f"steps = {STEPS}")
    text += "\n[losses]\nadversarial = 0.0\n"
    (folder / "small.toml").write_text(text, encoding="utf-8")
    ports = (free_port(), free_port())
    workers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                WORKER,
                str(folder / "small.toml"),
                str(training_data),
                str(folder / "run"),
                ports[1],
            ],
            cwd=Path(__file__).parents[3],
            env=os.environ
            | {
                "RANK": str(rank),
                "LOCAL_RANK": str(rank),
                "WORLD_SIZE": "2",
                "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": ports[0],
            },
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    for worker in workers:
        _, errors = worker.communicate(timeout=300)
        assert worker.returncode == 0, errors
    return folder / "small.toml", folder / "run"


def test_two_processes_take_the_step_of_one_with_the_whole_batch(
    two: tuple[Path, Path], training_data: Path
) -> None:
    """Loss curve and weights are those of one process that sees both shares, within rounding."""
    config, run = two
    training = WholeBatch(read_config(config), training_data, training_data, CPU)
    expected = [training.step(number) for number in range(STEPS)]
    curve = json.loads(Path(f"{run}.curve0").read_text(encoding="utf-8"))
    for ours, theirs in zip(curve, expected, strict=True):
        assert ours == pytest.approx(theirs, rel=0.02, abs=0.002)
    saved = load_file(str(run / "state.safetensors"))
    start = StyleTraining(read_config(config), training_data, training_data, CPU)
    plate_rows = []
    for name, value in training.generator.named_parameters():
        begun, theirs = start.generator.get_parameter(name), saved[f"generator/{name}"]
        if name.rsplit(".", 1)[-1] in ROWS:
            # The plate's row is felt through one partial strength alone, and Adam makes whole steps
            # of what rounding leaves of a gradient: it is compared over all layers together.
            plate_rows.append(
                torch.stack([row[0].flatten().norm() for row in (value - begun, value - theirs)])
            )
            value, begun, theirs = value[1:], begun[1:], theirs[1:]
        moved = float((value - begun).detach().norm())
        apart = float((value - theirs).detach().norm())
        assert apart <= 0.1 * moved + 1e-6, name
    moved, apart = torch.stack(plate_rows).detach().norm(dim=0).tolist()
    assert apart <= 0.15 * moved  # without averaging at least 0.16


def test_only_the_first_process_writes_and_reports(two: tuple[Path, Path]) -> None:
    """One state, one configuration, one curve; the second process reported nothing."""
    _, run = two
    assert json.loads(Path(f"{run}.curve1").read_text(encoding="utf-8")) == []
    assert {p.name for p in run.iterdir()} == {"config.json", "state.safetensors", "tensorboard"}
    assert len(list((run / "tensorboard").iterdir())) == 1


def test_the_discriminator_counts_every_picture_alike(two: tuple[Path, Path]) -> None:
    """Two processes that judge two pictures and one end with the weights of one that judges all."""
    _, run = two
    first, second = (load_file(f"{run}.judge{rank}") for rank in range(2))
    whole = play(0, 3, ALONE)
    half = play(0, 2, ALONE)
    assert all(torch.equal(first[k], second[k]) for k in whole if "original" in k or "bias" in k)
    for name in ("first.bias", "third.parametrizations.weight.original"):
        assert torch.allclose(first[name], whole[name], atol=2e-5), name
        assert not torch.allclose(half[name], whole[name], atol=2e-5), name


def test_a_batch_that_cannot_be_shared_is_refused(
    training_data: Path, two: tuple[Path, Path]
) -> None:
    """Every process needs the same number of photos, two or more; the sentence says so."""
    training = StyleTraining(
        read_config(two[0]), training_data, training_data, CPU, Processes(0, 4)
    )
    with pytest.raises(ConfigInvalid, match="A batch of 4 cannot be shared by 4 processes"):
        training.batch(0)
