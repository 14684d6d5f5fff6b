"""Holds a style or effect on its way from the panel's grid to a node: as text, and by a drop.

Nuke hands what is dropped on the node graph to callbacks as text; without one it would read the
text as a script. A style says by its first word that it is one.
"""

from __future__ import annotations

from typing import Optional

from nuke_plugin import effect_node, style_node
from nuke_plugin.effect_list import EffectList

MIME_TYPE = "application/x-impasto-style"

_FIRST_WORD = "impasto-style:"


def text_of(model_id: str, style_id: str) -> str:
    """Return a style, or an effect with what it makes, as the text that is dragged."""
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
    put_on_graph(*style)
    return True


def put_on_graph(model_id: str, style_id: str) -> None:
    """Set a style or effect on the selected node of its kind, else on a new one."""
    if is_effect(model_id):
        node = effect_node.selected_effect_node()
        if node is not None:
            effect_node.set_effect(node, model_id)
        else:
            effect_node.create(model_id)
        return
    node = style_node.selected_style_node()
    if node is not None:
        style_node.set_style(node, model_id, style_id)
    else:
        style_node.create(model_id, style_id)


def is_effect(model_id: str) -> bool:
    """Whether an installed model makes an effect."""
    return EffectList.read().card(model_id) is not None
