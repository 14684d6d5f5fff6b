"""Holds the registered callbacks (addOnCreate ...) and the order they run in."""

from __future__ import annotations

from typing import Any, Callable

from nuke_standin.session import session

_Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str, Any]
_registered: dict[str, list[_Call]] = {}


def forget_all() -> None:
    """Drop every registration, as a new Nuke has none."""
    _registered.clear()


def _add(
    event: str, call: Any, args: Any, kwargs: dict[str, Any], node_class: str, node: Any = None
) -> None:
    if not callable(call):
        raise TypeError(f"{event}: a callable is needed, found {call!r}")
    arguments = args if isinstance(args, tuple) else (args,)
    _registered.setdefault(event, []).append((call, arguments, dict(kwargs), node_class, node))


def _remove(
    event: str, call: Any, args: Any, kwargs: dict[str, Any], node_class: str, node: Any = None
) -> None:
    arguments = args if isinstance(args, tuple) else (args,)
    wanted = (call, arguments, dict(kwargs), node_class, node)
    calls = _registered.get(event, [])
    if wanted in calls:
        calls.remove(wanted)


def run(event: str, node: Any, knob: Any = None) -> None:
    """Run the text of the node's knob for this event, then the registered callbacks."""
    with session.context(
        event, node=node, knob=knob, group=node if hasattr(node, "_children") else node._group
    ):
        text_knob = node._knobs.get(event)
        if text_knob is not None and text_knob.value():
            session.run_text(text_knob.value(), f"{node.fullName()}.{event}")
        for call, args, kwargs, node_class, only_node in list(_registered.get(event, [])):
            if node_class in ("*", node.Class()) and (only_node is None or only_node is node):
                call(*args, **kwargs)


def addOnCreate(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "*") -> None:
    _add("onCreate", call, args, kwargs, nodeClass)


def removeOnCreate(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "*") -> None:
    _remove("onCreate", call, args, kwargs, nodeClass)


def addOnUserCreate(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "*") -> None:
    _add("onUserCreate", call, args, kwargs, nodeClass)


def removeOnUserCreate(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "*") -> None:
    _remove("onUserCreate", call, args, kwargs, nodeClass)


def addOnDestroy(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "*") -> None:
    _add("onDestroy", call, args, kwargs, nodeClass)


def removeOnDestroy(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "*") -> None:
    _remove("onDestroy", call, args, kwargs, nodeClass)


def addKnobChanged(
    call: Any,
    args: Any = (),
    kwargs: Any = {},
    nodeClass: str = "*",
    node: Any = None,
) -> None:
    _add("knobChanged", call, args, kwargs, nodeClass, node)


def removeKnobChanged(
    call: Any,
    args: Any = (),
    kwargs: Any = {},
    nodeClass: str = "*",
    node: Any = None,
) -> None:
    _remove("knobChanged", call, args, kwargs, nodeClass, node)


def addOnScriptLoad(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Root") -> None:
    _add("onScriptLoad", call, args, kwargs, nodeClass)


def removeOnScriptLoad(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Root"
) -> None:
    _remove("onScriptLoad", call, args, kwargs, nodeClass)


def addOnScriptSave(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Root") -> None:
    _add("onScriptSave", call, args, kwargs, nodeClass)


def removeOnScriptSave(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Root"
) -> None:
    _remove("onScriptSave", call, args, kwargs, nodeClass)


def addOnScriptClose(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Root") -> None:
    _add("onScriptClose", call, args, kwargs, nodeClass)


def removeOnScriptClose(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Root"
) -> None:
    _remove("onScriptClose", call, args, kwargs, nodeClass)


def addBeforeRender(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Write") -> None:
    _add("beforeRender", call, args, kwargs, nodeClass)


def removeBeforeRender(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Write"
) -> None:
    _remove("beforeRender", call, args, kwargs, nodeClass)


def addAfterRender(call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Write") -> None:
    _add("afterRender", call, args, kwargs, nodeClass)


def removeAfterRender(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Write"
) -> None:
    _remove("afterRender", call, args, kwargs, nodeClass)


def addBeforeFrameRender(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Write"
) -> None:
    _add("beforeFrameRender", call, args, kwargs, nodeClass)


def removeBeforeFrameRender(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Write"
) -> None:
    _remove("beforeFrameRender", call, args, kwargs, nodeClass)


def addAfterFrameRender(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Write"
) -> None:
    _add("afterFrameRender", call, args, kwargs, nodeClass)


def removeAfterFrameRender(
    call: Any, args: Any = (), kwargs: Any = {}, nodeClass: str = "Write"
) -> None:
    _remove("afterFrameRender", call, args, kwargs, nodeClass)
