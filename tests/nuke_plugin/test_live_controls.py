"""Promises of what acts on the painting live: the plate's colour, its grain, the mask."""

from __future__ import annotations

import math
import os
import random
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from nuke_standin.pixels import pixel_rows, store_exr

from nuke_plugin import live_grain
from nuke_plugin.contract.plate_colour import LUMA_WEIGHTS
from tests.nuke_plugin.comp import FIRST, HEIGHT, LAST, WIDTH, Comp, largest_difference, picture

FRAME = 1002
RGB = ("red", "green", "blue")
Rows = list[list[float]]


def flat(value: float) -> Rows:
    """Return a channel of one value."""
    return [[value] * WIDTH for _ in range(HEIGHT)]


def pictures(seed: int, low: float, high: float) -> dict[str, Rows]:
    """Return colours between two values, some of them far above and some below 0."""
    values = random.Random(seed)

    def value() -> float:
        return 40.0 if values.random() < 0.05 else values.uniform(low, high)

    return {name: [[value() for _ in range(WIDTH)] for _ in range(HEIGHT)] for name in RGB}


def stored(file: Path, channels: dict[str, Rows], alpha: float = 1.0, kind: str = "float") -> Path:
    """Write a picture as an EXR file and return the file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    held = {name[0].upper(): rows for name, rows in channels.items()}
    described = {**held, "A": flat(alpha), "Z": flat(3.0)}
    store_exr(str(file), described, types=dict.fromkeys(described, kind))
    return file


def on_plate(comp: Comp, plate: dict[str, Rows], painted: dict[str, Rows]) -> Any:
    """Return a node on a plate whose result at FRAME is a painting, as if it were rendered."""
    node = comp.node()
    node.setInput(0, comp.read(stored(comp.folder / "plate.exr", plate, alpha=0.5)))
    stored(comp.result_file(node, FRAME), painted)
    shown(node)
    return node


def shown(node: Any, first: int = FRAME, last: int = FRAME) -> None:
    """Let a node read its results, as after a render."""
    read = node.node("ResultRead")
    read["file"].fromUserText(f"{read['file'].value()} {first}-{last}")
    read["reload"].execute()


def kept(plate: dict[str, Rows], painted: dict[str, Rows], amount: float) -> dict[str, Rows]:
    """Return what the formula of contract/plate_colour says, written out once more."""
    made = {name: flat(0.0) for name in RGB}
    for y in range(HEIGHT):
        for x in range(WIDTH):
            p, q = [[of[name][y][x] for name in RGB] for of in (plate, painted)]
            yp, yq = (sum(w * max(c, 0) for w, c in zip(LUMA_WEIGHTS, of)) for of in (p, q))
            dimmed, white = min(1.0, yq / max(yp, 1e-30)), max(0.0, yq - yp)
            for name, pc, qc in zip(RGB, p, q):
                whole = max(pc, 0) * dimmed + white + min(pc, 0)
                made[name][y][x] = qc + amount * (whole - qc)
    return made


@pytest.mark.parametrize("amount", [0.35, 1.0])
def test_the_plate_s_colour_is_kept_by_the_formula(comp: Comp, amount: float) -> None:
    """The graph works out what contract/plate_colour says, for suns and negative parts too."""
    plate, painted = pictures(1, -0.2, 1.5), pictures(2, 0.0, 1.2)
    node = on_plate(comp, plate, painted)
    node["keep_plate_colour"].setValue(amount)
    seen = picture(node, FRAME, RGB)
    wanted = kept(plate, painted, amount)

    scale = max(abs(value) for rows in wanted.values() for row in rows for value in row)
    assert largest_difference(seen, wanted) < 1e-5 * scale
    assert largest_difference(seen, painted) > 0.1


def test_the_plate_s_colour_agrees_with_the_command(
    comp: Comp, worker_python: Path, models: Path
) -> None:
    """Live, a node shows what ``impasto render --plate-colour`` writes, to the half's precision."""
    node = comp.node(keep_plate_colour=0.6)
    by_command = comp.folder / "by command" / "painted.%04d.exr"
    plates = comp.plate["file"].value()
    code = (
        "import os, sys\n"
        "from nuke_plugin.contract.light_settings import LightSettings\n"
        "from nuke_plugin.worker.pipeline import RenderSettings, Studio, render\n"
        "studio = Studio.from_environment(os.environ)\n"
        "for results, amount in zip(sys.argv[2:], (0.0, 0.6)):\n"
        "    light = LightSettings(plate_colour=amount)\n"
        "    asked = RenderSettings(sys.argv[1], results, 'tiny', {'warm': 1.0}, light=light)\n"
        "    render(asked, studio)\n"
    )
    subprocess.run(
        [worker_python, "-c", code, plates, str(comp.results(node)), str(by_command)],
        check=True,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "IMPASTO_MODELS": str(models)},
    )
    shown(node, FIRST, LAST)

    for frame in range(FIRST, LAST + 1):
        there = picture(comp.read(by_command), frame, RGB)
        assert largest_difference(picture(node, frame, RGB), there) < 2e-3
        assert largest_difference(picture(comp.read(comp.results(node)), frame, RGB), there) > 0.02


def test_at_0_the_painting_is_shown_bit_for_bit(comp: Comp) -> None:
    """Without colour and grain the painting's bits come through, what is no number included."""
    painted = pictures(3, -1.0, 2.0)
    painted["red"][2][3], painted["green"][4][5] = math.nan, math.inf
    node = on_plate(comp, pictures(4, 0.0, 1.0), painted)
    seen = picture(node, FRAME, RGB)

    assert repr(seen) == repr(picture(comp.read(comp.result_file(node, FRAME)), FRAME, RGB))


def test_strength_0_is_the_input_bit_for_bit(comp: Comp, nuke: ModuleType) -> None:
    """At strength 0 the node gives its input exactly, at once and frame by frame, mask or none."""
    node = on_plate(comp, pictures(1, 0.0, 2.0), pictures(2, 0.0, 1.0))
    grade = nuke.nodes.Grade(multiply=1.01)  # of 32 bits, as no plate on disk is
    grade.setInput(0, node.input(0))
    node.setInput(0, grade)
    stored(comp.result_file(node, FRAME + 1), pictures(3, 0.0, 1.0))
    shown(node, FRAME, FRAME + 1)
    node["plate_grain"].setValue(1)
    painted, plate = picture(node, FRAME), picture(grade, FRAME)
    node["strength"].setValue(0)
    assert picture(node, FRAME) == plate != painted
    node["strength"].setExpression(f"frame == {FRAME}")
    assert picture(node, FRAME) == painted
    assert picture(node, FRAME + 1) == picture(grade, FRAME + 1)
    node.setInput(1, nuke.nodes.Constant(channels="rgba", color=1))
    assert picture(node, FRAME) == painted
    assert picture(node, FRAME + 1) == picture(grade, FRAME + 1)


def test_grain_comes_back_and_edges_do_not(comp: Comp) -> None:
    """Of a noisy plate with an edge the noise lies on the painting at 1, and the edge does not."""
    noise = random.Random(5)
    grain = [[noise.gauss(0, 0.012) for _ in range(WIDTH)] for _ in range(HEIGHT)]
    step = [[0.05 if x < WIDTH // 2 else 0.8 for x in range(WIDTH)] for _ in range(HEIGHT)]
    rows = [[s + g for s, g in zip(row, of)] for row, of in zip(step, grain)]
    node = on_plate(comp, dict.fromkeys(RGB, rows), dict.fromkeys(RGB, flat(0.3)))
    node["plate_grain"].setValue(1.0)
    added = [[value - 0.3 for value in row] for row in picture(node, FRAME, RGB)["red"]]
    inside = [
        (added[y][x], grain[y][x])
        for y in range(4, HEIGHT - 4)
        for x in range(4, WIDTH - 4)
        if abs(x + 0.5 - WIDTH / 2) > 4
    ]
    beside = [added[y][x] for y in range(4, HEIGHT - 4) for x in (WIDTH // 2 - 1, WIDTH // 2)]

    assert correlation(inside) > 0.9
    assert max(map(abs, beside)) < 0.06  # a twelfth of the edge
    node["plate_grain"].setValue(0.5)
    half = [[value - 0.3 for value in row] for row in picture(node, FRAME, RGB)["red"]]
    assert half[7][3] == pytest.approx(added[7][3] / 2, abs=1e-6)
    node["plate_grain"].setValue(0.0)
    assert picture(node, FRAME, ("red",))["red"] == [pytest.approx(row) for row in flat(0.3)]


def test_the_grain_s_size_is_the_blur_s(comp: Comp, nuke: ModuleType) -> None:
    """The knob for the grain's size is the blur's own, three pixels at first."""
    node = comp.node()
    assert node["plate_grain_size"].value() == live_grain.DEFAULT_SIZE_PX
    node["plate_grain_size"].setValue(6)
    assert node.node("PlateSoft")["size"].value() == 6


def test_pixels_that_are_no_number_stay_alone(comp: Comp) -> None:
    """A NaN and a sun without end in the plate reach no other pixel through colour and grain."""
    plate, painted = pictures(6, 0.1, 0.9), pictures(7, 0.1, 0.9)
    for of in (plate, painted):  # the worker leaves such pixels as the plate has them
        of["red"][5][5], of["green"][9][12] = math.nan, math.inf
    node = on_plate(comp, plate, painted)
    node["plate_grain"].setValue(1.0)
    node["keep_plate_colour"].setValue(0.5)
    seen = picture(node, FRAME, RGB)
    broken = {
        (y, x)
        for rows in seen.values()
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
        if not math.isfinite(value)
    }

    assert broken == {(5, 5), (9, 12)}


def test_where_nothing_is_rendered_they_do_nothing(comp: Comp) -> None:
    """A frame without a result is the plate bit for bit, with every control on."""
    plate = pictures(8, -1.0, 2.0)
    plate["red"][1][1], plate["blue"][2][2] = math.nan, -math.inf
    node = on_plate(comp, plate, pictures(9, 0.0, 1.0))
    for name in ("keep_plate_colour", "plate_grain"):
        node[name].setValue(1.0)

    assert repr(picture(node, FRAME + 1)) == repr(picture(node.input(0), FRAME + 1))
    node["mix"].setValue(0)
    assert repr(picture(node, FRAME)) == repr(picture(node.input(0), FRAME))
    node["mix"].setValue(1)
    node["disable"].setValue(True)
    assert repr(picture(node, FRAME)) == repr(picture(node.input(0), FRAME))


def test_only_rgb_changes(comp: Comp, nuke: ModuleType) -> None:
    """Alpha, layers, box, format and metadata pass every live control, masked or not."""
    node = on_plate(comp, pictures(10, 0.0, 1.0), pictures(11, 0.0, 1.0))
    for name in ("keep_plate_colour", "plate_grain"):
        node[name].setValue(0.7)
    plate = node.input(0)
    for mask in (None, nuke.nodes.Constant(color=[0.3, 0.3, 0.3, 0.3], channels="rgba")):
        node.setInput(1, mask)
        node["mix"].setValue(0.6)

        assert picture(node, FRAME, ("alpha",)) == picture(plate, FRAME, ("alpha",))
        assert pixel_rows(node, "depth.Z", FRAME) == pixel_rows(plate, "depth.Z", FRAME)
        assert sorted(node.channels()) == sorted(plate.channels())
        assert node.metadata() == plate.metadata()
        box, plate_box = node.bbox(), plate.bbox()
        assert (box.x(), box.y(), box.w(), box.h()) == (0, 0, plate_box.w(), plate_box.h())


@pytest.mark.parametrize(
    ("channel", "invert", "fringe", "share"),
    [
        ("rgba.red", False, False, 0.25),
        ("rgba.red", True, False, 0.75),
        ("rgba.green", False, True, 1.0),
        ("rgba.alpha", False, True, 0.0),
    ],
)
def test_the_mask_says_where(
    comp: Comp, nuke: ModuleType, channel: str, invert: bool, fringe: bool, share: float
) -> None:
    """Channel, invert and fringe of the mask are obeyed, and mix multiplies them."""
    node = on_plate(comp, dict.fromkeys(RGB, flat(1.0)), dict.fromkeys(RGB, flat(3.0)))
    node.setInput(1, nuke.nodes.Constant(color=[0.25, 0.5, 0.0, 1.0], channels="rgba"))
    node["maskChannelMask"].setValue(channel)
    node["invert_mask"].setValue(invert)
    node["fringe"].setValue(fringe)

    assert picture(node, FRAME, ("red",))["red"][3][3] == pytest.approx(1 + 2 * share)
    node["mix"].setValue(0.5)
    assert picture(node, FRAME, ("red",))["red"][3][3] == pytest.approx(1 + share)


def test_a_live_control_costs_no_render(comp: Comp, nuke: ModuleType) -> None:
    """Turning every live control leaves the label at the style: nothing wants a render."""
    node = on_plate(comp, dict.fromkeys(RGB, flat(1.0)), dict.fromkeys(RGB, flat(3.0)))
    nuke.root().setFrame(FRAME)
    for name, value in (("model", "tiny"), ("style", "warm")):
        node[f"rendered_{name}"].setValue(value)
    node["rendered_strength"].setValue(1.0)
    node["rendered_colorspace"].setValue(node["plate_colorspace"].value())
    node["rendered_scale_strokes"].setValue(node["scale_strokes"].value())
    for name in ("keep_plate_colour", "plate_grain", "mix"):
        node[name].setValue(0.5)

    assert node["label"].evaluate().startswith("warm")


def correlation(pairs: list[tuple[float, float]]) -> float:
    """Return the correlation of the two columns."""
    a, b = ([pair[i] for pair in pairs] for i in (0, 1))
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    over = sum((x - mean_a) * (y - mean_b) for x, y in pairs)
    return over / math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))
