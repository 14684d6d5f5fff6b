"""Holds the hand-made effects: what smears and noise alone give, without a network.

They are the baseline that a network must beat and the start that it may learn from. Written with
sums, products and ``clip`` alone, so that they take numpy's arrays and torch's tensors alike.
"""

from __future__ import annotations

from typing import Any

from nuke_plugin.contract.effect_card import FIRE, SMOKE
from nuke_plugin.contract.field_recipe import FieldRecipe

_OCTAVE_SHARES = (1.0, 0.75, 0.5, 0.32, 0.2, 0.12)
"""How much of the sum each octave is, the longest waves first."""


def hand_made(effect: str, recipe: FieldRecipe, fields: Any) -> tuple[Any, ...]:
    """Return the effect's channels, each (..., H, W), in the order of ``CHANNELS``.

    ``fields`` is (..., F, H, W) of the recipe, a numpy array or a torch tensor; what comes back is
    of the same kind, exactly 0 where the support is.
    """
    make = {FIRE: _fire, SMOKE: _smoke}.get(effect, _water)
    support = fields[..., -1, :, :]
    return tuple(channel * support for channel in make(recipe, fields))


def _fire(recipe: FieldRecipe, fields: Any) -> tuple[Any, ...]:
    near, middle, far = _three_smears(recipe, fields)
    noise = _noise(recipe, fields, 0)
    other = _noise(recipe, fields, 1)
    # Whether there is anything below at all: thin mattes burn nearly as high as thick ones.
    low, high = (4 * near + 2 * middle).clip(0, 1), (8 * middle + 14 * far).clip(0, 1)
    above = high * (1 - low)
    body = 0.8 * low * (1 - 0.35 * near) + 0.62 * above * (0.55 + 2 * far)
    flame = (1.25 * body + noise * (0.16 + 0.36 * above) - 0.4).clip(0, 1)
    # High up, what is left of a flame are its edges, where noise is near its mean.
    ridge = (1.3 - 1.2 * (noise.clip(0, 4) + (-noise).clip(0, 4))).clip(0, 1)
    heat = flame * (3 - 2 * flame) * (low + (1 - low) * ridge)
    temperature = (heat * (0.64 + 0.14 * other + 0.1 * noise)).clip(0, 1)
    soot = (heat * (1 - near) * (0.35 + 0.2 * other)).clip(0, 1)
    density = (heat * (0.3 + near)).clip(0, 1)
    return temperature, soot, density


def _smoke(recipe: FieldRecipe, fields: Any) -> tuple[Any, ...]:
    near, middle, far = _three_smears(recipe, fields)
    noise = _noise(recipe, fields, 0)
    body = 0.8 * near + 1.2 * middle + 1.8 * far
    # Torn noise has dark threads, which would cut smoke through.
    density = (0.7 * body * (1 + 0.5 * noise.clip(-1.2, 3)) - 0.03).clip(0, 1)
    temperature = (density * (0.2 + near)).clip(0, 1)
    return density, temperature


def _water(recipe: FieldRecipe, fields: Any) -> tuple[Any, ...]:
    near = fields[..., 1, :, :]
    height: Any = 0.0
    at = 1 + len(recipe.smears_px)
    for octave in recipe.octaves:
        # Waves of one steepness: as high as they are long.
        share = 0.02 * octave.wavelength_px / octave.channels
        for channel in range(at, at + octave.channels):
            height = height + share * fields[..., channel, :, :]
        at += octave.channels
    height = height * (1.6 * near).clip(0, 1)
    foam = (0.35 * height - 0.9).clip(0, 1) * near
    return height, foam


def _three_smears(recipe: FieldRecipe, fields: Any) -> tuple[Any, Any, Any]:
    """Return the nearest, a middle and the furthest smear; of fewer some twice."""
    last = len(recipe.smears_px)
    return tuple(fields[..., at, :, :] for at in (1, (last + 1) // 2, last))


def _noise(recipe: FieldRecipe, fields: Any, channel: int) -> Any:
    """Return the sum of the octaves' channels of this number, of variance 1."""
    shares = [*_OCTAVE_SHARES, *[_OCTAVE_SHARES[-1]] * len(recipe.octaves)][: len(recipe.octaves)]
    at = 1 + len(recipe.smears_px)
    total: Any = 0.0
    for octave, share in zip(recipe.octaves, shares, strict=True):
        total = total + share * fields[..., at + channel % octave.channels, :, :]
        at += octave.channels
    return total * float(sum(share * share for share in shares)) ** -0.5
