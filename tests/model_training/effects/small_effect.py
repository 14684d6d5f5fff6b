"""A small effect for tests: runs of a flickering column over a bar, and a configuration of fire."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from model_training.solvers.effects import EFFECTS
from model_training.solvers.run_files import RUN_FORMAT, RunRecord, new_run
from nuke_plugin.contract.strict_json import NumberTree

WIDTH, HEIGHT, FRAMES = 48, 40, 6

CONFIG = """
[model]
id = "small_fire"
title = "Small fire"
description = "A test's effect."
licence = "Apache-2.0"

[data]
runs = ["fire"]
crop_px = 32

[generator]
trunk = 8
half = 8
full = 4
blocks = 1

[adversary]
width = 4

[schedule]
steps = 3
batch = 2
adversarial_from = 0.0
adversarial_full = 0.5
sheet_every = 3
save_every = 2

[effect]
kind = "fire"
scales = [0.5, 0.2, 0.3]

[[effect.controls]]
id = "cooling"
title = "Cooling"
minimum = 0.5
maximum = 2.0
neutral = 1.0
meaning = "How soon the gas cools."

[[effect.controls]]
id = "wind"
title = "Wind"
minimum = -3.0
maximum = 3.0
neutral = 0.0
meaning = "Pixels a frame to the right."

[[effect.channels]]
name = "temperature"
minimum = 0.0
maximum = 1.0
meaning = "Heat."

[[effect.channels]]
name = "soot"
minimum = 0.0
maximum = 1.0
meaning = "Soot."

[[effect.channels]]
name = "density"
minimum = 0.0
maximum = 1.0
meaning = "Fuel."

[effect.recipe]
flow = "up"
smears_px = [6, 16]
spread = 0.1
rise_px = 3.0
below_px = 2
root_px = 4
torn_noise = 1

[[effect.recipe.octaves]]
wavelength_px = 16.0
velocities = [[0.0, -2.0], [0.0, -2.0]]
evolution_frames = 12.0
stretch = 1.0
drift = 1.0

[[effect.recipe.warps]]
wavelength_px = 16.0
amplitude_px = 2.0
velocity = [0.0, -2.0]
evolution_frames = 12.0
stretch = 1.0
drift = 1.0
"""


def write_runs(folder: Path, count: int = 6) -> None:
    """Runs 0 to `count` - 1; the last of six is held out."""
    for index in range(count):
        record = RunRecord(
            format=RUN_FORMAT,
            effect="fire",
            source="solver",
            index=index,
            seed=3,
            width=WIDTH,
            height=HEIGHT,
            fps=24,
            frames=FRAMES,
            channels=EFFECTS["fire"].stored,
            controls={"cooling": 1.0, "turbulence": 1.0, "wind": 0.5 * (index % 3) - 0.5},
            matte="bar",
            settings=NumberTree(),
            made_by="test",
        )
        random = np.random.default_rng(index)
        with new_run(folder, record) as array:
            array[:] = 0.0
            left = 8 + 4 * index % 24
            array[:, 0, 30:36, left : left + 12] = 1.0
            for frame in range(FRAMES):
                for channel in range(1, 4):
                    flame = random.random((24, 12)).astype(np.float32)
                    array[frame, channel, 12:36, left : left + 12] = 0.3 + 0.5 * flame
