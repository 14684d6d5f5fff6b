"""Holds the configuration of an effect's run: all fields with ranges, unknown keys refused.

The recipe of the fields, the controls and the channels stand in it as they will on the card, so
that another effect is another file and no code.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from model_training.networks.effect_generator import EffectShape, HandMadeStart
from model_training.training.config_errors import wrong_keys
from model_training.training.config_file import ConfigInvalid, read_values
from model_training.training.run_config import CardConfig, PaceConfig, RunConfig, Section, Weight
from nuke_plugin.contract.effect_card import CHANNELS, EffectChannel, EffectControl
from nuke_plugin.contract.field_recipe import FieldRecipe
from nuke_plugin.contract.strict_json import read_record, write_record

Record = TypeVar("Record")


def _reader(record: type[Record]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        return value if isinstance(value, record) else read_record(record, value)

    return read


Recipe = Annotated[
    FieldRecipe, BeforeValidator(_reader(FieldRecipe)), PlainSerializer(write_record)
]
Control = Annotated[
    EffectControl, BeforeValidator(_reader(EffectControl)), PlainSerializer(write_record)
]
Channel = Annotated[
    EffectChannel, BeforeValidator(_reader(EffectChannel)), PlainSerializer(write_record)
]


class EffectSection(Section):
    """What is made, of which fields, with which controls; all of it goes on the card."""

    kind: Literal["fire", "smoke", "water"]
    recipe: Recipe
    controls: Annotated[list[Control], Field(min_length=1)]
    channels: Annotated[list[Channel], Field(min_length=1)]
    scales: list[Annotated[float, Field(gt=0.0, le=1000.0)]]
    """What counts as a usual value of each channel: losses and discriminators see channels over
    it."""
    training_scale_px: Annotated[int, Field(ge=64, le=65536)] = 540
    """Short side of the frame that the solved runs are a piece of, pixels."""

    @model_validator(mode="after")
    def _channels_are_the_kinds(self) -> EffectSection:
        found, wanted = tuple(c.name for c in self.channels), CHANNELS[self.kind]
        if found != wanted:
            raise ValueError(f"channels of {self.kind} are {', '.join(wanted)}, in this order")
        if len(self.scales) != len(found):
            raise ValueError(f"scales must hold {len(found)} numbers, one a channel")
        return self


class EffectDataConfig(Section):
    """Where the runs are, relative to the data folder."""

    runs: Annotated[list[Path], Field(min_length=1)]
    """Folders of solved runs, or of stock plates."""
    crop_px: Annotated[int, Field(ge=32, le=1024, multiple_of=8)] = 96
    busy: Annotated[float, Field(ge=0.0, le=1.0)] = 0.8
    """Share of the windows that are looked for where the effect is."""


class EffectSizeConfig(Section):
    """Channels and depth of the generator; see EffectShape."""

    trunk: Annotated[int, Field(ge=8, le=256)] = 64
    half: Annotated[int, Field(ge=8, le=128)] = 24
    full: Annotated[int, Field(ge=4, le=64)] = 12
    blocks: Annotated[int, Field(ge=1, le=16)] = 5
    dilation: Annotated[int, Field(ge=1, le=4)] = 2


class EffectStartConfig(Section):
    """The hand-made field that training starts from; see HandMadeStart. Water has its own."""

    noise: Annotated[float, Field(ge=0.0, le=10.0)] = HandMadeStart.noise
    coarse: Annotated[float, Field(ge=0.0, le=1.0)] = HandMadeStart.coarse
    smear: Annotated[float, Field(ge=0.0, le=50.0)] = HandMadeStart.smear
    bias: Annotated[float, Field(ge=-20.0, le=5.0)] = HandMadeStart.bias


class EffectLossConfig(Section):
    """Weights of the terms; 0 leaves a term out."""

    spatial: Weight = 1.0
    """A discriminator of single frames."""
    temporal: Weight = 1.0
    """A discriminator of three consecutive frames."""
    low_band: Weight = 4.0
    """Energy score of the blurred channels: what matte and controls determine, and how far two
    seeds lie apart."""
    low_band_px: Annotated[list[Annotated[float, Field(ge=0.5, le=64.0)]], Field(min_length=1)] = [
        4.0,
        12.0,
    ]
    """Gaussian blurs of the low band, pixels."""
    diversity: Annotated[float, Field(ge=0.0, le=2.0)] = 1.0
    """Share of the distance between two seeds that the low band takes off; 1 is the energy score,
    0 a plain blurred L1."""
    change: Weight = 0.0
    """How much faster the generator's frames change than the solver's: no popping."""
    pixels: Weight = 0.0
    """Plain L1 to the solver's frame: the baseline that evaluation compares with."""


class EffectAdversaryConfig(Section):
    """How the discriminators play."""

    form: Literal["minimax", "non_saturating", "lsgan", "hinge"] = "hinge"
    spectral_norm: bool = True
    width: Annotated[int, Field(ge=4, le=128)] = 32
    r1: Weight = 0.1


class EffectConfig(RunConfig):
    """Everything that decides an effect's run."""

    model: CardConfig
    effect: EffectSection
    data: EffectDataConfig
    generator: EffectSizeConfig = EffectSizeConfig()
    start: EffectStartConfig = EffectStartConfig()
    losses: EffectLossConfig = EffectLossConfig()
    adversary: EffectAdversaryConfig = EffectAdversaryConfig()
    schedule: PaceConfig = PaceConfig()

    @property
    def crop_px(self) -> int:
        """See the base class."""
        return self.data.crop_px

    @property
    def adversary_joins(self) -> bool:
        """See the base class."""
        return self.losses.spatial + self.losses.temporal > 0.0

    def generator_shape(self) -> EffectShape:
        """The generator that the configuration asks for."""
        return EffectShape(
            recipe=self.effect.recipe,
            controls=len(self.effect.controls),
            signed=tuple(channel.minimum < 0.0 for channel in self.effect.channels),
            scales=tuple(self.effect.scales),
            start=HandMadeStart(**self.start.model_dump()),
            **self.generator.model_dump(),
        )

    def deciding(self) -> str:
        """See the base class."""
        return json.dumps(self.model_dump(mode="json", exclude={"model"}), sort_keys=True)


def decided_effect(text: str) -> EffectConfig:
    """The configuration that a `deciding` text came from, its words left empty.

    What the text does not name has today's default; what today's training does not know is
    ConfigInvalid.
    """
    values = json.loads(text)
    values["model"] = dict.fromkeys(("title", "description", "licence"), "") | {"id": "run"}
    try:
        return EffectConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigInvalid(
            f"A saved run's configuration is wrong at {wrong_keys(EffectConfig, error)}. It was "
            "trained by another version of Impasto; use that one."
        ) from error


def effect_config(values: Mapping[str, Any], whence: str) -> EffectConfig:
    """A configuration from values; ConfigInvalid says whence they came and what is wrong."""
    try:
        return EffectConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigInvalid(
            f"The configuration {whence} is wrong at {wrong_keys(EffectConfig, error)}."
        ) from error


def read_effect_config(path: Path) -> EffectConfig:
    """The configuration in a TOML file, or in a run's config.json.

    ConfigInvalid names the file and each wrong key, or says that it is a style's.
    """
    values = read_values(path)
    if "styles" in values:
        raise ConfigInvalid(
            f"Configuration '{path}' is that of a style. Train it with impasto-train style."
        )
    return effect_config(values, f"'{path}'")
