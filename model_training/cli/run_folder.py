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
from model_training.release.export import RunMissing
from model_training.training.checkpoint import FILE_NAME
from model_training.training.config import TrainingConfig, read_config
from model_training.training.config_file import ConfigInvalid

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


def read_run_config(run: Path) -> TrainingConfig:
    """The resolved configuration that a run was trained with."""
    path = run / CONFIG_FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise RunMissing(
            f"There is no run in '{run}': it holds no {CONFIG_FILE}. Name a run folder, or train "
            "one with impasto-train style."
        ) from error
    except (OSError, ValueError) as error:
        raise ConfigInvalid(
            f"'{path}' cannot be read: {error}. Name the configuration with --config."
        ) from error
    return validated(values, f"saved in '{path}'")


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
