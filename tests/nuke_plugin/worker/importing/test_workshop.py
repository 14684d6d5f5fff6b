"""Tests of the import's work: real networks as others make them become model folders that paint."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from nuke_plugin.contract.card import ImportedCard, ModelCard
from nuke_plugin.contract.errors import ImportNeeds, NetworkRefused, OptionInvalid
from nuke_plugin.contract.library import ModelLibrary
from nuke_plugin.worker.importing import trial
from nuke_plugin.worker.importing.known_pictures import photo_of
from nuke_plugin.worker.importing.request import ImportReport
from nuke_plugin.worker.measure.model_painter import ModelPainter
from tests.foreign_networks import HALO_PX, STYLE_TINTS, ForeignNetwork
from tests.nuke_plugin.worker.importing.conftest import Import

PLAIN = ForeignNetwork()


def card_of(report: ImportReport) -> ImportedCard:
    """Return the card in the folder that an import made."""
    assert report.folder is not None
    card = ModelCard.from_file(Path(report.folder) / "card.json")
    assert isinstance(card, ImportedCard)
    return card


def painting_of(report: ImportReport, frame: NDArray, style: str | None = None) -> NDArray:
    """Return what a render makes of (1, 3, H, W), by the folder that an import made."""
    assert report.folder is not None
    painter = ModelPainter.open(Path(report.folder))
    picture = np.ascontiguousarray(frame[0].transpose(1, 2, 0))
    return painter(picture, style or painter.styles[0], 1.0).transpose(2, 0, 1)[None]


def inner(picture: NDArray, margin: int = 8) -> NDArray:
    """Return a picture without its edge, where the network's own padding and ours differ."""
    return picture[..., margin:-margin, margin:-margin]


def evidence(report: ImportReport, what: str) -> str:
    """Return what was found of something, with its reason."""
    return "; ".join(f"{one.value}: {one.why}" for one in report.findings if one.what == what)


@pytest.mark.parametrize(
    "network",
    [
        PLAIN,
        ForeignNetwork(layout="NHWC", numbers=(0.0, 255.0)),
        ForeignNetwork(numbers=(-1.0, 1.0)),
        ForeignNetwork(numbers=(0.0, 255.0), is_shown=False),
        ForeignNetwork(layout="NHWC", style_shape=(3,)),
    ],
    ids=["plain", "nhwc-255", "signed", "255-in-the-weights", "nhwc-styles"],
)
def test_a_network_paints_what_its_author_meant(
    network: ForeignNetwork, tmp_path: Path, import_here: Import
) -> None:
    """Layout and numbers are found, and the folder paints as the network's own function does."""
    report = import_here(network.write(tmp_path / "net.onnx"))
    card = card_of(report)
    assert (card.image.layout, card.image.range) == (network.layout, network.numbers)
    assert (card.output.layout, card.output.range) == (network.layout, network.numbers)
    frame = photo_of(121, 83)
    tint = (0, 0, 0) if network.style_shape is None else STYLE_TINTS[0]
    painted = painting_of(report, frame)
    np.testing.assert_allclose(inner(painted), inner(network.painted(frame, tint)), atol=2e-4)
    assert card.local


def test_bgr_is_undone_on_both_sides(tmp_path: Path, import_here: Import) -> None:
    """A network of blue first is given blue first, and its painting comes back red first."""
    report = import_here(PLAIN.write(tmp_path / "net.onnx"), channels="BGR")
    frame = photo_of(64, 48)
    expected = PLAIN.painted(frame[:, ::-1])[:, ::-1]
    painted = painting_of(report, frame)
    np.testing.assert_allclose(inner(painted), inner(expected), atol=2e-4)
    assert np.abs(inner(painted) - inner(PLAIN.painted(frame))).max() > 0.1


def test_a_mean_that_the_graph_takes_off_tells_the_order(
    tmp_path: Path, import_here: Import
) -> None:
    """The means of ImageNet in the order blue, green, red say 0 to 1 and BGR: nothing is asked."""
    model = PLAIN.model()
    values = {"mean": (0.406, 0.456, 0.485), "std": (0.225, 0.224, 0.229)}
    model.graph.initializer.extend(
        helper.make_tensor(name, TensorProto.FLOAT, [1, 3, 1, 1], value)
        for name, value in values.items()
    )
    model.graph.node.insert(0, helper.make_node("Sub", ["content", "mean"], ["less"]))
    model.graph.node.insert(1, helper.make_node("Div", ["less", "std"], ["normal"]))
    model.graph.node[2].input[0] = "normal"
    file = tmp_path / "net.onnx"
    file.write_bytes(model.SerializeToString())
    report = import_here(file, channels=None)
    assert card_of(report).image.channels == "BGR"
    assert "Sub 0.406/0.456/0.485" in evidence(report, "channels")
    assert evidence(report, "input numbers").startswith("0:1: ")


def test_the_order_of_channels_is_asked_for(tmp_path: Path, import_here: Import) -> None:
    """What no run can tell is asked for by its option and choices, together with all the rest."""
    file = PLAIN.write(tmp_path / "net.onnx")
    with pytest.raises(ImportNeeds, match="--channels RGB or BGR") as caught:
        import_here(file, channels=None, licence="", source="")
    assert [need.split(" ")[0] for need in caught.value.needs] == [
        "--channels",
        "--licence",
        "--source",
    ]


def test_numbers_that_differ_and_cannot_be_told_are_asked_for(
    tmp_path: Path, import_here: Import
) -> None:
    """Where kinds of numbers draw the photo alike and paint otherwise, a person decides."""
    model = PLAIN.model()
    # So faint that a photo of any kind of numbers is drawn, each with another contrast.
    faint = helper.make_node("Mul", ["content", "gain"], ["faint"])
    next(node for node in model.graph.node if node.op_type == "Conv").input[0] = "faint"
    model.graph.node.insert(0, faint)
    model.graph.initializer.append(floats("gain", 0.1))
    file = tmp_path / "net.onnx"
    file.write_bytes(model.SerializeToString())
    with pytest.raises(ImportNeeds, match=r"--input-range 0:1, 0:255, -1:1"):
        import_here(file)
    report = import_here(file, id="told", input_range="0:1")
    frame = photo_of(64, 48)
    expected = PLAIN.painted(frame * np.float32(0.1))
    np.testing.assert_allclose(inner(painting_of(report, frame)), inner(expected), atol=2e-4)


def test_a_fixed_size_paints_in_tiles_that_equal_the_whole(
    tmp_path: Path, import_here: Import
) -> None:
    """A local network of 64x64 paints a frame of odd size as the same network of any size does."""
    network = dataclasses.replace(PLAIN, side_px=64)
    report = import_here(network.write(tmp_path / "net.onnx"))
    card = card_of(report)
    assert (card.imported.sizing, card.imported.fixed_width_px, card.local) == ("tiles", 64, True)
    assert HALO_PX <= card.halo_px <= HALO_PX + 2
    assert "tiles of 64x64" in card.description
    frame = photo_of(201, 135)
    np.testing.assert_allclose(
        inner(painting_of(report, frame)), inner(PLAIN.painted(frame)), atol=2e-4
    )


@pytest.mark.parametrize("sizing", ["tiles", "resized"])
def test_a_fixed_size_that_sees_all_is_resized_or_fades(
    tmp_path: Path, import_here: Import, sizing: str
) -> None:
    """A network of one size with an instance norm paints any frame, and is not called local."""
    network = ForeignNetwork(side_px=64, has_instance_norm=True)
    report = import_here(network.write(tmp_path / "net.onnx"), sizing=sizing)
    card = card_of(report)
    assert (card.imported.sizing, card.local) == (sizing, False)
    for width, height in ((1, 1), (3, 200), (201, 135), (64, 64)):
        frame = photo_of(width, height)
        painted = painting_of(report, frame)
        assert painted.shape == frame.shape
        assert np.isfinite(painted).all()
        assert 0 <= painted.min() <= painted.max() <= 1


def test_a_fixed_size_that_sees_all_is_resized_unless_told(
    tmp_path: Path, import_here: Import
) -> None:
    """Left to itself the import resizes, says why, and the colours are the network's."""
    network = ForeignNetwork(side_px=64, has_instance_norm=True)
    report = import_here(network.write(tmp_path / "net.onnx"))
    assert card_of(report).imported.sizing == "resized"
    assert "it is not local" in evidence(report, "sizing")
    assert "InstanceNormalization" in evidence(report, "local")
    frame = photo_of(240, 200)
    painted = painting_of(report, frame)
    grey_before = cv2.GaussianBlur(frame[0].mean(axis=0), (0, 0), 6)
    grey_after = cv2.GaussianBlur(painted[0].mean(axis=0), (0, 0), 6)
    assert np.corrcoef(grey_before.ravel(), grey_after.ravel())[0, 1] > 0.9


def test_an_instance_norm_is_felt_and_warned_of(tmp_path: Path, import_here: Import) -> None:
    """A network whose statistics come from the picture is marked so, with the figure."""
    network = ForeignNetwork(has_instance_norm=True)
    report = import_here(network.write(tmp_path / "net.onnx"))
    card = card_of(report)
    assert not card.local
    assert card.gates["import"]["far_field"] > 1e-3
    assert any("looks at the whole picture" in text for text in report.warnings)
    assert card.caution in report.warnings


def test_an_instance_norm_by_other_operators_is_felt(tmp_path: Path, import_here: Import) -> None:
    """A mean over the picture under a harmless name is found by its effect alone."""
    model = PLAIN.model()
    conv = next(node for node in model.graph.node if node.op_type == "Conv")
    mean = helper.make_node("ReduceMean", ["content"], ["mean"], axes=[2, 3], keepdims=1)
    less = helper.make_node("Sub", ["content", "mean"], ["less"])
    conv.input[0] = "less"
    model.graph.node.insert(0, mean)
    model.graph.node.insert(1, less)
    file = tmp_path / "net.onnx"
    file.write_bytes(model.SerializeToString())
    report = import_here(file, input_range="0:1")
    assert not card_of(report).local


@pytest.mark.parametrize("shape", [(3,), (1, 3), (1, 3, 1, 1)])
def test_style_weights_reach_the_network_in_its_shape(
    tmp_path: Path, import_here: Import, shape: tuple[int, ...]
) -> None:
    """Each named style paints with its own tint; the previews are there."""
    network = ForeignNetwork(style_shape=shape)
    ids = ("warm", "cold", "green")
    report = import_here(network.write(tmp_path / "net.onnx"), styles=ids)
    assert report.styles == ids
    frame = photo_of(64, 48)
    for name, tint in zip(ids, STYLE_TINTS, strict=True):
        painted = painting_of(report, frame, name)
        np.testing.assert_allclose(inner(painted), inner(network.painted(frame, tint)), atol=2e-4)
    card = card_of(report)
    assert all((Path(str(report.folder)) / name).is_file() for name in card.files())


def test_styles_without_names_are_numbered(tmp_path: Path, import_here: Import) -> None:
    """Weights whose input speaks of style need no names; a wrong number of names is refused."""
    file = ForeignNetwork(style_shape=(3,)).write(tmp_path / "net.onnx")
    assert import_here(file).styles == ("style_00", "style_01", "style_02")
    with pytest.raises(OptionInvalid, match="it names 2 and the network has 3"):
        import_here(file, id="second", styles=("a", "b"))


def test_a_painting_travels_in_the_folder(tmp_path: Path, import_here: Import) -> None:
    """A network of two pictures takes the plate by its name and the painting from its folder."""
    network = ForeignNetwork(takes_painting=True, names=("picture", "style_image"))
    file = network.write(tmp_path / "net.onnx")
    with pytest.raises(ImportNeeds, match="--style-image FILE"):
        import_here(file)
    paintings = {}
    frame = photo_of(64, 48)
    for name, colour in (("red", (0, 0, 255)), ("blue", (255, 0, 0))):  # BGR
        picture = tmp_path / f"{name}.png"
        cv2.imwrite(str(picture), np.full((70, 90, 3), colour, np.uint8))
        report = import_here(file, id=name, style_image=str(picture), input_range="0:1")
        picture.unlink()
        paintings[name] = painting_of(report, frame)
        assert (Path(str(report.folder)) / "style_image.png").is_file()
        assert "picture" in evidence(report, "plate")
        assert card_of(report).local  # it looks at all of the painting, not of the plate
    change = (paintings["red"] - paintings["blue"]).mean(axis=(0, 2, 3))
    assert change[0] > 0.2
    assert abs(change[1]) < 0.01
    assert change[2] < -0.2


def test_two_pictures_without_telling_names_are_asked_for(
    tmp_path: Path, import_here: Import
) -> None:
    """Which of two inputs takes the plate is a question that names both, and an answer is taken."""
    network = ForeignNetwork(takes_painting=True, names=("a", "b"))
    file = network.write(tmp_path / "net.onnx")
    painting = tmp_path / "painting.png"
    cv2.imwrite(str(painting), np.full((64, 64, 3), 200, np.uint8))
    with pytest.raises(ImportNeeds, match="--content-input a or b"):
        import_here(file, style_image=str(painting))
    told = {"style_image": str(painting), "content_input": "a", "input_range": "0:1"}
    report = import_here(file, id="told", **told)
    assert card_of(report).image.name == "a"


def test_a_grid_is_found_and_kept(tmp_path: Path, import_here: Import) -> None:
    """A network that halves its picture has sizes that are multiples of 2, and tiles on them."""
    report = import_here(ForeignNetwork(stride=2).write(tmp_path / "net.onnx"))
    card = card_of(report)
    assert (card.size_multiple, card.local) == (2, True)
    assert card.gates["import"]["tile_max_abs"] < 1e-5
    assert painting_of(report, photo_of(33, 21)).shape == (1, 3, 21, 33)


def test_strength_is_mixed_as_light(tmp_path: Path, import_here: Import) -> None:
    """Half strength is the mean of plate and painting in linear light; 0 is the plate."""
    report = import_here(PLAIN.write(tmp_path / "net.onnx"))
    painter = ModelPainter.open(Path(str(report.folder)))
    frame = np.ascontiguousarray(photo_of(64, 48)[0].transpose(1, 2, 0))
    none, half, full = (painter(frame, "foreign", amount) for amount in (0.0, 0.5, 1.0))
    np.testing.assert_allclose(none, frame, atol=1e-5)
    np.testing.assert_allclose(linear(half), (linear(frame) + linear(full)) / 2, atol=1e-5)


def linear(encoded: NDArray) -> NDArray:
    """Return linear light of sRGB values, by IEC 61966-2-1."""
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


def test_the_folder_is_a_model_like_any_other(tmp_path: Path, import_here: Import) -> None:
    """The library lists what was imported, with its words, and the card can be read again."""
    report = import_here(
        PLAIN.write(tmp_path / "mosaic.onnx"), title="Mosaic", author="A. N. Other", id="mosaic"
    )
    (model,) = ModelLibrary((Path(str(report.folder)).parent,)).models()
    assert (model.card.title, model.card.licence) == ("Mosaic", "CC0-1.0")
    (source,) = model.card.sources
    assert (source.file, source.origin, source.author) == ("mosaic.onnx", "a test", "A. N. Other")
    assert model.card.gates["import"]["determinism_max_abs"] == 0


def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path, import_here: Import) -> None:
    """Everything is found and told with its reason, open questions too, and no file is written."""
    file = PLAIN.write(tmp_path / "net.onnx")
    report = import_here(file, is_dry_run=True, channels=None, licence="")
    assert report.folder is None
    assert not list((tmp_path / "models" / "foreign").iterdir())
    assert [need.split(" ")[0] for need in report.needs] == ["--channels", "--licence"]
    told = {finding.what for finding in report.findings}
    assert {"layout", "size", "input numbers", "output numbers", "local", "halo", "NaN"} <= told
    assert all(finding.why for finding in report.findings)


def test_numbers_that_are_none_leave_the_plate(tmp_path: Path, import_here: Import) -> None:
    """A network that divides by nothing in the dark is told of, and its NaN never reach a frame."""
    model = PLAIN.model()
    model.graph.node[-1].output[0] = "painting_before"
    model.graph.node.append(helper.make_node("ReduceMax", ["content"], ["brightest"], keepdims=1))
    model.graph.node.append(helper.make_node("Div", ["brightest", "brightest"], ["one"]))
    model.graph.node.append(helper.make_node("Mul", ["painting_before", "one"], ["painting"]))
    file = tmp_path / "net.onnx"
    file.write_bytes(model.SerializeToString())
    report = import_here(file, input_range="0:1", output_range="0:1")
    assert any("NaN or infinity for black" in text for text in report.warnings)
    assert card_of(report).gates["import"]["broken_pictures"] == 1
    black = np.zeros((1, 3, 48, 64), np.float32)
    np.testing.assert_array_equal(painting_of(report, black), black)


def node(operator: str, *inputs: str, **attributes: object) -> onnx.NodeProto:
    """Return a step that makes the painting of the plain network something else."""
    return helper.make_node(operator, list(inputs), ["painting"], **attributes)


def changed(step: onnx.NodeProto, *tensors: onnx.TensorProto) -> bytes:
    """Return the plain network with one more step behind it."""
    model = PLAIN.model()
    model.graph.node[-1].output[0] = "before"
    model.graph.node.append(step)
    model.graph.initializer.extend(tensors)
    return model.SerializeToString()


def floats(name: str, *values: float) -> onnx.TensorProto:
    """Return a small tensor."""
    return helper.make_tensor(name, TensorProto.FLOAT, [len(values)], values)


def random_model() -> bytes:
    """Return a network that adds noise of its own."""
    model = PLAIN.model()
    model.graph.node[-1].output[0] = "before"
    model.graph.node.append(helper.make_node("RandomNormalLike", ["before"], ["noise"]))
    model.graph.node.append(helper.make_node("Add", ["before", "noise"], ["painting"]))
    return model.SerializeToString()


def grey_input() -> bytes:
    """Return a network that takes pictures of one channel."""
    model = PLAIN.model()
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 1
    return model.SerializeToString()


def whole_numbers() -> bytes:
    """Return a network that takes whole numbers."""
    model = PLAIN.model()
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.UINT8
    model.graph.node.insert(0, helper.make_node("Cast", ["content"], ["floats"], to=1))
    model.graph.node[1].input[0] = "floats"
    return model.SerializeToString()


@pytest.mark.parametrize(
    ("network", "told"),
    [
        (changed(node("Resize", "before", "", "s"), floats("s", 1, 1, 2, 2)), "it makes"),
        (random_model(), "RandomNormalLike"),
        (grey_input(), "no 3 channels"),
        (whole_numbers(), "uint8"),
        (changed(node("ReduceMean", "before", axes=[2, 3], keepdims=0)), "it does not run|none of"),
    ],
    ids=["upscaler", "random", "grey", "uint8", "classifier"],
)
def test_a_network_of_another_kind_is_refused(
    tmp_path: Path, import_here: Import, network: bytes, told: str
) -> None:
    """What gives no picture of the same size, or never the same twice, is refused with the fact."""
    file = tmp_path / "net.onnx"
    file.write_bytes(network)
    with pytest.raises(NetworkRefused, match=told):
        import_here(file)


def test_a_run_without_an_end_is_stopped(
    tmp_path: Path, import_here: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A loop that counts for ever is stopped after a time, and the sentence names it."""
    model = PLAIN.model()
    model.graph.node[-1].output[0] = "before"
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["go"], ["go_on"]),
            helper.make_node("Identity", ["value"], ["value_on"]),
        ],
        "count",
        [
            helper.make_tensor_value_info("turn", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value_on", TensorProto.FLOAT, None),
        ],
    )
    model.graph.initializer.extend(
        [
            helper.make_tensor("ever", TensorProto.INT64, [], [2**62]),
            helper.make_tensor("yes", TensorProto.BOOL, [], [True]),
        ]
    )
    loop = helper.make_node("Loop", ["ever", "yes", "before"], ["painting"], body=body)
    model.graph.node.append(loop)
    file = tmp_path / "net.onnx"
    file.write_bytes(model.SerializeToString())
    monkeypatch.setattr(trial, "RUN_SECONDS", 0.3)
    with pytest.raises(NetworkRefused, match=r"took more than 0\.3 seconds"):
        import_here(file)
