"""Tests of the import as a user meets it: whole or not at all, whatever is in the file."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from onnx import TensorProto, helper

from nuke_plugin.contract.errors import (
    ImportNeeds,
    ModelIdTaken,
    NetworkRefused,
    OptionInvalid,
    RenderCancelled,
    ResultFolderUnwritable,
)
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.importing.importer import import_model
from nuke_plugin.worker.importing.request import ImportReport, ImportRequest
from tests.foreign_networks import ForeignNetwork

EMPTY = ModelLibrary(())


def ask(file: Path, **options: object) -> ImportRequest:
    """Return a request that says all that must be said."""
    said: dict[str, object] = {
        "id": "net",
        "is_dry_run": False,
        "licence": "CC0-1.0",
        "source": "a test",
        "channels": "RGB",
        **options,
    }
    return ImportRequest(file=str(file), folder="", **said)  # type: ignore[arg-type]


def do(
    request: ImportRequest, place: Path, library: ModelLibrary = EMPTY, **options: float
) -> ImportReport:
    """Import without a chance to cancel."""
    return import_model(request, place, library, Cancellation(), **options)  # type: ignore[arg-type]


def test_a_model_folder_appears_whole(tmp_path: Path) -> None:
    """The folder has its card, network and pictures, everyone may read it, nothing else is left."""
    place = tmp_path / "models"
    said: list[str] = []
    file = ForeignNetwork().write(tmp_path / "net.onnx")
    report = import_model(ask(file), place, EMPTY, Cancellation(), said.append)
    assert [entry.name for entry in place.iterdir()] == ["net"]
    names = {entry.name for entry in (place / "net").iterdir()}
    assert names == {"card.json", "model.onnx", "preview.png", "preview_net.png"}
    assert report.folder == str(place / "net")
    assert (place / "net").stat().st_mode & 0o055 == 0o055
    assert [model.card.id for model in ModelLibrary((place,)).models()] == ["net"]
    assert len(said) > 2


def test_a_file_that_is_no_network_leaves_nothing(tmp_path: Path) -> None:
    """The sentence crosses from the process that tried, and the place is as it was."""
    place = tmp_path / "models"
    file = tmp_path / "net.onnx"
    file.write_text("<html>404 Not Found</html>")
    with pytest.raises(NetworkRefused, match=r"net\.onnx cannot be imported: it "):
        do(ask(file), place)
    assert list(place.iterdir()) == []


def test_a_network_that_eats_memory_leaves_nothing(tmp_path: Path) -> None:
    """A small file that asks for a terabyte is refused, and this process lives on."""
    model = ForeignNetwork().model()
    model.graph.node[-1].output[0] = "before"
    model.graph.initializer.append(helper.make_tensor("sides", TensorProto.INT64, [1], [1 << 38]))
    model.graph.node.extend(
        [
            helper.make_node("ConstantOfShape", ["sides"], ["endless"]),
            helper.make_node("ReduceMax", ["endless"], ["most"], keepdims=0),
            helper.make_node("Add", ["before", "most"], ["painting"]),
        ]
    )
    file = tmp_path / "net.onnx"
    file.write_bytes(model.SerializeToString())
    place = tmp_path / "models"
    with pytest.raises(NetworkRefused, match="needs more memory than there is"):
        do(ask(file), place)
    assert list(place.iterdir()) == []


def test_trials_that_take_too_long_are_stopped(tmp_path: Path) -> None:
    """When the time is over the process is ended and nothing is left."""
    file = ForeignNetwork().write(tmp_path / "net.onnx")
    place = tmp_path / "models"
    with pytest.raises(NetworkRefused, match=r"took more than 0\.2 seconds"):
        do(ask(file), place, timeout_seconds=0.2)
    assert list(place.iterdir()) == []


def test_a_cancel_leaves_nothing(tmp_path: Path) -> None:
    """Control-C in the middle ends the process and takes the half-made folder away."""
    cancellation = Cancellation()
    file = ForeignNetwork().write(tmp_path / "net.onnx")
    place = tmp_path / "models"
    threading.Timer(0.2, cancellation.request).start()
    with pytest.raises(RenderCancelled):
        import_model(ask(file), place, EMPTY, cancellation)
    assert list(place.iterdir()) == []


def test_an_id_that_is_taken_is_refused_by_name(tmp_path: Path) -> None:
    """A model of that name, here or elsewhere on the search path, stays and is named."""
    file = ForeignNetwork().write(tmp_path / "net.onnx")
    there = tmp_path / "there" / "net"
    there.mkdir(parents=True)
    (there / "card.json").write_text("{}")
    with pytest.raises(ModelIdTaken, match=r"'net' is already at .*there"):
        do(ask(file), tmp_path / "there")
    with pytest.raises(ModelIdTaken, match=r"'net' is already at .*there"):
        do(ask(file), tmp_path / "here", ModelLibrary((tmp_path / "there",)))
    assert (there / "card.json").read_text() == "{}"
    assert not (tmp_path / "here").exists()


def test_needs_and_wrong_options_leave_nothing(tmp_path: Path) -> None:
    """What is missing is told by the process that tried; what cannot be meant, before it starts."""
    file = ForeignNetwork().write(tmp_path / "net.onnx")
    place = tmp_path / "models"
    with pytest.raises(ImportNeeds, match="--licence TEXT"):
        do(ask(file, licence=""), place)
    assert list(place.iterdir()) == []
    with pytest.raises(OptionInvalid, match=r"--styles: 'a' is given twice"):
        do(ask(file, styles=("a", "b", "a")), place)
    with pytest.raises(OptionInvalid, match="--id"):
        do(ask(file, id="../net"), place)
    with pytest.raises(OptionInvalid, match="--layout: 'HWC' is none of NCHW, NHWC"):
        do(ask(file, layout="HWC"), place)


def test_a_place_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file where the folder should be is an error with its name."""
    file = ForeignNetwork().write(tmp_path / "net.onnx")
    with pytest.raises(ResultFolderUnwritable, match=r"net\.onnx"):
        do(ask(file), file)
