"""Holds the search and the categories of the styles, as rules over a list of entries.

The categories come from the cards: models, artists, centuries, and what was measured. One that
holds every style, or none, would narrow nothing and is not offered.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Callable

from nuke_plugin.style_facts import ordinal
from nuke_plugin.style_list import StyleEntry

ALL, FAVOURITES = "all", "favourites"

_Test = Callable[[StyleEntry], bool]
_MEASURED: tuple[tuple[str, str, _Test], ...] = (
    ("steady", "Steady in motion", lambda entry: entry.facts.steadiness == "steady"),
    ("light", "Light to paint", lambda entry: entry.facts.weight == "light"),
    ("whole", "Looks at the whole picture", lambda entry: not entry.facts.is_local),
)


@dataclass(frozen=True)
class Category:
    """A part of the styles that can be chosen by name."""

    key: str
    """What it is remembered by while the list changes: ``model:painters``."""

    title: str
    """What the menu says."""

    styles: frozenset[tuple[str, str]]
    """The styles in it."""


def categories(
    entries: Sequence[StyleEntry], favourites: Collection[tuple[str, str]]
) -> list[list[Category]]:
    """Return the categories of these styles in groups: all and favourites, models, and so on."""
    has_effects = any(entry.is_effect for entry in entries)
    title = "All styles and effects" if has_effects else "All styles"
    everything = _category(ALL, title, entries, lambda _: True)
    starred = _category(FAVOURITES, "Favourites", entries, lambda entry: entry.key in favourites)
    groups = (
        [_category("effects", "Effects", entries, lambda entry: entry.is_effect)],
        _by(entries, "model", _model_of_styles, _model_titles(entries)),
        _by(entries, "artist", lambda entry: entry.artist),
        _by(entries, "century", _century),
        [_category(key, title, entries, test) for key, title, test in _MEASURED],
    )
    narrowing = (
        [one for one in group if 0 < len(one.styles) < len(everything.styles)] for group in groups
    )
    return [[everything, starred], *(group for group in narrowing if group)]


def matching(entries: Iterable[StyleEntry], typed: str, category: Category) -> list[StyleEntry]:
    """Return the styles of a category in whose words everything typed is found."""
    wanted = folded(typed).split()
    return [
        entry
        for entry in entries
        if entry.key in category.styles and all(word in words_of(entry) for word in wanted)
    ]


def words_of(entry: StyleEntry) -> str:
    """Return all that a style is found by, folded."""
    names = (entry.title, entry.credit, entry.model_title, entry.model_id, entry.style_id)
    return folded(" ".join((*names, *entry.facts.tags)))


def folded(text: str) -> str:
    """Return a text without case and accents: who types ``durer`` means Dürer."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _category(key: str, title: str, entries: Iterable[StyleEntry], test: _Test) -> Category:
    return Category(key, title, frozenset(entry.key for entry in entries if test(entry)))


def _by(
    entries: Sequence[StyleEntry],
    kind: str,
    name_of: Callable[[StyleEntry], str],
    titles: dict[str, str] | None = None,
) -> list[Category]:
    """Return a category for each name that the styles have, by title."""
    titles = titles or {}
    parts: dict[str, set[tuple[str, str]]] = {}
    for entry in entries:
        name = name_of(entry)
        if name:
            parts.setdefault(name, set()).add(entry.key)
    found = [
        Category(f"{kind}:{name}", titles.get(name, name), frozenset(styles))
        for name, styles in parts.items()
    ]
    return sorted(found, key=lambda category: folded(category.title))


def _model_titles(entries: Iterable[StyleEntry]) -> dict[str, str]:
    return {entry.model_id: entry.model_title for entry in entries}


def _model_of_styles(entry: StyleEntry) -> str:
    return "" if entry.is_effect else entry.model_id


def _century(entry: StyleEntry) -> str:
    number = entry.facts.century
    return f"{ordinal(number)} century" if number is not None else ""
