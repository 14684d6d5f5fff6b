"""Tests of the way between a plate's colour space and linear light."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nuke_plugin.contract.errors import ColourConfigInvalid, ColourSpaceUnknown
from nuke_plugin.worker.colour import BUILT_IN_CONFIG, ColourConfig, PlateColour
from nuke_plugin.worker.light import decode_srgb
from nuke_plugin.worker.planes import Planes

STUDIO_CONFIG = "ocio://studio-config-v1.0.0_aces-v1.3_ocio-v2.1"

NUKE_LIKE = """
ocio_profile_version: 1
search_path: luts
roles:
  default: linear
  scene_linear: linear
displays:
  default:
    - !<View> {name: None, colorspace: linear}
colorspaces:
  - !<ColorSpace>
    name: linear
  - !<ColorSpace>
    name: sRGB
    to_reference: !<ExponentTransform> {value: [2.2, 2.2, 2.2, 1]}
"""

ACES_ONLY = """
ocio_profile_version: 2
roles:
  default: working
  aces_interchange: AP0
  cie_xyz_d65_interchange: XYZ
  scene_linear: working
displays:
  default:
    - !<View> {name: None, colorspace: XYZ}
display_colorspaces:
  - !<ColorSpace>
    name: XYZ
colorspaces:
  - !<ColorSpace>
    name: AP0
  - !<ColorSpace>
    name: working
    to_scene_reference: !<BuiltinTransform> {style: ACEScg_to_ACES2065-1}
  - !<ColorSpace>
    name: encoded
    isdata: false
    to_scene_reference: !<BuiltinTransform> {style: ACEScct_to_ACES2065-1}
"""

ACES_LINEAR = ACES_ONLY.replace("working", "linear")

# The matrix of the ACES project, AP1 to linear Rec.709 with Bradford adaptation.
ACESCG_TO_REC709 = np.array(
    [
        [1.70505, -0.62179, -0.08326],
        [-0.13026, 1.14080, -0.01055],
        [-0.02400, -0.12897, 1.15297],
    ]
)


STUDIO_BROKEN = "ocio_profile_version: 2\nroles:\n  scene_linear: [\n"
"""A config whose copying was cut off."""


@pytest.fixture
def built_in() -> ColourConfig:
    """The config that is used when $OCIO is not set."""
    return ColourConfig.from_environment({})


def config_of(tmp_path: Path, text: str) -> ColourConfig:
    """Return the config written in a text, named by $OCIO."""
    path = tmp_path / "config.ocio"
    path.write_text(text)
    return ColourConfig.from_environment({"OCIO": str(path)})


def scene_values() -> Planes:
    """Return what a plate may hold, (3, 2, 4): negative, dark, bright, very bright."""
    values = [-100.0, -0.01, 0.0, 0.001, 0.18, 1.0, 40.0, 65504.0]
    planes = [np.roll(np.array(values, np.float32), shift).reshape(2, 4) for shift in range(3)]
    return np.stack(planes)


def converted(planes: Planes, colour: PlateColour) -> Planes:
    """Return linear Rec.709 of a copy of the planes."""
    linear = planes.copy()
    colour.to_linear.apply(linear)
    return linear


def test_float_plates_are_linear_rec709_by_default(built_in: ColourConfig) -> None:
    """Without a name a plate of floats is taken as it is, there and back."""
    colour = built_in.plate_colour(None, is_integer=False)
    assert colour.space == colour.result_space == "Linear Rec.709 (sRGB)"
    assert colour.to_linear.is_identity
    assert colour.from_linear.is_identity
    assert built_in.name == BUILT_IN_CONFIG


def test_whole_numbers_are_srgb_by_default_and_come_out_linear(built_in: ColourConfig) -> None:
    """Without a name whole numbers are decoded by the sRGB curve; the result is linear."""
    colour = built_in.plate_colour(None, is_integer=True)
    assert (colour.space, colour.result_space) == ("sRGB - Texture", "Linear Rec.709 (sRGB)")
    encoded = np.linspace(0, 1, 24, dtype=np.float32).reshape(3, 2, 4)
    np.testing.assert_allclose(converted(encoded, colour), decode_srgb(encoded), atol=1e-5)
    assert colour.from_linear.is_identity


def test_acescg_is_converted_by_its_matrix(built_in: ColourConfig) -> None:
    """ACEScg goes to Rec.709 primaries by the published matrix, negative and bright light too."""
    colour = built_in.plate_colour("ACEScg", is_integer=False)
    planes = scene_values()
    expected = np.tensordot(ACESCG_TO_REC709, planes.astype(np.float64), 1)
    np.testing.assert_allclose(converted(planes, colour), expected, rtol=1e-4, atol=0.5)
    small: Planes = planes / np.float32(65504)
    expected = np.tensordot(ACESCG_TO_REC709, small.astype(np.float64), 1)
    np.testing.assert_allclose(converted(small, colour), expected, atol=2e-5)


@pytest.mark.parametrize("space", ["ACEScg", "ACES2065-1", "Linear Rec.2020", "scene_linear"])
def test_scene_light_survives_the_way_there_and_back(built_in: ColourConfig, space: str) -> None:
    """Values from -100 to 65504 come back to within float precision of the brightest."""
    colour = built_in.plate_colour(space, is_integer=False)
    planes = scene_values()
    there = converted(planes, colour)
    colour.from_linear.apply(there)
    np.testing.assert_allclose(there, planes, atol=65504 * 1e-6, rtol=1e-5)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("acescg", "ACEScg"),
        ("ACES - ACEScg", "ACEScg"),
        ("lin_ap1", "ACEScg"),
        ("scene_linear", "ACEScg"),
        ("linear", "Linear Rec.709 (sRGB)"),
        ("scene-linear Rec.709-sRGB", "Linear Rec.709 (sRGB)"),
        ("Utility - Linear - sRGB", "Linear Rec.709 (sRGB)"),
        ("sRGB", "sRGB - Texture"),
    ],
)
def test_a_space_is_found_by_any_of_its_names(
    built_in: ColourConfig, asked: str, found: str
) -> None:
    """A role, an alias, another spelling and another config's name lead to the same space."""
    assert built_in.resolve(asked) == found


def test_an_unknown_space_is_told_with_the_nearest_names(built_in: ColourConfig) -> None:
    """A misspelt name raises an error that offers the right one and names the config."""
    with pytest.raises(ColourSpaceUnknown, match=r"cg-config.*Did you mean .*ACEScg"):
        built_in.plate_colour("ACESgc", is_integer=False)


def test_ocio_decides_the_config() -> None:
    """A config in $OCIO is used in place of the built-in one, with its own names."""
    config = ColourConfig.from_environment({"OCIO": STUDIO_CONFIG})
    assert config.name == STUDIO_CONFIG
    camera = config.plate_colour("ARRI LogC3 (EI800)", is_integer=False)
    grey = np.full((3, 1, 1), 0.391, np.float32)
    np.testing.assert_allclose(converted(grey, camera), 0.18, atol=0.002)


def test_a_missing_config_is_an_error(tmp_path: Path) -> None:
    """$OCIO that names no file is told, not replaced by the built-in config."""
    missing = tmp_path / "nowhere" / "config.ocio"
    with pytest.raises(ColourConfigInvalid, match=r"nowhere.*unset it"):
        ColourConfig.from_environment({"OCIO": str(missing)})


@pytest.mark.parametrize(
    "text", ["", "no config at all\n", STUDIO_BROKEN, "ocio_profile_version: 9\n"]
)
def test_a_broken_config_is_an_error(text: str, tmp_path: Path) -> None:
    """$OCIO that names an empty, cut or strange file is told with its path."""
    broken = tmp_path / "config.ocio"
    broken.write_text(text, encoding="utf-8")
    with pytest.raises(ColourConfigInvalid, match=r"config\.ocio"):
        ColourConfig.from_environment({"OCIO": str(broken)})


def test_a_config_without_roles_for_exchange_is_used_by_its_names(tmp_path: Path) -> None:
    """Nuke's old config, whose linear space is called "linear", works for all defaults."""
    config = config_of(tmp_path, NUKE_LIKE)
    assert config.plate_colour(None, is_integer=False).to_linear.is_identity
    colour = config.plate_colour(None, is_integer=True)
    assert colour.space == "sRGB"
    half = np.full((3, 1, 1), 0.5, np.float32)
    np.testing.assert_allclose(converted(half, colour), 0.5**2.2, atol=1e-4)


def test_a_space_called_linear_is_not_believed_where_it_can_be_asked(tmp_path: Path) -> None:
    """A studio's "linear" with the primaries of ACEScg is not taken for Rec.709, but as itself."""
    config = config_of(tmp_path, ACES_LINEAR)
    assert config.linear_name() == "Linear Rec.709 (sRGB)"
    assert config.plate_colour(None, is_integer=False).to_linear.is_identity
    planes: Planes = scene_values() / np.float32(65504)
    expected = np.tensordot(ACESCG_TO_REC709, planes.astype(np.float64), 1)
    named = config.plate_colour("linear", is_integer=False)
    np.testing.assert_allclose(converted(planes, named), expected, atol=2e-5)


def test_a_config_without_rec709_is_joined_to_the_built_in_one(tmp_path: Path) -> None:
    """A config of ACES spaces only still takes its plates to Rec.709 and back."""
    config = config_of(tmp_path, ACES_ONLY)
    colour = config.plate_colour("working", is_integer=False)
    planes: Planes = scene_values() / np.float32(65504)
    expected = np.tensordot(ACESCG_TO_REC709, planes.astype(np.float64), 1)
    there = converted(planes, colour)
    np.testing.assert_allclose(there, expected, atol=2e-5)
    colour.from_linear.apply(there)
    np.testing.assert_allclose(there, planes, atol=1e-5)
    assert config.plate_colour(None, is_integer=False).to_linear.is_identity
