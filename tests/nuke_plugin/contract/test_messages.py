"""Tests of the wire: the specification's own examples, round trips, and what is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nuke_plugin.contract import messages
from nuke_plugin.contract.errors import (
    FrameMissing,
    MessageInvalid,
    ModelNotFound,
    ProtocolMismatch,
    WorkerUnexpected,
)
from nuke_plugin.contract.messages import (
    Failure,
    FrameFailure,
    Hello,
    Message,
    Render,
    Result,
    decode,
    encode,
)
from nuke_plugin.contract.version import PROTOCOL, VERSION

EXAMPLES = [
    line.strip() for line in (messages.__doc__ or "").splitlines() if line.strip().startswith("{")
]
RENDER = json.loads(next(line for line in EXAMPLES if '"render"' in line))


@pytest.mark.parametrize("line", EXAMPLES, ids=lambda line: json.loads(line)["type"])
def test_example(line: str) -> None:
    """Each example line of the specification is a message, and is exactly how it is written."""
    assert encode(decode(line)) == line


def test_every_message_has_an_example() -> None:
    """The specification shows every message there is."""
    kinds = [json.loads(line)["type"] for line in EXAMPLES]
    assert sorted(kinds) == sorted(known.TYPE for known in messages._CLASSES.values())


def test_greeting_example_is_current() -> None:
    """The specification's greeting carries today's version numbers."""
    hello = decode(next(line for line in EXAMPLES if '"hello"' in line))
    assert isinstance(hello, Hello)
    assert (hello.protocol, hello.version) == (PROTOCOL, VERSION)


TEXTS = st.text(st.characters(), max_size=30)  # lone surrogates too: undecodable bytes in paths


@given(
    st.builds(
        Render,
        id=st.integers(),
        plates=TEXTS,
        results=TEXTS,
        frames=TEXTS,
        model=TEXTS,
        styles=st.dictionaries(TEXTS, st.floats(allow_nan=False, allow_infinity=False), max_size=3),
        strength=st.floats(allow_nan=False, allow_infinity=False),
        colorspace=st.none() | TEXTS,
        keep_going=st.booleans(),
        overwrite=st.booleans(),
        fingerprints=st.dictionaries(TEXTS, TEXTS, max_size=3),
    )
)
def test_round_trip(message: Message) -> None:
    """A request survives the wire whatever its texts hold, as one line of ASCII."""
    line = encode(message)
    assert line.isascii()
    assert "\n" not in line
    assert decode(line + "\n") == message


@pytest.mark.parametrize(
    ("line", "key", "reason"),
    [
        ("", "", "it is not JSON"),
        ("Loading CUDA...", "", "it is not JSON"),
        ("[]", "", "it is a list, not an object"),
        ("{}", "type", "it is None, not one of hello, render"),
        ('{"type": "explode"}', "type", "it is 'explode', not one of"),
        ('{"type": ["render"]}', "type", "it is ['render'], not one of"),
        ('{"type": "cancel", "id": 1}', "target", "this key is missing"),
        ('{"type": "cancel", "id": 1, "target": 2, "now": true}', "now", "this key is not known"),
        ('{"type": "cancel", "id": "1", "target": 2}', "id", "it is a text, not a whole number"),
        ('{"type": "cancel", "id": 1, "id": 2, "target": 2}', "id", "this key is given twice"),
        (json.dumps({**RENDER, "strength": float("nan")}), "", "it holds NaN"),
        (json.dumps({**RENDER, "styles": {"a": "b"}}), "styles.a", "it is a text, not a number"),
        ('{"type": "hello", "protocol": "new"}', "version", "this key is missing"),
    ],
)
def test_decode_refuses(line: str, key: str, reason: str) -> None:
    """A line that is not exactly a message is refused with the key and the reason."""
    with pytest.raises(MessageInvalid) as caught:
        decode(line)
    assert caught.value.key == key
    assert caught.value.reason.startswith(reason)


def test_other_protocol() -> None:
    """A worker of another protocol is told as such, whatever else its greeting holds."""
    with pytest.raises(ProtocolMismatch) as caught:
        decode('{"type": "hello", "protocol": 99, "mood": "good"}')
    assert (caught.value.expected, caught.value.found) == (PROTOCOL, 99)


def test_a_number_of_thousands_of_digits() -> None:
    """A number that Python will not read makes a line that is no message, and no other error."""
    with pytest.raises(MessageInvalid):
        decode('{"type": "cancel", "id": 1, "target": ' + "9" * 5000 + ".5e99999}")
    with pytest.raises(MessageInvalid):
        decode('{"type": "cancel", "id": 1, "target": ' + "9" * 5000 + "}")


def test_numbers_that_are_none_are_not_sent() -> None:
    """A NaN is stopped where it is written: JSON has no such number."""
    broken = decode(json.dumps(RENDER))
    assert isinstance(broken, Render)
    with pytest.raises(ValueError, match="JSON compliant"):
        encode(Render(**{**broken.__dict__, "strength": float("nan")}))


def test_failure_is_raised_as_its_class() -> None:
    """An error in the worker comes out on the other side as the same class and sentence."""
    error = ModelNotFound("mastres", ["masters"], ["/models"])
    failure = decode(encode(Failure.from_error(7, error)))
    assert isinstance(failure, Failure)
    assert (failure.id, failure.frame) == (7, None)
    with pytest.raises(ModelNotFound, match="Did you mean masters"):
        raise failure.to_error()


def test_failure_of_no_known_class() -> None:
    """A fault of the program crosses the wire as one, with what it was."""
    failure = Failure.from_error(None, ZeroDivisionError("division by zero"), frame=3)
    assert (failure.error, failure.frame) == ("WorkerUnexpected", 3)
    rebuilt = failure.to_error()
    assert isinstance(rebuilt, WorkerUnexpected)
    assert "(ZeroDivisionError: division by zero)" in rebuilt.message


def test_frame_failure_keeps_class_and_sentence() -> None:
    """A frame that failed in a render that went on can be told like any other error."""
    failed = FrameFailure.from_error(1003, FrameMissing(1003, "/shot/plate.1003.exr"))
    result = decode(encode(Result(1, (1001,), (failed,), "CPUExecutionProvider", {}, 1.0)))
    assert isinstance(result, Result)
    error = result.failed[0].to_error()
    assert isinstance(error, FrameMissing)
    assert result.failed[0].frame == 1003
    assert "/shot/plate.1003.exr" in str(error)
