"""Holds what a run folder knows of itself: its resolved configuration, and where its data lies.

`config.json` is the configuration that `train` saved; `run.json` names the data folder that its
paths start from. With both, `export` and `--resume` need the run folder only.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from safetensors import safe_open

from model_training.cli.from_folder import validated
from model_training.effects.config import EffectConfig, effect_config, read_effect_config
from model_training.release.export import RunMissing
from model_training.training.checkpoint import FILE_NAME, RunMismatch
from model_training.training.config import TrainingConfig, read_config
from model_training.training.config_file import ConfigInvalid
from model_training.training.run_config import kind_of

CONFIG_FILE = "config.json"
DATA_FILE = "run.json"


def read_run(
    run: Path, config: Path | None = None, data: Path | None = None
) -> tuple[TrainingConfig, Path]:
    """A run's configuration and data folder; what is named beside it goes before what it knows."""
    return (
        read_run_config(run) if config is None else read_config(config),
        read_data_folder(run) if data is None else data,
    )


def read_effect_run(
    run: Path, config: Path | None = None, data: Path | None = None
) -> tuple[EffectConfig, Path]:
    """The same of an effect's run."""
    return (
        read_effect_run_config(run) if config is None else read_effect_config(config),
        read_data_folder(run) if data is None else data,
    )


def read_run_config(run: Path) -> TrainingConfig:
    """The resolved configuration that a style's run was trained with."""
    values = _saved_values(run)
    _require_kind(run, values, "style")
    return validated(values, f"saved in '{run / CONFIG_FILE}'")


def read_effect_run_config(run: Path) -> EffectConfig:
    """The resolved configuration that an effect's run was trained with."""
    values = _saved_values(run)
    _require_kind(run, values, "effect")
    return effect_config(values, f"saved in '{run / CONFIG_FILE}'")


def trains_effect(run: Path) -> bool:
    """Whether a run folder is that of an effect."""
    return kind_of(_saved_values(run)) == "effect"


def _saved_values(run: Path) -> dict[str, object]:
    path = run / CONFIG_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunMissing(
            f"There is no run in '{run}': it holds no {CONFIG_FILE}. Name a run folder, or train "
            "one with impasto-train style or impasto-train effect."
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigInvalid(
            f"'{path}' cannot be read: {error}. Name the configuration with --config."
        ) from error
    if not isinstance(values, dict):
        raise ConfigInvalid(f"'{path}' is no table of keys and values.")
    return values


def _require_kind(run: Path, values: dict[str, object], kind: str) -> None:
    found = kind_of(values)
    if found != kind:
        raise RunMismatch(
            f"Run folder '{run}' holds a run of the kind '{found}', and one of the kind '{kind}' "
            f"is asked for. Go on with it by impasto-train {found}, or name another run folder."
        )


def read_data_folder(run: Path) -> Path:
    """The folder that the paths in a run's configuration start from."""
    path = run / DATA_FILE
    try:
        data = Path(json.loads(path.read_text(encoding="utf-8"))["data"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunMissing(
            f"Run folder '{run}' does not say where its data lies ({DATA_FILE}: {error}). "
            "Name the data folder with --data."
        ) from error
    if not data.is_dir():
        raise RunMissing(
            f"The data folder of run '{run}' was '{data}', which is not there any more. "
            "Name where it lies now with --data."
        )
    return data


def saved_step(run: Path) -> int:
    """The step that a run's saved state has reached; 0 where there is none."""
    path = run / FILE_NAME
    if not path.is_file():
        return 0
    with safe_open(str(path), framework="pt") as saved:
        return int(json.loads(saved.metadata()["step"]))


def write_data_folder(run: Path, data: Path) -> None:
    """Notes in a run folder where its data lies; the file appears whole."""
    run.mkdir(parents=True, exist_ok=True)
    building = run / f".{DATA_FILE}.{os.getpid()}"
    try:
        values = {"data": str(data.resolve())}
        building.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
        os.replace(building, run / DATA_FILE)
    finally:
        building.unlink(missing_ok=True)
