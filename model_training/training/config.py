"""Holds the training configuration: every field with unit and range, unknown keys refused."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator

from model_training.networks.generator import GeneratorSize
from model_training.training.config_errors import wrong_keys
from model_training.training.config_file import ConfigInvalid, read_values
from model_training.training.run_config import (
    CardConfig,
    PaceConfig,
    RunConfig,
    Section,
    Weight,
    check_ramp,
    kind_of,
)

RunName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]


class StyleConfig(Section):
    """One painting and how strongly it is painted."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: str
    artist: str
    year: str
    painting: Path | Annotated[list[Path], Field(min_length=1)]
    """Image file, relative to the data folder; or several of one style, measured as one."""
    weight: Annotated[float, Field(gt=0.0, le=10.0)] = 1.0
    """Factor on the style losses of this style alone; 1 is neutral."""
    origin: str
    licence: str

    @property
    def paintings(self) -> list[Path]:
        """All image files of the style."""
        return self.painting if isinstance(self.painting, list) else [self.painting]


class ModelConfig(CardConfig):
    """What goes on the card of a style."""

    preview: Path
    """Photo that the previews show painted, relative to the data folder; free to show."""
    comparison: str = ""
    """How its figures stand beside other networks', for the end of the card's description; measured
    by `impasto-train evaluate --command`, which an export cannot run by itself."""


class DataConfig(Section):
    """Where the pictures are, relative to the data folder."""

    photos: list[Path]
    pictures: Path | None = None
    """Table (tab-separated: file, origin, licence, author) of every photo and of the features, for
    the card; relative to the configuration. Paintings name their own."""
    stills: list[Path] = []
    """Photos on which the export measures the gates; none for the shipped stills, on which alone
    models can be compared. Smaller ones than 1024x576 are enlarged."""
    features: Path
    """VGG16 convolutions as safetensors."""
    photo_short_side_px: Annotated[int, Field(ge=128, le=4096)] = 640
    painting_short_side_px: Annotated[int, Field(ge=128, le=4096)] = 512
    """Training scale: how large the painting is beside a frame; larger means larger strokes."""
    crop_px: Annotated[int, Field(ge=64, le=1024, multiple_of=8)] = 128


class SizeConfig(Section):
    """Channels of the generator; see GeneratorSize."""

    kind: Literal["full", "fast"] = "full"
    trunk: Annotated[int, Field(ge=16, le=512)] = 64
    half: Annotated[int, Field(ge=8, le=256)] = 32
    full: Annotated[int, Field(ge=0, le=128)] = 16
    blocks: Annotated[int, Field(ge=2, le=24)] = 6
    dilation: Annotated[int, Field(ge=1, le=4)] = 2
    upsample: Literal["nearest", "bilinear", "spline"] = "spline"
    half_blocks: Annotated[int, Field(ge=0, le=8)] = 0
    contours: bool = True
    grain: Annotated[float, Field(ge=0.0, le=0.5)] = 0.0
    norm: Literal["weight", "instance"] = "weight"

    def generator_size(self) -> GeneratorSize:
        """The same values as the generator takes them."""
        return GeneratorSize(**self.model_dump())


class LossConfig(Section):
    """Weights of the terms; 0 leaves a term out."""

    content: Weight = 1.0
    style: Weight = 30.0
    moments: Weight = 5.0
    palette: Weight = 0.0
    recolouring: Weight = 0.0
    """Each plate colour becomes the painting's at the same share of luminance and warmth."""
    strokes: Weight = 0.0
    stroke_bands_px: Annotated[
        list[Annotated[float, Field(gt=0.2, le=16.0)]], Field(min_length=2)
    ] = [1.5, 3.0, 6.0]
    """Gaussian blurs between which brushwork is looked for, from the finest to the coarsest."""
    tone: Weight = 0.0
    identity: Weight = 10.0
    stability: Weight = 4.0
    feature_stability: Weight = 0.0
    """The same on features: the same kind of stroke; it costs two more passes through VGG."""
    boil: Weight = 4.0
    boil_floor: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Boil below this is not asked for: a style need not become flat to become calmer still."""
    boil_gate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.2
    """Where an image boils more than this, its adversarial term falls in proportion."""
    grain: Weight = 0.0
    """Grain that comes out larger than `grain_floor` times what went in; half of the batch is
    painted once more for it."""
    grain_floor: Annotated[float, Field(ge=0.0, le=4.0)] = 0.8
    adversarial: Weight = 0.3
    r1: Weight = 0.1
    total_variation: Weight = 0.05


class AdversaryConfig(Section):
    """How the discriminator plays; which form suits which job: docs/choosing_a_model.md."""

    form: Literal["minimax", "non_saturating", "lsgan", "hinge"] = "hinge"
    conditional: bool = False
    """Whether the discriminator also sees what was painted: D(x, G(x)) instead of D(G(x))."""
    spectral_norm: bool = True
    permuted: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    """Share of the painting's crops whose 32 px patches are shuffled: 1 judges patches alone."""


class DistilConfig(Section):
    """A finished run teaches this one; weights of the terms, 0 leaves a term out."""

    teacher: RunName
    """Name of a run folder beside this run's; it must know every style of this configuration."""
    pixels: Weight = 1.0
    """Mean absolute difference to the teacher's painting."""
    high_pass: Weight = 2.0
    """The same above 4 px, where the strokes are."""
    contrast: Weight = 0.0
    """How far the strength of the brushwork in each window lies from the teacher's, relative."""
    boil: Weight = 0.0
    """Grows from `schedule.stability_from` on: a student that has no strokes yet would learn that
    none boil least."""
    style: Weight = 0.0
    """Gram distance to the painting itself; above 0 the features are computed, which costs."""
    adversarial: Weight = 0.0
    """A discriminator that tells the teacher's painting from ours."""
    r1: Weight = 0.1
    boil_gate: Annotated[float, Field(gt=0.0, le=1.0)] = 0.2
    """Where an image boils more than this, its adversarial term falls in proportion."""


class ScheduleConfig(PaceConfig):
    """The pace, and what a style's rows and strokes add to it."""

    row_rate: Annotated[float, Field(gt=0.0, le=100.0)] = 1.0
    """Learning rate of the styles' rows over the trunk's: each row is trained by few images."""
    stability_from: Annotated[float, Field(ge=0.0, le=1.0)] = 0.05
    """Until here stability, boil and grain count a tenth, from `stability_full` on in full: a run
    from a fresh start becomes rich first and calm then."""
    stability_full: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    strokes_from: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0
    """Where `losses.strokes` begins to count. It keeps calm from being had by becoming flat; asked
    for before boil counts, a fresh network draws a lattice of its own stride."""
    strokes_full: Annotated[float, Field(ge=0.0, le=1.0)] = 0.0

    @model_validator(mode="after")
    def _ramps_rise(self) -> ScheduleConfig:
        check_ramp("stability", self.stability_from, self.stability_full)
        check_ramp("strokes", self.strokes_from, self.strokes_full)
        return self


class TrainingConfig(RunConfig):
    """Everything that decides a style's run."""

    model: ModelConfig
    data: DataConfig
    styles: Annotated[list[StyleConfig], Field(min_length=1)]
    start: RunName | None = None
    """Name of a run folder beside this run's, whose averaged generator is where training starts."""
    train: Literal["all", "rows"] = "all"
    """`rows`: only the styles that the run in `start` does not know are trained, and only their
    rows; its trunk and its own styles stay as they are, bit for bit."""
    distil: DistilConfig | None = None
    """Where it is given, a finished run is the target, and `losses` are not used."""
    generator: SizeConfig = SizeConfig()
    losses: LossConfig = LossConfig()
    adversary: AdversaryConfig = AdversaryConfig()
    schedule: ScheduleConfig = ScheduleConfig()

    @model_validator(mode="after")
    def _style_ids_differ(self) -> TrainingConfig:
        ids = [style.id for style in self.styles]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"style id used twice: {', '.join(twice)}")
        return self

    @model_validator(mode="after")
    def _losses_are_used(self) -> TrainingConfig:
        if self.distil is not None and self.losses != LossConfig():
            raise ValueError("a run with a teacher takes its weights from distil, not from losses")
        return self

    @model_validator(mode="after")
    def _rows_have_a_trunk(self) -> TrainingConfig:
        if self.train == "rows" and (self.start is None or self.distil is not None):
            raise ValueError("train = 'rows' needs 'start', the run whose trunk is used, alone")
        return self

    @property
    def crop_px(self) -> int:
        """See the base class."""
        return self.data.crop_px

    @property
    def adversary_joins(self) -> bool:
        """See the base class."""
        weights = self.losses if self.distil is None else self.distil
        return weights.adversarial > 0.0

    def deciding(self) -> str:
        """See the base class."""
        values = self.model_dump(
            mode="json", exclude={"model": True, "data": {"pictures", "stills"}}
        )
        for style in values["styles"]:
            for words in _WORDS:
                del style[words]
        return json.dumps(values, sort_keys=True)


_WORDS = ("title", "artist", "year", "origin", "licence")


def decided(text: str) -> TrainingConfig:
    """The configuration that a `deciding` text came from, its words left empty.

    What the text does not name (it was written before the field was there) has today's default,
    but for the generator: there it has GeneratorSize's own, the network as it was before the
    field. What it names and today's training does not know is ConfigInvalid.
    """
    values = json.loads(text)
    values["generator"] = asdict(GeneratorSize()) | values["generator"]
    values["model"] = dict.fromkeys(("title", "description", "licence", "preview"), "")
    values["model"]["id"] = "run"
    for style in values["styles"]:
        style.update(dict.fromkeys(_WORDS, ""))
    try:
        return TrainingConfig.model_validate(values)
    except ValidationError as error:
        wrong = wrong_keys(TrainingConfig, error)
        raise ConfigInvalid(
            f"A saved run's configuration is wrong at {wrong}. It was trained by another version "
            "of Impasto; use that one."
        ) from error


def read_config(path: Path) -> TrainingConfig:
    """The configuration in a TOML file, or in a run's config.json.

    ConfigInvalid names the file and each wrong key.
    """
    values = read_values(path)
    if kind_of(values) != "style":
        raise ConfigInvalid(
            f"Configuration '{path}' is that of an effect. Train it with impasto-train effect."
        )
    try:
        return TrainingConfig.model_validate(values)
    except ValidationError as error:
        raise ConfigInvalid(
            f"Configuration '{path}' is wrong at {wrong_keys(TrainingConfig, error)}."
        ) from error
