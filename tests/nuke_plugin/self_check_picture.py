"""Draws the panel's Log after a self-check in the stand-in for Nuke, for the documentation.

    python -m tests.nuke_plugin.self_check_picture docs/pictures/panel/log.jpg

One assumption is made false on purpose, so that the picture shows how that is told. The frame is
painted by the real worker in a shipped style.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from tests.nuke_plugin.panel_picture import PATIENCE_SECONDS, ROOT, dressed_application

SIZE_PX = (560, 380)


def main(target: str) -> None:
    """Write the picture."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("QT_SCALE_FACTOR", "2")
    os.environ.pop("IMPASTO_MODELS", None)
    sys.path[:0] = [str(ROOT / "tests" / "standin" / "host"), str(ROOT)]
    import nuke_standin

    nuke_standin.start([ROOT])
    application = dressed_application()
    with tempfile.TemporaryDirectory() as home:
        os.environ["IMPASTO_FAVOURITES"] = str(Path(home) / "favourites.json")
        try:
            draw(Path(home), target)
        finally:
            from nuke_plugin import worker_client

            worker_client.session().stop()
            application.quit()


def draw(folder: Path, target: str) -> None:
    """Run the self-check from its button, and grab the panel when its outcome is shown."""
    import nuke
    from nuke_standin import session

    from nuke_plugin.panel.dock import Panel
    from nuke_plugin.qt import QtCore, run
    from nuke_plugin.self_check import report

    shown = folder / ".nuke" / "impasto_self_check"
    report.default_folder = lambda: shown
    nuke.scriptSaveAs(str(folder / "shot_v001.nk").replace("\\", "/"), 1)
    session.shows_dialogs = True
    nuke.Link_Knob.getLinkedKnob = lambda self: None  # what the picture tells of
    panel = Panel()
    panel.resize(*SIZE_PX)
    panel.tabs.setCurrentWidget(panel.log)
    panel.show()
    panel.log.check_button.click()
    loop = QtCore.QEventLoop()
    ended = panel.log.check
    assert ended is not None
    ended.ended.connect(lambda *_: QtCore.QTimer.singleShot(500, loop.quit))
    QtCore.QTimer.singleShot(int(1000 * PATIENCE_SECONDS), loop.quit)
    run(loop)
    if not panel.log.check_notice.text():
        raise SystemExit("the self-check did not end in time")
    print(panel.log.check_notice.text())
    if not panel.grab().save(target, quality=88):
        raise SystemExit(f"{target} could not be written")


if __name__ == "__main__":
    main(*sys.argv[1:])
