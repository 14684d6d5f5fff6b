"""The command `impasto`: its words, answers, messages and exit codes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import OpenEXR
import pytest
from typer.testing import CliRunner, Result

from nuke_plugin.contract.library import InstalledModel
from nuke_plugin.contract.version import VERSION
from nuke_plugin.worker.cli import app
from nuke_plugin.worker.providers import working_providers
from tests.tiny_model import write_tiny_model

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _environment(
    monkeypatch: pytest.MonkeyPatch, tiny_model: InstalledModel, tmp_path: Path
) -> None:
    """Only the small model is installed, and the built-in colours are used."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tiny_model.folder.parent))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("OCIO", raising=False)
    (tmp_path / "shipped").mkdir()
    monkeypatch.setattr("nuke_plugin.contract.library.SHIPPED_MODELS", tmp_path / "shipped")


@pytest.fixture
def plates(tmp_path: Path) -> str:
    """Frames 1001 to 1004 of a small plate, in a folder with spaces and other letters."""
    folder = tmp_path / "Aufnahme ü 映"
    folder.mkdir()
    for frame in range(1001, 1005):
        _write_plate(folder / f"plate.{frame}.exr", 48, 27, frame)
    return str(folder / "plate.%04d.exr")


def _write_plate(path: Path, width: int, height: int, seed: int = 0) -> None:
    random = np.random.default_rng(seed)
    channels = {
        name: random.uniform(0, 2, (height, width)).astype(np.float16) for name in ("R", "G", "B")
    }
    OpenEXR.File({}, channels).write(str(path))


def _script() -> str:
    """Return the console script beside this Python: what a user types."""
    name = "impasto.exe" if os.name == "nt" else "impasto"
    script = Path(sysconfig.get_path("scripts")) / name
    assert script.exists(), f"{script} is missing: install the project (pip install --no-deps -e .)"
    return str(script)


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real console command to its end."""
    return subprocess.run(
        [_script(), *arguments], capture_output=True, text=True, timeout=120, check=False
    )


def _call(*arguments: str) -> Result:
    """Call the command in this process: the same words, without a second Python."""
    return CliRunner().invoke(app, list(arguments))


# --- the console command itself ---------------------------------------------------------------


def test_help_loads_none_of_the_workers_packages() -> None:
    """`impasto --help` answers without loading what takes a second to load."""
    heavy = ["numpy", "onnxruntime", "cv2", "OpenImageIO", "PyOpenColorIO"]
    code = (
        "import sys\nfrom nuke_plugin.worker import cli\n"
        "sys.argv = ['impasto', '--help']\n"
        "try:\n    cli.main()\nexcept SystemExit as end:\n    assert not end.code\n"
        f"print('LOADED', sorted(set(sys.modules) & set({heavy!r})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "LOADED []" in done.stdout
    for command in ("render", "styles", "sheet", "demo", "doctor"):
        assert command in done.stdout


def test_version_is_printed() -> None:
    """The console script is installed and knows its version."""
    done = _run("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"impasto {VERSION}")


def test_json_is_all_that_is_printed(plates: str, tmp_path: Path) -> None:
    """With --json standard output is one JSON object, and standard error is silent."""
    out = str(tmp_path / "Ergebnis ü" / "painted.####.exr")
    done = _run("render", plates, out, "--style", "warm", "--frames", "1001-1004x3", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["written"] == [1001, 1004]
    assert answer["failed"] == answer["warnings"] == []
    assert answer["provider"] == working_providers()[0]
    assert set(answer["stages"]) >= {"read", "network", "write"}
    assert answer["results"] == out
    assert sorted(os.listdir(Path(out).parent)) == ["painted.1001.exr", "painted.1004.exr"]


def test_an_output_without_the_letters_of_a_path_is_no_obstacle(
    plates: str, tmp_path: Path
) -> None:
    """In a pipe of an old code page, as on Windows, letters it has not are written as escapes."""
    environ = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    for out, exit_code in ((tmp_path / "映 %04d.exr", 0), (tmp_path / "映 painted.png", 2)):
        command = [_script(), "render", plates, str(out), "--style", "warm", "--frames", "1001"]
        done = subprocess.run(command, capture_output=True, env=environ, timeout=120, check=False)
        assert done.returncode == exit_code, done.stderr
        assert b"\\u6620" in done.stdout + done.stderr
        assert b"Traceback" not in done.stderr


def test_an_error_in_json_is_json(plates: str, tmp_path: Path) -> None:
    """With --json a user's error is an object with its class and sentence, exit code 2."""
    done = _run("render", plates, str(tmp_path / "o.%04d.exr"), "--style", "wram", "--json")
    assert (done.returncode, done.stderr) == (2, "")
    answer = json.loads(done.stdout)
    assert answer["error"] == "StyleNotFound"
    assert "Did you mean warm" in answer["message"]


def test_an_error_is_one_message_without_a_traceback(tmp_path: Path) -> None:
    """A user's error is told on standard error in one line, exit code 2, nothing on output."""
    missing = str(tmp_path / "no such plate.%04d.exr")
    done = _run("render", missing, str(tmp_path / "o.%04d.exr"), "--style", "warm")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"No plate was found at {missing}.")
    assert done.stderr.count("\n") == 1


def test_a_missing_command_line_package_is_told(tmp_path: Path) -> None:
    """Where typer is missing the command says what to run, without a traceback."""
    (tmp_path / "typer.py").write_text("raise ImportError('No module named typer')")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = subprocess.run(
        [_script(), "--help"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "make setup" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def long_render(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A render of many frames that take long, its first frame on disk."""
    write_tiny_model(tmp_path / "slow models", "slow", channels=48, layers=6)
    _write_plate(tmp_path / "plate.exr", 1280, 720)
    out = tmp_path / "out" / "painted.%04d.exr"
    options = ("--style", "warm", "--frames", "1-500")
    process = subprocess.Popen(
        [_script(), "render", str(tmp_path / "plate.exr"), str(out), *options],
        env={**os.environ, "IMPASTO_MODELS": str(tmp_path / "slow models")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 90
    while not (out.parent / "painted.0001.exr").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.05)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals between processes")
@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_cancels_a_render_cleanly(
    long_render: subprocess.Popen[str], tmp_path: Path, number: signal.Signals, exit_code: int
) -> None:
    """Control-C and SIGTERM end a render soon, told in one line, with whole frames only."""
    long_render.send_signal(number)
    stdout, stderr = long_render.communicate(timeout=30)
    assert long_render.returncode == exit_code
    assert stdout == ""
    assert stderr.startswith("Cancelled: ")
    assert stderr.count("\n") == 1
    written = sorted((tmp_path / "out").iterdir())
    assert 1 <= len(written) < 500
    for path in written:
        with OpenEXR.File(str(path)) as file:
            assert file.header()["impasto/style"] == "warm"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo terminals")
def test_a_terminal_gets_a_bar(plates: str, tmp_path: Path) -> None:
    """On a terminal the render shows a bar that reaches its end; in a pipe it shows none."""
    import pty

    ours, theirs = pty.openpty()
    out = str(tmp_path / "o.%04d.exr")
    process = subprocess.Popen(
        [_script(), "render", plates, out, "--style", "warm"],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            seen += os.read(ours, 4096)
        except OSError:  # Linux tells the end of a pseudo terminal so
            break
    stdout, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0
    assert b"painting" in seen
    assert b"4/4" in seen
    assert b"painting" not in stdout


# --- render -----------------------------------------------------------------------------------


def test_render_tells_what_it_did(plates: str, tmp_path: Path) -> None:
    """A person is told frames, place, seconds by stage and the provider."""
    result = _call("render", plates, str(tmp_path / "o.%04d.exr"), "--style", "Warm")
    assert result.exit_code == 0, result.stderr
    assert "4 frames (1001-1004)" in result.stdout
    assert working_providers()[0] in result.stdout
    assert "network" in result.stdout


def test_a_mix_is_painted(plates: str, tmp_path: Path) -> None:
    """A mix of styles is normalised and written into the frames."""
    out = tmp_path / "o.exr"
    mix = ("--mix-styles", "warm:3,cold:1", "--strength", "0.5")
    result = _call("render", plates, str(out), "--model", "tiny", *mix, "--frames", "1002")
    assert result.exit_code == 0, result.stderr
    with OpenEXR.File(str(out)) as file:
        assert file.header()["impasto/style"] == "warm:0.75,cold:0.25"
        assert file.header()["impasto/strength"] == pytest.approx(0.5)


def test_results_are_replaced_only_when_asked(plates: str, tmp_path: Path) -> None:
    """A second run into the same folder is refused, naming --overwrite, which then works."""
    command = ("render", plates, str(tmp_path / "o.%04d.exr"), "--style", "warm")
    assert _call(*command).exit_code == 0
    again = _call(*command)
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr
    assert _call(*command, "--overwrite").exit_code == 0


def test_a_missing_frame_stops_or_is_skipped(plates: str, tmp_path: Path) -> None:
    """A missing frame is the error; with --keep-going the rest is done and the exit code 1."""
    Path(plates % 1002).unlink()
    command = ("render", plates, str(tmp_path / "o.%04d.exr"), "--style", "warm")
    command += ("--frames", "1001-1004")
    stopped = _call(*command)
    assert stopped.exit_code == 2
    assert "Frame 1002 is missing" in stopped.stderr
    went_on = _call(*command, "--keep-going")
    assert went_on.exit_code == 1
    assert "Warning: frame 1002" in went_on.stderr
    assert "3 frames (1001,1003-1004)" in went_on.stdout
    assert "Failed: 1 frame (1002)" in went_on.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--style", "wram"), "Did you mean warm?"),
        (("--style", "warm", "--model", "tinny"), "Did you mean tiny?"),
        (("--style", "warm", "--strength", "1.5"), "The strength 1.5 is out of range"),
        (("--style", "warm", "--strength", "nan"), "The strength nan is out of range"),
        (("--style", "warm", "--frames", "1001..1004"), "is not a frame range"),
        (("--style", "warm", "--colorspace", "ACEScgg"), "Did you mean ACEScg"),
        (("--mix-styles", "warm:-1,cold:1"), "the weight of 'warm' is -1"),
        (("--mix-styles", "warm"), "is not a style and its weight"),
        (("--mix-styles", ""), "is not a style and its weight"),
        (("--style", ""), "No installed model has a style ''"),
        (("--style", "warm", "--model", ""), "No model named '' is installed"),
        (("--style", "warm", "--frames", ""), "it is empty"),
        (("--style", "warm", "--colorspace", ""), "The colour space '' is not in"),
        (("--style", "warm", "--mix-styles", "warm:1"), "give one of the two"),
        ((), "give one of the two"),
    ],
)
def test_each_slip_has_its_message(
    options: tuple[str, ...], message: str, plates: str, tmp_path: Path
) -> None:
    """Every slip is exit code 2 and a message that helps, and nothing is written."""
    result = _call("render", plates, str(tmp_path / "out" / "o.%04d.exr"), *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stdout == ""
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("render", "plate.exr", "out.exr", "--mix-styles", "warm"), "--mix-styles: 'warm' is not"),
        (("render", "plate.exr", "out.exr"), "give one of the two"),
        (("sheet", "plate.exr", "out.jpg"), "'out.jpg' does not end in .png"),
        (("demo", "--size", "96"), "--size: '96' is not"),
    ],
)
def test_a_slip_in_an_option_is_told_in_json_too(arguments: tuple[str, ...], told: str) -> None:
    """With --json a value that an option cannot take is an object like any other error."""
    done = _run(*arguments, "--json")
    assert (done.returncode, done.stderr) == (2, "")
    answer = json.loads(done.stdout)
    assert answer["error"] == "OptionInvalid"
    assert told in answer["message"]


@pytest.mark.parametrize("option", [("--model", "tiny"), ()])
def test_a_model_place_that_is_broken_is_told_though_another_has_the_style(
    option: tuple[str, ...], plates: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong ahead of the model that paints is told once: it may hide the one meant."""
    (tmp_path / "broken" / "studio").mkdir(parents=True)
    places = ["/nowhere/models", str(tmp_path / "broken"), os.environ["IMPASTO_MODELS"]]
    monkeypatch.setenv("IMPASTO_MODELS", os.pathsep.join(places))
    command = ("render", plates, str(tmp_path / "o.%04d.exr"), "--style", "warm", *option)
    result = _call(*command, "--frames", "1001")
    assert result.exit_code == 0
    assert result.stderr.count("Warning: The place /nowhere/models cannot be searched") == 1
    assert result.stderr.count("studio is not a model: it holds no card.json") == 1
    texts = [warning["text"] for warning in _warnings(*command, "--frames", "1002")]
    assert len(texts) == 2
    assert "/nowhere/models" in texts[0]


def test_a_demo_tells_a_broken_model_place_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo renders twice and tells once that a place cannot be searched."""
    places = ["/nowhere/models", os.environ["IMPASTO_MODELS"]]
    monkeypatch.setenv("IMPASTO_MODELS", os.pathsep.join(places))
    options = ("--out", str(tmp_path / "demo"), "--frames", "1001", "--size", "96x54")
    assert [warning["frame"] for warning in _warnings("demo", *options)] == [None]


def test_a_style_that_is_not_found_comes_with_what_is_broken(
    plates: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the search finds nothing, the places it could not search are told first."""
    monkeypatch.setenv("IMPASTO_MODELS", "/nowhere/models")
    result = _call("render", plates, str(tmp_path / "o.%04d.exr"), "--style", "warm")
    assert result.exit_code == 2
    assert "Warning: The place /nowhere/models cannot be searched" in result.stderr


def _warnings(*arguments: str) -> list[dict[str, object]]:
    """Return the warnings of a command that ends well, from its JSON."""
    done = _run(*arguments, "--json")
    assert done.returncode == 0, done.stdout
    warnings: list[dict[str, object]] = json.loads(done.stdout)["warnings"]
    return warnings


def test_plates_are_never_painted_over(plates: str) -> None:
    """Naming the plates as the results is refused, also with --overwrite."""
    result = _call("render", plates, plates, "--style", "warm", "--overwrite")
    assert result.exit_code == 2
    assert "over its own plate" in result.stderr


# --- styles, sheet, demo, doctor --------------------------------------------------------------


def test_styles_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each style stands under its model with title, artist and year; broken models are told."""
    models = tmp_path / "models"
    write_tiny_model(models, "first")
    (models / "empty").mkdir()
    monkeypatch.setenv("IMPASTO_MODELS", str(models))
    result = _call("styles")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith("first: Tiny.")
    assert "  cold  Cold, Nobody, 2026" in result.stdout.splitlines()
    assert "empty" in result.stderr
    assert "card.json" in result.stderr


def test_styles_without_any_say_where_was_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With nothing installed the places that were searched are named."""
    (tmp_path / "none").mkdir()
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path / "none"))
    assert str(tmp_path / "none") in _call("styles").stdout


def test_styles_in_json(tiny_model: InstalledModel) -> None:
    """A program gets one record for each style, with the path of its preview."""
    done = _run("styles", "--json")
    records = json.loads(done.stdout)["styles"]
    by_id = {record["id"]: record for record in records}
    assert by_id["warm"]["model"] == "tiny"
    assert Path(by_id["warm"]["preview"]).is_file()
    assert set(by_id["cold"]) == {
        "id", "title", "artist", "year", "model", "model_title", "licence", "preview"
    }  # fmt: skip


def test_sheet_is_written(plates: str, tmp_path: Path) -> None:
    """A frame of a pattern is painted in each style onto one PNG, which is not replaced unasked."""
    out = tmp_path / "Bögen" / "styles.png"
    result = _call("sheet", plates, str(out), "--frame", "1003")
    assert result.exit_code == 0, result.stderr
    page = cv2.imdecode(np.frombuffer(out.read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    assert page is not None
    assert page.shape[1] == 3 * 320 + 2 * 20 + 2 * 40
    assert "plate.1003.exr in 2 styles" in result.stdout
    again = _call("sheet", plates, str(out))
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr


def test_sheet_refuses_what_it_cannot_do(plates: str, tmp_path: Path) -> None:
    """A frame that is not there, and a name that is no PNG, are the user's errors."""
    missing = _call("sheet", plates, str(tmp_path / "a.png"), "--frame", "7")
    assert missing.exit_code == 2
    assert "plate.0007.exr" in missing.stderr
    wrong = _call("sheet", plates, str(tmp_path / "a.jpg"))
    assert wrong.exit_code == 2
    assert ".png" in wrong.stderr


def test_demo_tells_where_everything_is(tmp_path: Path) -> None:
    """The demo, of two small frames, names its files, its seconds and the provider."""
    out = tmp_path / "demo"
    done = _run("demo", "--out", str(out), "--frames", "1001,1020", "--size", "96x54", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert Path(answer["sheet"]).is_file()
    assert Path(answer["movie"]).is_file()
    assert answer["frames"] == [1001, 1020]
    assert answer["provider"] == working_providers()[0]
    assert list(answer["seconds"]) == [
        "plates", "painting", "half strength", "contact sheet", "movie"
    ]  # fmt: skip
    assert (out / "painted" / "painted.1020.exr").is_file()


def test_demo_in_words(tmp_path: Path) -> None:
    """A person is told the same in lines; a size that is none is refused."""
    out = tmp_path / "demo"
    result = _call("demo", "--out", str(out), "--frames", "1001", "--size", "96x54")
    assert result.exit_code == 0, result.stderr
    for word in ("painted.%04d.exr", "contact_sheet.png", "before_after.webm", "Seconds:"):
        assert word in result.stdout
    assert working_providers()[0] in result.stdout
    refused = _call("demo", "--size", "96")
    assert refused.exit_code == 2
    assert "1920x1080" in refused.stderr


def test_doctor_finds_this_installation_well() -> None:
    """The doctor ends with all is well and exit code 0 here, and 1 where no model is."""
    result = _call("doctor")
    assert result.exit_code == 0, result.stdout
    assert "All is well." in result.stdout
    assert working_providers()[0] in result.stdout


def test_doctor_tells_problems(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is wrong stands last, and the exit code is 1."""
    monkeypatch.setenv("IMPASTO_MODELS", str(tmp_path / "nowhere"))
    result = _call("doctor")
    assert result.exit_code == 1
    assert "nowhere" in result.stdout.split("Problems")[1]
