"""Promises of the rule that names the shot."""

from __future__ import annotations

import pytest

from nuke_plugin.contract.errors import LookHasNoPlace, ShotPatternInvalid
from nuke_plugin.looks.shot_name import shot_name

SCRIPT = "/show/sq010/shots/sh0020/comp/sq010_sh0020_comp_v003.nk"
PATTERN = "IMPASTO_SHOT_PATTERN"


def test_the_environment_comes_first() -> None:
    """IMPASTO_SHOT names the shot, also for a script that was never saved."""
    environ = {"IMPASTO_SHOT": " sh 9 ", PATTERN: "("}
    assert shot_name(SCRIPT, environ) == "sh 9"
    assert shot_name("", environ) == "sh 9"


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        (r"/shots/(?P<shot>[^/]+)/", "sh0020"),
        (r"/show/(\w+)/shots/(?P<shot>[^/]+)/", "sh0020"),
        (r"/show/(\w+)/", "sq010"),
    ],
)
def test_a_pattern_finds_it_in_the_path(pattern: str, name: str) -> None:
    """The group named shot, else the first one, is the name; Windows paths have slashes too."""
    assert shot_name(SCRIPT, {PATTERN: pattern}) == name
    assert shot_name("P:" + SCRIPT.replace("/", "\\"), {PATTERN: pattern}) == name


@pytest.mark.parametrize(
    ("script", "name"),
    [
        (SCRIPT, "sq010_sh0020_comp"),
        ("/a/sh010.v12.nk", "sh010"),
        ("/a/sh010_v001_ana.nk", "sh010"),
        ("/a/my_video.nk", "my_video"),
        ("/a/take.two.nk", "take.two"),
        ("/a/v001.nk", "v001"),
        ("C:\\a\\été_v2.nk", "été"),
        ("comp", "comp"),
    ],
)
def test_without_a_rule_it_is_the_file_name_without_version(script: str, name: str) -> None:
    """The next version of a script belongs to the same shot."""
    assert shot_name(script, {}) == name


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("sh[0-9", "no regular expression"),
        ("(?P<shot", "no regular expression"),
        ("sh(?:010)", "no group"),
        ("/assets/([^/]+)/", "does not match the script /show/"),
        ("comp(x?)", "empty"),
        ("(?P<shot>never)?comp", "empty"),
    ],
)
def test_a_bad_pattern_is_an_error(pattern: str, reason: str) -> None:
    """A pattern that is wrong or finds nothing is told, and no other name is taken instead."""
    with pytest.raises(ShotPatternInvalid, match=reason) as raised:
        shot_name(SCRIPT, {PATTERN: pattern})
    assert repr(pattern) in raised.value.message


def test_a_script_without_a_name_has_no_shot() -> None:
    """An unsaved script belongs to no shot unless the environment says so."""
    with pytest.raises(LookHasNoPlace, match="not saved"):
        shot_name("", {})
