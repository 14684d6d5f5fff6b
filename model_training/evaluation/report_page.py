"""Holds an evaluation as one page: HTML with its pictures inside, or a PNG sheet.

The page loads nothing from anywhere. Its grey is neutral, so that it tints no picture.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from model_training.evaluation.limits import missed
from model_training.evaluation.measurement import Measurement, StyleResult
from nuke_plugin.worker.measure.exact_motion import FRAME_SIZE, Frame
from nuke_plugin.worker.sheet import ContactSheet, Panel, write_sheet
from nuke_plugin.worker.whole_file import whole_file

DRIFT_GAIN = 12.0
"""Factor by which what does not move with the picture is brightened, to be seen."""

PICTURE_WIDTH_PX = 640
JPEG_QUALITY = 86

_BY_MOVE = (
    ("boil", "Boil", "share of the texture that does not move with the picture"),
    ("texture", "Texture", "deviation of the high-pass"),
    ("e_stab", "e_stab", "root mean square of O_t − W(O_t+1)"),
)
_SINGLE = (
    ("grain_gain", "Grain gain", "a static shot's grain, out / in"),
    ("e_warp", "E_warp", "squared warping error on a real clip"),
    ("flat_texture", "Texture on flat ground", "where the plate itself is smooth"),
    ("flat_richness", "Richness on flat ground", "the same / the painting's calm parts"),
    ("style_distance", "Style distance", "relative Gram distance to the painting"),
    ("content_distance", "Content distance", "relative relu3_3 distance to the plate"),
    ("identity_mean_abs", "Identity", "mean difference to the plate at strength 0"),
    ("tile_max_abs", "Tiles", "largest difference of a tile to the frame"),
    ("far_field", "Far field", "largest change beyond the halo"),
)
_FACTS = (
    ("kmac_per_pixel", "kMAC a pixel"),
    ("ms_per_megapixel", "ms a megapixel"),
    ("onnx_max_abs", "ONNX against torch"),
    ("fp16_max_abs", "half against single precision"),
    ("halo_px", "halo, px"),
)

_STYLE = """
body { background: #2b2b2b; color: #d8d8d8; margin: 0 auto; max-width: 1240px; padding: 32px 24px;
  font: 15px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 26px; font-weight: 600; margin: 0; }
h2 { font-size: 20px; font-weight: 600; margin: 56px 0 12px; }
p { color: #a0a0a0; margin: 4px 0 16px; max-width: 80ch; }
table { border-collapse: collapse; margin: 12px 0 20px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 18px 5px 0; text-align: right; border-bottom: 1px solid #3d3d3d; }
th { color: #a0a0a0; font-weight: 500; }
th:first-child, td:first-child { text-align: left; }
td.far { color: #f0a58a; }
td.other { color: #909090; }
small { color: #909090; }
table.views { table-layout: fixed; width: 100%; }
table.views td { border: 0; padding: 0 10px 10px 0; text-align: left; color: #909090; }
table.views img { width: 100%; height: auto; display: block; margin-bottom: 4px; }
"""


def write_report(path: Path, measurement: Measurement) -> None:
    """Write the report as HTML or, where the name ends in ``.png``, as a sheet of pictures.

    Raises ``DiskFull`` or ``ResultFolderUnwritable``; a report is there whole or not at all.
    """
    if path.suffix.lower() == ".png":
        write_sheet(path, report_sheet(measurement))
        return
    with whole_file(path) as temporary:
        temporary.write_text(report_page(measurement), encoding="utf-8")


def report_page(measurement: Measurement) -> str:
    """The page as HTML."""
    title = escape(measurement.subject.title)
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
            f"<style>{_STYLE}</style></head><body>",
            f"<h1>{title}</h1>",
            f"<p>{_set_sentence(measurement)}</p>",
            *_facts(measurement),
            *_summary(measurement),
            *(line for style in measurement.styles for line in _section(measurement, style)),
            "</body></html>",
            "",
        ]
    )


def report_sheet(measurement: Measurement) -> ContactSheet:
    """The page as a sheet: plate, painted and drift of every style, with its main numbers."""
    panels = []
    for style in measurement.styles:
        for view in style.views:
            boil, texture = (_mean(style.numbers[key]) for key in ("boil", "texture"))
            panels += [
                Panel(_codes(view.plate), "Plate"),
                Panel(_codes(view.painted), style.title),
                Panel(
                    _codes(_grey(view.drift) * DRIFT_GAIN),
                    f"Drift, {DRIFT_GAIN:g}x",
                    f"boil {_number(boil)}  texture {_number(texture)}",
                ),
            ]
    return ContactSheet(
        measurement.subject.title, _set_sentence(measurement), panels, 3, panel_width_px=480
    )


def _set_sentence(measurement: Measurement) -> str:
    count, frames = len(measurement.measured.stills), measurement.measured.frames
    quick = " A quick look: numbers are near those on a card, not equal." * measurement.is_quick
    return (
        f"{FRAME_SIZE[0]}x{FRAME_SIZE[1]}, full strength, {count} stills, {frames} frames of each "
        f"move.{quick}"
    )


def _facts(measurement: Measurement) -> Iterator[str]:
    known = [(text, measurement.subject.facts.get(key)) for key, text in _FACTS]
    shown = [(text, value) for text, value in known if value is not None]
    if shown:
        yield "<table><tr>" + "".join(f"<th>{text}</th>" for text, _ in shown) + "</tr>"
        cells = "".join(f"<td>{_number(value)}</td>" for _, value in shown)
        yield f"<tr>{cells}</tr></table>"


def _summary(measurement: Measurement) -> Iterator[str]:
    """One row a style, the plate first; what misses a limit is coloured."""
    if len(measurement.styles) < 2:
        return
    heads = ("Boil", "of the twin's", "Texture", "Flat ground", "Grain", "E_warp", "Misses")
    yield "<table><tr><th></th>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"
    yield _summary_row("The plate itself", measurement.plate, {})
    for style in measurement.styles:
        yield _summary_row(style.title, style.numbers, missed(style.numbers))
    yield "</table>"


def _summary_row(title: str, numbers: Mapping[str, Any], misses: Mapping[str, str]) -> str:
    boil = _mean(numbers["boil"])
    twin = numbers.get("twin")
    cells = (
        (_number(boil), any(name.startswith("boil") for name in misses)),
        (_number(boil / _mean(twin["boil"])) if twin else "", False),
        (_number(_mean(numbers["texture"])), any(name.startswith("texture") for name in misses)),
        (_number(numbers.get("flat_texture")), False),
        (_number(numbers.get("grain_gain")), "grain_gain" in misses),
        (_number(numbers["e_warp"]), False),
        (str(len(misses)) if misses else "", False),
    )
    return f"<tr><td>{escape(title)}</td>{''.join(_cell(text, far) for text, far in cells)}</tr>"


def _section(measurement: Measurement, style: StyleResult) -> Iterator[str]:
    misses = missed(style.numbers)
    yield f"<h2>{escape(style.title)}</h2>"
    yield '<table class="views">'
    for view, plate_drift in zip(style.views, measurement.plate_drifts, strict=True):
        own, least = (_number(float(drift.mean())) for drift in (view.drift, plate_drift))
        drift = f"What does not move with the picture, {DRIFT_GAIN:g} times"
        yield f"<tr><td>{_image(view.plate, 'The plate')}Plate</td>"
        yield f"<td>{_image(view.painted, style.title)}{escape(style.title)}</td>"
        yield f"<td>{_image(_grey(view.drift) * DRIFT_GAIN, drift)}{drift}: "
        yield f"{own} in the mean, the plate's {least}</td></tr>"
    yield "</table>"
    yield from _by_move(measurement, style, misses)
    yield from _single(measurement, style, misses)
    yield from _sweep(style, misses)


def _by_move(
    measurement: Measurement, style: StyleResult, misses: Mapping[str, str]
) -> Iterator[str]:
    moves = list(style.numbers["boil"])
    yield "<table><tr><th></th>" + "".join(f"<th>{move}</th>" for move in moves) + "</tr>"
    twin = style.numbers.get("twin")
    for key, name, meaning in _BY_MOVE:
        cells = "".join(
            _cell(_number(style.numbers[key][move]), f"{key}.{move}" in misses) for move in moves
        )
        yield f"<tr><td>{name} <small>{meaning}</small></td>{cells}</tr>"
        others = [("the plate's", measurement.plate)] + ([("the twin's", twin)] if twin else [])
        for whose, numbers in others:
            cells = "".join(_cell(_number(numbers[key][move]), kind="other") for move in moves)
            yield f"<tr><td><small>&emsp;{whose}</small></td>{cells}</tr>"
    yield "</table>"


def _single(
    measurement: Measurement, style: StyleResult, misses: Mapping[str, str]
) -> Iterator[str]:
    twin = style.numbers.get("twin", {})
    heads = ["", "", "the plate's", *(["the twin's"] if twin else [])]
    yield "<table><tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"
    for key, name, meaning in _SINGLE:
        if key in style.numbers:
            own = _cell(_number(style.numbers[key]), key in misses)
            others = [measurement.plate, *([twin] if twin else [])]
            cells = "".join(_cell(_number(numbers.get(key)), kind="other") for numbers in others)
            yield f"<tr><td>{name} <small>{meaning}</small></td>{own}{cells}</tr>"
    yield "</table>"


def _sweep(style: StyleResult, misses: Mapping[str, str]) -> Iterator[str]:
    sweep = style.numbers.get("strength_sweep")
    if not sweep:
        return
    strengths = list(sweep["style_distance"])
    yield "<table><tr><th>Strength</th>" + "".join(f"<th>{s}</th>" for s in strengths) + "</tr>"
    for key, name in (("style_distance", "To the painting"), ("content_distance", "To the plate")):
        far = f"strength_sweep.{key}" in misses
        cells = "".join(_cell(_number(sweep[key][strength]), far) for strength in strengths)
        yield f"<tr><td>{name}</td>{cells}</tr>"
    yield "</table>"


def _cell(text: str, is_far: bool = False, kind: str = "") -> str:
    name = "far" if is_far else kind
    return f'<td class="{name}">{text}</td>' if name else f"<td>{text}</td>"


def _number(value: float | None) -> str:
    """Three digits that count; nothing where there is no number."""
    if value is None:
        return ""
    if value == 0 or 0.001 <= abs(value) < 10000:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 3
        return f"{value:.{digits}f}"
    return f"{value:.1e}"


def _mean(by_move: Mapping[str, float]) -> float:
    return float(np.mean(list(by_move.values())))


def _grey(frame: Frame) -> Frame:
    """The mean of the channels: a drift has no colour that means anything."""
    return np.repeat(frame.mean(axis=2, keepdims=True), 3, axis=2)


def _codes(frame: Frame) -> NDArray[np.uint8]:
    return np.asarray(np.clip(frame, 0.0, 1.0) * 255.0 + 0.5, np.uint8)


def _image(frame: Frame, text: str) -> str:
    height = round(frame.shape[0] * PICTURE_WIDTH_PX / frame.shape[1])
    size = (PICTURE_WIDTH_PX, height)
    small = np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.float32)
    quality: Sequence[int] = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    _, jpeg = cv2.imencode(".jpg", _codes(small)[..., ::-1], quality)
    data = base64.b64encode(jpeg.tobytes()).decode("ascii")
    return (
        f'<img width="{size[0]}" height="{size[1]}" alt="{escape(text)}" '
        f'src="data:image/jpeg;base64,{data}">'
    )
