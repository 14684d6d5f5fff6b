"""Tests of rendering a range of frames, from files to files."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio
import pytest

from nuke_plugin.contract.card_parts import HalfNetworkFile
from nuke_plugin.contract.errors import (
    ColourSpaceNeeded,
    ColourSpaceUnknown,
    FrameMissing,
    FrameRangeInvalid,
    ModelNotFound,
    OutOfMemory,
    PatternInvalid,
    PlateChannelsMissing,
    PlateNotFound,
    PlateUnreadable,
    RenderCancelled,
    ResultFolderUnwritable,
    ResultOverPlate,
    ResultsExist,
)
from nuke_plugin.contract.library import InstalledModel, ModelLibrary
from nuke_plugin.contract.messages import FINGERPRINT_ATTRIBUTE
from nuke_plugin.contract.strict_json import NumberTree
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.cancellation import Cancellation
from nuke_plugin.worker.colour import ColourConfig
from nuke_plugin.worker.network import Network
from nuke_plugin.worker.painter import Painter
from nuke_plugin.worker.pipeline import STAGES, FrameDone, RenderSettings, Studio, render
from nuke_plugin.worker.providers import working_providers
from tests.exr_files import bits, half_rgba, read_exr, write_exr
from tests.tiny_model import build_network, write_endless_model, write_tiny_model

FRAMES = (1001, 1002, 1003, 1004, 1005)


@pytest.fixture
def shot(tmp_path: Path) -> RenderSettings:
    """Five small plates, and the settings that paint them."""
    plates = tmp_path / "plates"
    plates.mkdir()
    for frame in FRAMES:
        write_exr(plates / f"plate.{frame}.exr", half_rgba(40, 30, seed=frame))
    return RenderSettings(
        plates=str(plates / "plate.####.exr"),
        results=str(tmp_path / "results" / "painted.%04d.exr"),
        model="tiny",
        styles={"warm": 1.0},
    )


def result(settings: RenderSettings, frame: int) -> Path:
    """Return the path of a result."""
    return Path(settings.results % frame)


def plate(settings: RenderSettings, frame: int) -> Path:
    """Return the path of a plate."""
    return Path(settings.plates.replace("####", f"{frame:04d}"))


def names(settings: RenderSettings) -> list[str]:
    """Return the names in the results' folder, hidden ones too."""
    folder = Path(settings.results).parent
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def test_every_frame_is_painted_under_its_own_number(shot: RenderSettings, studio: Studio) -> None:
    """The frames keep their numbers, each painted from its own plate, and the report tells all."""
    done: list[FrameDone] = []
    report = render(shot, studio, on_progress=done.append)
    assert names(shot) == [f"painted.{frame}.exr" for frame in FRAMES]
    assert report.written == FRAMES
    assert report.failed == ()
    assert report.provider == working_providers()[0]
    assert set(report.stages) == set(STAGES)
    assert all(seconds > 0 for seconds in report.stages.values())
    assert [step.frame for step in done] == list(FRAMES)
    assert [(step.done, step.total) for step in done] == [(count, 5) for count in range(1, 6)]
    reds = [read_exr(result(shot, frame)).channels["R"] for frame in FRAMES]
    assert all(red.dtype == np.float16 for red in reds)
    assert len({red.tobytes() for red in reds}) == len(FRAMES)


def test_a_part_of_the_range_gives_the_same_pixels(shot: RenderSettings, studio: Studio) -> None:
    """A farm may split the range anywhere: each frame is the same file content by itself."""
    render(shot, studio)
    alone = replace(shot, results=shot.results.replace("painted", "alone"), frames="1003-1005x2")
    assert render(alone, studio).written == (1003, 1005)
    for frame in (1003, 1005):
        whole, part = read_exr(result(shot, frame)), read_exr(result(alone, frame))
        for name in "RGBA":
            np.testing.assert_array_equal(bits(whole.channels[name]), bits(part.channels[name]))


def test_alpha_is_the_plates_and_provenance_is_added(shot: RenderSettings, studio: Studio) -> None:
    """The alpha keeps every bit, and the header says what made the frame."""
    render(replace(shot, styles={"Warm": 3.0, "cold": 1.0}, strength=0.25), studio)
    before, after = read_exr(plate(shot, 1001)), read_exr(result(shot, 1001))
    np.testing.assert_array_equal(bits(after.channels["A"]), bits(before.channels["A"]))
    card = studio.library.find("tiny").card
    assert {name: value for name, value in after.header.items() if name.startswith("impasto/")} == {
        "impasto/version": VERSION,
        "impasto/model": "tiny",
        "impasto/model_sha256": card.network.sha256,
        "impasto/style": "warm:0.75,cold:0.25",
        "impasto/strength": 0.25,
        "impasto/colorspace": "Linear Rec.709 (sRGB)",
        "impasto/light": "carry",
        "impasto/premult": "on",
        "impasto/plate_colour": 0.0,
        "impasto/provider": working_providers()[0],
    }


def test_a_frames_fingerprint_is_in_its_header(shot: RenderSettings, studio: Studio) -> None:
    """What the client knows a frame by stands in that frame's header, and in no other's."""
    digest = "9c56cc51b374c3ba189210d5b6d4bf57" * 2
    render(replace(shot, frames="1001-1002", fingerprints={"1002": digest}), studio)
    assert FINGERPRINT_ATTRIBUTE not in read_exr(result(shot, 1001)).header
    assert read_exr(result(shot, 1002)).header[FINGERPRINT_ATTRIBUTE] == digest


def test_a_painted_plate_hands_on_nothing_of_its_making(
    shot: RenderSettings, studio: Studio
) -> None:
    """What is painted of a painting says of its own making only, not what the first one was."""
    digest = "9c56cc51b374c3ba189210d5b6d4bf57" * 2
    render(replace(shot, frames="1001", fingerprints={"1001": digest}), studio)
    again = shot.results.replace("painted", "again")
    render(replace(shot, plates=shot.results, results=again, frames="1001", strength=0.5), studio)
    header = read_exr(result(replace(shot, results=again), 1001)).header
    assert FINGERPRINT_ATTRIBUTE not in header
    assert header["impasto/strength"] == 0.5


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_strength_0_gives_the_plates_pixels_bit_for_bit(
    shot: RenderSettings, studio: Studio, dtype: type
) -> None:
    """Half or float, every bit of every channel of the result is the plate's."""
    words = np.random.default_rng(0).integers(0, 2**32, (4, 30, 40), np.uint64).astype(np.uint32)
    channels = {name: plane.view(dtype)[:, :40] for name, plane in zip("RGBA", words, strict=True)}
    write_exr(plate(shot, 1001), {name: np.ascontiguousarray(c) for name, c in channels.items()})
    report = render(replace(shot, strength=0.0, frames="1001", colorspace="ACEScg"), studio)
    assert report.stages["network"] == 0
    painted = read_exr(result(shot, 1001))
    for name, channel in channels.items():
        assert painted.channels[name].dtype == dtype
        assert painted.channels[name].tobytes() == np.ascontiguousarray(channel).tobytes()


def test_png_plates_become_linear_exr(shot: RenderSettings, studio: Studio, tmp_path: Path) -> None:
    """A PNG is decoded, premultiplied by its alpha and written as scene-linear half."""
    pixels = np.full((6, 8, 4), 188, np.uint8)
    pixels[..., 3] = 128
    cv2.imwrite(str(tmp_path / "still.png"), pixels)
    settings = replace(
        shot,
        plates=str(tmp_path / "still.png"),
        results=str(tmp_path / "still.exr"),
        strength=0.0,
    )
    assert render(settings, studio).written == (1,)
    painted = read_exr(tmp_path / "still.exr")
    assert painted.header["impasto/colorspace"] == "Linear Rec.709 (sRGB)"
    assert {channel.dtype.name for channel in painted.channels.values()} == {"float16"}
    np.testing.assert_allclose(painted.channels["A"], 128 / 255, atol=1e-3)
    np.testing.assert_allclose(painted.channels["R"], 0.5029 * 128 / 255, atol=1e-3)


def test_nan_is_kept_counted_and_told(shot: RenderSettings, studio: Studio) -> None:
    """A frame with two broken pixels says so, keeps them and stays finite elsewhere."""
    channels = half_rgba(40, 30)
    channels["R"][5, 5] = np.nan
    channels["B"][29, 39] = np.inf
    write_exr(plate(shot, 1002), channels)
    warnings: list[tuple[Any, str]] = []
    render(shot, studio, on_warning=lambda frame, text: warnings.append((frame, text)))
    assert [frame for frame, _ in warnings] == [1002]
    assert "2 pixels are NaN or infinite" in warnings[0][1]
    painted = read_exr(result(shot, 1002)).channels
    assert np.isnan(painted["R"][5, 5])
    assert np.isinf(painted["B"][29, 39])
    broken = sum(int((~np.isfinite(painted[name])).sum()) for name in "RGB")
    assert broken == 2


def test_nan_is_counted_and_told_at_strength_0_too(shot: RenderSettings, studio: Studio) -> None:
    """A broken pixel is worth knowing of when nothing is painted over it, once."""
    channels = half_rgba(40, 30)
    channels["R"][5, 5] = channels["G"][5, 5] = np.nan
    write_exr(plate(shot, 1002), channels)
    warnings: list[tuple[Any, str]] = []
    unpainted = replace(shot, strength=0.0)
    render(unpainted, studio, on_warning=lambda frame, text: warnings.append((frame, text)))
    assert [frame for frame, _ in warnings] == [1002]
    assert "1 pixel is NaN or infinite" in warnings[0][1]
    assert np.isnan(read_exr(result(shot, 1002)).channels["R"][5, 5])


def test_a_float_tiff_is_premultiplied_at_strength_0_as_at_any(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """The colours of a straight alpha are multiplied by it in every result, and fit into half."""
    pixels = np.full((6, 8, 4), 0.5, np.float32)
    pixels[0, 0, :3] = 1e30
    pixels[..., 3] = 0.25
    spec = oiio.ImageSpec(8, 6, 4, oiio.FLOAT)
    spec["oiio:UnassociatedAlpha"] = 1
    file = oiio.ImageOutput.create("tiff")
    assert file.open(str(tmp_path / "still.tif"), spec)
    assert file.write_image(pixels)
    assert file.close()
    for strength in (0.0, 0.001):
        out = tmp_path / f"still {strength}.exr"
        still = replace(shot, plates=str(tmp_path / "still.tif"), results=str(out))
        render(replace(still, strength=strength), studio)
        painted = read_exr(out).channels
        np.testing.assert_allclose(painted["R"][1:], 0.5 * 0.25, atol=2e-3)
        np.testing.assert_array_equal(painted["A"], np.float32(0.25))
        assert np.isfinite(painted["R"]).all()


@pytest.mark.parametrize("step", ["see", "finish"])
def test_a_frame_too_large_for_memory_is_told_as_that(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Memory that runs out outside the network is the same error as inside it."""

    def run_out(*arguments: Any) -> None:
        raise MemoryError("Unable to allocate 93.1 GiB")

    monkeypatch.setattr(Painter, step, run_out)
    with pytest.raises(OutOfMemory, match="40 by 30"):
        render(shot, studio)
    assert names(shot) == []


@pytest.mark.parametrize("strength", [1.0, 0.0])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (3, 5)])
def test_the_smallest_frames_are_painted(
    shot: RenderSettings, studio: Studio, width: int, height: int, strength: float
) -> None:
    """A frame smaller than any pad or grid goes from file to file in its own size."""
    write_exr(plate(shot, 1001), half_rgba(width, height))
    render(replace(shot, frames="1001", strength=strength), studio)
    before, after = read_exr(plate(shot, 1001)), read_exr(result(shot, 1001))
    np.testing.assert_array_equal(bits(after.channels["A"]), bits(before.channels["A"]))
    assert after.channels["R"].shape == (height, width)
    assert np.isfinite(after.channels["R"]).all()
    is_same = bool((after.channels["R"] == before.channels["R"]).all())
    assert is_same == (strength == 0)


def test_a_missing_frame_stops_the_render_before_it_starts(
    shot: RenderSettings, studio: Studio
) -> None:
    """Holes in the range are named, the first by its file, and nothing is painted."""
    plate(shot, 1003).unlink()
    with pytest.raises(FrameMissing, match=r"Frame 1003 .*plate\.1003\.exr.* too: 1006-1008\."):
        render(replace(shot, frames="1001-1008"), studio)
    assert names(shot) == []


def test_keep_going_paints_the_rest(shot: RenderSettings, studio: Studio) -> None:
    """With keep_going a missing, a broken and an empty frame are told, the rest painted."""
    plate(shot, 1002).unlink()
    os.truncate(plate(shot, 1003), 700)
    write_exr(plate(shot, 1004), {"Z": np.zeros((4, 4), np.float32)})
    done: list[FrameDone] = []
    settings = replace(shot, frames="1001-1005", keep_going=True)
    report = render(settings, studio, on_progress=done.append)
    assert report.written == (1001, 1005)
    assert [(failure.frame, failure.error) for failure in report.failed] == [
        (1002, "FrameMissing"),
        (1003, "PlateUnreadable"),
        (1004, "PlateChannelsMissing"),
    ]
    assert names(shot) == ["painted.1001.exr", "painted.1005.exr"]
    assert {step.frame for step in done if not step.is_written} == {1002, 1003, 1004}
    assert done[-1].done == 5


def test_without_keep_going_a_broken_plate_ends_the_render(
    shot: RenderSettings, studio: Studio
) -> None:
    """The frames before it are on disk, whole; the error names the file."""
    os.truncate(plate(shot, 1003), 700)
    with pytest.raises(PlateUnreadable, match=r"plate\.1003\.exr"):
        render(shot, studio)
    assert names(shot) == ["painted.1001.exr", "painted.1002.exr"]


def test_without_keep_going_a_plate_without_colours_ends_the_render(
    shot: RenderSettings, studio: Studio
) -> None:
    """A depth pass among the plates is named with its channels."""
    write_exr(plate(shot, 1001), {"Z": np.zeros((4, 4), np.float32)})
    with pytest.raises(PlateChannelsMissing, match="it holds Z"):
        render(shot, studio)


def test_no_plates_at_all(shot: RenderSettings, studio: Studio, tmp_path: Path) -> None:
    """A pattern that matches nothing, and a folder that does not exist, are told as that."""
    for pattern in ("plates/other.####.exr", "nowhere/plate.####.exr"):
        with pytest.raises(PlateNotFound, match=pattern.split("/")[0]):
            render(replace(shot, plates=str(tmp_path / pattern), frames="1001-1005"), studio)


def test_results_that_exist_are_kept_unless_told(shot: RenderSettings, studio: Studio) -> None:
    """A second run is refused and changes nothing; with overwrite it replaces the frames."""
    render(replace(shot, frames="1002-1003"), studio)
    before = result(shot, 1002).read_bytes()
    with pytest.raises(ResultsExist, match="1002-1003"):
        render(replace(shot, styles={"cold": 1.0}), studio)
    assert result(shot, 1002).read_bytes() == before
    assert len(names(shot)) == 2
    render(replace(shot, styles={"cold": 1.0}, overwrite=True), studio)
    assert result(shot, 1002).read_bytes() != before
    assert len(names(shot)) == 5


@pytest.mark.parametrize("overwrite", [False, True])
def test_plates_are_never_overwritten(
    shot: RenderSettings, studio: Studio, tmp_path: Path, overwrite: bool
) -> None:
    """Results that would fall on plates, also through a link, are refused with overwrite too."""
    before = plate(shot, 1001).read_bytes()
    folders = ["plates", "results/../plates"]
    try:
        (tmp_path / "link").symlink_to(tmp_path / "plates", target_is_directory=True)
        folders.append("link")
    except OSError:
        assert os.name == "nt"  # where a link is a privilege
    for folder in folders:
        results = str(tmp_path / folder / "plate.%04d.exr")
        with pytest.raises(ResultOverPlate, match=r"plate\.1001\.exr"):
            render(replace(shot, results=results, overwrite=overwrite), studio)
    assert plate(shot, 1001).read_bytes() == before


def test_a_folder_that_cannot_be_written_is_told_first(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """Results below a file are refused before anything is painted."""
    (tmp_path / "results").write_text("a file")
    with pytest.raises(ResultFolderUnwritable, match="results"):
        render(shot, studio)


def test_a_folder_without_permission_is_told_first(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """A folder one may not write to is refused before anything is painted."""
    if not hasattr(os, "geteuid"):
        pytest.skip("permissions work otherwise on Windows")
    folder = Path("/proc/self/fdinfo")  # not even root may write here
    if os.geteuid() != 0 or not folder.is_dir():
        folder = tmp_path / "results"
        folder.mkdir(mode=0o500)
    with pytest.raises(ResultFolderUnwritable, match=str(folder)):
        render(replace(shot, results=str(folder / "painted.%04d.exr")), studio)


@pytest.mark.parametrize(
    ("change", "error", "told"),
    [
        ({"model": "tony"}, ModelNotFound, "Did you mean tiny"),
        ({"frames": "1001-"}, FrameRangeInvalid, "1001-"),
        ({"results": "painted.png"}, PatternInvalid, r"\.exr"),
        ({"results": "painted.exr"}, PatternInvalid, "5 frames"),
        ({"colorspace": "ACESgc"}, ColourSpaceUnknown, "ACEScg"),
    ],
)
def test_a_wrong_request_is_refused_before_anything_is_painted(
    shot: RenderSettings,
    studio: Studio,
    change: dict[str, str],
    error: type[Exception],
    told: str,
) -> None:
    """An unknown model or colour space, a bad range and a bad pattern say what is right."""
    if "results" in change:
        folder = Path(shot.results).parent
        change = {"results": str(folder / change["results"])}
    with pytest.raises(error, match=told):
        render(replace(shot, **change), studio)  # type: ignore[arg-type]
    assert names(shot) == []


def test_a_log_scan_needs_its_colour_space(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """A DPX that says it is log is refused without a name, and painted with one."""
    spec = oiio.ImageSpec(16, 16, 3, oiio.UINT16)
    spec["dpx:Transfer"] = "Logarithmic"
    file = oiio.ImageOutput.create("dpx")
    assert file.open(str(tmp_path / "scan.1001.dpx"), spec)
    assert file.write_image(np.full((16, 16, 3), 30000, np.uint16))
    assert file.close()
    scan = replace(shot, plates=str(tmp_path / "scan.####.dpx"))
    with pytest.raises(ColourSpaceNeeded, match=r"scan\.1001\.dpx"):
        render(scan, studio)
    assert render(replace(scan, colorspace="ACEScct"), studio).written == (1001,)


def test_one_picture_can_stand_for_many_frames(
    shot: RenderSettings, studio: Studio, tmp_path: Path
) -> None:
    """A single file with a range is painted once for each of its frames."""
    settings = replace(shot, plates=str(plate(shot, 1001)), frames="7-8")
    assert render(settings, studio).written == (7, 8)
    assert names(shot) == ["painted.0007.exr", "painted.0008.exr"]


def test_paths_with_spaces_and_other_alphabets(studio: Studio, tmp_path: Path) -> None:
    """A shot in a folder with spaces, umlauts and Japanese is rendered into another such folder."""
    folder = tmp_path / "Szene 7 größe" / "絵の具 plates"
    folder.mkdir(parents=True)
    write_exr(tmp_path / "plain.exr", half_rgba(8, 6))
    (tmp_path / "plain.exr").rename(folder / "plate ü 0001.exr")
    settings = RenderSettings(
        plates=str(folder / "plate ü %04d.exr"),
        results=str(folder.parent / "gemalt ß" / "ü ####.exr"),
        model="tiny",
        styles={"warm": 1.0},
    )
    assert render(settings, studio).written == (1,)
    assert os.listdir(folder.parent / "gemalt ß") == ["ü 0001.exr"]


def test_a_cancel_keeps_whole_frames_only(shot: RenderSettings, tmp_path: Path) -> None:
    """Cancelled while a frame is in flight that would never end, the render leaves no piece."""
    write_endless_model(tmp_path / "models")
    endless = Studio.from_environment({"IMPASTO_MODELS": str(tmp_path / "models")})
    write_exr(plate(shot, 1002), half_rgba(320, 30))
    cancellation = Cancellation()
    first_is_done = threading.Event()
    caught: list[RenderCancelled] = []

    def run() -> None:
        settings = replace(shot, model="endless")
        try:
            render(
                settings,
                endless,
                cancellation=cancellation,
                on_progress=lambda done: first_is_done.set(),
            )
        except RenderCancelled as error:
            caught.append(error)

    rendering = threading.Thread(target=run, daemon=True)
    rendering.start()
    assert first_is_done.wait(timeout=60)
    rendering.join(timeout=0.3)
    assert rendering.is_alive()
    cancellation.request()
    rendering.join(timeout=60)
    assert [error.written for error in caught] == [1]
    assert names(shot) == ["painted.1001.exr"]
    assert read_exr(result(shot, 1001)).channels["R"].shape == (30, 40)


def test_a_changed_model_is_loaded_anew(shot: RenderSettings, tmp_path: Path) -> None:
    """The studio keeps a network between renders, but not beyond its card."""
    installed = write_tiny_model(tmp_path / "models")
    studio = Studio.from_environment({"IMPASTO_MODELS": str(tmp_path / "models")})
    first = studio.network("tiny")
    assert studio.network("tiny") is first
    card = replace(installed.card, title="Tiny again")
    (installed.folder / "card.json").write_text(card.to_json(), encoding="utf-8")
    assert studio.network("tiny") is not first


def test_half_precision_where_it_is_asked_for(
    shot: RenderSettings, tiny_model: InstalledModel, tmp_path: Path
) -> None:
    """The result names the network that painted it: the half precision one only when asked for."""
    content = build_network(channels=4).SerializeToString()  # another one, so that it is seen
    place = tmp_path / "with half"
    shutil.copytree(tiny_model.folder, place / "tiny")
    (place / "tiny" / "half.onnx").write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    half = HalfNetworkFile("half.onnx", digest, len(content))
    network = replace(tiny_model.card.network, half=half)
    gates = NumberTree({"fp16_max_abs": 2e-3})
    card = replace(tiny_model.card, network=network, gates=gates)
    (place / "tiny" / "card.json").write_text(card.to_json(), encoding="utf-8")
    studio = Studio(ModelLibrary((place,)), ColourConfig.from_environment({}))
    painted = {}
    for is_half in (True, False, True):
        settings = replace(shot, frames="1001", half_precision=is_half, overwrite=True)
        render(settings, studio)
        header = read_exr(result(settings, 1001)).header
        assert header["impasto/model_sha256"] == (digest if is_half else network.sha256)
        painted[is_half] = studio.network("tiny", is_half).installed.network_path.name
    assert painted == {True: "half.onnx", False: "model.onnx"}

    poor = replace(card, gates=NumberTree({"fp16_max_abs": 0.25}))
    (place / "tiny" / "card.json").write_text(poor.to_json(), encoding="utf-8")
    warnings: list[str] = []
    settings = replace(shot, frames="1001", half_precision=True, overwrite=True)
    render(settings, studio, on_warning=lambda frame, text: warnings.append(text))
    assert read_exr(result(settings, 1001)).header["impasto/model_sha256"] == network.sha256
    assert ["0.25" in text for text in warnings] == [True]


def test_half_precision_that_is_not_there_is_told(shot: RenderSettings, studio: Studio) -> None:
    """A model without such a network paints in single precision, and a warning says so."""
    warnings: list[str] = []
    render(
        replace(shot, frames="1001", half_precision=True),
        studio,
        on_warning=lambda frame, text: warnings.append(text),
    )
    assert len(warnings) == 1
    assert "half precision" in warnings[0]


def test_tiles_are_as_small_as_asked(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tile's size decides how many pixels the network gets at once, and not what it paints."""
    given: list[int] = []
    run = Network.run

    def noted(network: Network, image: Any, *others: Any) -> Any:
        given.append(image.shape[2] * image.shape[3])
        return run(network, image, *others)

    monkeypatch.setattr(Network, "run", noted)
    whole = replace(shot, frames="1001")
    render(whole, studio)
    (most,) = given
    given.clear()
    tiled = replace(whole, results=shot.results.replace("painted", "tiled"), tile_px=44)
    render(tiled, studio)

    assert len(given) > 1
    assert max(given) <= 44**2 < most
    for channel, pixels in read_exr(result(whole, 1001)).channels.items():
        np.testing.assert_allclose(read_exr(result(tiled, 1001)).channels[channel], pixels, 1e-3)


def test_the_processor_is_taken_where_no_gpu_is_wanted(
    shot: RenderSettings, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the GPU only the processor is asked for, and each wish gets a network of its own."""
    asked: list[tuple[str, ...] | None] = []
    opened = Network.open.__func__  # type: ignore[attr-defined]

    def noted(cls: Any, installed: Any, providers: Any = None, **others: Any) -> Network:
        asked.append(providers)
        network: Network = opened(cls, installed, providers, **others)
        return network

    monkeypatch.setattr(Network, "open", classmethod(noted))
    for use_gpu in (False, False, True):
        settings = replace(shot, frames="1001", use_gpu=use_gpu, overwrite=True)
        report = render(settings, studio)
        assert use_gpu or report.provider == "CPUExecutionProvider"

    assert asked == [("CPUExecutionProvider",), None]
