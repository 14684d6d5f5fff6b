"""Holds the try of a style's TorchScript in Nuke's own CatFileCreator, where there is one."""

from __future__ import annotations

import os
from pathlib import Path

import nuke

from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.self_check.assumption import NotApplicable, holds
from nuke_plugin.self_check.bench import Bench

TORCHSCRIPT_FILE = "model.pt"
"""What ``impasto-train export --torchscript`` adds to a model's folder."""

_RGB = "rgba.red, rgba.green, rgba.blue"


def cat_file(bench: Bench) -> str:
    """Let CatFileCreator make a .cat of an installed model.pt, as docs/torchscript.md says."""
    models = ModelLibrary.from_environment(os.environ).models()
    files = [model.folder / TORCHSCRIPT_FILE for model in models]
    files = [file for file in files if file.is_file()]
    if not files:
        raise NotApplicable(
            "no installed model has a model.pt (impasto-train export --torchscript)"
        )
    try:
        creator = nuke.nodes.CatFileCreator()
    except RuntimeError as error:
        raise NotApplicable(f"this Nuke has no CatFileCreator, a node of NukeX: {error}") from error
    made = bench.file("style.cat")
    creator["torchScriptFile"].setValue(str(files[0]).replace("\\", "/"))
    creator["catFile"].setValue(made)
    creator["channelsIn"].setValue(_RGB)
    creator["channelsOut"].setValue(_RGB)
    creator["modelId"].setValue(files[0].parent.name)
    try:
        nuke.execute(creator, nuke.FrameRanges([1]))
    except RuntimeError as error:
        return holds(False, f"{files[0].parent.name}: {error}")
    has_file = Path(made).is_file()
    return holds(has_file, f"{files[0].parent.name}: a .cat file was written: {has_file}")
