"""Holds the panel's control for the strength of the selected node."""

from __future__ import annotations

from typing import Optional

import nuke

from nuke_plugin import style_knobs, undo
from nuke_plugin.qt import Qt, QtWidgets
from nuke_plugin.style_node import is_attached

_SLIDER_STEPS = 100


class StrengthControl(QtWidgets.QWidget):
    """A slider and a number for the strength of one node; a drag is one step of Undo."""

    def __init__(self, parent: Optional[QtWidgets.QWidget] = None) -> None:
        super().__init__(parent)
        self._node: Optional[nuke.Group] = None
        self._before_drag: Optional[float] = None
        self._is_showing = False
        self.slider = QtWidgets.QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setRange(0, _SLIDER_STEPS)
        self.slider.setAccessibleName("Strength")
        self.number = QtWidgets.QDoubleSpinBox(self)
        self.number.setRange(0.0, 1.0)
        self.number.setSingleStep(0.05)
        self.number.setDecimals(2)
        self.number.setKeyboardTracking(False)
        self.number.setAccessibleName("Strength as a number")
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        label = QtWidgets.QLabel("&Strength", self)
        label.setBuddy(self.slider)
        layout.addWidget(label)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.number)
        self.slider.sliderPressed.connect(self._begin_drag)
        self.slider.sliderReleased.connect(self._end_drag)
        self.slider.valueChanged.connect(lambda step: self._set(step / _SLIDER_STEPS))
        self.number.valueChanged.connect(self._set)
        self.follow(None)

    def follow(self, node: Optional[nuke.Group]) -> None:
        """Show and change this node's strength; None greys the control out."""
        self._node = node
        self.setEnabled(node is not None)
        if node is not None and self._before_drag is None:
            self._show(float(node[style_knobs.STRENGTH].value()))

    def _show(self, strength: float) -> None:
        # PySide2's QSignalBlocker is no context manager; this flag serves both bindings.
        self._is_showing = True
        self.slider.setValue(round(strength * _SLIDER_STEPS))
        self.number.setValue(strength)
        self._is_showing = False

    def _set(self, strength: float) -> None:
        if self._is_showing or self._node is None or not is_attached(self._node):
            return
        self._show(strength)
        knob = self._node[style_knobs.STRENGTH]
        if self._before_drag is not None:
            with undo.not_recorded():
                knob.setValue(strength)
        else:
            with undo.one_step("Impasto strength"):
                knob.setValue(strength)

    def _begin_drag(self) -> None:
        if self._node is not None and is_attached(self._node):
            self._before_drag = float(self._node[style_knobs.STRENGTH].value())

    def _end_drag(self) -> None:
        before, self._before_drag = self._before_drag, None
        if self._node is None or before is None or not is_attached(self._node):
            return
        with undo.not_recorded():
            self._node[style_knobs.STRENGTH].setValue(before)
        self._set(self.slider.value() / _SLIDER_STEPS)
