"""Promises of the rendered controls through the real worker: what is asked for is painted."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from nuke_plugin import render
from tests.nuke_plugin.comp import FIRST, LAST, Comp, largest_difference, picture


def test_a_mix_is_what_the_command_paints(
    terminal_comp: Comp, worker_python: Path, models: Path
) -> None:
    """Blended styles, light, alpha and strokes are those of ``impasto render``, to the last bit."""
    comp = terminal_comp
    node = comp.node(style2="cold", style_weight=0.9, light="compress", premult="on")
    node["style2_weight"].setExpression("frame == 1002 ? 0.3 : 0")
    node["tileSize"].setValue("1024")
    node["useGPUIfAvailable"].setValue(False)
    node["scale_strokes"].setValue(True)
    node["stroke_detail"].setValue(0.5)
    node["halfPrecision"].setValue(True)
    job = render.render_and_wait(node)
    by_command = comp.folder / "by command" / "painted.%04d.exr"
    plates = comp.results(node).parent / "plates" / "painted.%04d.exr"
    code = "from nuke_plugin.worker.cli import main; main()"
    policies = ["--light", "compress", "--premult", "on", "--stroke-scale", "1", "--detail", "0.5"]
    arguments = ["--model", "tiny", "--mix-styles", "warm:0.75,cold:0.25", *policies]
    subprocess.run(
        [worker_python, "-c", code, "render", str(plates), str(by_command), *arguments],
        check=True,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "IMPASTO_MODELS": str(models)},
        capture_output=True,
    )

    there = {frame: picture(comp.read(by_command), frame) for frame in range(FIRST, LAST + 1)}
    assert picture(node, 1002) == there[1002]
    assert largest_difference(picture(node, 1001), there[1001]) > 0.01  # warm alone
    assert not node["label"].evaluate().startswith("settings changed")
    assert any("no network in half precision" in said for said in job.warnings)
