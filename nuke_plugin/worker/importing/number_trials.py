"""Holds the finding out of what a network's numbers mean, by its graph and by running it.

A style network keeps the drawing of what it is given. So the photo is given in each kind of numbers
and the paintings are compared: in the right kind the photo's edges are found again and nothing is
blown out. Where kinds do equally well and give the same painting, as behind an instance norm, it
does not matter which is taken; where they differ, a person is asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from nuke_plugin.contract.card_parts import ImageOutput
from nuke_plugin.contract.errors import NetworkRefused, OptionInvalid
from nuke_plugin.worker.importing.evidence import Evidence
from nuke_plugin.worker.importing.known_pictures import photo_of
from nuke_plugin.worker.importing.number_kinds import (
    BYTES,
    CAFFE,
    IMAGENET,
    KINDS,
    SIGNED,
    UNIT,
    GraphSign,
    NumberKind,
    sign_at_input,
    sign_at_output,
)
from nuke_plugin.worker.importing.request import ImportRequest
from nuke_plugin.worker.importing.trial import Picture, RunFailed, Trial
from nuke_plugin.worker.onnx_graph import OnnxGraph

_TRIED = (UNIT, BYTES, SIGNED, IMAGENET)
_CLEAR_LEAD = 0.15
"""By how much of its edges' correlation a kind must lead to be taken for the right one."""

_SAME_PAINTING = 0.03
"""Mean difference in display units up to which two paintings count as one."""

_LEAST_CONTRAST = 0.03


@dataclass(frozen=True)
class Numbers:
    """What a network's numbers mean."""

    image: NumberKind
    """Of the input."""

    output: NumberKind
    """Of the output."""

    channels: str
    """``RGB`` or ``BGR``."""


@dataclass(frozen=True)
class _Tried:
    """One kind of input numbers and what came of it."""

    kind: NumberKind
    output: NumberKind
    painting: Picture
    score: float


def find_numbers(
    trial: Trial,
    graph: OnnxGraph,
    ports: tuple[str, str],
    size: tuple[int, int],
    request: ImportRequest,
    evidence: Evidence,
) -> Numbers | None:
    """Return what the numbers mean; None when only a person can say.

    An order of channels that is not known is asked for and taken as RGB until then. ``ports`` are
    the names of image input and output, ``size`` the width and height to try.
    Raises ``NetworkRefused`` when no run comes to a painting.
    """
    picture = photo_of(*size)
    at_input, at_output = sign_at_input(graph, ports[0]), sign_at_output(graph, ports[1])
    channels = _channels(request, at_input, evidence)
    order = channels or "RGB"
    given = _given_input(request)
    if given is not None:
        evidence.found("input numbers", given.name, "--input-range, --mean or --std says so")
        kinds: tuple[NumberKind, ...] = (given,)
    elif at_input is not None:
        evidence.found("input numbers", at_input.kind.name, at_input.why)
        kinds = (at_input.kind,)
    else:
        kinds = _TRIED
    output = None if request.output_range is None else _kind("--output-range", request.output_range)
    if output is None and at_output is not None:
        output = at_output.kind
    tried = _try(trial, picture, kinds, order, output)
    if not tried:
        what = "whatever numbers it is given" if len(kinds) > 1 else f"given {kinds[0].name}"
        if output is not None or len(kinds) == 1:
            evidence.need(
                "--output-range 0:1, 0:255, -1:1, imagenet or caffe (what it gives lies in none)"
            )
            return None
        raise NetworkRefused(trial.file, f"{what}, it paints nothing that could be a picture")
    chosen = _choose(tried, evidence) if len(kinds) > 1 else tried[0]
    if chosen is None:
        return None
    if request.output_range is not None:
        why = "--output-range says so"
    elif at_output is not None:
        why = at_output.why
    else:
        raw = trial.run(picture, chosen.kind, order)
        low, high = np.percentile(raw, (1, 99))
        why = f"of the photo's painting 98 % lies between {low:.3g} and {high:.3g}"
    evidence.found("output numbers", chosen.output.name, why)
    return Numbers(chosen.kind, chosen.output, order)


def _given_input(request: ImportRequest) -> NumberKind | None:
    """Return the kind that the options describe; None when they say nothing."""
    kind = None if request.input_range is None else _kind("--input-range", request.input_range)
    if request.mean is None and request.deviation is None:
        return kind
    if kind is None or kind in (IMAGENET, CAFFE):
        reason = "give it with --input-range 0:1, 0:255 or -1:1, whose units it is in"
        raise OptionInvalid("--mean" if request.mean is not None else "--std", reason)
    step = -1 if request.channels == "BGR" else 1  # typed in the network's order, kept as RGB
    red, green, blue = (request.mean or (0.0, 0.0, 0.0))[::step]
    one, two, three = (request.deviation or (1.0, 1.0, 1.0))[::step]
    name = f"{kind.name} less {red:g}/{green:g}/{blue:g}, by {one:g}/{two:g}/{three:g}"
    return NumberKind(name, kind.range, (red, green, blue), (one, two, three))


def _kind(option: str, name: str) -> NumberKind:
    if name not in KINDS:
        raise OptionInvalid(option, f"{name!r} is none of {', '.join(KINDS)}")
    return KINDS[name]


def _channels(request: ImportRequest, sign: GraphSign | None, evidence: Evidence) -> str | None:
    """Return the order of the channels, or None and a need: no run of a network tells it."""
    if request.channels is not None:
        evidence.found("channels", request.channels, "--channels says so")
        return request.channels
    if sign is not None and sign.channels is not None:
        evidence.found("channels", sign.channels, sign.why)
        return sign.channels
    evidence.need(
        "--channels RGB or BGR (nothing in the file tells; nearly all networks are RGB, those "
        "made with Caffe or OpenCV are BGR, and a wrong choice swaps red and blue)"
    )
    return None


def _try(
    trial: Trial,
    picture: Picture,
    kinds: tuple[NumberKind, ...],
    order: str,
    output: NumberKind | None,
) -> list[_Tried]:
    """Return what came of each kind, best first; kinds that give no picture are left out."""
    tried = []
    for kind in kinds:
        try:
            raw = trial.run(picture, kind, order)
        except RunFailed as error:
            raise NetworkRefused(trial.file, f"it does not run: {error}") from error
        if not np.isfinite(raw).all():
            continue
        found = output or output_kind(raw)
        if found is None:
            continue
        values = found.values(ImageOutput(channels=order))
        painting = np.clip(values.decode(raw), 0, 1)
        tried.append(_Tried(kind, found, painting, _edges_kept(picture, painting)))
    return sorted(tried, key=lambda one: one.score, reverse=True)


def output_kind(raw: NDArray[np.float32]) -> NumberKind | None:
    """Return the kind of numbers that a painting's are, by the middle 98 %; None when unclear."""
    low, high = np.percentile(raw, (1, 99))
    if high - low < 1e-4:
        return None
    if low >= -0.05 and high <= 1.05:
        return UNIT
    if -1.1 <= low < -0.2 and high <= 1.1:
        return SIGNED
    if low >= -64 and 16 < high <= 320:
        return BYTES
    return None


def _choose(tried: list[_Tried], evidence: Evidence) -> _Tried | None:
    """Return the kind that the trials speak for, or None and a need."""
    best = tried[0]
    rivals = [one for one in tried if one.score >= best.score - _CLEAR_LEAD]
    scores = ", ".join(f"{one.kind.name} {one.score:.2f}" for one in tried)
    apart = max(float(np.abs(one.painting - best.painting).mean()) for one in rivals)
    if best.score <= 0 or (len(rivals) > 1 and apart > _SAME_PAINTING):
        evidence.need(
            "--input-range 0:1, 0:255, -1:1, imagenet or caffe (the photo's edges are found again "
            f"by {scores}, and the paintings differ by {apart:.2g})"
        )
        return None
    if len(rivals) == 1:
        why = f"the photo's edges are found again best: correlation by kind {scores}"
        evidence.found("input numbers", best.kind.name, why)
        return best
    # It does not matter which; what goes in as it comes out is what was most likely trained.
    same = [one for one in rivals if one.kind.range == one.output.range and one.kind is one.output]
    chosen = same[0] if same else min(rivals, key=lambda one: _TRIED.index(one.kind))
    names = ", ".join(one.kind.name for one in rivals)
    why = f"{names} give the same painting (mean difference {apart:.2g}), so either will do"
    evidence.found("input numbers", chosen.kind.name, why)
    return chosen


def _edges_kept(picture: Picture, painting: Picture) -> float:
    """Return how well the edges of the photo are found in the painting, up to 1; 0 for a flat."""
    if float(painting.mean(axis=1).std()) < _LEAST_CONTRAST:
        return 0.0
    before, after = (_edges(one).ravel() for one in (picture, painting))
    return max(0.0, float(np.corrcoef(before, after)[0, 1]))


def _edges(picture: Picture) -> NDArray[np.float32]:
    """Return the strength of the edges, (H, W), of a picture smoothed by 1.5 px."""
    grey = cv2.GaussianBlur(np.ascontiguousarray(picture[0].mean(axis=0)), (0, 0), 1.5)
    down, across = cv2.Sobel(grey, cv2.CV_32F, 0, 1), cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    return np.asarray(np.hypot(down, across), np.float32)
