"""Holds the reading and writing of protocol buffers, as far as ONNX files need it.

Encoding: https://protobuf.dev/programming-guides/encoding. Every reader of a stranger's file goes
through here, so that all of them see the same fields.
"""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _EIGHT_BYTES, _LENGTH, _FOUR_BYTES = 0, 1, 2, 5


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Yield each field's number and value: a whole number, or the bytes of anything else.

    Raises ``ValueError`` for what is no protocol buffer.
    """
    for number, value, _ in raw_fields(message):
        yield number, value


def raw_fields(message: memoryview) -> Iterator[tuple[int, int | memoryview, memoryview]]:
    """Yield the same with the field as it stands in the message, its key included."""
    position = 0
    while position < len(message):
        start = position
        key, position = varint(message, position)
        if key >> 32:  # other readers drop these bits and would see another field
            raise ValueError("it is not an ONNX model")
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, position = varint(message, position)
            yield number, value, message[start:position]
            continue
        if kind == _LENGTH:
            size, position = varint(message, position)
        elif kind in (_EIGHT_BYTES, _FOUR_BYTES):
            size = 8 if kind == _EIGHT_BYTES else 4
        else:
            raise ValueError("it is not an ONNX model")
        if position + size > len(message):
            raise ValueError("it ends too early")
        yield number, message[position : position + size], message[start : position + size]
        position += size


def varint(message: memoryview, position: int) -> tuple[int, int]:
    """Return the whole number at a position, and the position after it."""
    value = 0
    for shift in range(0, 70, 7):
        if position >= len(message):
            raise ValueError("it ends too early")
        byte = message[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
    raise ValueError("it is not an ONNX model")


def varints(message: memoryview) -> list[int]:
    """Return packed whole numbers."""
    found, position = [], 0
    while position < len(message):
        value, position = varint(message, position)
        found.append(value)
    return found


def nested(value: int | memoryview) -> memoryview:
    """Return a field's value that must be bytes."""
    if isinstance(value, int):
        raise ValueError("it is not an ONNX model")
    return value


def text(value: int | memoryview) -> str:
    """Return a field's value that must be text."""
    return bytes(nested(value)).decode("utf-8", "replace")


def number_field(number: int, value: int) -> bytes:
    """Return a field that holds a whole number of 0 or more."""
    return _varint_bytes(number << 3 | _VARINT) + _varint_bytes(value)


def bytes_field(number: int, value: bytes | str) -> bytes:
    """Return a field that holds bytes, text or another message."""
    content = value.encode("utf-8") if isinstance(value, str) else value
    return _varint_bytes(number << 3 | _LENGTH) + _varint_bytes(len(content)) + content


def _varint_bytes(value: int) -> bytes:
    written = bytearray()
    while value > 0x7F:
        written.append(value & 0x7F | 0x80)
        value >>= 7
    written.append(value)
    return bytes(written)
