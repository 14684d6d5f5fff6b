"""Tests of what can be asked of light, alpha and colour."""

from __future__ import annotations

import pytest

from nuke_plugin.contract.errors import FieldInvalid
from nuke_plugin.contract.light_settings import LIGHTS, PREMULTS, LightSettings
from nuke_plugin.contract.strict_json import read_record, write_record


@pytest.mark.parametrize("policy", LIGHTS)
@pytest.mark.parametrize("premult", PREMULTS)
def test_every_choice_crosses_the_wire(policy: str, premult: str) -> None:
    """What is written of the settings is read back as equal ones."""
    settings = LightSettings(policy, premult, 0.25)
    assert read_record(LightSettings, write_record(settings)) == settings


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"policy": "Carry"}, "policy"),
        ({"premult": "yes"}, "premult"),
        ({"plate_colour": -0.1}, "plate_colour"),
        ({"plate_colour": 1.5}, "plate_colour"),
        ({"plate_colour": float("nan")}, "plate_colour"),
    ],
)
def test_what_is_no_choice_is_refused(settings: dict[str, object], key: str) -> None:
    """A name that is not there and an amount outside 0 to 1 are named with the key."""
    with pytest.raises(FieldInvalid) as caught:
        LightSettings(**settings)  # type: ignore[arg-type]
    assert caught.value.key == key
