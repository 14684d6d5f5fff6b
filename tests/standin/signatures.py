"""Holds the comparison of signatures with those Foundry publishes."""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from typing import Any, Callable, Optional


@dataclass(frozen=True)
class Signature:
    """Parameter names in order, which of them may be left out, and whether anything goes."""

    names: tuple[str, ...]
    optional: frozenset[str]
    free: bool

    def accepts(self, positional: int, keywords: list[str]) -> bool:
        """Whether a call with so many positional arguments and these keywords fits."""
        if self.free:
            return True
        given = set(self.names[:positional]) | set(keywords)
        needed = set(self.names) - self.optional
        return (
            positional <= len(self.names) and set(keywords) <= set(self.names) and needed <= given
        )


def published(text: str) -> Optional[Signature]:
    """Read a published signature such as '(name: str, default=0)'; None if it is no Python."""
    source = text.split("#")[0].strip()
    try:
        function = ast.parse(f"def f{source}: pass").body[0]
    except SyntaxError:
        return None
    if not isinstance(function, ast.FunctionDef):
        return None
    arguments = function.args
    names = [argument.arg for argument in [*arguments.posonlyargs, *arguments.args]]
    optional = names[len(names) - len(arguments.defaults) :]
    names += [argument.arg for argument in arguments.kwonlyargs]
    optional += [argument.arg for argument in arguments.kwonlyargs]
    return _without_self(names, optional, (arguments.vararg or arguments.kwarg) is not None)


def defined(function: Callable[..., Any]) -> Signature:
    """Read the signature of a function of the stand-in."""
    parameters = list(inspect.signature(function).parameters.values())
    free = any(p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters)
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    optional = [p.name for p in named if p.default is not p.empty]
    return _without_self([p.name for p in named], optional, free)


def _without_self(names: list[str], optional: list[str], free: bool) -> Signature:
    kept = tuple(name for name in names if name != "self")
    return Signature(kept, frozenset(optional), free)


def telling(texts: list[str]) -> list[Signature]:
    """Return the published signatures that name arguments; (*args, **kwargs) tells nothing."""
    known = [signature for signature in map(published, texts) if signature is not None]
    return [signature for signature in known if not signature.free]


def is_published(mine: Signature, texts: list[str]) -> bool:
    """Whether a published signature has the same names in the same order, or names none at all.

    What a caller may leave out must be left out with Foundry's function too: several sources
    disagree about defaults, so it is enough that one of them allows it.
    """
    known = telling(texts)
    if not known or mine.free:
        return True
    may_miss: set[str] = set()
    for signature in known:
        may_miss |= signature.optional
    for signature in known:
        shared = signature.names[: len(mine.names)]
        left_out = set(signature.names[len(mine.names) :])
        if mine.names == shared and (mine.optional | left_out) <= may_miss:
            return True
    return False


def is_constructor(mine: Signature, text: str) -> bool:
    """Whether a published constructor takes the arguments of mine by position.

    Nuke's classes take theirs without names, so the published names are descriptions.
    """
    known = published(text)
    if known is None or known.free:
        return True
    if len(mine.names) > len(known.names):
        return False
    pairs = zip(mine.names, known.names)
    same = all(theirs in known.optional for ours, theirs in pairs if ours in mine.optional)
    return same and set(known.names[len(mine.names) :]) <= known.optional
