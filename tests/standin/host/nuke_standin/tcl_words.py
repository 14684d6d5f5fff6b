"""Holds the word rules of Tcl, which .nk scripts and knob texts are written in."""

from __future__ import annotations

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_ENDS = "\n;"


def unescape(text: str, position: int) -> tuple[str, int]:
    """Read the backslash sequence at `position`; return (character, next position)."""
    if position + 1 >= len(text):
        return "\\", position + 1
    following = text[position + 1]
    return _ESCAPES.get(following, following), position + 2


def skip_braces(text: str, position: int) -> int:
    """Return the position after the brace that closes the one at `position`."""
    depth = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 2
            continue
        if character == "{":
            depth += 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    raise RuntimeError("missing close-brace")


def skip_brackets(text: str, position: int) -> int:
    """Return the position after the bracket that closes the one at `position`."""
    depth = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 2
            continue
        if character == "{":
            position = skip_braces(text, position)
            continue
        if character == "[":
            depth += 1
        elif character == "]":
            depth -= 1
            if depth == 0:
                return position + 1
        position += 1
    raise RuntimeError("missing close-bracket")


class Word(str):
    """One word; `braced` words are taken verbatim, `plain` ones hold no command to substitute."""

    braced = False
    plain = True

    @classmethod
    def of(cls, text: str, braced: bool, plain: bool) -> Word:
        word = cls(text)
        word.braced = braced
        word.plain = plain
        return word


def split_commands(text: str) -> list[list[Word]]:
    """Split a script into commands of words: escapes are resolved, [commands] stay text."""
    commands: list[list[Word]] = []
    words: list[Word] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character in _ENDS:
            if words:
                commands.append(words)
            words = []
            position += 1
        elif character.isspace():
            position += 1
        elif character == "\\" and text[position + 1 : position + 2] == "\n":
            position += 2
        elif character == "#" and not words:
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        else:
            word, position = _read_word(text, position)
            words.append(word)
    if words:
        commands.append(words)
    return commands


def _read_word(text: str, position: int) -> tuple[Word, int]:
    if text[position] == "{":
        end = skip_braces(text, position)
        return Word.of(text[position + 1 : end - 1], braced=True, plain=True), end
    quoted = text[position] == '"'
    if quoted:
        position += 1
    out: list[str] = []
    plain = True
    while position < len(text):
        character = text[position]
        if quoted and character == '"':
            return Word.of("".join(out), braced=False, plain=plain), position + 1
        if not quoted and (character.isspace() or character in _ENDS):
            break
        if character == "\\":
            escaped, position = unescape(text, position)
            out.append(escaped)
        elif character == "[":
            plain = False
            end = skip_brackets(text, position)
            out.append(text[position:end])
            position = end
        else:
            if character == "$":
                plain = False
            out.append(character)
            position += 1
    if quoted:
        raise RuntimeError('missing "')
    return Word.of("".join(out), braced=False, plain=plain), position


def split_list(text: str) -> list[str]:
    """Split a Tcl list into its elements."""
    return [str(word) for command in split_commands(text.replace("\n", " ")) for word in command]


_SPECIAL = set(' \t\r\n"\\[]{}$;#')


def quote(text: str) -> str:
    """Write `text` as one Tcl word, the way Nuke writes knob values."""
    if text == "":
        return '""'
    if not _SPECIAL & set(text):
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("[", "\\[").replace("$", "\\$")
    escaped = escaped.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    escaped = escaped.replace("{", "\\{").replace("}", "\\}")
    return f'"{escaped}"'
