"""Holds the recipe *add-style*: what a configuration becomes when paintings join a finished run."""

from __future__ import annotations

from collections.abc import Sequence

from model_training.training.config import (
    LossConfig,
    ModelConfig,
    ScheduleConfig,
    StyleConfig,
    TrainingConfig,
)
from model_training.training.config_file import ConfigInvalid

STEPS = 500
"""Of four photos each: 12 minutes on two cores, measured on the shipped gallery."""

SCHEDULE = ScheduleConfig(
    steps=STEPS,
    batch=4,
    learning_rate=1e-2,
    final_learning_rate=5e-4,
    ema=0.98,
    stability_from=0.0,
    stability_full=0.0,
    adversarial_from=0.1,
    adversarial_full=0.4,
    sheet_every=100,
    save_every=100,
)
"""Rows are few numbers on a scale near 1, so they take larger steps than a trunk's filters."""

LOSSES = LossConfig(
    content=1.5,
    style=16.0,
    moments=3.0,
    palette=6.0,
    strokes=1.5,
    tone=2.0,
    adversarial=0.4,
    total_variation=0.0,
)
"""For a trunk that was taught by another generator and so has no weights of its own."""


def with_added_styles(
    trunk: TrainingConfig,
    start: str,
    added: Sequence[StyleConfig],
    model: ModelConfig,
    steps: int = STEPS,
) -> TrainingConfig:
    """The configuration that trains the rows of `added` styles onto the finished run `start`.

    `trunk` is that run's configuration; its styles come first and stay as they are. ConfigInvalid
    where an added style's id is taken.
    """
    known = {style.id for style in trunk.styles}
    taken = [style.id for style in added if style.id in known]
    if taken:
        raise ConfigInvalid(
            f"Run '{start}' already has a style {', '.join(taken)}. Give the new one another id."
        )
    return trunk.model_copy(
        update={
            "model": model.model_copy(update={"comparison": ""}),  # of the trunk's own styles
            "styles": [*trunk.styles, *added],
            "start": start,
            "train": "rows",
            "distil": None,
            "losses": trunk.losses if trunk.distil is None else LOSSES,
            "schedule": SCHEDULE.model_copy(update={"steps": steps, "seed": trunk.schedule.seed}),
        }
    )
