"""Holds the checks of what a network does: sizes, reach, tiles, broken pixels, mixes, extremes."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.tiles import FrameGeometry
from nuke_plugin.worker.verify.finding import FAILED, NOT_RUN, OK, Finding
from nuke_plugin.worker.verify.pictures import Picture, extremes, noise, small_stills
from nuke_plugin.worker.verify.precision import HALF_TOLERANCE, half_difference
from nuke_plugin.worker.verify.subject import Subject

TILE_TOLERANCE = 1e-5
IDENTITY_TOLERANCE = 0.02
"""Largest mean difference to the plate at strength 0, in display units: a trained net nears it."""

RANGE_TOLERANCE = 1e-3
"""How far a painted value may lie outside [0, 1]."""

_PROBE_SIDE_PX = 128
_MARGIN_PX = 64
"""Picture beyond the halo that must not change."""


def check_sizes(subject: Subject) -> Finding:
    """Every multiple of the card's ``size_multiple`` goes in and comes out again."""
    if not subject.takes_any_size:
        return Finding("sizes", NOT_RUN, "frames are fitted to the one size the network takes")
    multiple = subject.card.size_multiple
    least = math.ceil(64 / multiple)
    style = subject.card.style_vector(subject.even_mix())
    # Odd multiples: a network that needs twice the multiple takes none of them.
    for high, wide in ((least | 1, (least + 2) | 1), ((least + 4) | 1, least | 1)):
        shape = (1, 3, high * multiple, wide * multiple)
        said = f"{shape[3]}x{shape[2]} px, multiples of {multiple}"
        try:
            painted = subject.run(noise(*shape[2:])[np.newaxis], style, 1.0)
        except ImpastoError as error:
            text = f"{said}, cannot be painted. Correct size_multiple. {error.message}"
            return Finding("sizes", FAILED, text)
        if painted.shape != shape:
            text = f"{said}, come back as {painted.shape[3]}x{painted.shape[2]} px"
            return Finding("sizes", FAILED, f"{text}. Correct size_multiple.")
    return Finding("sizes", OK, f"multiples of {multiple} px go in and come out")


def check_halo(subject: Subject) -> Finding:
    """Nothing beyond the card's halo changes when a part of the picture does."""
    card = subject.card
    if not card.local:
        return Finding("halo", NOT_RUN, "the card says that the network is not local")
    multiple, halo = card.size_multiple, card.halo_px
    block = 2 * multiple + 1
    first = halo + _MARGIN_PX
    side = 2 * first + block + multiple
    before = noise(side, side)
    painted = subject.paint(before, subject.even_mix(), 0.7)
    reach = 0
    # A strided network sees further from some pixels of its grid than from others.
    for offset in range(0, multiple, math.ceil(multiple / 4)):
        start, stop = first + offset, first + offset + block
        after = before.copy()
        after[:, start:stop, start:stop] = 1 - after[:, start:stop, start:stop]
        changed = (subject.paint(after, subject.even_mix(), 0.7) != painted).any(axis=0)
        for axis in (0, 1):
            places = np.flatnonzero(changed.any(axis=axis))
            if places.size:
                reach = max(reach, start - int(places[0]), int(places[-1]) - stop + 1)
    text = f"a pixel matters up to {reach} px away, the card says {halo}"
    remedy = "Correct halo_px, or local if the network reads statistics of the picture."
    return Finding.compared("halo", reach, halo, text, remedy)


def check_tiles(subject: Subject) -> Finding:
    """A frame in several windows equals the same frame in one."""
    card = subject.card
    if not (card.local and subject.takes_any_size):
        return Finding("tiles", NOT_RUN, "the network is not local, or is not cut into windows")
    overlap = math.ceil(2 * card.halo_px / card.size_multiple) * card.size_multiple
    side = 2 * overlap + 16 * card.size_multiple
    limit_px = side * side * 11 // 20
    picture = noise(side, side, seed=1)
    windows = len(list(FrameGeometry.of(card, side, side, limit_px).windows()))
    whole = subject.paint(picture, subject.even_mix(), 1.0)
    tiled = subject.paint(picture, subject.even_mix(), 1.0, limit_px)
    difference = float(np.abs(whole - tiled).max())
    text = f"{windows} windows differ from the whole by {difference:.2g}"
    remedy = "Correct halo_px and size_multiple, or local."
    return Finding.compared("tiles", difference, TILE_TOLERANCE, text, remedy)


def check_broken_pixels(subject: Subject) -> Finding:
    """NaN and infinite pixels stay where they are and change nothing beyond the halo."""
    card = subject.card
    reach = card.halo_px if card.local else 0
    side = 2 * (reach + 16) + 1
    middle = side // 2
    clean = noise(side, side, seed=2)
    broken = clean.copy()
    broken[:, middle, middle] = np.nan
    broken[0, middle, middle + 1] = np.inf
    broken[1, middle + 1, middle] = -np.inf
    colour = ColourConfig.from_environment({}).plate_colour(None, is_integer=False)
    painter = Painter(subject.network, subject.first_style(), 1.0)
    painted_clean = painter.paint_frame(clean, colour, subject.cancellation)
    painted = painter.paint_frame(broken, colour, subject.cancellation)
    was_broken = np.logical_not(np.isfinite(broken).all(axis=0))
    spread = np.logical_not(np.isfinite(painted).all(axis=0)) & ~was_broken
    if spread.any():
        text = f"{int(spread.sum())} good pixels are no numbers any more beside 3 broken ones"
        return Finding("broken pixels", FAILED, text, float(spread.sum()))
    if not card.local:
        return Finding("broken pixels", OK, "NaN and infinities do not spread")
    far = np.ones((side, side), bool)
    near = slice(middle - reach, middle + 2 + reach)
    far[near, near] = False
    change = float(np.abs(painted - painted_clean)[:, far].max())
    text = f"3 broken pixels change {change:.2g} beyond the halo"
    return Finding.compared("broken pixels", change, 0.0, text, "Correct halo_px, or local.")


def check_strength(subject: Subject) -> Finding:
    """At neutral strength a render gives the plate bit for bit, and the network nearly so."""
    neutral = subject.card.strength.neutral
    colour = ColourConfig.from_environment({}).plate_colour(None, is_integer=False)
    plate = noise(48, 64, seed=3) * 40 - 1
    painter = Painter(subject.network, subject.first_style(), neutral)
    if not np.array_equal(painter.paint_frame(plate, colour, subject.cancellation), plate):
        return Finding("strength", FAILED, f"a render at strength {neutral:g} is not the plate")
    differences = []
    for picture in small_stills(_PROBE_SIDE_PX).values():
        painted = subject.paint(picture, subject.even_mix(), neutral)
        differences.append(float(np.abs(painted - picture).mean()))
    mean = float(np.mean(differences))
    text = (
        f"at strength {neutral:g} a render is the plate, the network {mean:.2g} from it "
        f"(mean over the stills, at most {IDENTITY_TOLERANCE:g})"
    )
    remedy = "Train on with a larger losses.identity."
    return Finding.compared("strength", mean, IDENTITY_TOLERANCE, text, remedy)


def check_determinism(subject: Subject) -> Finding:
    """The same picture gives the same bits: again, and from a network that was opened afresh."""
    picture = noise(_PROBE_SIDE_PX, _PROBE_SIDE_PX, seed=4)
    first, second = (subject.paint(picture, subject.even_mix(), 1.0) for _ in range(2))
    fresh = Network.open(subject.installed, ("CPUExecutionProvider",))
    painter = Painter(fresh, subject.even_mix(), 1.0)
    geometry = FrameGeometry.of(subject.card, picture.shape[2], picture.shape[1])
    image = np.empty((1, 3, geometry.padded_height, geometry.padded_width), np.float32)
    geometry.frame_of(image)[0] = picture
    geometry.reflect_into_pad(image)
    third = painter.run_windows(image, geometry, subject.cancellation)
    difference = float(max(np.abs(first - second).max(), np.abs(first - third).max()))
    text = f"three runs differ by {difference:.2g}"
    remedy = "A network may hold no random operator: frames would flicker."
    return Finding.compared("determinism", difference, 0.0, text, remedy)


def check_mixes(subject: Subject) -> Finding:
    """Each style and mixes of them, at several strengths, give numbers in [0, 1]."""
    random = np.random.default_rng(5)
    ids = [slot.id for slot in subject.card.styles]
    alone = [{name: 1.0} for name in (ids[:3] if subject.is_quick else ids)]
    drawn = [dict(zip(ids, random.dirichlet(np.ones(len(ids))), strict=True)) for _ in range(2)]
    picture = small_stills(_PROBE_SIDE_PX).popitem()[1]
    mixes = [*alone, subject.even_mix(), *drawn]
    worst = 0.0
    for mix in mixes:
        for strength in (0.25, 1.0):
            worst = float(np.maximum(worst, _outside(subject.paint(picture, mix, strength))))
    text = f"{len(mixes)} mixes of styles at two strengths leave [0, 1] by {worst:.2g}"
    return Finding.compared("mixes", worst, RANGE_TOLERANCE, text)


def check_extremes(subject: Subject) -> Finding:
    """Black, white, noise and points give numbers in [0, 1]."""
    worst = 0.0
    pictures = extremes(_PROBE_SIDE_PX)
    for picture in pictures.values():
        for strength in (subject.card.strength.minimum, subject.card.strength.maximum):
            painted = subject.paint(picture, subject.even_mix(), strength)
            worst = float(np.maximum(worst, _outside(painted)))
    text = f"{', '.join(pictures)} leave [0, 1] by {worst:.2g}"
    return Finding.compared("extremes", worst, RANGE_TOLERANCE, text)


def check_styles_differ(subject: Subject) -> Finding:
    """At full strength each style changes the picture, and no two of them alike."""
    picture = small_stills(_PROBE_SIDE_PX).popitem()[1]
    ids = [slot.id for slot in subject.card.styles]
    painted = [subject.paint(picture, {name: 1.0}, subject.card.strength.maximum) for name in ids]
    same = [name for name, one in zip(ids, painted, strict=True) if np.array_equal(one, picture)]
    pairs = combinations(zip(ids, painted, strict=True), 2)
    same += [name for (_, one), (name, other) in pairs if np.array_equal(one, other)]
    if same:
        text = f"{', '.join(same)} paint nothing of their own"
        return Finding("styles", FAILED, f"{text}. Check the order of the styles.")
    return Finding("styles", OK, f"{len(ids)} styles, each its own")


def check_half_precision(subject: Subject) -> Finding:
    """The network in half precision paints the same within the tolerance."""
    if subject.half is None:
        return Finding("half precision", NOT_RUN, "the model has no network in half precision")
    count = len(subject.card.styles)
    at_most = 2 if subject.is_quick else 0
    difference = half_difference(subject.run, subject.run_half, count, at_most)
    text = f"half and single precision differ by {difference:.2g}, at most {HALF_TOLERANCE:g}"
    remedy = "Export the model again, so that both files are written together."
    return Finding.compared("half precision", difference, HALF_TOLERANCE, text, remedy)


def _outside(painted: Picture) -> float:
    """Return how far the values lie outside [0, 1]; NaN if one is no number."""
    return float(np.maximum(painted - 1, -painted).max().clip(min=0))
