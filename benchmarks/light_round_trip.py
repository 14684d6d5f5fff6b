"""Measures what is left of a plate that goes to the network and back with no style at all.

    python -m benchmarks.light_round_trip [--model ID] [--strength 1e-6]

Colours of random hue, evenly spread over the exponents of each range, pass through everything that
a frame passes: the plate's colour space, the policy, and the network (``--model``) or nothing in
its place. Printed is the greatest error, by range of the pixel's brightest channel: absolute, and
relative to that channel. *clip* is compared with the plate cut off at 0 and 1.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from nuke_plugin.contract.light_settings import CLIP, LIGHTS, LightSettings
from nuke_plugin.worker.colour import ColourConfig, PlateColour
from nuke_plugin.worker.light import POLICIES
from nuke_plugin.worker.painter import HALF_MAX, Painter
from nuke_plugin.worker.pipeline import Studio
from nuke_plugin.worker.planes import Planes

SPACES = ("Linear Rec.709 (sRGB)", "ACEScg")
RANGES = ((-1.0, 0.0), (0.0, 1.0), (1.0, 100.0), (100.0, HALF_MAX))
"""Ranges of light; of the first, every channel lies in it."""

SIDE_PX = 128

Trip = Callable[[Planes, PlateColour], Planes]
"""What gives back a plate, (3, H, W), in its own space."""


@dataclass(frozen=True)
class Loss:
    """One line of the table."""

    policy: str
    """The light policy."""

    space: str
    """The plate's colour space."""

    low: float
    """Least value of the range."""

    high: float
    """Greatest value of the range."""

    absolute: float
    """Greatest error of any channel."""

    relative: float
    """Greatest error against the pixel's own brightest channel, or most negative one."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--model", help="paint with this model; without, nothing stands in its place"
    )
    parser.add_argument("--strength", type=float, default=1e-6)
    arguments = parser.parse_args()
    model, strength = arguments.model, arguments.strength
    through = f"{model} at strength {strength:g}" if model else "no network"
    print(f"largest error of {SIDE_PX}x{SIDE_PX} pixels a range, through {through}")
    print(f"{'policy':9s} {'space':22s} {'light':>14s} {'absolute':>10s} {'relative':>10s}")
    trips = {
        name: model_trip(model, name, strength) if model else bare_trip(name) for name in LIGHTS
    }
    for loss in losses(trips):
        light = f"{loss.low:g}..{loss.high:g}"
        print(f"{loss.policy:9s} {loss.space:22s} {light:>14s}", end="")
        print(f" {loss.absolute:10.2g} {loss.relative:10.2g}")


def losses(trips: dict[str, Trip]) -> Iterator[Loss]:
    """Yield what each policy loses in each space and range."""
    config = ColourConfig.from_environment({})
    for policy, trip in trips.items():
        for space in SPACES:
            colour = config.plate_colour(space, is_integer=False)
            for low, high in RANGES:
                plate = colours(low, high)
                expected = plate.copy()
                if policy == CLIP:
                    colour.to_linear.apply(expected)
                    np.clip(expected, 0, 1, out=expected)
                    colour.from_linear.apply(expected)
                error = np.abs(trip(plate, colour) - expected).max(axis=0)
                size = np.maximum(np.abs(plate).max(axis=0), 1e-3)
                yield Loss(
                    policy, space, low, high, float(error.max()), float((error / size).max())
                )


def colours(low: float, high: float) -> Planes:
    """Return colours, (3, H, W), whose greatest channel, or least where negative, is in a range."""
    random = np.random.default_rng(0)
    shape = (SIDE_PX, SIDE_PX)
    least, most = max(min(abs(low), abs(high)), 1e-4), max(abs(low), abs(high))
    level = np.exp(random.uniform(np.log(least), np.log(most), shape))
    hue = random.uniform(0, 1, (3, *shape))
    hue /= hue.max(axis=0)
    return (hue * level * (-1 if low < 0 else 1)).astype(np.float32)


def bare_trip(policy: str) -> Trip:
    """Return the trip without a network."""

    def trip(plate: Planes, colour: PlateColour) -> Planes:
        pair, light = POLICIES[policy], plate.copy()
        colour.to_linear.apply(light)
        carried = pair.show(light)
        pair.hold(light, light.copy())
        light = pair.restore(light, carried)
        colour.from_linear.apply(light)
        return light

    return trip


def model_trip(model: str, policy: str, strength: float) -> Trip:
    """Return the trip through a network at a strength next to none."""
    network = Studio.from_environment(os.environ).network(model)
    styles = {network.card.styles[0].id: 1.0}
    painter = Painter(network, styles, strength, LightSettings(policy=policy))
    return painter.paint_frame


if __name__ == "__main__":
    main()
