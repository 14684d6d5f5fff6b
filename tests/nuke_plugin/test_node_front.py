"""Promises of the knobs on the front that hold only because of how Nuke saves knobs."""

from __future__ import annotations

from types import ModuleType

from tests.nuke_plugin.comp import Comp


def test_sliders_keep_their_range(comp: Comp, nuke: ModuleType) -> None:
    """After loading a slider goes as far as in a new node; an Int_Knob would lose its range."""
    node = comp.node()
    name = node.name()
    kinds = {knob.Class() for knob in node.allKnobs() if knob._user}
    ranges = {
        knob.name(): (knob.min(), knob.max())
        for knob in node.allKnobs()
        if knob._user and knob.Class() == "Double_Knob" and knob.visible()
    }
    comp.save()
    nuke.scriptOpen(str(comp.script))
    again = nuke.toNode(name)

    assert "Int_Knob" not in kinds
    assert ranges["stroke_scale"] == (0.25, 4.0)
    assert {key: (again[key].min(), again[key].max()) for key in ranges} == ranges
