"""The report's promises: one page with all in it, nothing from elsewhere, what misses is marked."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import cv2
import numpy as np
import pytest

from model_training.evaluation.limits import missed
from model_training.evaluation.measurement import Measurement, StyleResult, Subject, View
from model_training.evaluation.report_page import report_page, write_report
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.worker.measure.exact_motion import Frame
from nuke_plugin.worker.measure.gates import MeasuredSet


def numbers(boil: float, texture: float) -> NumberTree:
    """The numbers of one style, alike under every move."""
    moves = ("pan", "push", "roll", "occlusion")
    values = {"e_stab": boil * texture * 2**0.5, "boil": boil, "texture": texture}
    tree = NumberTree({key: dict.fromkeys(moves, value) for key, value in values.items()})
    tree.update(grain_gain=0.8, e_warp=2e-4, flat_texture=0.03, tile_max_abs=0.0, far_field=0.0)
    return tree


@pytest.fixture
def measurement() -> Measurement:
    """Two styles, one of them boiling, with a title that is no HTML."""
    frame: Frame = np.full((54, 96, 3), 0.5, np.float32)
    view = View(frame, frame, 0.1 * frame)
    calm, wild = numbers(0.1, 0.1), numbers(0.45, 0.1)
    calm["twin"] = numbers(0.6, 0.1)
    subject = Subject("Ink & <Wash>", lambda f, s, a: f, {}, facts={"kmac_per_pixel": 59.493})
    styles = (
        StyleResult("calm", "Calm", calm, (view,)),
        StyleResult("wild", "Wild", wild, (view,)),
    )
    plate = numbers(0.05, 0.04)
    measured = MeasuredSet((frame,), 2)
    return Measurement(subject, measured, True, plate, (view.drift,), styles)


class Reader(HTMLParser):
    """Follows the tags and notes what is left open and what is loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an opening tag and what it loads."""
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        """Close the last tag, which must be this one."""
        assert self.open.pop() == tag


def test_the_page_is_whole_and_loads_nothing(measurement: Measurement) -> None:
    """Every tag is closed, every picture lies inside, no script and no address stands in it."""
    page = report_page(measurement)
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert len(reader.sources) == 6
    assert all(source.startswith("data:image/jpeg;base64,") for source in reader.sources)
    assert "<script" not in page
    assert "http" not in page
    assert "Ink &amp; &lt;Wash&gt;" in page


def test_what_misses_a_limit_is_marked(measurement: Measurement) -> None:
    """The boiling style's boil is coloured and the calm one's is not."""
    page = report_page(measurement)
    calm, wild = re.split(r"<h2>Wild</h2>", page.split("<h2>Calm</h2>")[1])
    assert '<td class="far">0.450</td>' in wild
    assert 'class="far"' not in calm
    assert "the twin's" in calm
    assert "the twin's" not in wild


def test_limits() -> None:
    """Each limit is missed just beyond it and held just before it."""
    assert missed(numbers(0.2, 0.08)) == {}
    assert set(missed(numbers(0.21, 0.079))) == {
        f"{key}.{move}" for key in ("boil", "texture") for move in ("pan", "push", "roll")
    }
    style = numbers(0.19, 0.1)
    style["twin"] = numbers(0.3, 0.1)
    assert "boil.pan" in missed(style)
    both = numbers(0.25, 0.1)
    both["twin"] = numbers(0.3, 0.1)
    assert missed(both)["boil.pan"] == "above 0.20 and above half of the twin's"
    style["twin"] = numbers(0.4, 0.1)
    assert missed(style) == {}
    style["grain_gain"] = 1.1
    style["style_distance"], style["twin"]["style_distance"] = 0.5, 0.4
    falling, rising = {"0": 1.0, "1": 0.5}, {"0": 0.0, "1": 1.0}
    style["strength_sweep"] = {"style_distance": falling, "content_distance": falling}
    assert set(missed(style)) == {
        "grain_gain",
        "style_distance",
        "strength_sweep.content_distance",
    }
    style["strength_sweep"] = {"style_distance": rising, "content_distance": rising}
    assert "strength_sweep.style_distance" in missed(style)


def test_the_sheet_is_a_picture(measurement: Measurement, tmp_path: Path) -> None:
    """A name that ends in .png gives a PNG with a row a view."""
    file = tmp_path / "report.png"
    write_report(file, measurement)
    picture = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture.shape[1] > 1400
    assert not list(tmp_path.glob(".*"))


def test_the_numbers_are_laid_out_as_on_a_card(measurement: Measurement) -> None:
    """A program finds the gates under the card's names."""
    found = json.loads(json.dumps(measurement.to_json(), allow_nan=False))
    assert found["gates"]["kmac_per_pixel"] == 59.493
    assert found["gates"]["wild"]["boil"]["roll"] == 0.45
    assert found["gates"]["plate"]["texture"]["pan"] == 0.04
    assert found["set"]["is_quick"] is True
