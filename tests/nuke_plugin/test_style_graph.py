"""Promises of the nodes inside the node: what farms and caches of Nuke make of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nuke_plugin.style_graph import PLATE_WRITE, RESULT_READ, inner
from tests.nuke_plugin.comp import FIRST, Comp, picture


def file_knobs(group: Any) -> Iterator[Any]:
    """Yield the file knobs that hold something, also inside Groups, as farms gather assets."""
    for node in group.nodes():
        yield from (k for k in node.allKnobs() if k.Class() == "File_Knob" and k.value())
        if node.Class() == "Group":
            yield from file_knobs(node)


def test_a_farm_finds_the_files(comp: Comp, nuke: Any) -> None:
    """Results and plates stand in File_Knobs, where a farm that looks into Groups finds them."""
    node = comp.node()
    found = {knob.fullyQualifiedName(): knob.value() for knob in file_knobs(nuke.root())}

    for name in (RESULT_READ, PLATE_WRITE):
        assert found[f"{node.fullName()}.{name}.file"] == inner(node, name)["file"].value()


def test_results_are_never_localised(comp: Comp) -> None:
    """A new painting shows after a render; a Read with local copies would go on with the old."""
    node = comp.node()
    assert inner(node, RESULT_READ)["localizationPolicy"].value() == "off"

    source, file = inner(node, RESULT_READ), comp.folder / "painted.%04d.exr"
    source["file"].setValue(str(file).replace("\\", "/"))
    for light in (0.25, 0.75):
        painted(file, light)
        source["file"].fromUserText(f"{source['file'].value()} {FIRST}-{FIRST}")
        source["reload"].execute()
        assert picture(node, FIRST)["red"][0][0] == light


def painted(pattern: Any, light: float) -> None:
    """Write a result of one colour."""
    from nuke_standin.pixels import store_exr

    rows = [[light] * 24 for _ in range(16)]
    store_exr(str(pattern) % FIRST, dict.fromkeys("RGBA", rows))
