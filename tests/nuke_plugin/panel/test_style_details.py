"""Promises of the details: a style in a sentence, all that its card says behind a link."""

from __future__ import annotations

from typing import Any

import pytest

from nuke_plugin.panel.style_details import StyleDetails
from nuke_plugin.qt import QtGui
from tests.nuke_plugin.panel.style_examples import entry

SHORT = "Dots & ink."
LONG = f"{SHORT} Boil above 0.20: The Starry Night 0.281. 0 gives the plate back."


@pytest.fixture
def details(nuke: Any, qtbot: Any) -> StyleDetails:
    """Return the widget."""
    widget = StyleDetails()
    qtbot.addWidget(widget)
    return widget


def plain(details: StyleDetails) -> str:
    """Return what it says, without marks."""
    document = QtGui.QTextDocument()
    document.setHtml(details.text())
    return str(document.toPlainText())


def test_a_link_shows_the_rest(details: StyleDetails) -> None:
    """The limits in numbers come with More, go with Less, and with the next style."""
    long = entry(description=LONG, summary=SHORT)
    details.show_entry(long, False)
    assert f"{SHORT} More" in plain(details)
    assert "Boil above" not in plain(details)
    details.label.linkActivated.emit("rest")
    assert f"{LONG} Less" in plain(details)
    details.show_entry(long, True)  # its star was pressed: it is the same style
    assert "Less" in plain(details)
    details.label.linkActivated.emit("rest")
    assert f"{SHORT} More" in plain(details)
    details.label.linkActivated.emit("rest")
    details.show_entry(entry("irises", description=LONG, summary=SHORT), False)
    assert "Boil above" not in plain(details)
    details.show_entry(None, False, "Nothing matches.")
    assert plain(details) == "Nothing matches."


def test_what_is_short_has_no_link(details: StyleDetails) -> None:
    """Where the summary is the whole description there is nothing to open."""
    for summary in ("", "Swirls."):
        details.show_entry(entry(summary=summary), False)
        assert "Swirls." in plain(details)
        assert "More" not in plain(details)
