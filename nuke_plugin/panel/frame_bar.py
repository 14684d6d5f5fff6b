"""Holds the line that says whose frame the styles are shown on, and the comparison below the grid.

It puts the previews into words and into the wipe; what is painted when is ``frame_previews``'s.
"""

from __future__ import annotations

from pathlib import Path
from typing import Optional

from nuke_plugin.panel.frame_previews import FramePreviews
from nuke_plugin.panel.narrow import let_shrink
from nuke_plugin.panel.notice import Notice
from nuke_plugin.panel.own_frame import WIDTH_PX
from nuke_plugin.panel.wipe_view import WipeView
from nuke_plugin.qt import Qt, QtGui, QtWidgets, Signal
from nuke_plugin.style_list import StyleEntry

_ABOUT = (
    f"Paints every style on the current frame of the selected ImpastoStyle node's input, "
    f"{WIDTH_PX} pixels wide, in the background. Unless the node's strokes follow the frame, they "
    "keep their size in pixels and are finer at the plate's full size than here."
)


class FrameBar(QtWidgets.QWidget):
    """Switch, state and button of the previews; ``asked`` is sent by the button."""

    asked = Signal()
    switched = Signal()

    def __init__(self, previews: FramePreviews, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._previews = previews
        self.switch = QtWidgets.QCheckBox("On my &frame", self)
        self.switch.setChecked(previews.is_on)
        self.switch.setToolTip(f"<qt>{_ABOUT}</qt>")
        self.state = QtWidgets.QLabel(self)
        self.state.setForegroundRole(QtGui.QPalette.ColorRole.PlaceholderText)
        let_shrink(self.state)
        self.update_button = QtWidgets.QToolButton(self)
        self.update_button.setText("Update")
        self.update_button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.update_button.setToolTip("Render the current frame now and paint every style on it.")
        self.notice = Notice(self)
        row = QtWidgets.QHBoxLayout()
        row.addWidget(self.switch)
        row.addWidget(self.state, 1)
        row.addWidget(self.update_button)
        layout = QtWidgets.QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.notice)
        self.switch.toggled.connect(self._switch)
        self.update_button.clicked.connect(self.asked.emit)

    def show_state(self, has_node: bool, styles: int, painted: int) -> None:
        """Say what is shown: ``painted`` of the ``styles`` in the grid are on the frame."""
        previews = self._previews
        self.update_button.setEnabled(has_node and previews.is_on)
        frame = previews.frame
        if not previews.is_on:
            text = "Showing the models' own pictures."
        elif not has_node:
            text = "Select an ImpastoStyle node."
        elif previews.is_waiting_for_user:
            text = "A frame of this comp takes long: press Update."
        elif frame is None:
            text = "" if previews.error is not None else "Waiting for a still moment..."
        elif painted < styles and previews.is_painting():
            text = f"Frame {frame.moment.frame}: {painted} of {styles} styles painted"
        else:
            text = f"Frame {frame.moment.frame} of {frame.moment.node}"
        self.state.setText(text)
        self.state.setToolTip(text)
        error = previews.error if previews.is_on else None
        self.notice.show_text("No previews on your frame", error.message if error else "")

    def _switch(self, is_on: bool) -> None:
        self._previews.is_on = is_on
        self.switched.emit()


class FrameWipe(WipeView):
    """The wipe of the current frame: as it is, and in the chosen style at the node's strength."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._loaded: dict[Path, QtGui.QPixmap] = {}

    def show_style(
        self, previews: FramePreviews, entry: Optional[StyleEntry], strength: float
    ) -> None:
        """Show what there is of this style on the frame now."""
        frame = previews.frame
        if frame is None or entry is None:
            self.setNothing("Choose a style to compare the frame before and after.")
            return
        picture = frame.picture(*entry.key, strength)
        if not previews.painted(frame.plain_picture):
            self.setNothing("The frame is on its way...")
            return
        wanted = [frame.plain_picture]
        if previews.painted(picture):
            wanted.append(picture)
        known = self._loaded
        self._loaded = {one: known.get(one) or QtGui.QPixmap(str(one)) for one in wanted}
        before = self._loaded[frame.plain_picture]
        if not previews.painted(picture):
            waits = "not painted" if previews.failure(picture) else "painting..."
            self.setPictures(before, QtGui.QPixmap(), ("plate", waits))
            return
        name = entry.title if strength == 1.0 else f"{entry.title} at {strength:.2f}"
        self.setPictures(before, self._loaded[picture], ("plate", name))
