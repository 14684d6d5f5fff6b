"""Holds what is checked: the pictures that a configuration names, or all those in a folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from model_training.data.checker import (
    FEW_PHOTOS,
    CheckReport,
    DataUnusable,
    Finding,
    PictureSet,
    Severity,
    check_pictures,
    left_out,
    pictures_in,
    unbalanced,
)
from model_training.training.config import TrainingConfig


def check_config_data(config: TrainingConfig, data: Path, workers: int = 2) -> CheckReport:
    """Checks what a configuration's run and its export will read."""
    findings: list[Finding] = []
    wanted = config.data
    features = data / wanted.features
    if not features.is_file():
        says = "there is no such features file; name VGG16's convolutions as safetensors"
        findings.append(Finding(Severity.STOPS, "missing", features, says))
    sets = [
        PictureSet(
            f"style {style.id}",
            tuple(data / path for path in style.paintings),
            least_px=wanted.crop_px,
            stored_px=wanted.painting_short_side_px,
            wanted_px=wanted.painting_short_side_px,
        )
        for style in config.styles
    ]
    counts = {data / s.paintings[0]: len(s.paintings) for s in config.styles}
    findings += unbalanced(counts, "style")
    folders = [data / folder for folder in wanted.photos]
    photos: list[Path] = []
    for folder in folders:
        photos += pictures_in(folder)
        findings += left_out(folder)
    findings += _photo_counts(folders, photos)
    sets.append(
        PictureSet("photos", tuple(photos), wanted.crop_px, stored_px=wanted.photo_short_side_px)
    )
    shown = tuple(data / path for path in (*wanted.stills, config.model.preview))
    sets.append(PictureSet("stills", shown, least_px=1, stored_px=1))
    return _with(check_pictures(sets, workers), findings)


def check_folder(folder: Path, crop_px: int, workers: int = 2) -> CheckReport:
    """Checks every picture in a folder, whatever it will be used for."""
    paths = pictures_in(folder)
    findings = left_out(folder)
    if not paths:
        says = "there is no picture in it; name a folder with .jpg, .png, .tif or .webp files"
        findings.append(Finding(Severity.STOPS, "empty", folder, says))
    findings += unbalanced(dict(Counter(path.parent for path in paths)), "folder")
    whole = PictureSet("pictures", paths, least_px=crop_px, stored_px=640)
    return _with(check_pictures([whole], workers), findings)


def require_usable(report: CheckReport) -> None:
    """DataUnusable where a report holds what would stop a run."""
    if not report.stopping:
        return
    first = report.stopping[0]
    more = len(report.stopping) - 1
    others = f" And {more} more: impasto-train check lists them." if more else ""
    raise DataUnusable(f"Nothing was trained: '{first.place}': {first.says}.{others}")


def _photo_counts(folders: Sequence[Path], photos: Sequence[Path]) -> list[Finding]:
    if not photos:
        place = folders[0] if folders else Path()
        says = "there is no photo in it; name a folder with 200 or more of what your plates show"
        return [Finding(Severity.STOPS, "empty", place, says)]
    findings = unbalanced(dict(Counter(path.parent for path in photos)), "folder")
    if len(photos) < FEW_PHOTOS:
        says = f"only {len(photos)} photos; 200 or more teach the style to meet any plate"
        findings.append(Finding(Severity.WARNING, "few", folders[0], says))
    return findings


def _with(report: CheckReport, more: list[Finding]) -> CheckReport:
    order = list(Severity)
    findings = sorted(
        (*report.findings, *more), key=lambda f: (order.index(f.severity), f.kind, f.place)
    )
    return CheckReport(report.pictures, report.bytes_in_memory, tuple(findings))
