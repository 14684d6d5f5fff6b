"""Holds an effect's card for the contract's tests, without a network behind it."""

from __future__ import annotations

from pathlib import Path

from nuke_plugin.contract.card_parts import NetworkFile, Source
from nuke_plugin.contract.effect_card import EffectCard, EffectChannel, EffectControl
from nuke_plugin.contract.field_recipe import UP, FieldRecipe, Octave, Warp
from nuke_plugin.contract.strict_json import NumberTree


def effect_card(model_id: str = "fire") -> EffectCard:
    """Return a valid card of a fire."""
    return EffectCard(
        format=1,
        id=model_id,
        title="Camp Fire",
        kind="effect",
        effect="fire",
        description="Flames as tall as a hand.",
        network=NetworkFile("model.onnx", "0" * 64, 10, 20),
        recipe=FieldRecipe(
            flow=UP,
            smears_px=(4, 12),
            spread=0.1,
            rise_px=2.0,
            below_px=2,
            octaves=(Octave.rising(16, 1.5, 12, channels=2), Octave.rising(8, 2.5, 6)),
            warps=(Warp(20.0, 2.5, (0.0, -1.5), 12.0),),
            root_px=3,
            torn_noise=1,
        ),
        controls=(
            EffectControl("turbulence", "Turbulence", 0.0, 2.0, 1.0, "How much it breaks up."),
            EffectControl("wind", "Wind", -4.0, 4.0, 0.0, "Pixels a frame to the right."),
        ),
        channels=tuple(
            EffectChannel(name, 0.0, 1.0, "For tests.")
            for name in ("temperature", "soot", "density")
        ),
        size_multiple=4,
        halo_px=9,
        border_px=8,
        training_scale_px=48,
        licence="CC0-1.0",
        sources=(Source("none", "nowhere", "CC0-1.0", "Nobody"),),
        gates=NumberTree(),
        preview="preview.png",
        movie="preview.mp4",
    )


def write_effect(place: Path, model_id: str = "fire") -> Path:
    """Write an effect's folder into a place on the search path and return it."""
    folder = place / model_id
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(effect_card(model_id).to_json(), encoding="utf-8")
    (folder / "model.onnx").write_bytes(b"0123456789")
    return folder
