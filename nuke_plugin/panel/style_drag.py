"""Holds a style on its way from the panel's grid to a node: as text, and what a drop of it does.

Nuke hands what is dropped on the node graph to callbacks as text; without one it would read the
text as a script. A style says by its first word that it is one.
"""

from __future__ import annotations

from typing import Optional

from nuke_plugin import style_node

MIME_TYPE = "application/x-impasto-style"

_FIRST_WORD = "impasto-style:"


def text_of(model_id: str, style_id: str) -> str:
    """Return a style as the text that is dragged."""
    return f"{_FIRST_WORD}{model_id}/{style_id}"


def style_in(text: str) -> Optional[tuple[str, str]]:
    """Return the ids of model and style in a dragged text; None when it is no style."""
    first, _, rest = text.strip().partition(_FIRST_WORD)
    model_id, slash, style_id = rest.partition("/")
    if first or not slash or not model_id or not style_id:
        return None
    return model_id, style_id


def on_drop(mime_type: str, text: str) -> Optional[bool]:
    """Take a style dropped on Nuke's node graph: onto the selected node, else onto a new one.

    Returns True when it was one, and None to let Nuke go on with anything else.
    """
    style = style_in(text)
    if style is None:
        return None
    node = style_node.selected_style_node()
    if node is not None:
        style_node.set_style(node, *style)
    else:
        style_node.create(*style)
    return True
