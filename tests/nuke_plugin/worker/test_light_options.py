"""What is asked of light, alpha and colour, from plate files to result files and on the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import OpenImageIO as oiio
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner, Result

from nuke_plugin.contract.errors import MessageInvalid
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.light_settings import LIGHTS, LightSettings
from nuke_plugin.contract.messages import Render, decode, encode
from nuke_plugin.contract.plate_colour import LUMA_WEIGHTS
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.pipeline import RenderReport, RenderSettings, Studio, render
from tests.exr_files import bits, read_exr, write_exr

SIDE = 64


def painted(
    folder: Path,
    studio: Studio,
    channels: dict[str, NDArray[np.float16]],
    light: LightSettings = LightSettings(),  # noqa: B008  frozen
    strength: float = 1.0,
) -> tuple[dict[str, NDArray[np.float16]], RenderReport]:
    """Return the channels of a painted plate, read from the file that was written, and the report.

    The header's note of the policy is checked on the way.
    """
    write_exr(folder / "plate.exr", channels)
    settings = RenderSettings(
        plates=str(folder / "plate.exr"),
        results=str(folder / "painted.exr"),
        model="tiny",
        styles={"warm": 1.0},
        strength=strength,
        overwrite=True,
        light=light,
    )
    report = render(settings, studio)
    result = read_exr(folder / "painted.exr")
    assert result.header["impasto/light"] == light.policy
    assert result.header["impasto/plate_colour"] == pytest.approx(light.plate_colour)
    return dict(result.channels), report


def element(softness: float = 8.0) -> tuple[dict[str, NDArray[np.float16]], NDArray[np.float32]]:
    """Return a premultiplied disc of one colour over black, RGBA, and its alpha."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    alpha = np.clip((SIDE / 4 - np.hypot(x, y)) / softness + 0.5, 0, 1).astype(np.float16)
    colour = {"R": 0.6, "G": 0.35, "B": 0.15}
    channels = {name: (alpha * value).astype(np.float16) for name, value in colour.items()}
    return {**channels, "A": alpha}, alpha.astype(np.float32)


def rgb(channels: dict[str, NDArray[np.float16]]) -> NDArray[np.float32]:
    """Return R, G and B as planes, (3, H, W)."""
    return np.stack([channels[name] for name in "RGB"]).astype(np.float32)


@pytest.mark.parametrize(("policy", "least", "most"), [
    ("carry", 15, 40.5), ("compress", 2, 40.5), ("clip", 0.3, 1.0),
])  # fmt: skip
def test_a_sun_of_40_by_each_policy(
    tmp_path: Path, studio: Studio, policy: str, least: float, most: float
) -> None:
    """Carried it stays bright, compressed it goes through the network, clipped it is display white.

    Nothing becomes brighter than it was, nothing far negative, and far from the sun nothing is lit.
    """
    random = np.random.default_rng(0)
    planes = random.uniform(0.05, 0.3, (3, SIDE, 3 * SIDE)).astype(np.float16)
    planes[:, 24:40, 24:40] = 40
    planes[0, 50, 50] = -0.5
    channels = dict(zip("RGB", planes, strict=True))
    result = rgb(painted(tmp_path, studio, channels, LightSettings(policy))[0])
    sun = result[:, 30:34, 30:34].max(axis=0)
    assert np.median(sun) > least
    assert result.max() <= most
    assert result.min() >= (-0.51 if policy != "clip" else 0)
    assert result[:, :, 2 * SIDE :].max() <= 1.001


@pytest.mark.parametrize("policy", LIGHTS)
def test_broken_pixels_light_up_nothing(tmp_path: Path, studio: Studio, policy: str) -> None:
    """NaN and both infinities stay on their pixels, are counted, and no neighbour grows."""
    planes = np.random.default_rng(0).uniform(0.05, 0.3, (3, SIDE, SIDE)).astype(np.float16)
    planes[0, 20, 20], planes[1, 30, 30], planes[2, 40, 40] = np.nan, np.inf, -np.inf
    channels = dict(zip("RGB", planes, strict=True))
    result, report = painted(tmp_path, studio, channels, LightSettings(policy))
    is_broken = ~np.isfinite(planes).all(axis=0)
    assert report.broken_pixels == 3
    for name, plane in channels.items():
        np.testing.assert_array_equal(bits(result[name])[is_broken], bits(plane)[is_broken])
    others = rgb(result)[:, ~is_broken]
    assert np.isfinite(others).all()
    assert 0 <= others.min()
    assert others.max() <= 1.001


@pytest.mark.parametrize("policy", LIGHTS)
@pytest.mark.parametrize("softness", [2.0, 12.0])
def test_a_soft_edge_has_no_fringe(
    tmp_path: Path, studio: Studio, policy: str, softness: float
) -> None:
    """Over any colour, an element is as if its colour had been painted without an edge."""
    channels, alpha = element(softness)
    whole = {name: np.full_like(channels[name], channels[name].max()) for name in "RGB"}
    ideal = rgb(painted(tmp_path, studio, whole, LightSettings(policy))[0])
    edge = (alpha > 0) & (alpha < 1)
    background = np.array([0.1, 0.3, 0.6], np.float32)[:, None, None]
    errors = {}
    for premult in ("auto", "on", "off"):
        settings = LightSettings(policy, premult)
        result = rgb(painted(tmp_path, studio, channels, settings)[0])
        over = result + (1 - alpha) * background
        difference = over - (ideal * alpha + (1 - alpha) * background)
        errors[premult] = float(np.abs(difference[:, edge]).max())
    assert errors["auto"] < 0.01
    assert errors["on"] < 0.01
    assert errors["off"] > 0.1  # the network is seen to matter


def test_an_empty_surrounding_stays_empty_and_light_without_alpha_survives(
    tmp_path: Path, studio: Studio
) -> None:
    """Where alpha and colour are 0 the result is 0; a spark with alpha 0 is still a spark."""
    channels, alpha = element()
    for name in "RGB":
        channels[name][4:7, 4:7] = 5.0
    result = rgb(painted(tmp_path, studio, channels)[0])
    is_empty = (alpha == 0) & (channels["R"] == 0)
    np.testing.assert_array_equal(result[:, is_empty], 0)
    assert result[:, 4:7, 4:7].max(axis=0).min() > 1


@pytest.mark.parametrize("alpha", [None, 1.0, 0.0])
def test_without_an_alpha_that_says_anything_every_bit_is_the_same(
    tmp_path: Path, studio: Studio, alpha: float | None
) -> None:
    """A plate with no alpha, or 1 or 0 throughout, is painted as with the switch off."""
    planes = np.random.default_rng(0).uniform(0, 3, (3, 30, 40)).astype(np.float16)
    channels = dict(zip("RGB", planes, strict=True))
    if alpha is not None:
        channels["A"] = np.full((30, 40), alpha, np.float16)
    auto = painted(tmp_path, studio, channels)[0]
    assert read_exr(tmp_path / "painted.exr").header["impasto/premult"] == "off"
    off = painted(tmp_path, studio, channels, LightSettings(premult="off"))[0]
    for name in channels:
        np.testing.assert_array_equal(bits(auto[name]), bits(off[name]))


def test_the_alpha_keeps_its_bits_whatever_is_done_with_it(tmp_path: Path, studio: Studio) -> None:
    """Dividing by alpha and multiplying again touches the colours only; the header tells it."""
    channels, _ = element()
    result, _ = painted(tmp_path, studio, channels, LightSettings(premult="on"))
    np.testing.assert_array_equal(bits(result["A"]), bits(channels["A"]))
    assert read_exr(tmp_path / "painted.exr").header["impasto/premult"] == "on"


@pytest.mark.parametrize(("premult", "factor"), [("auto", 0.25), ("off", 1.0), ("on", 1.0)])
def test_a_straight_alpha_is_multiplied_unless_something_else_is_said(
    tmp_path: Path, studio: Studio, premult: str, factor: float
) -> None:
    """A TIFF that says its alpha is straight is multiplied by it; off and on leave it as it is."""
    pixels = np.full((16, 16, 4), 0.2, np.float32)
    pixels[..., 3] = 0.25
    spec = oiio.ImageSpec(16, 16, 4, oiio.FLOAT)
    spec["oiio:UnassociatedAlpha"] = 1
    file = oiio.ImageOutput.create("tiff")
    assert file.open(str(tmp_path / "still.tif"), spec)
    assert file.write_image(pixels)
    assert file.close()
    settings = RenderSettings(
        plates=str(tmp_path / "still.tif"),
        results=str(tmp_path / "still.exr"),
        model="tiny",
        styles={"warm": 1.0},
        strength=1e-6,
        light=LightSettings(premult=premult),
    )
    for strength in (1e-6, 0.0):
        render(replace(settings, strength=strength, overwrite=True), studio)
        result = read_exr(tmp_path / "still.exr").channels
        np.testing.assert_allclose(result["R"], 0.2 * factor, rtol=2e-3)


def test_the_plates_colour_is_kept_by_amount(tmp_path: Path, studio: Studio) -> None:
    """At 0 no bit changes; at 1 the hue is the plate's and the luma the painting's."""
    planes = np.random.default_rng(0).uniform(0.05, 0.9, (3, 30, 40)).astype(np.float16)
    planes[:, :8, :8] *= 40
    planes[1, 20, 20] = np.nan
    channels = dict(zip("RGB", planes, strict=True))
    plain, none, whole = (
        painted(tmp_path, studio, channels, settings)[0]
        for settings in (
            LightSettings(),
            LightSettings(plate_colour=0.0),
            LightSettings(plate_colour=1.0),
        )
    )
    for name, plane in channels.items():
        np.testing.assert_array_equal(bits(plain[name]), bits(none[name]))
        assert bits(whole[name])[20, 20] == bits(plane)[20, 20]
    is_whole = np.isfinite(planes).all(axis=0)
    weights = np.array(LUMA_WEIGHTS, np.float32)
    lumas = [np.tensordot(weights, rgb(result), axes=1)[is_whole] for result in (plain, whole)]
    np.testing.assert_allclose(lumas[1], lumas[0], rtol=3e-3)
    order = np.argsort(rgb(whole)[:, is_whole], axis=0)
    differs = order != np.argsort(planes.astype(np.float32)[:, is_whole], axis=0)
    assert differs.mean() < 0.01  # the same channel leads: equal halves may change places
    assert np.abs(rgb(plain) - rgb(whole))[:, is_whole].max() > 0.1


def test_a_choice_that_is_none_never_reaches_a_render() -> None:
    """A request with another word for a policy is refused with the key's whole path."""
    request = Render(1, "p.exr", "r.exr", "1", "tiny", {"warm": 1.0}, 1.0, None, False, True)
    line = encode(request)
    assert decode(line) == request
    with pytest.raises(MessageInvalid, match=r"light\.policy"):
        decode(line.replace('"carry"', '"carried"'))


# --- the command ------------------------------------------------------------------------------


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def plate(tmp_path: Path, tiny_model: InstalledModel, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small plate with a highlight and a NaN, and an environment with the small model only."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tiny_model.folder.parent))
    monkeypatch.delenv("OCIO", raising=False)
    planes = np.random.default_rng(0).uniform(0, 0.5, (3, 30, 40)).astype(np.float16)
    planes[:, 5:9, 5:9] = 20
    planes[0, 20, 20] = np.nan
    write_exr(tmp_path / "plate.exr", dict(zip("RGB", planes, strict=True)))
    return str(tmp_path / "plate.exr")


def test_the_command_asks_for_it_all(
    plate: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The three options reach the file, and the broken pixels the answer."""
    out = str(tmp_path / "out.exr")
    options = ("--light", "clip", "--premult", "off", "--plate-colour", "0.5")
    done = _call("render", plate, out, "--model", "tiny", "--style", "warm", *options, "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(capfd.readouterr().out)["broken_pixels"] == 1
    header = read_exr(tmp_path / "out.exr").header
    notes = {key: header[f"impasto/{key}"] for key in ("light", "premult", "plate_colour")}
    assert notes == {"light": "clip", "premult": "off", "plate_colour": 0.5}


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--light", "log", "--light: it is 'log' and must be carry or compress or clip"),
        ("--premult", "yes", "--premult: it is 'yes' and must be auto or on or off"),
        ("--plate-colour", "2", "--plate-colour: it is 2.0 and must be 0 to 1"),
    ],
)
def test_a_wrong_word_is_one_sentence(
    plate: str, tmp_path: Path, option: str, value: str, said: str
) -> None:
    """The option, what was given and what there is are said; nothing is written; exit code 2."""
    out = tmp_path / "out.exr"
    done = _call("render", plate, str(out), "--style", "warm", option, value)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
    assert not out.exists()


def test_soft_plates_stay_soft(tmp_path: Path, studio: Studio) -> None:
    """A matte over a whole plate does not change how the plate is painted."""
    plate = np.random.default_rng(0).uniform(0.1, 0.6, (3, SIDE, SIDE)).astype(np.float16)
    alpha = cv2.blur(np.pad(np.ones((20, 20), np.float32), 22), (5, 5)).astype(np.float16)
    channels = {**dict(zip("RGB", plate, strict=True)), "A": alpha}
    auto = rgb(painted(tmp_path, studio, channels)[0])
    off = rgb(painted(tmp_path, studio, channels, LightSettings(premult="off"))[0])
    np.testing.assert_allclose(auto, off, atol=2e-3)
