"""Holds what every run's configuration has, whatever it trains: its kind, its pace, its text."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

EFFECT_SECTION = "effect"
"""The table that makes a configuration one of an effect; without it, it trains a style."""


class Section(BaseModel):
    """A table of a configuration: unknown keys are refused, and nothing changes it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


Weight = Annotated[float, Field(ge=0.0, le=1000.0)]


class CardConfig(Section):
    """What goes on the card of any model."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    title: str
    description: str
    licence: str


class PaceConfig(Section):
    """Steps and learning rates; ramps are shares of the whole run in [0, 1]."""

    steps: Annotated[int, Field(ge=1, le=1_000_000)] = 8000
    batch: Annotated[int, Field(ge=2, le=256)] = 4
    learning_rate: Annotated[float, Field(gt=0.0, le=0.1)] = 1.5e-3
    final_learning_rate: Annotated[float, Field(gt=0.0, le=0.1)] = 1e-4
    discriminator_learning_rate: Annotated[float, Field(gt=0.0, le=0.1)] = 4e-4
    ema: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.998
    adversarial_from: Annotated[float, Field(ge=0.0, le=1.0)] = 0.3
    adversarial_full: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    gradient_norm: Annotated[float, Field(gt=0.0)] = 5.0
    seed: int = 1
    sheet_every: Annotated[int, Field(ge=1)] = 500
    save_every: Annotated[int, Field(ge=1)] = 500

    @model_validator(mode="after")
    def _adversary_rises(self) -> PaceConfig:
        check_ramp("adversarial", self.adversarial_from, self.adversarial_full)
        return self


def check_ramp(name: str, start: float, full: float) -> None:
    """ValueError where a ramp would end before it starts."""
    if start > full:
        raise ValueError(f"{name}_from must not lie behind {name}_full")


class RunConfig(Section):
    """Everything that decides a run; the loop, its checks and its files know no more of it."""

    model: CardConfig
    schedule: PaceConfig

    @property
    @abstractmethod
    def crop_px(self) -> int:
        """Side of what a network is shown of a picture in training, pixels."""

    @property
    @abstractmethod
    def adversary_joins(self) -> bool:
        """Whether steps become dearer where the schedule's adversary joins."""

    @abstractmethod
    def deciding(self) -> str:
        """What decides the run's numbers, as text: everything but the words on the card."""


def kind_of(values: Mapping[str, Any]) -> str:
    """What a configuration's values train: ``style`` or ``effect``."""
    return "effect" if EFFECT_SECTION in values else "style"


def kind_of_text(text: str) -> str:
    """The same of a saved run's text."""
    return kind_of(json.loads(text))
