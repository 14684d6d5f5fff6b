"""Holds the undo history: which edits one press of Undo would take back."""

from __future__ import annotations


class UndoLog:
    """Steps of (name, edits); edits outside begin/end are a step each, none while disabled."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, list[str]]] = []
        self.depth = 0
        self.disabled_depth = 0

    def record(self, edit: str) -> None:
        if self.disabled_depth:
            return
        if self.depth:
            self.steps[-1][1].append(edit)
        else:
            self.steps.append((edit, [edit]))

    def begin(self, name: str = "") -> None:
        if not self.disabled_depth and self.depth == 0:
            self.steps.append((name, []))
        self.depth += 1

    def name(self, name: str) -> None:
        if self.depth and self.steps:
            self.steps[-1] = (name, self.steps[-1][1])

    def end(self) -> None:
        if self.depth == 0:
            raise RuntimeError("Undo.end() without Undo.begin()")
        self.depth -= 1
        if self.depth == 0 and self.steps and not self.steps[-1][1]:
            self.steps.pop()


class Undo:
    """nuke.Undo: a context manager, or begin/end and disable/enable called on class or instance."""

    def __init__(self, label: str = "") -> None:
        self._label = label

    def __enter__(self) -> Undo:
        Undo.begin(self._label)
        return self

    def __exit__(self, *failure: object) -> None:
        Undo.end()

    @staticmethod
    def begin(label: str = "") -> None:
        _log().begin(label)

    @staticmethod
    def end() -> None:
        _log().end()

    @staticmethod
    def name(label: str) -> None:
        _log().name(label)

    @staticmethod
    def disable() -> None:
        _log().disabled_depth += 1

    @staticmethod
    def enable() -> None:
        if _log().disabled_depth == 0:
            raise RuntimeError("Undo.enable() without Undo.disable()")
        _log().disabled_depth -= 1

    @staticmethod
    def disabled() -> bool:
        return _log().disabled_depth > 0

    @staticmethod
    def undoSize() -> int:
        """Return how often Undo can be pressed; `nuke -t` keeps no history (seen in Nuke 17)."""
        from nuke_standin.session import session

        return len(_log().steps) if session.gui else 0


def _log() -> UndoLog:
    from nuke_standin.session import session

    return session.undo
