"""Holds the artist's own frame: what a node is given at the current frame, written small by Nuke.

Nuke renders it through two nodes that live for that moment beside the plate: they are not undone,
select nothing, and leave the script as unmodified as it was. The rules of Nuke's own render dialog
hold here too: the proxy mode is set back, and "Cancelled" is the user's wish and no error.
"""

from __future__ import annotations

import dataclasses
import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import nuke

from nuke_plugin import style_knobs, undo
from nuke_plugin.contract.errors import NodeBusy, PlateRenderFailed, RenderCancelled
from nuke_plugin.contract.execution_settings import ExecutionSettings
from nuke_plugin.contract.frame_range import FrameRange
from nuke_plugin.contract.light_settings import LightSettings
from nuke_plugin.contract.messages import Preview
from nuke_plugin.contract.stroke_settings import StrokeSettings
from nuke_plugin.plate_fingerprint import PlateFingerprint
from nuke_plugin.render_settings import execution_of, strokes_of

WIDTH_PX = 480
"""Width that a frame is shrunk to; a smaller one stays as it is."""

_NEEDED = {style_knobs.LIGHT, style_knobs.USE_GPU, style_knobs.SCALE_STROKES}
"""Knobs that a node of an older version has not before its upgrade."""


@dataclass(frozen=True)
class Moment:
    """What is on the artist's screen, as far as it can be told without looking upstream."""

    node: str
    """Full name of the ImpastoStyle node."""

    plate: str
    """Full name of what is connected to it."""

    frame: int
    """The current frame."""

    view: str
    """The view."""

    colorspace: Optional[str]
    """OCIO name of the plate's colour space; None for scene-linear Rec.709."""

    light: LightSettings
    """What becomes of bright light and of alpha."""

    execution: ExecutionSettings
    """On what the network runs."""

    strokes: StrokeSettings
    """How large strokes are beside the frame."""

    @classmethod
    def of(cls, node: nuke.Group) -> Optional[Moment]:
        """Return the moment of a node now; raises ``ControlInvalid``.

        None when nothing is connected, or it waits for its upgrade and has not all knobs.
        """
        plate = node.input(0)
        if plate is None or not _NEEDED <= node.knobs().keys():
            return None
        colorspace = node[style_knobs.COLORSPACE].value()
        return cls(
            node=node.fullName(),
            plate=plate.fullName(),
            frame=int(nuke.frame()),
            view=nuke.views()[0],
            colorspace=None if colorspace == style_knobs.DEFAULT_COLORSPACE else colorspace,
            light=LightSettings(node[style_knobs.LIGHT].value(), node[style_knobs.PREMULT].value()),
            execution=execution_of(node),
            strokes=strokes_of(node),
        )


@dataclass(frozen=True)
class OwnFrame:
    """A frame with all that decides how a style paints it."""

    moment: Moment
    """Whose frame it is, and how it is painted."""

    folder: Path
    """Where its pictures are: its name is the same for the same plate and settings."""

    @classmethod
    def of(cls, plate: nuke.Node, moment: Moment, previews: Path) -> OwnFrame:
        """Return the frame of a moment; looks at everything upstream, and renders nothing."""
        digest = hashlib.sha256(PlateFingerprint(plate).at(moment.frame, moment.view).encode())
        digest.update(repr(_painted_by(moment)).encode())
        return cls(moment, previews / digest.hexdigest()[:24])

    @property
    def file(self) -> Path:
        """The frame itself, small: EXR."""
        return self.folder / "frame.exr"

    @property
    def plain_picture(self) -> Path:
        """The frame as a screen shows it."""
        return self.folder / "plain.png"

    def picture(self, model_id: str, style_id: str, strength: float = 1.0) -> Path:
        """Return where the frame is, painted in a style."""
        return self.folder / f"{model_id}.{style_id}.{round(100 * strength)}.png"

    def request(self, model_id: str, style_id: str, strength: float = 1.0) -> Preview:
        """Return the request that paints it."""
        return Preview(
            id=0,  # the client numbers its requests
            plate=str(self.file),
            picture=str(self.picture(model_id, style_id, strength)),
            model=model_id,
            styles={style_id: 1.0},
            strength=strength,
            colorspace=self.moment.colorspace,
            light=self.moment.light,
            execution=self.moment.execution,
            strokes=self.moment.strokes,
        )

    def plain_request(self, model_id: str, style_id: str) -> Preview:
        """Return the request that shows the frame itself: any style at strength 0."""
        request = self.request(model_id, style_id, 0.0)
        return dataclasses.replace(request, picture=str(self.plain_picture))


def _painted_by(moment: Moment) -> tuple[object, ...]:
    """Return what of a moment decides how a plate is painted."""
    return moment.colorspace, moment.light, moment.execution, moment.strokes


def render_small(plate: nuke.Node, moment: Moment, file: Path) -> float:
    """Let Nuke write one frame, ``WIDTH_PX`` wide; return the seconds it held up the interface.

    Raises ``NodeBusy`` while Nuke executes something else, ``RenderCancelled`` when the user
    cancels, ``PlateRenderFailed`` with Nuke's own words. The script is as it was before.
    """
    if nuke.executing():
        raise NodeBusy(moment.node, "Nuke is rendering something else")
    root = nuke.root()
    proxy = root.proxy()
    began = time.monotonic()
    with undo.not_noticed():
        made: list[nuke.Node] = []
        try:
            root.setProxy(False)
            write = _small_write(plate, file, made)
            frames = nuke.FrameRanges(FrameRange((moment.frame,)).to_text().split(","))
            nuke.executeMultiple([write], frames, [moment.view], continueOnError=False)
        except RuntimeError as error:
            if str(error).startswith("Cancelled"):
                raise RenderCancelled(0) from error
            raise PlateRenderFailed(moment.node, str(file), str(error)) from error
        finally:
            for node in reversed(made):
                nuke.delete(node)
            root.setProxy(proxy)
    return time.monotonic() - began


def _small_write(plate: nuke.Node, file: Path, made: list[nuke.Node]) -> nuke.Node:
    """Make the nodes that shrink and write, where the plate is; each goes into ``made`` at once."""
    with plate.parent() or nuke.root():
        reformat = nuke.nodes.Reformat()
        made.append(reformat)
        write = nuke.nodes.Write()
        made.append(write)
    reformat.setInput(0, plate)
    reformat["type"].setValue("to box")
    reformat["box_width"].setValue(min(WIDTH_PX, max(1, plate.width())))
    write.setInput(0, reformat)
    write["file"].setValue(str(file).replace("\\", "/"))
    write["file_type"].setValue("exr")  # the knobs of EXR exist only from here on
    write["datatype"].setValue("16 bit half")
    write["compression"].setValue("Zip (1 scanline)")
    write["autocrop"].setValue(False)
    write["raw"].setValue(True)
    write["channels"].setValue("rgba")
    write["create_directories"].setValue(True)
    return write
