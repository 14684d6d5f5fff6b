"""Promises of how a network is asked to run."""

from __future__ import annotations

import pytest

from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.execution_settings import DEFAULT_EXECUTION, ExecutionSettings


@pytest.mark.parametrize("tile_px", [0, -1, 255])
def test_a_tile_too_small_to_be_useful_is_refused(tile_px: int) -> None:
    """A tile below 256 pixels would spend more on its overlap than on the picture."""
    with pytest.raises(FieldInvalid, match="tile_px"):
        ExecutionSettings(tile_px=tile_px)


def test_nothing_asked_for_is_the_worker_s_choice() -> None:
    """By default the GPU is used, in single precision, in tiles that the worker chooses."""
    assert ExecutionSettings(True, False, None) == DEFAULT_EXECUTION
