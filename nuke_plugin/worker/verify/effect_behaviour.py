"""Holds the checks of what an effect does: its sizes, its matte, its moments, its controls."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from nuke_plugin.contract.errors import ImpastoError
from nuke_plugin.worker.effects.effect_network import EffectNetwork
from nuke_plugin.worker.effects.fields import EffectFields, Loop, Moment
from nuke_plugin.worker.effects.matte import Matte
from nuke_plugin.worker.tiles import FrameGeometry
from nuke_plugin.worker.verify.behaviour import TILE_TOLERANCE
from nuke_plugin.worker.verify.effect_subject import FRAME, EffectSubject, Planes, letter
from nuke_plugin.worker.verify.finding import FAILED, NOT_RUN, OK, Finding
from nuke_plugin.worker.verify.precision import HALF_TOLERANCE
from nuke_plugin.worker.verify.subject import PROCESSOR

LEAST_CHANGE = 0.01
"""Least that an end of a control, or another seed, must change somewhere, in usual values."""

HELD_SHARE = 1e-3
"""Share of a channel's numbers that may lie beyond its range, where the worker holds them."""

ROUNDING = 1e-5
"""How far beyond a channel's range a number lies by rounding alone, as a share of the range."""

_MARGIN_PX = 64
"""Fields beyond the halo that must not change."""

_LOOP_FRAMES = 24
_LARGEST_SEAM = 4.0
"""Most that a loop's last step may be, over its others."""

_MOST_CORNERS = 16
_EVEN_SEED, _OTHER_SEED = 3, 4


def check_sizes(subject: EffectSubject) -> Finding:
    """Every multiple goes into the network, and a matte of any size into the painter."""
    multiple = subject.card.size_multiple
    controls, _ = subject.told()
    least = math.ceil(64 / multiple)
    # Odd multiples: a network that needs twice the multiple takes none of them.
    for high, wide in ((least | 1, (least + 2) | 1), ((least + 4) | 1, least | 1)):
        height, width = high * multiple, wide * multiple
        try:
            subject.generate(subject.random_fields(height, width), controls)
        except ImpastoError as error:
            said = f"{width}x{height} px, multiples of {multiple}, cannot be made"
            return Finding("sizes", FAILED, f"{said}. Correct size_multiple. {error.message}")
    painter, trained_px = subject.painter(), subject.card.training_scale_px
    sizes = ((1, 1, 1), (53, 37, 1), (3, 90, 1), (61, 45, 2), (32, 24, 0.5))
    for height, width, shrunk in sizes:
        frame_px = max(1, round(trained_px * shrunk))
        matte = np.ones((height, width), np.float32)
        made = painter.paint_frame(matte, painter.moment(FRAME), subject.cancellation, frame_px)
        if made.shape != (len(subject.card.channels), height, width) or not np.isfinite(made).all():
            return Finding("sizes", FAILED, f"a matte of {width}x{height} px comes back otherwise")
    text = f"multiples of {multiple} px go in and come out, and mattes of any size"
    return Finding("sizes", OK, text)


def check_halo(subject: EffectSubject) -> Finding:
    """Nothing beyond the card's halo changes when a part of the fields does."""
    multiple, halo = subject.card.size_multiple, subject.card.halo_px
    block = 2 * multiple + 1
    first = math.ceil((halo + _MARGIN_PX) / multiple) * multiple
    side = 2 * first + math.ceil((block + multiple) / multiple) * multiple
    controls, _ = subject.told()
    before, other = (subject.random_fields(side, side, seed) for seed in (0, 1))
    other[-1] = 0.5
    made = subject.generate(before, controls)
    reach = 0
    # A strided network sees further from some pixels of its grid than from others.
    for offset in range(0, multiple, math.ceil(multiple / 4)):
        start, stop = first + offset, first + offset + block
        after = before.copy()
        after[:, start:stop, start:stop] = other[:, start:stop, start:stop]
        changed = (subject.generate(after, controls) != made).any(axis=0)
        for axis in (0, 1):
            places = np.flatnonzero(changed.any(axis=axis))
            if places.size:
                reach = max(reach, start - int(places[0]), int(places[-1]) - stop + 1)
    text = f"a pixel of the fields matters up to {reach} px away, the card says {halo}"
    remedy = "Correct halo_px; a network that reads statistics of its picture is no effect."
    return Finding.compared("halo", reach, halo, text, remedy)


def check_tiles(subject: EffectSubject) -> Finding:
    """A frame in several windows equals the same frame in one."""
    card = subject.card
    overlap = math.ceil(2 * card.halo_px / card.size_multiple) * card.size_multiple
    side = max(64, 2 * overlap + 16 * card.size_multiple - 2 * card.border_px)
    matte = letter(side, side)
    # Down to the lowest row, so that the effect is in every window.
    matte[side * 3 // 4 :] = np.random.default_rng(1).random((side - side * 3 // 4, side))
    tiled, whole = subject.painter(), subject.painter()
    tiled.window_limit_px = math.prod(card.padded_size(side, side)) * 11 // 20
    geometry = FrameGeometry.of(card, side, side, tiled.window_limit_px)
    difference = subject.apart(subject.paint(matte, whole), subject.paint(matte, tiled))
    text = f"{len(list(geometry.windows()))} windows differ from the whole by {difference:.2g}"
    remedy = "Correct halo_px, size_multiple and border_px."
    return Finding.compared("tiles", difference, TILE_TOLERANCE, text, remedy)


def check_broken_pixels(subject: EffectSubject) -> Finding:
    """A matte's NaN and infinities count as 0, what is beyond 0 and 1 as these."""
    clean = letter(96, 128)
    broken = clean.copy()
    places = ((70, 60, np.nan, 0), (70, 61, np.inf, 0), (71, 60, -np.inf, 0), (60, 64, 7, 1))
    for row, column, value, meant in (*places, (61, 64, -3, 0)):
        broken[row, column], clean[row, column] = value, meant
    made = subject.paint(Matte.of(broken, None).values)
    if not np.isfinite(made).all():
        return Finding("broken pixels", FAILED, "numbers that are none come of a broken matte")
    difference = subject.apart(made, subject.paint(clean))
    text = f"5 broken pixels of a matte change {difference:.2g} beside their meaning"
    return Finding.compared("broken pixels", difference, 0.0, text)


def check_empty_matte(subject: EffectSubject) -> Finding:
    """Without a matte every channel is 0 exactly: of a render, and of the network itself."""
    nothing: Planes = np.zeros((96, 128), np.float32)
    made = [subject.paint(nothing)]
    for values in ({}, *({c.id: c.maximum} for c in subject.card.controls)):
        controls, wind = subject.told(values)
        made.append(subject.make(nothing, controls, Moment(FRAME, wind * FRAME, 1), wind))
    largest = float(np.max([np.abs(one).max() for one in made]))
    text = f"without a matte the largest value is {largest:.2g}"
    remedy = "The graph must multiply by the last field, the support."
    return Finding.compared("empty matte", largest, 0.0, text, remedy)


def check_support(subject: EffectSubject) -> Finding:
    """Every channel is 0 exactly wherever the support is, whatever the other fields are."""
    multiple = subject.card.size_multiple
    side = math.ceil(96 / multiple) * multiple
    fields = subject.random_fields(side, side, seed=2)
    fields[-1] = np.random.default_rng(3).random((side, side)) < 0.5
    made = np.abs(subject.generate(fields, subject.told()[0]))
    matte = letter(96, 256)
    still = EffectFields(subject.card.recipe).still(matte, subject.painter().wind)
    beyond = np.abs(subject.paint(matte))[:, still.support == 0]
    outside = float(np.maximum(made[:, fields[-1] == 0].max(), beyond.max(initial=0)))
    text = f"where the matte cannot reach, the largest value is {outside:.2g}"
    remedy = "The graph must multiply by the last field, the support."
    if made.max() == 0:
        return Finding("support", FAILED, "the network makes nothing of anything")
    return Finding.compared("support", outside, 0.0, text, remedy)


def check_determinism(subject: EffectSubject) -> Finding:
    """A frame alone is that of a sequence, to the bit, also from a network opened afresh."""
    matte = letter(96, 128)
    painter = subject.painter(seed=_EVEN_SEED)
    before, after = (subject.paint(matte, painter, painter.moment(f)) for f in (FRAME - 1, FRAME))
    again = subject.paint(matte, painter)
    fresh = EffectNetwork.open(subject.installed, PROCESSOR)
    alone = subject.paint(matte, subject.painter(fresh, seed=_EVEN_SEED))
    difference = float(np.maximum(np.abs(after - again), np.abs(again - alone)).max())
    if difference == 0 and np.array_equal(before, after):
        return Finding("determinism", FAILED, "one frame is as the next: nothing moves")
    text = f"a frame in a sequence, again and alone differ by {difference:.2g}"
    remedy = "A network may hold no random operator: frames would flicker."
    return Finding.compared("determinism", difference, 0.0, text, remedy)


def check_seeds(subject: EffectSubject) -> Finding:
    """Another seed gives another effect."""
    matte = letter(128, 128)
    one, other = (subject.paint(matte, subject.painter(seed=s)) for s in (_EVEN_SEED, _OTHER_SEED))
    difference = subject.apart(one, other)
    text = f"two seeds differ by {difference:.2g} usual values at most"
    if not difference >= LEAST_CHANGE:
        text = f"{text}, less than {LEAST_CHANGE:g}: noise is ignored. Train with more diversity."
        return Finding("seeds", FAILED, text, difference)
    return Finding("seeds", OK, text, difference)


def check_loop(subject: EffectSubject) -> Finding:
    """A loop closes exactly, and its last step is as the others."""
    matte, painter = letter(96, 128), subject.painter(seed=_EVEN_SEED)
    loop = Loop(_LOOP_FRAMES, painter.wind * _LOOP_FRAMES)
    times = (0, 1, _LOOP_FRAMES // 2, _LOOP_FRAMES // 2 + 1, _LOOP_FRAMES - 1, _LOOP_FRAMES)
    begins, second, half, after, last, ends = (
        subject.paint(matte, painter, Moment(t, painter.wind * t, _EVEN_SEED, loop)) for t in times
    )
    difference = subject.apart(begins, ends)
    usual = (np.abs(second - begins).mean() + np.abs(after - half).mean()) / 2
    seam = float(np.abs(ends - last).mean() / usual) if usual > 0 else 0.0
    text = f"after a turn a loop differs by {difference:.2g}; its last step is {seam:.2g} others"
    if difference == 0 and not seam <= _LARGEST_SEAM:
        return Finding("loop", FAILED, f"{text}, at most {_LARGEST_SEAM:g}", seam)
    return Finding.compared("loop", difference, 0.0, text)


def check_controls(subject: EffectSubject) -> Finding:
    """Each control changes something at each of its ends."""
    matte = letter(128, 160)
    neutral = subject.paint(matte)
    changes, idle = [], []
    for control in subject.card.controls:
        for end in (control.minimum, control.maximum):
            if end == control.neutral:
                continue
            made = subject.paint(matte, subject.painter(controls={control.id: end}))
            change = subject.apart(made, neutral)
            changes.append(change)
            if not change >= LEAST_CHANGE:
                idle.append(f"{control.id} {end:g} changes {change:.2g} usual values")
    if idle:
        text = f"{'; '.join(idle)}, less than {LEAST_CHANGE:g}. Train with runs that differ in it."
        return Finding("controls", FAILED, text, min(changes))
    text = f"{len(subject.card.controls)} controls, each end changes {min(changes):.2g} or more"
    return Finding("controls", OK, text, min(changes))


def check_extremes(subject: EffectSubject) -> Finding:
    """All controls at their ends give numbers, nearly all of them within the channels' ranges.

    On a matte white all over, one of noise and a letter; in the far past and future; at last seeds.
    """
    white: Planes = np.ones((96, 128), np.float32)
    noise = np.random.default_rng(5).random((96, 128), np.float32)
    mattes = (white, noise, letter(128, 128))
    controls = subject.card.controls
    corners = list(product(*((c.minimum, c.maximum) for c in controls)))
    most = 4 if subject.is_quick else _MOST_CORNERS
    chosen = np.linspace(0, len(corners) - 1, min(most, len(corners))).round().astype(int)
    moments = ((-1e6, 0), (1e6, 2**63 - 1), (0.5, -(2**63)))
    worst, held, where = 0.0, 0.0, ""
    for index, corner in enumerate(chosen):
        values = dict(zip((c.id for c in controls), corners[corner], strict=True))
        told, wind = subject.told(values)
        time, seed = moments[index % len(moments)]
        matte = mattes[index % len(mattes)]
        made = subject.make(matte, told, Moment(time, wind * time, seed), wind)
        if not np.isfinite(made).all():
            said = ", ".join(f"{name} {value:g}" for name, value in values.items())
            return Finding("extremes", FAILED, f"at {said} there are numbers that are none")
        for plane, channel in zip(made, subject.card.channels, strict=True):
            span = channel.maximum - channel.minimum
            beyond = np.maximum(plane - channel.maximum, channel.minimum - plane) / span
            worst = max(worst, float(beyond.max()))
            if float((beyond > ROUNDING).mean()) > held:
                held, where = float((beyond > ROUNDING).mean()), channel.name
    text = f"{len(chosen)} extremes leave the channels' ranges by {max(worst, 0):.2g} of them"
    if held:
        text = f"{text}, {where} in {held:.2g} of its pixels"
    remedy = f"At most {HELD_SHARE:g} of them: what is held there is flat. Widen the range."
    return Finding.compared("extremes", held, HELD_SHARE, text, remedy)


def check_half_precision(subject: EffectSubject) -> Finding:
    """The network in half precision makes the same within the tolerance.

    It is a share of the largest value that a channel has there, as of white for styles.
    """
    if subject.half is None:
        return Finding("half precision", NOT_RUN, "the model has no network in half precision")
    recipe, difference = EffectFields(subject.card.recipe), 0.0
    multiple = subject.card.size_multiple
    matte = letter(*(math.ceil(side / multiple) * multiple for side in (128, 160)))
    ends = ({c.id: end} for c in subject.card.controls for end in (c.minimum, c.maximum))
    for values in ({}, *(() if subject.is_quick else ends)):
        controls, wind = subject.told(values)
        fields = recipe.at(matte, Moment(FRAME, wind * FRAME, 1), wind=wind)
        full, half = (subject.generate(fields, controls, is_half) for is_half in (False, True))
        largest = np.maximum(np.abs(full).max((1, 2), keepdims=True), subject.usual)
        apart = float((np.abs(full - half) / largest).max())
        difference = float(np.maximum(difference, apart))
    text = (
        f"half and single precision differ by {difference:.2g} of the largest values, at most "
        f"{HALF_TOLERANCE:g}"
    )
    remedy = "Export the model again, so that both files are written together."
    return Finding.compared("half precision", difference, HALF_TOLERANCE, text, remedy)
