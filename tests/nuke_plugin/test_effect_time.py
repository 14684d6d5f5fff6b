"""Promises of an effect's time on the node: constant as the command's, animated without a jump."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nuke_plugin.contract.effect_request import EffectMoment
from nuke_plugin.contract.errors import ControlInvalid
from nuke_plugin.effect_time import EffectTime
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.effect_comp import effect_node


@pytest.fixture
def node(terminal_comp: Comp, effects: Path) -> Any:
    """A node in a wind."""
    return effect_node(terminal_comp, speed=0.5, wind=2.0)


def moments(node: Any, *frames: int) -> list[EffectMoment]:
    """Return the moments of frames."""
    made, turn = EffectTime(node, has_wind=True).moments(frames)
    assert turn is None
    return [made[str(frame)] for frame in frames]


def test_a_steady_speed_is_the_commands(node: Any) -> None:
    """Time is speed times frame, the wind goes in the effect's own time, before frame 0 too."""
    assert moments(node, -4, 0, 1001) == [
        EffectMoment(-2.0, -4.0),
        EffectMoment(0.0, 0.0),
        EffectMoment(500.5, 1001.0),
    ]
    calm, _ = EffectTime(node, has_wind=False).moments([10])
    assert calm == {"10": EffectMoment(5.0, 0.0)}


def test_an_animated_speed_never_jumps(node: Any) -> None:
    """Time goes on by the speed of the moment, whichever frames are asked for."""
    node["speed"].setExpression("frame < 1000 ? 1 : 3")
    alone = moments(node, 1010)
    run = moments(node, *range(995, 1011))
    assert alone == run[-1:]
    steps = [b.time - a.time for a, b in zip(run, run[1:])]
    assert steps == [1.0] * 4 + [2.0] + [3.0] * 10
    drifts = [b.drift - a.drift for a, b in zip(run, run[1:])]
    assert drifts == pytest.approx([2 * step for step in steps])
    assert moments(node, -3)[0].time == -3.0


def test_a_ramp_is_summed_exactly(node: Any) -> None:
    """The integral of a speed that rises evenly is exact: half the frame squared."""
    node["speed"].setExpression("frame / 10")
    assert [m.time for m in moments(node, 0, 10, 20)] == pytest.approx([0.0, 5.0, 20.0])
    node["speed"].clearAnimated()
    node["speed"].setValue(1)
    node["wind"].setExpression("frame / 10")
    assert [m.drift for m in moments(node, -10, 10)] == pytest.approx([5.0, 5.0])


def test_a_loop_closes_on_itself(node: Any) -> None:
    """A turn later the moment is the same to the bit; a standing effect needs no loop."""
    made, turn = EffectTime(node, has_wind=True).moments([3, 27, -21], loop=24)
    assert set(made.values()) == {EffectMoment(1.5, 3.0)}
    assert turn == EffectMoment(12.0, 24.0)
    node["speed"].setValue(0)
    assert EffectTime(node, has_wind=True).moments([3], loop=24)[1] is None


def test_a_loop_of_a_moving_speed_is_refused(node: Any) -> None:
    """It could not close, so it is told; a speed beyond its range too, with the frame."""
    node["wind"].setExpression("frame")
    with pytest.raises(ControlInvalid, match="a loop closes only where speed and wind stay"):
        EffectTime(node, has_wind=True).moments([1], loop=24)
    node["speed"].setExpression("frame == 7 ? 1000 : 1")
    with pytest.raises(ControlInvalid, match="it is 1000 at frame 7"):
        EffectTime(node, has_wind=True).moments([20])
