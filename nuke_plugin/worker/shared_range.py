"""Holds what a render does before and after each frame of a range that others may paint too.

Before: what is on disk already, whole and right, is kept (``--resume``), and what another process
is painting is left to it. After: the frame is free again. Without locks in the folder, which some
network drives have not, frames are painted all the same and a warning says what is lost by it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from nuke_plugin.contract.errors import FrameClaimed, ResultsExist
from nuke_plugin.contract.frame_pattern import FramePattern
from nuke_plugin.worker.finished_frames import FINISHED, plates_digest, result_state
from nuke_plugin.worker.frame_claims import FrameClaims, LocksMissing

NO_LOCKS = (
    "The folder {folder} has no file locks, so two processes that paint one range there may paint "
    "a frame twice. Each frame is still whole or not there; give each process frames of its own."
)


class SharedRange:
    """The frames of one render, of which other processes may paint some."""

    def __init__(
        self,
        results: FramePattern,
        plates: FramePattern,
        digest: str | None,
        keeps_finished: bool,
        is_claimed: bool,
        on_warning: Callable[[int | None, str], None],
        known: Mapping[str, str] | None = None,
        steady: int = 0,
    ) -> None:
        """Take the settings' digest, None where frames get no fingerprint of their own.

        ``known`` are a client's fingerprints by frame, in digits; they go before one of our own.

        ``steady`` is how many plates on each side decide a frame too.

        ``keeps_finished`` is ``--resume``; without ``is_claimed`` frames are replaced whoever else
        is at them.
        """
        self.fingerprints: dict[int, str] = {}
        """By frame entered: what it is painted from; of this moment, before its plate is read."""
        self._results = results
        self._plates = plates
        self._digest = digest
        self._steady = steady
        self._keeps_finished = keeps_finished
        self._claims = FrameClaims(results) if is_claimed else None
        self._on_warning = on_warning
        self._known = known or {}

    def enter(self, frame: int) -> bool:
        """Return whether a frame is to be painted, and is ours until ``leave``.

        False where it is on disk already. Raises ``FrameClaimed`` while another process paints it,
        ``ResultsExist`` where that one has just done so and nothing is to be kept, and ``DiskFull``
        or ``ResultFolderUnwritable``.
        """
        self._take_fingerprint(frame)
        if self._keeps_finished and self._is_finished(frame):
            return False
        if self._claims is None:
            return True
        path = self._results.path(frame)
        try:
            is_ours = self._claims.take(frame)
        except LocksMissing:
            self._claims = None
            self._on_warning(None, NO_LOCKS.format(folder=path.parent))
            return True
        if not is_ours:
            raise FrameClaimed(frame, path)
        if self._keeps_finished and self._is_finished(frame):  # by another, just before the claim
            self.leave(frame)
            return False
        if not self._keeps_finished and path.exists():
            self.leave(frame)
            raise ResultsExist(path, str(frame))
        return True

    def leave(self, frame: int | None = None) -> None:
        """Give a frame free, or all."""
        if frame is None:
            self.fingerprints.clear()
        else:
            self.fingerprints.pop(frame, None)
        if self._claims is None:
            return
        if frame is None:
            self._claims.release_all()
        else:
            self._claims.release(frame)

    def _take_fingerprint(self, frame: int) -> None:
        if str(frame) in self._known:
            self.fingerprints[frame] = self._known[str(frame)]
            return
        if self._digest is None:
            return
        try:
            back = plates_digest(self._plates, frame, self._steady)
            self.fingerprints[frame] = self._digest + back
        except OSError:
            self.fingerprints.pop(frame, None)  # the reading says what is wrong with the plate

    def _is_finished(self, frame: int) -> bool:
        fingerprint = self.fingerprints.get(frame)
        if fingerprint is None:
            return False
        return result_state(self._results.path(frame), fingerprint) == FINISHED
