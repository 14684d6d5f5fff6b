"""Holds the thread that has previews painted by the session's worker, one at a time.

One at a time, so that a render that starts meanwhile waits for one small picture at most. Nothing
here touches a node or Qt: what came of it is fetched from ``done`` by whoever asked.
"""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from nuke_plugin.contract.errors import ImpastoError, ModelError, RenderCancelled, WorkerUnexpected
from nuke_plugin.contract.messages import Cancelled, Preview
from nuke_plugin.worker_client import RenderConversation, WorkerClient


@dataclass(frozen=True)
class PreviewDone:
    """One preview has ended."""

    picture: str
    """File of the picture that was asked for."""

    error: Optional[ImpastoError]
    """Why it is not there; None when it is."""


class PreviewPainter:
    """A list of wishes, and the thread that works through it."""

    def __init__(self, client: WorkerClient) -> None:
        self.done: queue.SimpleQueue[PreviewDone] = queue.SimpleQueue()
        """What has ended, in order; cancelled ones are not told."""
        self._client = client
        self._wishes: list[Preview] = []
        self._painting: Optional[Preview] = None
        self._is_busy = False
        self._conversation: Optional[RenderConversation] = None
        self._condition = threading.Condition()
        self._thread: Optional[threading.Thread] = None

    def want(self, wishes: Sequence[Preview]) -> None:
        """Take these wishes, most urgent first, instead of those before.

        What is being painted and is wanted no more is cancelled.
        """
        with self._condition:
            self._wishes = list(wishes)
            if self._painting is not None:
                kept = [wish for wish in wishes if wish.picture != self._painting.picture]
                is_wanted = len(kept) < len(wishes)
                self._wishes = kept
                if not is_wanted:
                    self._painting = None
                    if self._conversation is not None:
                        self._client.cancel(self._conversation)
            if self._wishes and self._thread is None:
                self._thread = threading.Thread(
                    target=self._paint_for_ever, name="impasto-previews", daemon=True
                )
                self._thread.start()
            self._condition.notify()

    def is_idle(self) -> bool:
        """Whether nothing is wished for, being painted or being cancelled.

        From then on, and until the next wish, nothing here starts a worker.
        """
        with self._condition:
            return not self._wishes and not self._is_busy

    def _paint_for_ever(self) -> None:
        while True:
            with self._condition:
                self._is_busy = False
                while not self._wishes:
                    self._condition.wait()
                wish = self._painting = self._wishes.pop(0)
                self._is_busy = True
            error = self._outcome(wish)
            with self._condition:
                self._conversation = None
                was_wanted = self._painting is wish
                self._painting = None
                if isinstance(error, RenderCancelled):
                    continue
                if error is not None and not isinstance(error, ModelError):
                    self._wishes = []  # without a worker, or a frame, the others fail alike
            if was_wanted or error is None:
                self.done.put(PreviewDone(wish.picture, error))

    def _outcome(self, wish: Preview) -> Optional[ImpastoError]:
        if Path(wish.picture).is_file():
            return None
        try:
            self._paint(wish)
        except ImpastoError as error:
            return error
        except Exception as fault:  # noqa: BLE001  on a thread it would end unseen
            traceback.print_exc()
            return WorkerUnexpected(type(fault).__name__, str(fault))
        return None

    def _paint(self, wish: Preview) -> None:
        with self._condition:
            if self._painting is not wish:
                raise RenderCancelled(0)
        conversation = self._client.preview(wish)  # starts the worker if it must
        with self._condition:
            self._conversation = conversation
            if self._painting is not wish:
                self._client.cancel(conversation)
        for event in conversation:
            if isinstance(event, Cancelled):
                raise RenderCancelled(0)
