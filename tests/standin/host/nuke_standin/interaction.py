"""Holds what Nuke shows and asks: kept in `session.messages`, answered from `session.answers`."""

from __future__ import annotations

from typing import Any, Optional

from nuke_standin.session import session


def _shown(prompt: str) -> None:
    if not session.on_main_thread():
        raise RuntimeError("dialogs open on the main thread only")
    if not isinstance(prompt, str):
        raise TypeError(f"a message is a text, found {prompt!r}")
    session.messages.append(prompt)


def _answer(prompt: str) -> Any:
    _shown(prompt)
    if not session.gui:
        raise RuntimeError(f"no one can answer in terminal mode: {prompt}")
    if not session.answers:
        raise RuntimeError(f"the test gave no answer to: {prompt}")
    return session.answers.pop(0)


def message(prompt: str) -> None:
    from nuke_standin.widgets import show_message

    _shown(prompt)
    if session.shows_dialogs:
        show_message(prompt)


def alert(prompt: str) -> None:
    _shown(prompt)


def critical(message: str) -> None:
    _shown(message)


def error(message: str) -> None:
    """Write to Nuke's error console; legal from any thread."""
    session.messages.append(message)


def warning(message: str) -> None:
    session.messages.append(message)


def debug(message: str) -> None:
    session.messages.append(message)


def tprint(value: Any, sep: str = " ", end: str = "\n", file: Any = None) -> None:
    print(value, sep=sep, end=end, file=file)


def ask(prompt: str) -> bool:
    return bool(_answer(prompt))


def getInput(prompt: str, default: str) -> Optional[str]:
    return _answer(prompt)


def getFilename(
    message: str,
    pattern: Any = None,
    default: Any = None,
    favorites: Any = None,
    type: Any = None,
    multiple: bool = False,
) -> Any:
    return _answer(message)


def choice(title: str, prompt: str, options: list[str], default: int = 0) -> int:
    return int(_answer(prompt))


class ProgressTask:
    """A progress bar; tests see all of them in `session.progress_tasks` and may press Cancel."""

    def __init__(self, message: str) -> None:
        self._messages = [message]
        self._progress = 0
        self._cancelled = False
        session.progress_tasks.append(self)

    def setMessage(self, s: str) -> None:
        self._messages.append(s)

    def setProgress(self, i: int) -> None:
        if not isinstance(i, int):
            raise TypeError(f"setProgress() argument must be int, not {type(i).__name__}")
        self._progress = i

    def isCancelled(self) -> bool:
        return self._cancelled
