"""Promises of a script's job: what the farm paints is what Render would paint, or it is refused."""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from nuke_plugin import frame_states, style_node
from nuke_plugin.contract.effect_request import RenderEffect
from nuke_plugin.contract.errors import (
    FarmOutputUnreachable,
    ModelNotFound,
    NodesInChain,
    NothingToSend,
    PlateNotConnected,
    ScriptHasChanges,
)
from nuke_plugin.contract.farm_job import ANY, GPU
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.effect_render import EffectRender
from nuke_plugin.farm.script_job import job_of
from nuke_plugin.frame_fingerprint import pictures_of
from nuke_plugin.plate_fingerprint import PlateFingerprint
from nuke_plugin.render_settings import RenderSettings
from tests.nuke_plugin.comp import Comp
from tests.nuke_plugin.effect_comp import effect_node


def write_below(node: Any, folder: Path, **choices: Any) -> Any:
    """Return a Write of the script that shows a node."""
    import nuke

    write = nuke.nodes.Write(raw=True, **choices)
    write["file_type"].setValue("exr")
    write["file"].setValue(str(folder / "comp" / "c.%04d.exr").replace("\\", "/"))
    write["create_directories"].setValue(True)
    write.setInput(0, node)
    return write


def test_a_job_says_all_that_render_would_do(comp: Comp) -> None:
    """Requests, fingerprints, model, the Writes below, the files above and the frame's size."""
    node = comp.node(style="cold", strength=0.5)
    write = write_below(node, comp.folder)
    write_below(comp.plate, comp.folder / "other")  # shows no painting
    comp.save()
    job = job_of([node], GPU, environ={"OCIO": "ocio://default", **_models(comp)})

    assert (job.name, job.device, job.colour_config) == ("comp_v001", GPU, "ocio://default")
    assert Path(job.script or "") == comp.script
    assert job.nodes == (node.fullName(),)
    (painting,) = job.paintings
    request = painting.request
    assert request.results == str(comp.results(node)).replace("\\", "/")
    assert (request.model, request.styles, request.strength) == ("tiny", {"cold": 1.0}, 0.5)
    assert painting.frames.to_text() == "1001-1003"
    plate = PlateFingerprint.above(node)
    for picture in pictures_of(RenderSettings.from_node(node)):
        known = picture.fingerprint(plate.at(picture.frame, picture.view))
        assert request.fingerprints[str(picture.frame)] == known
        assert known.startswith(painting.settings_digest)
    assert [model.id for model in job.models] == ["tiny"]
    assert [(output.write, output.frames) for output in job.outputs] == [
        (write.fullName(), "1001-1003")
    ]
    assert str(comp.folder / "plates" / "shot.%04d.exr").replace("\\", "/") in job.inputs
    assert job.largest_px == (24, 16)


def test_a_range_and_animation_make_paintings(comp: Comp) -> None:
    """Frames that are given go before the node's; a strength that moves splits them."""
    node = comp.node()
    node["strength"].setExpression("(frame - 1000) / 4")
    comp.save()
    job = job_of([node], ANY, FrameRange((1001, 1003)))
    assert [(p.request.frames, p.request.strength) for p in job.paintings] == [
        ("1001", 0.25),
        ("1003", 0.75),
    ]
    assert job.frames.frames == (1001, 1003)


def test_an_effect_goes_with_a_style(comp: Comp, effects: Path) -> None:
    """A job of both kinds has the requests that Render would make, and both models."""
    style, fire = comp.node(), effect_node(comp)
    fire["speed"].setValue(0.5)
    fire["seed"].setExpression("frame == 1003 ? 7 : 2")
    write = write_below(fire, comp.folder)
    comp.save()
    job = job_of([style, fire], ANY)

    assert [p.request.model for p in job.paintings] == ["tiny", "tiny_fire", "tiny_fire"]
    assert [model.id for model in job.models] == ["tiny", "tiny_fire"]
    assert [output.write for output in job.outputs] == [write.fullName()]
    asked = [p.request for p in job.paintings if isinstance(p.request, RenderEffect)]
    assert [(one.frames, one.seed) for one in asked] == [("1001-1002", 2), ("1003", 7)]
    assert asked[1].moments["1003"].time == 0.5 * 1003
    plate = PlateFingerprint.above(fire)
    for picture in pictures_of(EffectRender.from_node(fire)):
        known = picture.fingerprint(plate.at(picture.frame, picture.view))
        found = [one.fingerprints.get(str(picture.frame)) for one in asked]
        assert [digits for digits in found if digits] == [known]


def test_what_is_on_screen_must_be_saved(comp: Comp, nuke: ModuleType) -> None:
    """A script with changes is refused, and so is one that has no file."""
    node = comp.node()
    with pytest.raises(ScriptHasChanges, match=r"comp_v001\.nk has changes"):
        job_of([node], ANY)
    comp.save()
    assert job_of([node], ANY).nodes == (node.fullName(),)
    assert not nuke.modified()
    nuke.root()["name"].setValue("")
    with pytest.raises(ScriptHasChanges, match="no file yet"):
        job_of([node], ANY)


def test_a_write_with_other_tcl_is_no_change(
    comp: Comp, nuke: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The script's own Write names its files by the user's own Tcl, and nothing is to be saved."""
    elsewhere = str(comp.folder / "comps").replace("\\", "/")
    monkeypatch.setenv("SHOT", elsewhere)
    node = comp.node()
    write = nuke.nodes.Write(file="[getenv SHOT]/comp.%04d.exr", create_directories=True)
    write.setInput(0, node)
    comp.save()
    job = job_of([node], ANY)

    assert [output.pattern for output in job.outputs] == [f"{elsewhere}/comp.%04d.exr"]
    assert not nuke.modified()
    assert write["file"].value() == "[getenv SHOT]/comp.%04d.exr"


def test_two_nodes_of_one_file_get_their_own(comp: Comp, nuke: ModuleType) -> None:
    """A copy that shares its results gets a file of its own, which must be saved first."""
    one = comp.node()
    two = comp.node()
    for name in ("ResultRead", "PlateWrite"):
        for node, other in zip(_inside(two, name), _inside(one, name)):
            node["file"].setValue(other["file"].value())
    comp.save()
    with pytest.raises(ScriptHasChanges):
        job_of([one, two], ANY)
    comp.save()
    job = job_of([one, two], ANY)
    assert len({painting.request.results for painting in job.paintings}) == 2


def test_nodes_in_a_chain_are_refused(comp: Comp, nuke: ModuleType) -> None:
    """A node that shows what another of the job has yet to paint would paint the wrong plate."""
    above = comp.node()
    grade = nuke.nodes.Grade()
    grade.setInput(0, above)
    below = comp.node()
    below.setInput(0, grade)
    comp.save()
    with pytest.raises(NodesInChain, match=f"{below.fullName()} paints what {above.fullName()}"):
        job_of([above, below], ANY)
    assert job_of([below], ANY).nodes == (below.fullName(),)


def test_what_cannot_be_painted_is_not_sent(comp: Comp) -> None:
    """No node, no model, no plate: the sentence that Render says, before anything is sent."""
    comp.save()
    with pytest.raises(NothingToSend, match="no Impasto node"):
        job_of([], ANY)
    node = comp.node()
    node["model"].setValues(["gone"])
    node["model"].setValue("gone")
    comp.save()
    with pytest.raises(ModelNotFound):
        job_of([node], ANY)
    node.setInput(0, None)
    node["model"].setValues(["tiny"])
    node["model"].setValue("tiny")
    comp.save()
    with pytest.raises(PlateNotConnected):
        job_of([node], ANY)


def test_what_cannot_be_written_is_not_sent(comp: Comp) -> None:
    """A Write's folder that nobody makes, and Results below a file, are told before any farm."""
    node = comp.node()
    write = write_below(node, comp.folder)
    write["create_directories"].setValue(False)
    comp.save()
    with pytest.raises(FarmOutputUnreachable, match=r"cannot write to .*/comp: "):
        job_of([node], ANY)
    (comp.folder / "comp").mkdir()
    assert len(job_of([node], ANY).outputs) == 1

    blocked = comp.folder / "plates" / "shot.1001.exr" / "painted.%04d.exr"
    node["results"].setValue(str(blocked).replace("\\", "/"))
    comp.save()
    with pytest.raises(FarmOutputUnreachable, match=r"cannot write to .*shot\.1001\.exr: "):
        job_of([node], ANY)


def test_a_write_that_is_limited_or_off(comp: Comp) -> None:
    """A Write writes its own range; one that is disabled or has no frame of it is left out."""
    node = comp.node()
    limited = write_below(node, comp.folder / "a")
    limited["use_limit"].setValue(True)
    limited["first"].setValue(1002)
    limited["last"].setValue(1050)
    off = write_below(node, comp.folder / "b")
    off["disable"].setValue(True)
    elsewhere = write_below(node, comp.folder / "c")
    for name, value in (("use_limit", True), ("first", 1), ("last", 9)):
        elsewhere[name].setValue(value)
    comp.save()
    job = job_of([node], ANY)
    assert [(output.write, output.frames) for output in job.outputs] == [
        (limited.fullName(), "1002-1003")
    ]
    assert len(frame_states.of(node).missing) == 3
    assert list(style_node.all_style_nodes()) == [node]


def _inside(group: Any, name: str) -> list[Any]:
    return [node for node in group.nodes() if node.name() == name]


def _models(comp: Comp) -> dict[str, str]:
    return {"IMPASTO_MODELS": os.environ["IMPASTO_MODELS"]}
