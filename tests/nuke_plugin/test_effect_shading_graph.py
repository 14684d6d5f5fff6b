"""Promises of the nodes that shade an effect live: what they show is what the command makes."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin.pixels import pixel_rows

from nuke_plugin.contract.effect_shading import (
    SHADINGS,
    FireShading,
    Shading,
    SmokeShading,
    WaterShading,
)

ROOT = Path(__file__).resolve().parents[2]
WIDTH, HEIGHT = 20, 16
PARTS = ("red", "green", "blue", "alpha")

CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "fire as it comes": ("fire", {}),
    "a hot, sooty fire": (
        "fire",
        {"temperature": 3200.0, "coolest": 1500.0, "soot": 3.0, "exposure": -1.5, "shadow": 0.4},
    ),
    "a cool fire": ("fire", {"temperature": 1300.0, "coolest": 700.0, "colour": (0.3, 0.1, 0.0)}),
    "smoke as it comes": ("smoke", {}),
    "thin, warm smoke": (
        "smoke",
        {"density": 0.6, "colour": (0.7, 0.5, 0.4), "light": (2.0, 1.5, 1.0), "exposure": 0.5},
    ),
    "a low, rough sea": (
        "water",
        {"view": 12.0, "sun_azimuth": -40.0, "roughness": 0.5, "relief": 1.7, "foam": 2.0},
    ),
    "a pool": ("water", {"view": 80.0, "depth_px": 12.0, "caustics": 2.0, "exposure": -1.0}),
}

MAKE = """
import json, sys
import numpy as np
from nuke_plugin.contract.effect_shading import shading_of
from nuke_plugin.worker.effects.shading.shade import shade
from tests.exr_files import write_exr
from tests.nuke_plugin.worker.effects.shading import made_fields

for case in json.loads(sys.argv[1]):
    file, effect, asked, width, height = case
    made = {"fire": made_fields.flame, "smoke": made_fields.puff, "water": made_fields.waves}
    channels = made[effect](height, width)
    said = {key: tuple(v) if isinstance(v, list) else v for key, v in asked.items()}
    shaded = shade(channels, shading_of(effect, said))
    every = {**channels, **shaded.layers}
    layers = {name if "." in name else f"{effect}.{name}": p for name, p in every.items()}
    wanted = {f"wanted.{part}": plane for part, plane in zip("RGBA", shaded.rgba)}
    write_exr(file, {**layers, **wanted})
"""


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, worker_python: Path) -> dict[str, Path]:
    """Return a file for each case, with the channels, the layers and the picture that is wanted."""
    folder = tmp_path_factory.mktemp("shaded")
    files = {case: folder / f"{index}.exr" for index, case in enumerate(CASES)}
    asked = [[str(files[case]), *CASES[case], WIDTH, HEIGHT] for case in CASES]
    subprocess.run(
        [worker_python, "-c", MAKE, json.dumps(asked)], check=True, cwd=ROOT, env=dict(os.environ)
    )
    return files


def read_of(file: Path) -> Any:
    """Return a Read of a file, in a script of its size."""
    import nuke

    nuke.root()["format"].setValue(nuke.addFormat(f"{WIDTH} {HEIGHT} 1 tiny"))
    return nuke.nodes.Read(file=str(file).replace("\\", "/"), raw=True)


def shaded(source: Any, settings: Shading, texts: Any = None) -> Any:
    """Return the last node that shades a source."""
    from nuke_plugin import effect_shading_graph as graph

    said = graph.texts_of(settings) if texts is None else texts
    if isinstance(settings, FireShading):
        return graph.add_fire(source, said)
    if isinstance(settings, SmokeShading):
        return graph.add_smoke(source, said)
    return graph.add_water(source, said)


@pytest.mark.parametrize("case", CASES)
def test_the_nodes_show_what_the_command_makes(
    nuke_host: ModuleType, pictures: dict[str, Path], case: str
) -> None:
    """Every pixel is within 1e-4 of the brightest, and it is a picture with light and dark."""
    effect, asked = CASES[case]
    read = read_of(pictures[case])
    shown = shaded(read, SHADINGS[effect](**asked))
    for part in PARTS:
        wanted = values(read, f"wanted.{part}")
        seen = values(shown, f"rgba.{part}")
        scale = max(map(abs, wanted)) or 1.0
        assert max(abs(a - b) for a, b in zip(seen, wanted)) < 1e-4 * scale
    assert max(values(shown, "rgba.red")) > 4 * scale_of_dark(shown)


def scale_of_dark(shown: Any) -> float:
    """Return the median red of a picture, at least a little."""
    reds = sorted(values(shown, "rgba.red"))
    return max(reds[len(reds) // 4], 1e-3)


def values(node: Any, channel: str) -> list[float]:
    """Return all pixels of a channel."""
    return [value for row in pixel_rows(node, channel) for value in row]


@pytest.mark.parametrize(
    ("settings", "changed"),
    [
        (FireShading(), FireShading(temperature=2400.0)),
        (FireShading(), FireShading(soot=2.0)),
        (SmokeShading(), SmokeShading(shadow=0.0)),
        (WaterShading(), WaterShading(sun_elevation=60.0)),
        (WaterShading(), WaterShading(tint=(0.9, 0.9, 0.9))),
    ],
)
def test_settings_are_in_the_texts(
    nuke_host: ModuleType, pictures: dict[str, Path], settings: Shading, changed: Shading
) -> None:
    """Another setting is another picture: the comparison above would see one that is lost."""
    names = {FireShading: "fire as it comes", SmokeShading: "smoke as it comes"}
    read = read_of(pictures[names.get(type(settings), "a pool")])
    one, other = (values(shaded(read, s), "rgba.red") for s in (settings, changed))
    assert max(abs(a - b) for a, b in zip(one, other)) > 1e-3 * max(one)


@pytest.mark.parametrize("settings", [FireShading(), SmokeShading(), WaterShading()])
def test_knobs_stand_where_numbers_stood(nuke_host: ModuleType, settings: Shading) -> None:
    """By knobs' names the texts are the same but for the numbers, and every knob is used."""
    from nuke_plugin import effect_shading_graph as graph

    numbers, knobs = graph.texts_of(settings), graph.knob_texts(settings)
    by_number = " ".join(all_texts(shaded(None, settings)))
    by_knob = " ".join(all_texts(shaded(None, settings, knobs)))
    neighbours = ("light_angle", "shadow_reach_px")  # these decide a layer, and nothing after it
    for name in sorted(knobs, key=len, reverse=True):
        pairs = zip(
            knobs[name] if isinstance(knobs[name], tuple) else (knobs[name],),
            numbers[name] if isinstance(numbers[name], tuple) else (numbers[name],),
        )
        for knob, number in pairs:
            assert (str(knob) in by_knob) == (name not in neighbours), knob
            by_knob = by_knob.replace(str(knob), str(number))
    assert by_knob == by_number


def all_texts(node: Any) -> list[str]:
    """Return what stands in an Expression and in those above it."""
    knobs = [f"temp_expr{index}" for index in range(4)] + [f"expr{index}" for index in range(4)]
    own = [str(node[name].value()) for name in knobs]
    above = node.input(0)
    return own if above is None else all_texts(above) + own
