"""Promises of what a node asks the worker for, and of the label that knows the results."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pytest

from nuke_plugin import style_knobs
from nuke_plugin.contract.errors import (
    ControlInvalid,
    FrameRangeInvalid,
    NodeEdited,
    StyleNotFound,
    StyleWeightsInvalid,
)
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.messages import Render
from nuke_plugin.contract.stroke_settings import DEFAULT_STROKES, FRAME_STROKES, StrokeSettings
from nuke_plugin.render_settings import RenderSettings
from tests.nuke_plugin.comp import FIRST, Comp

CURRENT, STALE = "warm", "settings changed, press Render"


def requests(node: Any) -> list[Render]:
    """Return what a node asks for."""
    return list(RenderSettings.from_node(node).requests())


def test_a_new_node_asks_for_one_style_whole(comp: Comp) -> None:
    """A node as it is made asks for its style alone, in full, in neutral settings."""
    (request,) = requests(comp.node())
    plain = Render(0, "", "", "", "tiny", {"warm": 1.0}, 1.0, None, False, True)

    assert request.styles == plain.styles
    assert (request.strength, request.light, request.execution) == (
        plain.strength,
        plain.light,
        plain.execution,
    )
    assert request.frames == "1001-1003"


def test_styles_are_blended_by_weight(comp: Comp) -> None:
    """The weights of up to three styles are brought to a sum of 1; equal styles are one."""
    node = comp.node(style2="cold", style_weight=3.0, style2_weight=1.0)
    assert requests(node)[0].styles == {"warm": 0.75, "cold": 0.25}
    node["style3"].setValue("warm")
    assert requests(node)[0].styles == {"warm": 0.8, "cold": 0.2}
    node["style2_weight"].setValue(0)
    assert requests(node)[0].styles == {"warm": 1.0}


def test_one_style_is_whole_whatever_its_weight(comp: Comp) -> None:
    """The weight of a style that is alone decides nothing, 0 included."""
    node = comp.node(style_weight=0.0)
    assert requests(node)[0].styles == {"warm": 1.0}
    node["style_weight"].setExpression("frame")
    assert [one.frames for one in requests(node)] == ["1001-1003"]


def test_weights_and_strength_are_sampled_at_each_frame(comp: Comp) -> None:
    """Animated weights and strengths give one request for each set of values, with its frames."""
    node = comp.node(style2="cold")
    node["style2_weight"].setExpression("frame == 1002 ? 1 : 0")
    node["strength"].setAnimated()
    node["strength"].setValueAt(0.5, 1001)
    node["strength"].setValueAt(1.0, 1003)
    found = [(one.frames, one.styles, one.strength) for one in requests(node)]

    assert found == [
        ("1001", {"warm": 1.0}, 0.5),
        ("1002", {"warm": 0.5, "cold": 0.5}, 0.75),
        ("1003", {"warm": 1.0}, 1.0),
    ]


def test_light_alpha_and_network_are_asked_for(comp: Comp) -> None:
    """Every other control above Render reaches the request, under the wire's names."""
    node = comp.node(light="compress", premult="off", plate_colorspace="ACEScg")
    node["useGPUIfAvailable"].setValue(False)
    node["halfPrecision"].setValue(True)
    node["tileSize"].setValue("2048")
    (request,) = requests(node)

    assert (request.light.policy, request.light.premult) == ("compress", "off")
    assert request.light.plate_colour == 0  # kept live in the graph
    assert request.colorspace == "ACEScg"
    assert not request.execution.use_gpu
    assert request.execution.half_precision
    assert request.execution.tile_px == 2048


def test_strokes_follow_the_frame_unless_told_not_to(comp: Comp) -> None:
    """The strokes' scale and detail are sampled at each frame while they follow the frame."""
    assert requests(comp.node())[0].strokes == FRAME_STROKES
    node = comp.node(stroke_scale=2.0, stroke_detail=0.5, scale_strokes=False)
    assert requests(node)[0].strokes == DEFAULT_STROKES
    node["scale_strokes"].setValue(True)
    assert requests(node)[0].strokes == StrokeSettings(2.0, 0.5)
    node["stroke_scale"].setExpression("frame - 1000")
    scales = [(one.frames, one.strokes.scale) for one in requests(node)]
    assert scales == [("1001", 1.0), ("1002", 2.0), ("1003", 3.0)]
    node["stroke_scale"].setExpression("9")
    with pytest.raises(ControlInvalid, match="Stroke scale of ImpastoStyle2 cannot be used"):
        requests(node)


@pytest.mark.parametrize("weights", [(0.0, 0.0), (-1.0, 2.0), (float("inf"), 1.0)])
def test_weights_that_are_none_are_refused(comp: Comp, weights: tuple[float, float]) -> None:
    """Weights that are all 0, negative or endless are told before anything is written."""
    node = comp.node(style2="cold", style_weight=weights[0], style2_weight=weights[1])
    with pytest.raises(StyleWeightsInvalid, match="warm"):
        requests(node)


def test_a_further_style_that_is_not_installed_is_told(comp: Comp) -> None:
    """A second style that the model has not is named."""
    node = comp.node()
    node["style2"].setValues(["(none)", "molten"])
    node["style2"].setValue("molten")
    with pytest.raises(StyleNotFound, match="molten"):
        requests(node)


def test_frames_may_be_given(comp: Comp) -> None:
    """A render of other frames than the node's own range takes the values of those frames."""
    node = comp.node()
    node["strength"].setExpression("frame == 1010 ? 0.25 : 1")
    settings = RenderSettings.from_node(node, FrameRange((1010,)))

    assert [(one.frames, one.strength) for one in settings.requests()] == [("1010", 0.25)]
    node["frame_range"].setValue("a-b")
    with pytest.raises(FrameRangeInvalid):
        requests(node)


@pytest.mark.parametrize("name", style_knobs.FOR_A_RENDER)
def test_a_node_that_lost_a_knob_is_told(comp: Comp, name: str) -> None:
    """A knob that was removed by hand is named, instead of a traceback out of Nuke."""
    node = comp.node()
    node.removeKnob(node[name])
    with pytest.raises(NodeEdited, match=f"ImpastoStyle1 has no knob {name}: "):
        requests(node)


CHANGES = {
    "model": "other",
    "style": "cold",
    "style2": "cold",
    "style3": "cold",
    "strength": 0.5,
    "plate_colorspace": "ACEScg",
    "scale_strokes": False,
    "light": "clip",
    "premult": "on",
    "halfPrecision": True,
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_rendered_control_shows_in_the_label(comp: Comp, nuke: ModuleType, name: str) -> None:
    """A change of what the painting depends on is told in the graph until it is rendered again."""
    node = rendered(comp.node())
    assert label(node) == CURRENT
    if name in ("model", "style2", "style3"):
        node[name].setValues([*node[name].values(), str(CHANGES[name])])
    node[name].setValue(CHANGES[name])

    assert label(node) == STALE
    style_knobs.note_rendered(node, style_knobs.rendered_values(node))
    assert label(node) in ("warm", "cold")


def test_weights_show_in_the_label_where_they_count(comp: Comp) -> None:
    """A weight that decides something is compared, at each frame; one that does not is not."""
    node = rendered(comp.node())
    for name in ("style_weight", "style2_weight", "style3_weight"):
        node[name].setValue(0.3)
    assert label(node) == CURRENT
    node["style2"].setValue("cold")
    rendered(node)
    node["style_weight"].setExpression(f"frame == {FIRST} ? 0.3 : 0.6")
    assert label(node) == CURRENT
    node["style_weight"].setExpression("0.6")
    assert label(node) == STALE


def test_the_strokes_show_in_the_label_where_they_count(comp: Comp) -> None:
    """Scale and detail are compared while strokes follow the frame, and not otherwise."""
    node = rendered(comp.node(scale_strokes=False))
    node["stroke_scale"].setValue(2.0)
    node["stroke_detail"].setValue(0.0)
    assert label(node) == CURRENT
    node["scale_strokes"].setValue(True)
    rendered(node)
    assert label(node) == CURRENT
    node["stroke_detail"].setValue(0.5)
    assert label(node) == STALE


def test_what_changes_no_pixel_is_no_reason_to_render(comp: Comp) -> None:
    """On what and in what tiles was painted leaves the label as it is."""
    node = rendered(comp.node())
    node["useGPUIfAvailable"].setValue(False)
    node["tileSize"].setValue("1024")
    assert label(node) == CURRENT


def test_frames_of_other_settings_are_told(comp: Comp) -> None:
    """Where frames of two settings lie beside each other, the label says so."""
    node = rendered(comp.node())
    style_knobs.note_rendered(node, style_knobs.rendered_values(node), is_mixed=True)
    assert label(node).startswith("some frames are of an earlier setting")


def label(node: Any) -> str:
    """Return the first line of a node's label, which compares it with its results."""
    return str(node["label"].evaluate().splitlines()[0])


def rendered(node: Any) -> Any:
    """Return the node as if all its frames had been rendered as it is set now."""
    node.node("Result")["which"].clearAnimated()
    node.node("Result")["which"].setValue(1)
    style_knobs.note_rendered(node, style_knobs.rendered_values(node))
    return node


def test_what_is_animated_is_not_written_into_the_network(comp: Comp) -> None:
    """One style and strength for all frames are folded, whatever the frames; others are not."""
    node = comp.node()
    assert [one.execution.fold for one in requests(node)] == [True]
    node["strength"].setExpression("frame == 1002 ? 0.5 : 1")
    assert [one.execution.fold for one in requests(node)] == [False, False]
