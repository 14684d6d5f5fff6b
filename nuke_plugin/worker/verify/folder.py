"""Holds the checks of a model folder's files: card, hashes, graphs, pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.contract.library import (
    AnyInstalled,
    InstalledEffect,
    read_model,
    verify_network_file,
)
from nuke_plugin.worker.movie import count_frames
from nuke_plugin.worker.verify.finding import FAILED, OK, Finding


def check_card(folder: Path) -> tuple[AnyInstalled, Finding]:
    """Return the model in a folder; raises ``CardMissing`` or ``CardInvalid``."""
    installed = read_model(folder.resolve())
    card = installed.card
    if isinstance(installed, InstalledEffect):
        count = len(installed.card.controls)
        holds = f"{installed.card.effect} with {count} control{'' if count == 1 else 's'}"
    else:
        count = len(installed.card.styles)
        holds = f"{count} style{'' if count == 1 else 's'}"
    return installed, Finding("card", OK, f"{card.id}, {holds}, {card.licence}")


def check_files(installed: AnyInstalled) -> Finding:
    """The network files are those the card was written for; raises ``ModelError``."""
    verify_network_file(installed)
    network = installed.card.network
    files = (network,) if network.half is None else (network, network.half)
    return Finding("files", OK, ", ".join(f"{f.file} {f.size_bytes} bytes" for f in files))


def check_previews(installed: AnyInstalled) -> Finding:
    """Every picture that the card names can be shown, and an effect's movie be played."""
    movies: list[str] = []
    if isinstance(installed, InstalledEffect):
        pictures, movies = [installed.card.preview], [installed.card.movie]
    else:
        slots = (slot.preview for slot in installed.card.styles)
        pictures = list(dict.fromkeys((installed.card.preview, *slots)))
    wrong = []
    for name in (*pictures, *movies):
        file = installed.folder / name
        if not file.is_file():
            wrong.append(f"{name} is missing")
        elif name in movies and count_frames(file) < 2:
            wrong.append(f"{name} is no movie")
        elif name not in movies and not _is_picture(file):
            wrong.append(f"{name} is no picture")
    if wrong:
        return Finding("previews", FAILED, f"{'; '.join(wrong)}. Export the model again.")
    count = f"{len(pictures)} picture{'' if len(pictures) == 1 else 's'}"
    return Finding("previews", OK, f"{count} and a movie" if movies else count)


def _is_picture(file: Path) -> bool:
    data = np.frombuffer(file.read_bytes(), np.uint8)
    return data.size > 0 and cv2.imdecode(data, cv2.IMREAD_COLOR) is not None
