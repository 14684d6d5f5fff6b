"""Holds the model library: the models installed on this machine and where they are looked for.

Models are of two kinds, styles and effects. Each is asked for by itself, and one of the other kind
is refused by name.

The search path is ``IMPASTO_MODELS`` (folders of model folders, separated as ``PATH`` is), then the
models that ship with the product. The first folder with a model's name is that model, also when it
is broken: a studio's damaged copy is an error to be seen, not a reason to paint with another one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Optional, TypeVar, Union

from nuke_plugin.contract.card import CARD_FILE, ModelCard
from nuke_plugin.contract.card_parts import NetworkFile, StyleSlot
from nuke_plugin.contract.effect_card import EffectCard
from nuke_plugin.contract.errors import (
    CardInvalid,
    EffectNotFound,
    ModelError,
    ModelFileMismatch,
    ModelFileMissing,
    ModelFileTruncated,
    ModelIsEffect,
    ModelIsStyle,
    ModelNotFound,
    ModelPathInvalid,
    StyleNotFound,
)

SEARCH_PATH_VARIABLE = "IMPASTO_MODELS"

SHIPPED_MODELS = Path(__file__).resolve().parents[2] / "onnx_models"
"""Beside ``nuke_plugin``, in a checkout as in ``site-packages``: ``setup.py`` puts it there."""


HALF_TOLERANCE = 2e-3
"""Largest difference between half and single precision, display units, with which one may paint."""


@dataclass(frozen=True)
class InstalledModel:
    """A model that can be used: its folder and its card."""

    folder: Path
    """The folder with the card, the network and the previews; its name is the card's id."""

    card: ModelCard
    """What the card says."""

    @property
    def network_path(self) -> Path:
        """The network's file."""
        return self.folder / self.card.network.file

    @property
    def half_precision_problem(self) -> str:
        """Why the model is not to count in half precision, in a sentence; empty where it may."""
        model = f"The model {self.card.id}"
        if self.card.network.half is None:
            return (
                f"{model} has no network in half precision, so it paints in single precision. "
                "Export it again to have both."
            )
        measured = self.card.gates.get("fp16_max_abs")
        if isinstance(measured, (int, float)) and measured <= HALF_TOLERANCE:
            return ""
        return (
            f"{model} paints in single precision: by its card (gates.fp16_max_abs) half precision "
            f"differs by {'an unknown amount' if measured is None else measured}, and at most "
            f"{HALF_TOLERANCE:g} is allowed. Export it again."
        )

    @property
    def in_half_precision(self) -> Optional[InstalledModel]:
        """The same model with its half precision file as the network; None where it has none."""
        return _in_half_precision(self)

    @property
    def preview_path(self) -> Path:
        """The picture that shows the model."""
        return self.folder / self.card.preview

    def style_preview_path(self, slot: StyleSlot) -> Path:
        """Return the picture that shows one of the model's styles."""
        return self.folder / slot.preview


@dataclass(frozen=True)
class InstalledEffect:
    """An effect that can be used: its folder and its card."""

    folder: Path
    """The folder with the card, the network and the previews; its name is the card's id."""

    card: EffectCard
    """What the card says."""

    @property
    def network_path(self) -> Path:
        """The network's file."""
        return self.folder / self.card.network.file

    @property
    def in_half_precision(self) -> Optional[InstalledEffect]:
        """The same effect with its half precision file as the network; None where it has none."""
        return _in_half_precision(self)

    @property
    def preview_path(self) -> Path:
        """The picture that shows the effect."""
        return self.folder / self.card.preview

    @property
    def movie_path(self) -> Path:
        """The movie that shows it."""
        return self.folder / self.card.movie

    @property
    def sprites_path(self) -> Optional[Path]:
        """The picture that holds the movie's frames, None where the card names none."""
        sprites = self.card.sprites
        return None if sprites is None else self.folder / sprites.file


AnyInstalled = Union[InstalledModel, InstalledEffect]
_Installed = TypeVar("_Installed", InstalledModel, InstalledEffect)


def _in_half_precision(installed: _Installed) -> Optional[_Installed]:
    network = installed.card.network
    half = network.half
    if half is None:
        return None
    file = NetworkFile(half.file, half.sha256, half.size_bytes, network.opset)
    return replace(installed, card=replace(installed.card, network=file))


@dataclass(frozen=True)
class ModelLibrary:
    """The models found on a search path, looked for at each call.

    A card that stands unchanged on the disk is not parsed again: Nuke's side asks at every turn of
    a menu, and the cards of a hundred models take a quarter of a second.
    """

    places: tuple[Path, ...]
    """Folders of model folders, searched in this order."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> ModelLibrary:
        """Return the library of ``IMPASTO_MODELS`` in ``environ``, then the shipped models."""
        named = environ.get(SEARCH_PATH_VARIABLE, "").split(os.pathsep)
        return cls((*(Path(text) for text in named if text.strip()), SHIPPED_MODELS))

    def models(self) -> tuple[InstalledModel, ...]:
        """Return the usable styles' models in search order; a broken one hides its namesakes."""
        return tuple(found for found in self._firsts() if isinstance(found, InstalledModel))

    def effects(self) -> tuple[InstalledEffect, ...]:
        """Return the usable effects likewise."""
        return tuple(found for found in self._firsts() if isinstance(found, InstalledEffect))

    def problems(self) -> tuple[ModelError, ...]:
        """Return all that is wrong on the search path, also in models hidden by earlier ones."""
        return tuple(found for _, found in self._scan() if isinstance(found, ModelError))

    def problems_ahead_of(self, model_id: str) -> tuple[ModelError, ...]:
        """Return what is wrong on the search path before the first model of this id is met.

        Each may have hidden the model that was meant: whoever paints with this one tells them.
        Where there is no such model, all that is wrong is ahead of it.
        """
        ahead = takewhile(lambda entry: entry[0] != model_id, self._scan())
        return tuple(found for _, found in ahead if isinstance(found, ModelError))

    def find_any(self, model_id: str) -> AnyInstalled:
        """Return the first model of this id, of either kind; raise as ``find`` does."""
        found = self._first(model_id)
        if found is None:
            known = [model.card.id for model in self.models()]
            known += [effect.card.id for effect in self.effects()]
            raise ModelNotFound(model_id, known, self.places)
        return found

    def find(self, model_id: str) -> InstalledModel:
        """Return the first model of this id.

        Raises the model's own error when its first folder is broken, ``ModelIsEffect`` when it is
        an effect, ``ModelNotFound`` with the nearest names when there is none.
        """
        found = self._first(model_id)
        if found is None:
            raise ModelNotFound(model_id, [model.card.id for model in self.models()], self.places)
        if isinstance(found, InstalledEffect):
            raise ModelIsEffect(model_id)
        return found

    def find_effect(self, name: str) -> InstalledEffect:
        """Return the first effect of this id, or title in any case, or else of this kind: ``fire``.

        Raises the effect's own error when its first folder is broken, ``ModelIsStyle`` when it is a
        model of styles, ``EffectNotFound`` with the nearest names when there is none.
        """
        found = self._first(name)
        if isinstance(found, InstalledModel):
            raise ModelIsStyle(name)
        if found is not None:
            return found
        effects = self.effects()
        for effect in effects:
            if name.casefold() in (effect.card.id.casefold(), effect.card.title.casefold()):
                return effect
        for effect in effects:
            if name == effect.card.effect:
                return effect
        raise EffectNotFound(name, [effect.card.id for effect in effects], self.places)

    def find_style(self, name: str) -> tuple[InstalledModel, StyleSlot]:
        """Return the first model with a style of this id or title, and the style.

        Raises ``StyleNotFound`` with the nearest names, ``ModelIsEffect`` for what an effect is
        called: id, title or kind.
        Broken models cannot be asked for their styles: whoever searches by style shows
        ``problems()`` too.
        """
        models = self.models()
        for model in models:
            try:
                return model, model.card.slot(name)
            except StyleNotFound:
                continue
        cards = [effect.card for effect in self.effects()]
        if any(name.casefold() in (c.id.casefold(), c.title.casefold(), c.effect) for c in cards):
            raise ModelIsEffect(name)
        raise StyleNotFound(name, [slot.id for model in models for slot in model.card.styles])

    def _first(self, model_id: str) -> Optional[AnyInstalled]:
        """Return the first of this id, of either kind; raise its own error when it is broken."""
        for name, found in self._scan():
            if name == model_id:
                if isinstance(found, ModelError):
                    raise found
                return found
        return None

    def _firsts(self) -> Iterator[AnyInstalled | ModelError]:
        seen: set[str | None] = set()
        for name, found in self._scan():
            if name not in seen:
                seen.add(name)
                yield found

    def _scan(self) -> Iterator[tuple[str | None, AnyInstalled | ModelError]]:
        """Yield each model folder's name with its model or what is wrong with it.

        What is wrong with a place itself comes without a name.
        """
        for place in self.places:
            try:
                folders = _model_folders(place)
            except ModelPathInvalid as error:
                yield None, error
                continue
            for folder in folders:
                try:
                    yield folder.name, read_model(folder)
                except ModelError as error:
                    yield folder.name, error


def read_network_file(installed: AnyInstalled) -> bytes:
    """Return the bytes of the network's file, which are those the card was written for.

    What is run must be what was checked, so the file is read once. Raises ``ModelFileMissing``,
    ``ModelFileTruncated`` or ``ModelFileMismatch``.
    """
    file = installed.network_path
    expected = installed.card.network
    try:
        network = file.read_bytes()
    except OSError as error:
        raise ModelFileMissing(file) from error
    if len(network) < expected.size_bytes:
        raise ModelFileTruncated(file, expected.size_bytes, len(network))
    digest = hashlib.sha256(network).hexdigest()
    if digest != expected.sha256:
        raise ModelFileMismatch(file, expected.sha256, digest)
    return network


def verify_network_file(installed: AnyInstalled) -> None:
    """Raise what ``read_network_file`` does unless the files are those the card was written for."""
    read_network_file(installed)
    half = installed.in_half_precision if isinstance(installed, InstalledModel) else None
    if half is not None:
        read_network_file(half)


def _model_folders(place: Path) -> list[Path]:
    """Return the folders in a place on the search path, by name; hidden ones are not models."""
    try:
        entries = sorted(place.iterdir())
    except FileNotFoundError as error:
        raise ModelPathInvalid(place, "it does not exist") from error
    except OSError as error:
        raise ModelPathInvalid(place, f"it cannot be listed ({error})") from error
    if place / CARD_FILE in entries:
        raise ModelPathInvalid(place, "it is itself a model folder; name the folder above it")
    return [entry for entry in entries if entry.is_dir() and entry.name[0] not in "._"]


def read_model(folder: Path) -> AnyInstalled:
    """Return the model in a folder, of either kind.

    Raises ``CardMissing`` or ``CardInvalid``, the latter also where the folder has another name.
    """
    file = folder / CARD_FILE
    card = _card_in(file)
    if card.id != folder.name:
        raise CardInvalid(file, "id", f"it is {card.id!r} and the folder is named {folder.name!r}")
    if isinstance(card, EffectCard):
        return InstalledEffect(folder, card)
    return InstalledModel(folder, card)


_Stamp = tuple[int, int, int, int]
_AnyCard = Union[ModelCard, EffectCard]
_read_cards: dict[Path, tuple[_Stamp, _AnyCard]] = {}


def _card_in(file: Path) -> _AnyCard:
    """Return the card in a file, the one read before while nothing of the file changed."""
    stamp = _stamp(file)
    known = _read_cards.get(file)
    if stamp is not None and known is not None and known[0] == stamp:
        return known[1]
    card = _read_card(file)
    if stamp is not None and _stamp(file) == stamp:  # else it was replaced while it was read
        _read_cards[file] = (stamp, card)
    return card


def _read_card(file: Path) -> _AnyCard:
    try:
        return ModelCard.from_file(file)
    except ModelIsEffect:
        return EffectCard.from_file(file)


def _stamp(file: Path) -> Optional[_Stamp]:
    try:
        found = file.stat()
    except OSError:
        return None  # the reading says what is wrong
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino
