"""The promises of the comparison of networks: every column, honest counts, any public network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from benchmarks import network_rate
from benchmarks.subjects import network_subject, product_subject
from tests.tiny_model import write_tiny_model

COLUMNS = ("kMAC/px", "GMAC", "s", "cpu s", "ms/MP", "GMAC/s", "of GEMM", "(cpu)", "x peer")
FIELDS = {
    "name",
    "gmac",
    "seconds",
    "processor_seconds",
    "gmac_per_second",
    "processor_gmac_per_second",
    "kmac_per_pixel",
    "ms_per_megapixel",
    "share_of_gemm",
    "processor_share_of_gemm",
    "ratio_to_peer",
    "processor_ratio_to_peer",
}


@pytest.fixture(autouse=True)
def small_products(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matrix products that take no time."""
    monkeypatch.setattr(network_rate, "SQUARE", (64, 64, 64))
    monkeypatch.setattr(network_rate, "CONVOLUTION", (100, 72, 8))


def write_peer(file: Path, shape: list[str | int], channels_last: bool = False) -> Path:
    """A 3x3 convolution to 5 channels in another's manner: padded by sizes the graph works out."""
    weights = np.zeros((5, 3, 3, 3), np.float32)
    pads = np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64)
    nodes = [
        helper.make_node("Transpose", ["picture"], ["planes"], perm=[0, 3, 1, 2])
        if channels_last
        else helper.make_node("Identity", ["picture"], ["planes"]),
        helper.make_node("Shape", ["pads"], ["count"]),
        helper.make_node("Expand", ["one", "count"], ["ones"]),
        helper.make_node("Mul", ["pads", "ones"], ["worked_out"]),
        helper.make_node("Pad", ["planes", "worked_out"], ["padded"], mode="reflect"),
        helper.make_node("Conv", ["padded", "weights"], ["painted"]),
        helper.make_node("ReduceSum", ["style_weights"], ["total"]),
    ]
    graph = helper.make_graph(
        nodes,
        "peer",
        [
            helper.make_tensor_value_info("style_weights", TensorProto.FLOAT, [26]),
            helper.make_tensor_value_info("picture", TensorProto.FLOAT, shape),
        ],
        [
            helper.make_tensor_value_info("painted", TensorProto.FLOAT, [1, 5, "h", "w"]),
            helper.make_tensor_value_info("total", TensorProto.FLOAT, None),
        ],
        [
            numpy_helper.from_array(weights, "weights"),
            numpy_helper.from_array(pads, "pads"),
            numpy_helper.from_array(np.array([1], np.int64), "one"),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)]), file)
    return file


def test_the_table_prints_every_column(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each product, model and peer, below a line of all columns."""
    folder = write_tiny_model(tmp_path).folder
    peer = write_peer(tmp_path / "peer.onnx", [1, 3, "h", "w"])
    arguments = [str(folder), "--peer", str(peer), "--size", "64x32", "--rounds", "1"]
    network_rate.main(arguments)
    first, _, columns, *rows = capsys.readouterr().out.splitlines()
    assert "64x32" in first
    assert columns.split() == " ".join((*COLUMNS, "(cpu)")).split()
    names = [row[:32].strip() for row in rows]
    assert names == ["square GEMM", "convolution's GEMM", "tiny", "peer peer.onnx"]
    assert [len(row[32:].replace("cpu s", "cpu").split()) for row in rows[2:]] == [10, 10]


def test_json_holds_the_same_and_the_peer_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rates and shares follow from the seconds and counts beside them; the peer's ratio is 1."""
    folder = write_tiny_model(tmp_path).folder
    peer = write_peer(tmp_path / "peer.onnx", [1, 3, "h", "w"])
    network_rate.main(
        [str(folder), "--peer", str(peer), "--size", "64x32", "--rounds", "2", "--json"]
    )
    report = json.loads(capsys.readouterr().out)
    assert report["size"] == [64, 32]
    square = report["gemm"][0]
    assert square["gmac"] == pytest.approx(64**3 / 1e9)
    for row in report["networks"]:
        assert set(row) == FIELDS
        assert row["gmac_per_second"] == pytest.approx(row["gmac"] / row["seconds"])
        share = row["gmac_per_second"] / square["gmac_per_second"]
        assert row["share_of_gemm"] == pytest.approx(share)
        assert row["kmac_per_pixel"] == pytest.approx(row["gmac"] * 1e6 / (64 * 32))
    ours, theirs = report["networks"]
    assert theirs["ratio_to_peer"] == pytest.approx(1.0)
    assert ours["ratio_to_peer"] == pytest.approx(ours["seconds"] / theirs["seconds"])


@pytest.mark.parametrize(
    ("shape", "channels_last", "pixels"),
    [
        ([1, 3, "h", "w"], False, 64 * 32),
        ([1, "h", "w", 3], True, 64 * 32),
        ([1, 3, 48, 40], False, 48 * 40),
    ],
)
def test_any_layout_and_size_is_fed_and_counted(
    tmp_path: Path, shape: list[str | int], channels_last: bool, pixels: int
) -> None:
    """Free sides take the asked size, fixed ones stay; a count survives sizes worked out inside."""
    peer = write_peer(tmp_path / "peer.onnx", shape, channels_last)
    subject = network_subject("peer", peer, (64, 32), threads=1)
    assert subject.megapixels == pytest.approx(pixels / 1e6)
    assert subject.gmac == pytest.approx(3 * 5 * 9 * pixels / 1e9)
    painted = subject.run()
    assert isinstance(painted, list)
    assert painted[0].shape[2:] == ((48, 40) if pixels == 48 * 40 else (32, 64))


def test_a_product_is_counted() -> None:
    """Rows times inner side times columns."""
    assert product_subject("product", (8, 16, 32), threads=1).gmac == pytest.approx(8 * 16 * 32e-9)


@pytest.mark.parametrize("content", [b"no network", None])
def test_what_is_no_network_is_refused(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """A peer that is missing or no ONNX ends the command with one sentence and exit code 2."""
    peer = tmp_path / "peer.onnx"
    if content is not None:
        peer.write_bytes(content)
    folder = write_tiny_model(tmp_path).folder
    with pytest.raises(SystemExit) as caught:
        network_rate.main([str(folder), "--peer", str(peer), "--size", "32x32"])
    assert caught.value.code == 2
    assert "peer.onnx' cannot be measured" in capsys.readouterr().err


@pytest.mark.parametrize("size", ["64", "0x64", "ax5"])
def test_a_wrong_size_is_refused(size: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A size that is none is named in the message."""
    with pytest.raises(SystemExit):
        network_rate.main(["--size", size])
    assert f"not '{size}'" in capsys.readouterr().err
