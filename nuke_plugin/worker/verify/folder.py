"""Holds the checks of a model folder's files: card, hashes, graphs, pictures."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from nuke_plugin.contract.card import CARD_FILE, ModelCard
from nuke_plugin.contract.errors import CardInvalid
from nuke_plugin.contract.library import InstalledModel, verify_network_file
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.verify.finding import FAILED, OK, Finding

_PROCESSOR = ("CPUExecutionProvider",)


def read_card(folder: Path) -> tuple[InstalledModel, Finding]:
    """Return the model in a folder; raises ``CardMissing`` or ``CardInvalid``."""
    folder = folder.resolve()
    card = ModelCard.from_file(folder / CARD_FILE)
    if card.id != folder.name:
        reason = f"it is {card.id!r} and the folder is named {folder.name!r}"
        raise CardInvalid(folder / CARD_FILE, "id", reason)
    count = len(card.styles)
    text = f"{card.id}, {count} style{'' if count == 1 else 's'}, {card.licence}"
    return InstalledModel(folder, card), Finding("card", OK, text)


def check_files(installed: InstalledModel) -> Finding:
    """The network files are those the card was written for; raises ``ModelError``."""
    verify_network_file(installed)
    network = installed.card.network
    files = (network,) if network.half is None else (network, network.half)
    return Finding("files", OK, ", ".join(f"{f.file} {f.size_bytes} bytes" for f in files))


def open_networks(
    installed: InstalledModel, threads: int | None = None
) -> tuple[Network, Network | None, Finding]:
    """Return the networks; raises ``ModelGraphMismatch`` for one that does not fit its card."""
    network = Network.open(installed, _PROCESSOR, threads)
    halved = installed.in_half_precision
    half = None if halved is None else Network.open(halved, _PROCESSOR, threads)
    text = "standard operators, no data outside the file, inputs and outputs as the card says"
    return network, half, Finding("graph", OK, text)


def check_previews(installed: InstalledModel) -> Finding:
    """Every picture that the card names can be shown."""
    card = installed.card
    names = list(dict.fromkeys((card.preview, *(slot.preview for slot in card.styles))))
    wrong = []
    for name in names:
        file = installed.folder / name
        data = np.frombuffer(file.read_bytes(), np.uint8) if file.is_file() else None
        if data is None:
            wrong.append(f"{name} is missing")
        elif not data.size or cv2.imdecode(data, cv2.IMREAD_COLOR) is None:
            wrong.append(f"{name} is no picture")
    if wrong:
        return Finding("previews", FAILED, f"{'; '.join(wrong)}. Export the model again.")
    return Finding("previews", OK, f"{len(names)} pictures")
