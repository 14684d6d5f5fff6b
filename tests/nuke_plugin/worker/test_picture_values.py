"""Tests of the way of a picture into a network's own layout and numbers."""

from __future__ import annotations

import numpy as np
import pytest

from nuke_plugin.contract.card_parts import ImageInput
from nuke_plugin.worker.picture_values import PictureValues

COLOUR = np.array([0.25, 0.5, 1.0], np.float32)


def picture() -> np.ndarray:
    """Return one colour, (1, 3, 2, 4)."""
    return np.ascontiguousarray(np.broadcast_to(COLOUR[None, :, None, None], (1, 3, 2, 4)))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (PictureValues(ImageInput()), [0.25, 0.5, 1.0]),
        (PictureValues(ImageInput(channels="BGR", range=(0.0, 255.0))), [255.0, 127.5, 63.75]),
        (PictureValues(ImageInput(layout="NHWC", range=(-1.0, 1.0))), [-0.5, 0.0, 1.0]),
        (
            PictureValues(ImageInput(channels="BGR"), (0.406, 0.456, 0.485), (0.225, 0.224, 0.229)),
            [(1.0 - 0.406) / 0.225, (0.5 - 0.456) / 0.224, (0.25 - 0.485) / 0.229],
        ),
    ],
)
def test_numbers_go_in_as_the_network_expects_and_come_back(
    values: PictureValues, expected: list[float]
) -> None:
    """Order, range, mean and deviation are applied by channel, and undone exactly."""
    before = picture()
    tensor = values.encode(before)
    is_last = values.tensor.layout == "NHWC"
    assert tensor.shape == ((1, 2, 4, 3) if is_last else (1, 3, 2, 4))
    pixel = tensor[0, 1, 2] if is_last else tensor[0, :, 1, 2]
    np.testing.assert_allclose(pixel, expected, rtol=1e-5)
    np.testing.assert_allclose(values.decode(tensor), before, atol=1e-6)
    np.testing.assert_array_equal(before, picture())


def test_plain_values_are_passed_on_without_a_copy() -> None:
    """What a network of ours is given is the picture itself."""
    before = picture()
    assert PictureValues(ImageInput()).encode(before) is before
