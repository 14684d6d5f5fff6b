"""The promises of the stage by stage measurement: every stage and the ratio are printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.render_stages import measure
from tests.tiny_model import MODEL_ID, write_tiny_model


def test_every_stage_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A render of two tiny frames leaves its figures, the bare network's and their ratio."""
    models, shots = tmp_path / "models", tmp_path / "shots"
    write_tiny_model(models)
    shots.mkdir()
    monkeypatch.setenv("IMPASTO_MODELS", str(models))
    measure(shots, MODEL_ID, 64, 48, frames=2)
    printed = capsys.readouterr().out
    assert f"64x48, 2 frames, {MODEL_ID} on " in printed
    for row in ("seconds a frame:", "  EXR to EXR ", "  bare network ", "  ratio "):
        assert row in printed
    stages = printed.split("seconds a frame:\n")[1].split("  EXR to EXR")[0].splitlines()
    assert len(stages) >= 3
    assert all(float(line.split()[-1]) >= 0.0 for line in stages)
    assert len(list(shots.glob("painted.*.exr"))) == 2
