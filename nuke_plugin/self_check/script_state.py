"""Holds what of a user's script the self-check must leave as it found it."""

from __future__ import annotations

from dataclasses import dataclass

import nuke

from nuke_plugin import undo


@dataclass(frozen=True)
class ScriptState:
    """The script, as far as a check could disturb it."""

    nodes: frozenset[str]
    """Names of the nodes that are in no Group."""

    selected: frozenset[str]
    """Names of those that are selected."""

    modified: bool
    """Whether Nuke would ask to save."""

    frame: int
    """The current frame."""

    project_range: tuple[int, int]
    """First and last frame of the project."""

    proxy: bool
    """Whether the project is in proxy mode."""

    undo_steps: int
    """How often the user can press Undo; 0 where Nuke keeps no history (``nuke -t``)."""

    @classmethod
    def now(cls) -> ScriptState:
        """Return the state of the open script."""
        root = nuke.root()
        nodes = root.nodes()
        return cls(
            nodes=frozenset(node.name() for node in nodes),
            selected=frozenset(node.name() for node in nodes if node.isSelected()),
            modified=bool(root.modified()),
            frame=int(nuke.frame()),
            project_range=(int(root.firstFrame()), int(root.lastFrame())),
            proxy=bool(root.proxy()),
            undo_steps=int(nuke.Undo.undoSize()),
        )

    def restore(self) -> None:
        """Put back all that can be put back, without a step of Undo."""
        now = ScriptState.now()
        root = nuke.root()
        with undo.not_recorded():
            if now.selected != self.selected:
                for node in root.nodes():
                    node.setSelected(node.name() in self.selected)
            if now.frame != self.frame:
                nuke.frame(self.frame)
            if now.project_range != self.project_range:
                for name, frame in zip(("first_frame", "last_frame"), self.project_range):
                    root[name].setValue(frame)
            if now.proxy != self.proxy:
                root.setProxy(self.proxy)
            root.setModified(self.modified)

    def differences(self) -> list[str]:
        """Return a sentence for each thing that is not as it was now."""
        now = ScriptState.now()
        texts = [f"The node {name} was left behind." for name in sorted(now.nodes - self.nodes)]
        texts += [f"The node {name} is gone." for name in sorted(self.nodes - now.nodes)]
        facts = {
            "selection": (sorted(self.selected), sorted(now.selected)),
            "modified flag": (self.modified, now.modified),
            "current frame": (self.frame, now.frame),
            "project's range": (self.project_range, now.project_range),
            "proxy mode": (self.proxy, now.proxy),
            "number of Undo steps": (self.undo_steps, now.undo_steps),
        }
        texts += [
            f"The {name} was {was} and is {is_}."
            for name, (was, is_) in facts.items()
            if was != is_
        ]
        return texts
