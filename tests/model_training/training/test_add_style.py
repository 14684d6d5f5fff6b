"""The recipe add-style's promises: the trunk and the styles that were there stay as they are."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from model_training.training.add_style import with_added_styles
from model_training.training.checkpoint import ROWS, RunMismatch
from model_training.training.config import StyleConfig, TrainingConfig, read_config
from model_training.training.config_file import ConfigInvalid
from model_training.training.loop import train
from model_training.training.style_step import StyleTraining

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def trunk(tmp_path_factory: pytest.TempPathFactory, training_data: Path) -> tuple[Path, Path]:
    """A finished run of two styles: its saved configuration and its folder."""
    from tests.model_training.conftest import CONFIG

    folder = tmp_path_factory.mktemp("runs")
    (folder / "trunk.toml").write_text(CONFIG, encoding="utf-8")
    config = read_config(folder / "trunk.toml")
    quiet = {"resume": False, "report": lambda progress: None}
    train(config, training_data, folder / "trunk", until=1, **quiet)  # type: ignore[arg-type]
    return folder / "trunk" / "config.json", folder / "trunk"


@pytest.fixture
def added(trunk: tuple[Path, Path]) -> TrainingConfig:
    """One more style, its steps so few that the adversary plays in them."""
    base = read_config(trunk[0])
    third = StyleConfig(
        id="third",
        title="Third",
        artist="Nobody",
        year="2026",
        painting=Path("photos/still.png"),
        origin="made by the test",
        licence="CC0",
    )
    return with_added_styles(base, "trunk", [third], base.model, steps=3)


def test_only_the_new_rows_change(
    added: TrainingConfig, trunk: tuple[Path, Path], training_data: Path
) -> None:
    """Trunk, identity row and old styles are bit-equal after training; the new rows are not."""
    run = trunk[1].parent / "added"
    quiet = {"resume": False, "report": lambda progress: None}
    train(added, training_data, run, **quiet)  # type: ignore[arg-type]
    old, new = (load_file(str(r / "state.safetensors")) for r in (trunk[1], run))
    names = [key.removeprefix("average/") for key in old if key.startswith("average/")]
    for name in names:
        before = old[f"average/{name}"]
        for kind in ("generator", "average"):
            after = new[f"{kind}/{name}"]
            if name.rsplit(".", 1)[-1] in ROWS:
                assert torch.equal(after[:3], before), name
                assert not torch.equal(after[3], before[1:].mean(0)), name
            else:
                assert torch.equal(after, before), name


def test_the_trunk_costs_no_gradients(
    added: TrainingConfig, trunk: tuple[Path, Path], training_data: Path
) -> None:
    """No filter has a gradient after a step, and every photo is painted in the new style."""
    training = StyleTraining(added, training_data, trunk[1].parent, CPU)
    training.step(0)
    with_gradients = {
        name.rsplit(".", 1)[-1]
        for name, value in training.generator.named_parameters()
        if value.grad is not None
    }
    assert with_gradients == set(ROWS)
    assert training.trained == [2]


def test_a_style_that_is_there_already_is_refused(
    added: TrainingConfig, trunk: tuple[Path, Path], training_data: Path
) -> None:
    """An id that is taken, and a run without a new style, are each one sentence."""
    base = read_config(trunk[0])
    with pytest.raises(ConfigInvalid, match="already has a style second"):
        with_added_styles(base, "trunk", [base.styles[1]], base.model)
    nothing = added.model_copy(update={"styles": base.styles})
    with pytest.raises(RunMismatch, match="There is nothing to train"):
        StyleTraining(nothing, training_data, trunk[1].parent, CPU)


def test_what_was_measured_of_the_trunk_is_not_said_of_the_new_styles(
    added: TrainingConfig, trunk: tuple[Path, Path]
) -> None:
    """A comparison with other networks stays with the model that it was measured on."""
    base = read_config(trunk[0])
    model = base.model.model_copy(update={"comparison": "It boils least."})
    with_more = with_added_styles(base, "trunk", added.styles[-1:], model)
    assert with_more.model == base.model


def test_rows_need_a_trunk(config_file: Path) -> None:
    """`train = "rows"` without a run to start from is refused when the file is read."""
    text = config_file.read_text(encoding="utf-8")
    config_file.write_text('train = "rows"\n' + text, encoding="utf-8")
    with pytest.raises(ConfigInvalid, match="needs 'start'"):
        read_config(config_file)


def test_resume_equals_one_go(
    added: TrainingConfig, trunk: tuple[Path, Path], training_data: Path
) -> None:
    """An added style that was stopped and resumed ends in bit-equal weights."""
    runs = trunk[1].parent
    for name, stops in (("whole", (3,)), ("parts", (2, 3))):
        for number, until in enumerate(stops):
            train(
                added,
                training_data,
                runs / name,
                resume=number > 0,
                report=lambda progress: None,
                until=until,
            )
    whole, parts = (load_file(str(runs / n / "state.safetensors")) for n in ("whole", "parts"))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[k], parts[k]) for k in whole)
