"""Holds a training run as a painter, by the network that an export of it would write."""

from __future__ import annotations

import tempfile
from pathlib import Path

from pydantic import ValidationError

from model_training.networks.generator import Generator
from model_training.release import export
from model_training.release.session_painter import SessionPainter
from model_training.training.checkpoint import RunMismatch
from model_training.training.config import TrainingConfig

CONFIG_FILE = "config.json"


def read_run(run: Path) -> tuple[TrainingConfig, Generator]:
    """The configuration and the averaged generator of a run folder.

    Raises RunMissing or RunMismatch.
    """
    try:
        text = (run / CONFIG_FILE).read_text(encoding="utf-8")
        config = TrainingConfig.model_validate_json(text)
    except OSError as error:
        raise export.RunMissing(
            f"Run folder '{run}' holds no {CONFIG_FILE} that can be read. Name the folder of a run."
        ) from error
    except ValidationError as error:
        raise RunMismatch(
            f"The configuration in run folder '{run}' is of another version of the training "
            f"({error.error_count()} keys differ). Train it again."
        ) from error
    return config, export.load_generator(config, run)[0]


def run_painter(run: Path) -> SessionPainter:
    """The painter of a run; raises what ``read_run`` does."""
    config, generator = read_run(run)
    with tempfile.TemporaryDirectory() as folder:
        network = Path(folder) / "model.onnx"
        export.write_network(generator, network, {})
        session = export.open_network(network)
    return SessionPainter(session, tuple(style.id for style in config.styles))
