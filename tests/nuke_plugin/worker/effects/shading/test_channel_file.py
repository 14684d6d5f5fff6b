"""Tests of the files that channels lie in: where they are found, and what is kept of a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.effect_shading import FireShading, WaterShading
from nuke_plugin.contract.errors import EffectChannelsMissing, PlateUnreadable
from nuke_plugin.worker.effects.shading.channel_file import ChannelFile, effect_in
from nuke_plugin.worker.effects.shading.shade import Shaded, shade
from nuke_plugin.worker.effects.shading.smoke import TOWARDS_LIGHT
from tests.exr_files import bits, half_rgba, read_exr, read_exr_parts, write_exr, write_exr_parts
from tests.nuke_plugin.worker.effects.shading.made_fields import Plane, flame, puff, waves


def layered(layer: str, channels: dict[str, Plane]) -> dict[str, Plane]:
    """Return channels under the names they have in a layer."""
    return {f"{layer}{name}": plane for name, plane in channels.items()}


@pytest.mark.parametrize("layer", ["", "fire.", "burning.layer."])
def test_channels_are_found_in_any_layer(tmp_path: Path, layer: str) -> None:
    """Without a layer, in the effect's own, and in any other, whatever else the file holds."""
    channels = flame(12, 14)
    file = tmp_path / "fire.exr"
    write_exr(file, {**layered(layer, channels), **half_rgba(14, 12), "Z": channels["soot"]})
    found = ChannelFile.read(file, "fire")
    assert (found.layer, found.size) == (layer, (14, 12))
    for name, plane in channels.items():
        np.testing.assert_array_equal(found.planes[name], plane)


def test_the_effect_s_own_layer_goes_first(tmp_path: Path) -> None:
    """Of fire and smoke in one file each finds its own density."""
    file = tmp_path / "both.exr"
    fire, smoke = flame(8, 8), puff(8, 8)
    write_exr(file, {**layered("fire.", fire), **layered("smoke.", smoke)})
    np.testing.assert_array_equal(ChannelFile.read(file, "fire").planes["density"], fire["density"])
    found = ChannelFile.read(file, "smoke").planes["density"]
    np.testing.assert_array_equal(found, smoke["density"])


@pytest.mark.parametrize(
    ("effect", "channels"), [("fire", flame(8, 8)), ("smoke", puff(8, 8)), ("water", waves(8, 8))]
)
def test_an_effect_is_known_by_its_channels(
    tmp_path: Path, effect: str, channels: dict[str, Plane]
) -> None:
    """The first file that can be opened says which effect it is; a broken one is passed over."""
    write_exr(tmp_path / "a.exr", channels)
    (tmp_path / "broken.exr").write_text("no picture")
    assert effect_in([tmp_path / "broken.exr", tmp_path / "a.exr"]) == effect
    assert effect_in([tmp_path / "broken.exr"]) is None


def test_a_file_without_them_is_told_with_what_it_holds(tmp_path: Path) -> None:
    """Its channels and those that are needed stand in the message; of one effect, or of all."""
    file = tmp_path / "plate.exr"
    write_exr(file, half_rgba(8, 8))
    with pytest.raises(EffectChannelsMissing, match=r"R, G, B, A .*fire: temperature.*smoke: dens"):
        effect_in([file])
    with pytest.raises(EffectChannelsMissing, match=r"\(water: height, foam\)"):
        ChannelFile.read(file, "water")
    file.write_bytes(file.read_bytes()[:200])
    with pytest.raises(PlateUnreadable):
        ChannelFile.read(file, "water")


@pytest.mark.parametrize(
    ("names", "value"),
    [({"matte": 0.25, "A": 1.0}, 0.25), ({"support": 0.5, "A": 1.0}, 0.5), ({"A": 0.75}, 0.75)],
)
def test_water_s_matte_is_the_matte_the_support_or_the_alpha(
    tmp_path: Path, names: dict[str, float], value: float
) -> None:
    """In this order; a file with none of them has a matte of 1, and says that it had none."""
    bare = {name: plane for name, plane in waves(8, 8).items() if name != "matte"}
    mattes = {name: np.full((8, 8), v, np.float32) for name, v in names.items()}
    write_exr(tmp_path / "with.exr", {**bare, **mattes})
    write_exr(tmp_path / "without.exr", bare)
    found = ChannelFile.read(tmp_path / "with.exr", "water")
    assert found.has_matte
    np.testing.assert_array_equal(found.planes["matte"], value)
    without = ChannelFile.read(tmp_path / "without.exr", "water")
    assert not without.has_matte
    np.testing.assert_array_equal(without.planes["matte"], 1)


def written(file: Path, out: Path, settings: FireShading | WaterShading) -> Shaded:
    """Shade a file, write the result, and return what was made."""
    effect = "fire" if isinstance(settings, FireShading) else "water"
    channels = ChannelFile.read(file, effect)
    made = shade(channels.planes, settings, pixel_scale=channels.pixel_scale)
    channels.write(out, made, {"impasto/version": "test"})
    return made


def test_channels_windows_and_header_are_kept_beside_the_picture(tmp_path: Path) -> None:
    """All but the old picture has its bits and types; the windows and attributes are the file's."""
    file, out = tmp_path / "in.exr", tmp_path / "out" / "shaded.exr"
    fire = flame(12, 14)
    ids = np.arange(12 * 14, dtype=np.uint32).reshape(12, 14) + 2**24
    channels = {**layered("fire.", fire), **half_rgba(14, 12), "id": ids}
    write_exr(
        file, channels, origin=(-2, -1), display=(0, 0, 10, 9), shotName="ab_010",
        **{"impasto/model": "fire"},
    )  # fmt: skip
    made = written(file, out, FireShading())
    part = read_exr(out)
    for name in ("fire.temperature", "fire.density", "fire.soot", "id"):
        assert part.channels[name].dtype == channels[name].dtype
        np.testing.assert_array_equal(part.channels[name], channels[name])
    for name, plane in zip("RGBA", made.rgba, strict=True):
        np.testing.assert_array_equal(bits(part.channels[name]), bits(plane.astype(np.float16)))
    assert part.channels[f"fire.{TOWARDS_LIGHT}"].dtype == np.float16
    assert [list(edge) for edge in part.header["dataWindow"]] == [[-2, -1], [11, 10]]
    assert [list(edge) for edge in part.header["displayWindow"]] == [[0, 0], [9, 8]]
    assert part.header["shotName"] == "ab_010"
    assert part.header["impasto/model"] == "fire"
    assert part.header["impasto/version"] == "test"


def test_the_picture_of_another_part_gives_way(tmp_path: Path) -> None:
    """With rgba and layers in parts of their own, one picture is left: beside the channels."""
    file, out = tmp_path / "in.exr", tmp_path / "shaded.exr"
    depth = np.ones((8, 8), np.float32)
    parts = {
        "rgba": half_rgba(8, 8),
        "fire": layered("fire.", flame(8, 8)),
        "depth": {"depth.Z": depth},
    }
    write_exr_parts(file, parts)
    made = written(file, out, FireShading())
    first, second = read_exr_parts(out)
    np.testing.assert_array_equal(bits(first.channels["R"]), bits(made.rgba[0].astype(np.float16)))
    assert set(second.channels) == {"depth.Z"}


def test_shading_again_gives_the_same_file(tmp_path: Path) -> None:
    """Channels are read back from a result; its picture and layers are made anew, and equal."""
    write_exr(tmp_path / "in.exr", layered("water.", waves(12, 12)))
    written(tmp_path / "in.exr", tmp_path / "one.exr", WaterShading())
    written(tmp_path / "one.exr", tmp_path / "two.exr", WaterShading())
    one, two = (read_exr(tmp_path / name).channels for name in ("one.exr", "two.exr"))
    assert {"normal.x", "normal.y", "normal.z", "water.curvature", "water.caustics"} < set(one)
    assert set(one) == set(two)
    for name, plane in one.items():
        np.testing.assert_array_equal(two[name], plane)


def test_light_beyond_a_half_float_is_held(tmp_path: Path) -> None:
    """A picture of a million is written as 65504, not as an infinity."""
    write_exr(tmp_path / "in.exr", flame(8, 8))
    written(tmp_path / "in.exr", tmp_path / "out.exr", FireShading(exposure=20.0))
    red = read_exr(tmp_path / "out.exr").channels["R"]
    assert red.max() == 65504


def test_the_scale_is_the_header_s_or_the_format_s(tmp_path: Path) -> None:
    """Without a note of it, 540 rows of the format are network pixels, whatever the crop."""
    puffs = puff(8, 8)
    write_exr(tmp_path / "said.exr", puffs, **{"impasto/pixel_scale": 3.5})
    write_exr(tmp_path / "unsaid.exr", puffs, display=(0, 0, 1920, 1080))
    assert ChannelFile.read(tmp_path / "said.exr", "smoke").pixel_scale == 3.5
    assert ChannelFile.read(tmp_path / "unsaid.exr", "smoke").pixel_scale == 2.0
