"""Tests of the error tree: the sentence of each error, and its way over the wire."""

from __future__ import annotations

import builtins
import re

import pytest

from nuke_plugin.contract import errors
from nuke_plugin.contract.errors import ImpastoError, error_classes, error_from_wire

SENTENCES: list[tuple[ImpastoError, str]] = [
    (
        errors.PlateNotFound("/shot/plate.%04d.exr"),
        "No plate was found at /shot/plate.%04d.exr. Check the folder, the name and the number of "
        "digits (%04d or ####).",
    ),
    (
        errors.FrameMissing(1003, "/shot/plate.1003.exr"),
        "Frame 1003 is missing: there is no file /shot/plate.1003.exr. Render the plate's frame, "
        "or leave it out of the frame range (`impasto render --keep-going` skips it).",
    ),
    (
        errors.PlateUnreadable("/shot/plate.1003.exr", "early end of file."),
        "The plate /shot/plate.1003.exr cannot be read: early end of file. Write the frame again, "
        "or leave it out of the frame range (`impasto render --keep-going` skips it).",
    ),
    (
        errors.PlateChannelsMissing("/shot/depth.exr", ["Z"]),
        "The plate /shot/depth.exr has no R, G and B channels: it holds Z. Write it with rgb or "
        "rgba.",
    ),
    (
        errors.EffectChannelsMissing(
            "/shot/fire.1003.exr", {"fire": ("temperature", "density", "soot")}, ["A", "soot"]
        ),
        "The file /shot/fire.1003.exr cannot be shaded: it holds A, soot and not the channels of "
        "an effect (fire: temperature, density, soot). Name the files that `impasto effect` wrote, "
        "or write the channels under these names.",
    ),
    (
        errors.MatteChannelMissing("/shot/roto.1003.exr", "matte.fire", ["A", "depth.Z"]),
        "The matte /shot/roto.1003.exr has no channel 'matte.fire': it holds A, depth.Z. Name one "
        "of them (--channel).",
    ),
    (
        errors.MatteSizeDiffers("/shot/roto.1003.exr", (960, 540), (1920, 1080)),
        "The format of the matte /shot/roto.1003.exr is 960 by 540 pixels, and it must be 1920 by "
        "1080: the effect would jump in size. Write the matte in one format, or leave the frame "
        "out of the frame range.",
    ),
    (
        errors.ModelPathInvalid("/models", "it does not exist"),
        "The place /models cannot be searched for models: it does not exist. Correct the "
        "environment variable IMPASTO_MODELS (each entry is a folder of model folders), or install "
        "Impasto again if it is its own folder.",
    ),
    (
        errors.ModelNotFound("mastres", ["masters", "prints"], ["/models", "/shipped"]),
        "No model named 'mastres' is installed. Did you mean masters? Searched: /models, /shipped "
        "(set IMPASTO_MODELS to search elsewhere).",
    ),
    (
        errors.StyleNotFound("stary_night", ["starry_night", "great_wave"], "masters"),
        "The model 'masters' has no style named 'stary_night'. Did you mean starry_night? "
        "`impasto styles` lists them all.",
    ),
    (
        errors.NoStyleInstalled(["/models", "/shipped"]),
        "No style is installed: there is no usable model in /models, /shipped. Set IMPASTO_MODELS "
        "to a folder of model folders; `impasto doctor` tells what is wrong.",
    ),
    (
        errors.EffectNotFound("fier", ["fire", "smoke"], ["/models"]),
        "No effect named 'fier' is installed. Did you mean fire? Searched: /models (set "
        "IMPASTO_MODELS to search elsewhere). `impasto effects` lists them all.",
    ),
    (
        errors.ModelIsEffect("fire"),
        "The model 'fire' makes an effect from a matte and paints in no style. Use it with "
        "`impasto effect`, or name a model of styles (`impasto styles` lists them).",
    ),
    (
        errors.ModelIsStyle("masters"),
        "The model 'masters' paints plates in a style and makes no effect. Use it with `impasto "
        "render`, or name an effect (`impasto effects` lists them).",
    ),
    (
        errors.CardMissing("/models/masters"),
        "The folder /models/masters is not a model: it holds no card.json. Copy the whole model "
        "folder (model.onnx, card.json, preview.png), or move this folder elsewhere.",
    ),
    (
        errors.CardInvalid("/models/masters/card.json", "halo_px", "this key is missing"),
        "The model card /models/masters/card.json is not valid, key 'halo_px': this key is "
        "missing. Export the model again, or correct the card.",
    ),
    (
        errors.ModelFileMissing("/models/masters/model.onnx"),
        "The network file /models/masters/model.onnx is missing, though its card names it. Copy "
        "the whole model folder again; with git, check that large files were fetched.",
    ),
    (
        errors.ModelFileTruncated("/models/masters/model.onnx", 2000, 131),
        "The network file /models/masters/model.onnx is cut short: 131 bytes of the 2000 that its "
        "card names. Copy the model folder again.",
    ),
    (
        errors.ModelFileMismatch("/models/masters/model.onnx", "aa", "bb"),
        "The network file /models/masters/model.onnx is not the one its card describes: its "
        "SHA-256 is bb, the card says aa. Copy model.onnx and card.json together from one export.",
    ),
    (
        errors.ModelGraphMismatch("/models/masters/model.onnx", "it has no input 'strength'"),
        "The network file /models/masters/model.onnx does not fit its card: it has no input "
        "'strength'. Export the model again, so that model.onnx and card.json are written "
        "together.",
    ),
    (
        errors.NetworkRefused("net.onnx", "it holds no graph"),
        "The file net.onnx cannot be imported: it holds no graph. Nothing was written. An import "
        "needs one whole ONNX file of standard operators, a picture in, a picture out.",
    ),
    (
        errors.ImportNeeds("net.onnx", ["--channels RGB or BGR", "--licence TEXT."]),
        "To import net.onnx, these must be given too: --channels RGB or BGR; --licence TEXT. "
        "`impasto import --dry-run` tells what was found.",
    ),
    (
        errors.ModelIdTaken("mosaic", "/models/mosaic"),
        "A model named 'mosaic' is already at /models/mosaic, and two of one name would hide each "
        "other. Choose another name (--id), or move that folder away first.",
    ),
    (
        errors.StrengthOutOfRange(1.5, 0, 1),
        "The strength 1.5 is out of range. Give a number from 0 (the plate itself) to 1.",
    ),
    (
        errors.StyleWeightsInvalid({"a": 0.6, "b": -0.4}, "the weight of 'b' is -0.4"),
        "The mix of styles 'a:0.6,b:-0.4' cannot be used: the weight of 'b' is -0.4. Give weights "
        "of 0 or more, at least one above 0, such as a:0.6,b:0.4.",
    ),
    (
        errors.EffectControlUnknown("turbulance", ["turbulence", "wind"], "fire"),
        "The effect 'fire' has no control named 'turbulance'. Did you mean turbulence?",
    ),
    (
        errors.EffectControlInvalid("wind", 9.0, -4.0, 4.0),
        "The effect's wind cannot be 9. Give a number from -4 to 4.",
    ),
    (
        errors.FrameRangeInvalid("1001..1024", "'1001..1024' is not a frame"),
        "'1001..1024' is not a frame range: '1001..1024' is not a frame. Write it as 1001-1024, "
        "1001-1024x2 or 1001,1003,1010-1020.",
    ),
    (
        errors.PatternInvalid("shot/", "it names no file"),
        "'shot/' is not a file pattern: it names no file. Write it as plate.%04d.exr, "
        "plate.####.exr, or the name of one file.",
    ),
    (
        errors.ColourSpaceUnknown("ACES", ["ACEScg", "Raw"], "studio.ocio"),
        "The colour space 'ACES' is not in the OCIO config studio.ocio. Did you mean ACEScg? Name "
        "one of its spaces, or set $OCIO to your config.",
    ),
    (
        errors.ColourSpaceNeeded("/shot/scan.1001.dpx"),
        "The plate /shot/scan.1001.dpx says that it is log encoded, and there are many logs. Name "
        "its colour space (--colorspace); the built-in OCIO config has ACEScct, a camera's log "
        "needs a config that has it in $OCIO.",
    ),
    (
        errors.ColourConfigInvalid("studio.ocio", "the file does not exist"),
        "The OCIO config studio.ocio cannot be used: the file does not exist. Set $OCIO to a "
        "config that works, or unset it for the built-in one.",
    ),
    (
        errors.OptionInvalid("--size", "'96' is not a width and height, such as 1920x1080"),
        "--size: '96' is not a width and height, such as 1920x1080. `--help` says what it takes.",
    ),
    (
        errors.ResultFolderUnwritable("/out", "Permission denied"),
        "The folder /out cannot be written: Permission denied. Choose another folder for the "
        "results, or change its permissions.",
    ),
    (
        errors.DiskFull("/out/a.1001.exr"),
        "The disk is full: /out/a.1001.exr could not be written, and nothing was left under that "
        "name. Free some space, then render the missing frames again.",
    ),
    (
        errors.ResultsExist("/out/a.%04d.exr", "1001-1024"),
        "Results are already at /out/a.%04d.exr (frames 1001-1024) and were left as they are. "
        "Choose another name, or overwrite them (--overwrite).",
    ),
    (
        errors.ResultInUse("/out/a.1001.exr", "Access is denied"),
        "The result /out/a.1001.exr cannot be replaced: Access is denied. If another program has "
        "it open, close it there; or choose another name for the results.",
    ),
    (
        errors.FrameClaimed(1003, "/shot/painted.1003.exr"),
        "Frame 1003 is being painted to /shot/painted.1003.exr by another process just now. Wait "
        "for it, choose another name for the results, or let both share the range (`impasto render "
        "--resume`).",
    ),
    (
        errors.DemoFolderTaken("/shot", "plates"),
        "The folder /shot is not the demo's: it holds plates, and the demo would replace files in "
        "it. Name a new or an empty folder (--out).",
    ),
    (
        errors.ResultOverPlate("/shot/plate.1001.exr"),
        "The result would be written over its own plate, /shot/plate.1001.exr. Choose another "
        "folder or name for the results.",
    ),
    (
        errors.PlateNotConnected("ImpastoStyle1"),
        "ImpastoStyle1 has nothing to paint: its input img is not connected. Connect the plate.",
    ),
    (
        errors.MatteNotConnected("ImpastoEffect1"),
        "ImpastoEffect1 has nothing to make an effect of: its input matte is not connected. "
        "Connect a roto shape, or any matte, to it.",
    ),
    (
        errors.ScriptNotSaved("impasto/"),
        "The script is not saved, so there is no folder to put the results beside it (they go to "
        "impasto/). Save the script, or name another file in Results.",
    ),
    (
        errors.NodeBusy("ImpastoStyle1", "Nuke is rendering"),
        "ImpastoStyle1 cannot render now: Nuke is rendering. Wait for it to end, or cancel it.",
    ),
    (
        errors.NodeEdited("ImpastoStyle1", "knob strength"),
        "ImpastoStyle1 has no knob strength: the Group was edited by hand. Undo that edit, or "
        "create a new ImpastoStyle node, choose the same style and connect it instead.",
    ),
    (
        errors.NodeEdited("ImpastoStyle1", "node ResultRead inside"),
        "ImpastoStyle1 has no node ResultRead inside: the Group was edited by hand. Undo that "
        "edit, or create a new ImpastoStyle node, choose the same style and connect it instead.",
    ),
    (
        errors.PlateRenderFailed("ImpastoStyle1", "/cache/plate.####.exr", "Read1: no such file"),
        "Nuke could not write the plates of ImpastoStyle1 to /cache/plate.####.exr: Read1: no such "
        "file. Correct the nodes above it, or the folder, and render again.",
    ),
    (
        errors.ControlInvalid("ImpastoStyle1", "Stroke scale", "it is 9, not 0.25 to 4"),
        "Stroke scale of ImpastoStyle1 cannot be used: it is 9, not 0.25 to 4. Correct it.",
    ),
    (
        errors.NodeOlder("ImpastoStyle1", 1, 2),
        "ImpastoStyle1 was made by an older Impasto (version 1 of the node, this one makes 2) and "
        "was not brought over yet. Press Render: what keeps it from that is said.",
    ),
    (
        errors.NodeNewer("ImpastoStyle1", 3, 2),
        "ImpastoStyle1 was made by a newer Impasto (version 3 of the node, this one knows 2), so "
        "it is left as it is; frames that were rendered still show. Install the newer Impasto to "
        "render or change it.",
    ),
    (
        errors.ImpastoNodeNeeded("Copy look", "one", 2),
        "Copy look needs one Impasto node, and 2 of the selected nodes are one. Select one in "
        "the node graph, and choose it again.",
    ),
    (
        errors.VersionNotFound("/shot/painted_v001.%04d.exr"),
        "There is no version before that of '/shot/painted_v001.%04d.exr': versions begin with v1. "
        "Go up instead, or type the path of the results that you want.",
    ),
    (
        errors.LookInvalid("The file /show/rain.json", "strength", "it is 2 and must be 0 to 1"),
        "The file /show/rain.json is not a look that can be used, key 'strength': it is 2 and must "
        "be 0 to 1. Copy or save the look again where it came from, or correct this value.",
    ),
    (
        errors.LookUnreadable("/show/rain.json", "No such file or directory"),
        "The look /show/rain.json cannot be read: No such file or directory. Look at the folder "
        "again; if someone replaced or removed it, the earlier file is in its folder 'earlier'.",
    ),
    (
        errors.LookNotSaved("Rain", "/show", "No space left on device"),
        "The look 'Rain' was not saved in /show: No space left on device. Nothing was changed "
        "there. Correct the folder, its permissions or its free space, and save again.",
    ),
    (
        errors.LookHasNoPlace("of the show", "IMPASTO_LOOKS is not set"),
        "There is no folder for the looks of the show: IMPASTO_LOOKS is not set. Save the script "
        "to keep looks with the shot; set IMPASTO_LOOKS to a folder to share them in the show.",
    ),
    (
        errors.ShotPatternInvalid("sh[0-9", "unterminated character set at position 2"),
        "The pattern 'sh[0-9' in IMPASTO_SHOT_PATTERN gives no shot name: unterminated character "
        "set at position 2. Write a regular expression with a group, such as "
        "/shots/(?P<shot>[^/]+)/, or name the shot in IMPASTO_SHOT.",
    ),
    (
        errors.FavouritesUnusable("/home/ana/favourites.json", "Permission denied."),
        "The favourites in /home/ana/favourites.json cannot be used: Permission denied. The file "
        "was left as it is; correct or remove it, and mark the styles again.",
    ),
    (
        errors.WorkerNotInstalled(["/plugin/.venv"], "make setup"),
        "The Impasto worker is not installed: no Python with its packages was found (looked at "
        "/plugin/.venv). Run: make setup. Or set IMPASTO_PYTHON to the Python that has it.",
    ),
    (
        errors.WorkerBroken("/studio/python3", -11, ["importing"], "make setup"),
        "The Impasto worker does not start: /studio/python3 ended with exit code -11 (crashed) "
        "before its first message. Install it again: make setup. It last printed:\n    importing",
    ),
    (
        errors.WorkerVersionDiffers("/studio/python3", "0.0.9", "0.1.0", "make setup"),
        "The worker's Python /studio/python3 has Impasto 0.0.9, and the plugin is 0.1.0: its "
        "packages may not fit. Install the worker again: make setup. Or name another Python "
        "(IMPASTO_PYTHON).",
    ),
    (
        errors.NothingToSend("comp.nk", "it has no ImpastoStyle node", "Make one first."),
        "There is nothing to send of comp.nk: it has no ImpastoStyle node. Make one first.",
    ),
    (
        errors.ScriptHasChanges("/shot/comp.nk"),
        "The script cannot be sent to the farm, which reads it from disk: /shot/comp.nk has "
        "changes that are not saved. Save it, and send it again.",
    ),
    (
        errors.NodesInChain("ImpastoStyle2", "ImpastoStyle1"),
        "ImpastoStyle2 paints what ImpastoStyle1 has painted, and one job renders all plates "
        "first: they would show the plate of ImpastoStyle1 alone. Send ImpastoStyle1 first and "
        "ImpastoStyle2 when it is done.",
    ),
    (
        errors.FarmJobInvalid("/job/job.json", "the key 'frames' is missing"),
        "The job /job/job.json cannot be used: the key 'frames' is missing. Send it again; a job's "
        "file is not written by hand.",
    ),
    (
        errors.FarmVersionDiffers("node7", "0.1.0", "0.2.0"),
        "The host node7 has Impasto 0.1.0 and the job was written by Impasto 0.2.0: frames of two "
        "versions would differ. Install 0.2.0 on the host, or send the job again with 0.1.0.",
    ),
    (
        errors.FarmModelDiffers(
            "node7", "gallery", "0123456789abcdef", ["fedcba9876543210"], ["/m"]
        ),
        "The host node7 cannot paint with the model 'gallery' of the job (SHA-256 0123456789ab): "
        "it has another file of that name (fedcba987654). Searched: /m. Send the model's folder "
        "with the job, or copy it to a place that IMPASTO_MODELS names on the host.",
    ),
    (
        errors.FarmOutputUnreachable("node7", "/show/comp", "No such file or directory"),
        "The host node7 cannot write to /show/comp: No such file or directory. Make the folder or "
        "mount its drive there, or correct Results or the Write's file, and send the job again.",
    ),
    (
        errors.GpuNotThere("node7", "libcudnn.so.9 is missing."),
        "The host node7 was to have a GPU and none works there: libcudnn.so.9 is missing. Repair "
        "it (`impasto doctor` names what is missing), or send the job with --device any, which "
        "goes on with the processor.",
    ),
    (
        errors.ProgramNotFound("Nuke16.0", "Name it with --nuke."),
        "The program 'Nuke16.0' cannot be started: it was not found. Name it with --nuke.",
    ),
    (
        errors.NukeTaskFailed("Nuke16.0", -9, ["A license is missing."]),
        "Nuke16.0 ended with exit code -9 (killed, most often because the machine ran out of "
        "memory). Correct what its last lines say:\nA license is missing.",
    ),
    (
        errors.FramesNotRight({"missing": "1003-1004 of /shot/painted.%04d.exr"}),
        "Not every frame is as it must be. 1003-1004 of /shot/painted.%04d.exr: missing. Run the "
        "job again: only these frames are painted.",
    ),
    (
        errors.NukeFolderInvalid("/show/nuk", "there is no such folder"),
        "/show/nuk cannot be Nuke's folder: there is no such folder. Name the folder of the "
        "show's init.py (--nuke-dir), or leave the option out for your own .nuke.",
    ),
    (
        errors.NukeFolderUnread("/show/nuke"),
        "Nuke does not read /show/nuke: it is neither your own .nuke nor, in this environment, on "
        "NUKE_PATH. Add it to NUKE_PATH where the show sets it.",
    ),
    (
        errors.PluginFolderInvalid("/lib/site-packages", "it has no menu.py"),
        "Nuke cannot load Impasto from /lib/site-packages: it has no menu.py. Run `impasto "
        "nuke-install` from a whole copy of the project, after `make setup` there.",
    ),
    (
        errors.StartupFileUnreadable("/home/a/.nuke/init.py", "Permission denied"),
        "/home/a/.nuke/init.py cannot be read: Permission denied. Correct its permissions, and "
        "run `impasto nuke-install` again.",
    ),
    (
        errors.StartupFileUnwritable("/home/a/.nuke/init.py", "it is write-protected"),
        "/home/a/.nuke/init.py cannot be written: it is write-protected. It was left as it was. "
        "Correct that, or write to another folder (--nuke-dir); `--show` prints the lines to add "
        "by hand.",
    ),
    (
        errors.StartupFileBroken("/home/a/.nuke/init.py", 3, "invalid syntax"),
        "Nuke cannot run /home/a/.nuke/init.py: line 3 is not Python 3 (invalid syntax), so "
        "nothing in the file takes effect. Correct that line, and run `impasto nuke-install` "
        "again.",
    ),
    (
        errors.InstallLinesEdited("/home/a/.nuke/init.py", 3, "the last mark is missing"),
        "The lines of `impasto nuke-install` in /home/a/.nuke/init.py, near line 3, were changed: "
        "the last mark is missing. Nothing was written, since what is yours there cannot be told. "
        "Take those lines out by hand, both marks included, and run it again.",
    ),
    (
        errors.PluginNotOnPath(["/home/a/.nuke", "/show/nuke"]),
        "Nuke does not find Impasto: neither NUKE_PATH nor the init.py and menu.py in "
        "/home/a/.nuke, /show/nuke lead to it. Run: impasto nuke-install.",
    ),
    (
        errors.PluginFolderMoved("/old/impasto", "/home/a/.nuke/init.py, line 3"),
        "Nuke looks for Impasto in /old/impasto (/home/a/.nuke/init.py, line 3), and it is not "
        "there: the folder was moved or taken away. Run `impasto nuke-install` where Impasto is "
        "now.",
    ),
    (
        errors.TwoInstallations(["/a 0.1.0 (NUKE_PATH)", "/b 0.0.9 (this command)"]),
        "There is more than one Impasto: /a 0.1.0 (NUKE_PATH); /b 0.0.9 (this command). Which one "
        "Nuke uses depends on their order. Take away what leads to the others (`impasto "
        "nuke-install --remove` takes its own lines), or run `impasto nuke-install` from the one "
        "to keep.",
    ),
    (
        errors.WorkerDied(-9, ["reading frame 1001", "Killed"]),
        "The Impasto worker ended unexpectedly with exit code -9 (killed, most often because the "
        "machine ran out of memory). Render again: it will be started afresh. It last printed:\n"
        "    reading frame 1001\n"
        "    Killed",
    ),
    (
        errors.WorkerTimeout("its greeting", 60, ["importing"]),
        "The Impasto worker did not send its greeting within 60 seconds and was stopped. Render "
        "again; if it stays silent, run `impasto doctor`. It last printed:\n    importing",
    ),
    (
        errors.WorkerUnexpected("ZeroDivisionError", "division by zero"),
        "Impasto met an error it does not know (ZeroDivisionError: division by zero). This is a "
        "fault of the program: please report it with what was printed, which has the whole "
        "traceback.",
    ),
    (
        errors.OutOfMemory(8192, 4320),
        "There is not enough memory to paint a frame of 8192 by 4320 pixels. Close other programs, "
        "or render smaller plates.",
    ),
    (
        errors.OutOfMemory(8192, 4320, 7, way_on="give a smaller tile size than 2048"),
        "There is not enough memory to paint frame 7, of 8192 by 4320 pixels. Close other "
        "programs, render smaller plates, or give a smaller tile size than 2048.",
    ),
    (
        errors.ProtocolMismatch(1, 2),
        "The Impasto worker speaks protocol 2, this side speaks 1: two versions are installed. "
        "Install the worker again from the folder of this plugin.",
    ),
    (
        errors.MessageInvalid("hello", "", "it is not JSON"),
        "A line between Nuke and the Impasto worker is not a message: it is not JSON. The line: "
        "'hello'. Something else may be printing into it.",
    ),
    (
        errors.FieldInvalid("halo_px", "it is -1 and must be 0 or more"),
        "The value of 'halo_px' cannot be used: it is -1 and must be 0 or more.",
    ),
    (
        errors.RenderCancelled(1),
        "Cancelled: 1 frame had been written and stay.",
    ),
]


@pytest.mark.parametrize(("error", "sentence"), SENTENCES, ids=lambda value: type(value).__name__)
def test_sentence(error: ImpastoError, sentence: str) -> None:
    """Each error tells the user exactly this sentence, as str() and as its message."""
    assert str(error) == sentence
    assert error.message == sentence


def test_every_error_has_its_sentence_tested() -> None:
    """No error that can be raised is missing from the sentences above."""
    leaves = {known for known in error_classes() if not known.__subclasses__()}
    assert leaves == {type(error) for error, _ in SENTENCES}


def test_drawing_is_the_tree() -> None:
    """The tree drawn in the module's docstring is the tree of the classes, builtins included."""
    drawn: dict[str, tuple[str, str]] = {}
    parents: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    ([│├└─ ]*)(\w+)(?: {2,}(\w+))?", line)
        if match and (match[1] or match[2] == "ImpastoError"):
            depth = len(match[1]) // 4
            parents[depth:] = [match[2]]
            drawn[match[2]] = (parents[depth - 1] if depth else "Exception", match[3] or "")
    for error_class in error_classes():
        parent, builtin = drawn.pop(error_class.__name__)
        assert error_class.__bases__[0].__name__ == parent
        if not error_class.__subclasses__():
            assert error_class.__bases__[1] is getattr(builtins, builtin)
    assert drawn == {}


@pytest.mark.parametrize("error", [error for error, _ in SENTENCES], ids=lambda e: type(e).__name__)
def test_way_over_the_wire(error: ImpastoError) -> None:
    """An error rebuilt from its class name and sentence is of the same class and says the same."""
    rebuilt = error_from_wire(type(error).__name__, error.message)
    assert type(rebuilt) is type(error)
    assert str(rebuilt) == str(error)


def test_unknown_name_from_the_wire() -> None:
    """An error name that is not in the tree, even a builtin's, becomes WorkerUnexpected."""
    rebuilt = error_from_wire("KeyError", "'R'")
    assert isinstance(rebuilt, errors.WorkerUnexpected)
    assert "(KeyError: 'R')" in rebuilt.message


def test_nearest_names_ignore_case() -> None:
    """A name that differs in case only is offered as it is really written."""
    error = errors.StyleNotFound("STARRY_NIGHT", ["great_wave", "Starry_Night"])
    assert "Did you mean Starry_Night?" in error.message


def test_names_far_from_all() -> None:
    """When no name is near, the first eight are listed, and it is said that there are more."""
    names = [f"style_{letter}" for letter in "abcdefghij"]
    error = errors.StyleNotFound("kandinsky", names)
    assert (
        "There are: style_a, style_b, style_c, style_d, style_e, style_f, style_g, style_h and"
        in (error.message)
    )


def test_nothing_installed() -> None:
    """With nothing installed the sentence says so and offers no name."""
    assert "None is installed." in errors.ModelNotFound("masters", [], []).message


def test_a_wrong_variable_is_named() -> None:
    """A variable that names no worker is what is to be corrected, and is said so."""
    error = errors.WorkerNotInstalled(["/nowhere/python"], "make setup", "IMPASTO_PYTHON")
    assert error.reason == "IMPASTO_PYTHON names /nowhere/python, and there is no such file"
    assert error.message == (
        f"{error.TITLE}: {error.reason}. Correct IMPASTO_PYTHON where it is set: in the "
        "environment, or by `impasto nuke-install`, which renews it. If no worker is installed, "
        "run: make setup."
    )


def test_silent_death() -> None:
    """A worker that died without a word is told as such, with its plain exit code."""
    message = errors.WorkerDied(3, []).message
    assert "exit code 3." in message
    assert message.endswith("It printed nothing.")


def test_long_lines_are_cut() -> None:
    """A line of megabytes does not fill the error's sentence."""
    assert len(errors.MessageInvalid("x" * 1_000_000, "", "it is not JSON").message) < 500
