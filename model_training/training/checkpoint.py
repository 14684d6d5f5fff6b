"""Holds a run's saved state as safetensors: no pickle, so a checkpoint is data and never runs."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn, optim

from model_training.effects.config import decided_effect
from model_training.networks.generator import Generator, make_generator
from model_training.training.config import TrainingConfig, decided
from model_training.training.run_config import RunConfig, kind_of_text

FILE_NAME = "state.safetensors"

ROWS = ("gain", "bias", "keep")
"""A generator's parameters that have a row for each style; the others are the trunk."""


class RunMismatch(ValueError):
    """A run folder holds the state of another configuration."""


class RunUnsaved(OSError):
    """A run's state cannot be written; what was saved before is still there."""


@dataclass(frozen=True)
class RunState:
    """What changes during a run; saved and restored together."""

    modules: Mapping[str, nn.Module]
    optimisers: Mapping[str, optim.Optimizer]


def check_run_folder(folder: Path, resume: bool) -> None:
    """RunMismatch where a run would be overwritten, or where there is none to go on with."""
    if resume and not (folder / FILE_NAME).is_file():
        raise RunMismatch(
            f"There is no run to resume in '{folder}': it holds no {FILE_NAME}. Name the right "
            "folder, or leave out --resume to start one there."
        )
    if not resume and (folder / FILE_NAME).exists():
        raise RunMismatch(
            f"Folder '{folder}' already holds a run. Go on with it by --resume, or choose a new "
            "folder."
        )


def save_state(folder: Path, state: RunState, step: int, config: str) -> None:
    """Writes the state beside the old one and renames it, so that a kill leaves one whole file.

    RunUnsaved where that fails, a full disk say; the old state is kept.
    """
    tensors: dict[str, Tensor] = {}
    for name, module in state.modules.items():
        for key, value in module.state_dict().items():
            tensors[f"{name}/{key}"] = value.detach().cpu().contiguous().clone()
    for name, optimiser in state.optimisers.items():
        for index, slots in optimiser.state_dict()["state"].items():
            for slot, value in slots.items():
                tensors[f"{name}/{index}/{slot}"] = value.detach().cpu().contiguous().clone()
    temporary = folder / f".{FILE_NAME}.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        save_file(tensors, str(temporary), metadata={"step": json.dumps(step), "config": config})
        with temporary.open("rb") as written:
            os.fsync(written.fileno())  # some disks say only now that they are full
        os.replace(temporary, folder / FILE_NAME)
    except (OSError, SafetensorError) as error:
        raise RunUnsaved(
            f"The state of step {step} cannot be saved in '{folder}': {error}. "
            f"{what_is_kept(folder)}; make room there and resume with --resume."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def what_is_kept(folder: Path) -> str:
    """What a run that ends by an error leaves behind, as a clause."""
    step = saved_step(folder)
    return "No state was saved before" if step is None else f"The state of step {step} is kept"


def saved_step(folder: Path) -> int | None:
    """The step that the state in a run folder has reached; None where there is none."""
    if not (folder / FILE_NAME).is_file():
        return None
    with safe_open(str(folder / FILE_NAME), framework="pt") as saved:
        return int(json.loads(saved.metadata()["step"]))


def save_config(folder: Path, config: RunConfig) -> None:
    """Writes a run's resolved configuration beside its state; RunUnsaved where that fails."""
    temporary = folder / f".config.json.{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        temporary.write_text(config.model_dump_json(indent=1), encoding="utf-8")
        os.replace(temporary, folder / "config.json")
    except OSError as error:
        raise RunUnsaved(
            f"Run folder '{folder}' cannot be written: {error.strerror}. Make room there, or name "
            "another folder."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _read(folder: Path, config: str) -> tuple[dict[str, Tensor], int]:
    path = folder / FILE_NAME
    with safe_open(str(path), framework="pt") as saved:
        metadata = saved.metadata()
        _check_same_run(folder, metadata["config"], config)
        tensors = {key: saved.get_tensor(key) for key in saved.keys()}
    return tensors, int(json.loads(metadata["step"]))


def _check_same_run(folder: Path, saved: str, config: str) -> None:
    """RunMismatch where the texts of a saved run and of ours do not decide the same numbers."""
    if saved == config:
        return
    theirs, ours = kind_of_text(saved), kind_of_text(config)
    if theirs != ours:
        raise RunMismatch(
            f"Run folder '{folder}' holds a run of the kind '{theirs}', and this is one of the "
            f"kind '{ours}'. Go on with it by impasto-train {theirs}, or choose a new run folder."
        )
    in_full = decided(saved) if theirs == "style" else decided_effect(saved)
    if in_full.deciding() != config:
        raise RunMismatch(
            f"Run folder '{folder}' was made with another configuration (see its config.json). "
            "Resume with that one, or choose a new run folder."
        )


def _fill(modules: Mapping[str, nn.Module], tensors: Mapping[str, Tensor]) -> None:
    for name, module in modules.items():
        prefix = f"{name}/"
        module.load_state_dict(
            {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}
        )


def _read_average(folder: Path, key: str) -> tuple[dict[str, Tensor], TrainingConfig]:
    """Another run's averaged generator and its configuration; `key` named it in ours."""
    try:
        with safe_open(str(folder / FILE_NAME), framework="pt") as saved:
            tensors = {
                name.removeprefix("average/"): saved.get_tensor(name)
                for name in saved.keys()
                if name.startswith("average/")
            }
            text = saved.metadata()["config"]
    except FileNotFoundError as error:
        raise RunMismatch(
            f"The configuration's '{key}' names run '{folder}', which holds no {FILE_NAME}. "
            f"Train that one first, or change '{key}'."
        ) from error
    if kind_of_text(text) != "style":
        raise RunMismatch(
            f"The configuration's '{key}' names run '{folder}', which is a run of the kind "
            f"'{kind_of_text(text)}' and paints no style. Change '{key}'."
        )
    return tensors, decided(text)


def load_finished(
    folder: Path, styles: Sequence[str], key: str = "distil.teacher"
) -> tuple[Generator, Tensor]:
    """Another run's averaged generator, and (K, its styles) that turns our weights into its own.

    RunMismatch where the run does not know one of our `styles`.
    """
    tensors, config = _read_average(folder, key)
    known = [style.id for style in config.styles]
    unknown = [style for style in styles if style not in known]
    if unknown:
        raise RunMismatch(
            f"The configuration's '{key}' names run '{folder}', which does not know "
            f"{', '.join(unknown)}; it knows {', '.join(known)}. Take those styles out, or name "
            "another run."
        )
    generator = make_generator(len(known), config.generator.generator_size())
    generator.load_state_dict(tensors)
    ours = torch.zeros(len(styles), len(known))
    ours[range(len(styles)), [known.index(style) for style in styles]] = 1.0
    return generator.eval().requires_grad_(False), ours


def start_from(folder: Path, generator: nn.Module, styles: Sequence[str]) -> list[str]:
    """Fills a generator with another run's averaged one and returns the styles it had not known.

    Rows go by style id; a style that the other run does not know starts as the mean of those it
    knows. What the other run has not (contour lines, say) starts fresh. RunMismatch where the
    sizes differ.
    """
    theirs, config = _read_average(folder, "start")
    known = [style.id for style in config.styles]
    ours = generator.state_dict()
    for name, value in theirs.items():
        if name.rsplit(".", 1)[-1] in ROWS:
            mean = value[1:].mean(0)
            rows = [value[known.index(s) + 1] if s in known else mean for s in styles]
            value = torch.stack([value[0], *rows])
        if name not in ours or ours[name].shape != value.shape:
            raise RunMismatch(
                f"The configuration starts from run '{folder}', whose generator is of another size "
                f"(at '{name}'). Make [generator] equal in both."
            )
        ours[name] = value
    generator.load_state_dict(ours)
    return [style for style in styles if style not in known]


def load_modules(folder: Path, modules: Mapping[str, nn.Module], config: str) -> int:
    """Restores some modules in place and returns the step; RunMismatch where the config differs."""
    tensors, step = _read(folder, config)
    _fill(modules, tensors)
    return step


def load_state(folder: Path, state: RunState, config: str) -> int:
    """Restores the whole state in place and returns its step."""
    tensors, step = _read(folder, config)
    _fill(state.modules, tensors)
    for name, optimiser in state.optimisers.items():
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in tensors.items():
            if key.startswith(f"{name}/"):
                _, index, slot = key.split("/")
                slots.setdefault(int(index), {})[slot] = value
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": slots, "param_groups": groups})
    return step
