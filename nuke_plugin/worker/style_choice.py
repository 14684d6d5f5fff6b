"""Holds the choice of a model and a mix of its styles, from what a person typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from nuke_plugin.contract.errors import ModelNotFound, NoStyleInstalled, StyleNotFound
from nuke_plugin.contract.library import InstalledModel, ModelLibrary


@dataclass(frozen=True)
class StyleChoice:
    """What to paint with."""

    installed: InstalledModel
    """The model."""

    styles: Mapping[str, float]
    """Weight by style id, 0 or more."""

    @property
    def title(self) -> str:
        """What to call it in a caption: ``The Starry Night``, ``The Starry Night + The Wave``."""
        used = [name for name, weight in self.styles.items() if weight > 0]
        return " + ".join(self.installed.card.slot(name).title for name in used)


def choose_style(
    library: ModelLibrary,
    model: str | None,
    style: str | None,
    mix: Mapping[str, float] | None,
    on_warning: Callable[[int | None, str], None] = lambda frame, text: None,
) -> StyleChoice:
    """Return the choice that a model's id, a style's id or title, and a mix of styles make.

    Without a model the first that has the style (of a mix: its first one) is taken; without style
    and mix the first style. Raises ``ModelNotFound``, ``StyleNotFound`` or ``NoStyleInstalled``,
    and a broken model's own error. When nothing is found, broken models and places, which might
    have had it, are told as warnings; when something is, the render tells those ahead of it.
    """
    weights = {style: 1.0} if mix is None and style is not None else mix
    try:
        return _choose(library, model, weights)
    except (ModelNotFound, StyleNotFound, NoStyleInstalled):
        for problem in library.problems():
            on_warning(None, problem.message)
        raise


def _choose(
    library: ModelLibrary, model: str | None, weights: Mapping[str, float] | None
) -> StyleChoice:
    named = None if model is None else library.find(model)
    if weights is None:
        installed = named or _first_model(library)
        return StyleChoice(installed, {installed.card.styles[0].id: 1.0})
    installed = named or library.find_style(next(iter(weights)))[0]
    return StyleChoice(
        installed,
        {installed.card.slot(name).id: weight for name, weight in weights.items()},
    )


def _first_model(library: ModelLibrary) -> InstalledModel:
    models = library.models()
    if not models:
        raise NoStyleInstalled(library.places)
    return models[0]


def parse_mix(text: str) -> dict[str, float]:
    """Return the weights of a text such as ``starry_night:0.6,great_wave:0.4``.

    Raises ``ValueError`` with a sentence for what is not such a text. Whether a weight makes sense
    the model's card decides.
    """
    weights: dict[str, float] = {}
    for part in text.split(","):
        name, colon, number = part.strip().rpartition(":")
        try:
            weight = float(number)
        except ValueError:
            colon = ""
        if not colon or not name:
            raise ValueError(f"{part.strip()!r} is not a style and its weight, such as a:0.6,b:0.4")
        if name in weights:
            raise ValueError(f"the style {name!r} stands in it twice")
        weights[name] = weight
    return weights
