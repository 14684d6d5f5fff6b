"""Holds every error a user can meet; each class builds its own sentence from the facts.

::

    ImpastoError
    ├── PlateError                  what comes in
    │   ├── PlateNotFound           FileNotFoundError
    │   ├── FrameMissing            FileNotFoundError
    │   ├── PlateUnreadable         OSError
    │   ├── PlateChannelsMissing    ValueError
    │   ├── EffectChannelsMissing   ValueError
    │   ├── MatteChannelMissing     ValueError
    │   └── MatteSizeDiffers        ValueError
    ├── ModelError                  what is installed
    │   ├── ModelPathInvalid        ValueError
    │   ├── ModelNotFound           LookupError
    │   ├── StyleNotFound           LookupError
    │   ├── NoStyleInstalled        LookupError
    │   ├── EffectNotFound          LookupError
    │   ├── ModelIsEffect           ValueError
    │   ├── ModelIsStyle            ValueError
    │   ├── CardMissing             FileNotFoundError
    │   ├── CardInvalid             ValueError
    │   ├── ModelFileMissing        FileNotFoundError
    │   ├── ModelFileTruncated      ValueError
    │   ├── ModelFileMismatch       ValueError
    │   ├── ModelGraphMismatch      ValueError
    │   └── NetworkRefused          ValueError
    ├── RequestError                what is asked for
    │   ├── StrengthOutOfRange      ValueError
    │   ├── StyleWeightsInvalid     ValueError
    │   ├── FrameRangeInvalid       ValueError
    │   ├── PatternInvalid          ValueError
    │   ├── ColourSpaceUnknown      LookupError
    │   ├── ColourSpaceNeeded       ValueError
    │   ├── ColourConfigInvalid     ValueError
    │   ├── EffectControlUnknown    LookupError
    │   ├── EffectControlInvalid    ValueError
    │   ├── OptionInvalid           ValueError
    │   └── ImportNeeds             ValueError
    ├── ResultError                 what goes out
    │   ├── ResultFolderUnwritable  PermissionError
    │   ├── DiskFull                OSError
    │   ├── ResultsExist            FileExistsError
    │   ├── ResultInUse             PermissionError
    │   ├── FrameClaimed            FileExistsError
    │   ├── DemoFolderTaken         FileExistsError
    │   ├── ModelIdTaken            FileExistsError
    │   └── ResultOverPlate         ValueError
    ├── NodeError                   the node inside Nuke
    │   ├── PlateNotConnected       RuntimeError
    │   ├── MatteNotConnected       RuntimeError
    │   ├── ScriptNotSaved          RuntimeError
    │   ├── NodeBusy                RuntimeError
    │   ├── ControlInvalid          ValueError
    │   ├── NodeEdited              LookupError
    │   ├── NodeNewer               RuntimeError
    │   ├── NodeOlder               RuntimeError
    │   ├── ImpastoNodeNeeded       LookupError
    │   ├── VersionNotFound         LookupError
    │   └── PlateRenderFailed       RuntimeError
    ├── LookError                   a look: read, kept, passed on
    │   ├── LookInvalid             ValueError
    │   ├── LookUnreadable          OSError
    │   ├── LookNotSaved            OSError
    │   ├── LookHasNoPlace          RuntimeError
    │   └── ShotPatternInvalid      ValueError
    ├── PanelError                  what the panel keeps for its user
    │   └── FavouritesUnusable      OSError
    ├── FarmError                   a job for many machines
    │   ├── NothingToSend           LookupError
    │   ├── ScriptHasChanges        RuntimeError
    │   ├── NodesInChain            RuntimeError
    │   ├── FarmOutputUnreachable   PermissionError
    │   ├── FarmJobInvalid          ValueError
    │   ├── FarmVersionDiffers      RuntimeError
    │   ├── FarmModelDiffers        LookupError
    │   ├── GpuNotThere             RuntimeError
    │   ├── ProgramNotFound         FileNotFoundError
    │   ├── NukeTaskFailed          RuntimeError
    │   └── FramesNotRight          RuntimeError
    ├── InstallError                what tells Nuke where the plugin is
    │   ├── NukeFolderInvalid       ValueError
    │   ├── NukeFolderUnread        LookupError
    │   ├── PluginFolderInvalid     ValueError
    │   ├── StartupFileUnreadable   OSError
    │   ├── StartupFileUnwritable   PermissionError
    │   ├── StartupFileBroken       ValueError
    │   ├── InstallLinesEdited      ValueError
    │   ├── PluginNotOnPath         LookupError
    │   ├── PluginFolderMoved       FileNotFoundError
    │   └── TwoInstallations        RuntimeError
    ├── WorkerError                 the second process
    │   ├── WorkerNotInstalled      RuntimeError
    │   ├── WorkerBroken            RuntimeError
    │   ├── WorkerVersionDiffers    RuntimeError
    │   ├── WorkerDied              RuntimeError
    │   ├── WorkerTimeout           TimeoutError
    │   ├── WorkerUnexpected        RuntimeError
    │   ├── OutOfMemory             RuntimeError
    │   ├── ProtocolMismatch        RuntimeError
    │   └── MessageInvalid          ValueError
    ├── FieldInvalid                ValueError
    └── RenderCancelled             RuntimeError

A sentence says what failed, why, the value that was found, and the remedy. It is built where the
class stands, so that the node, the panel and the command show the same words. An error crosses the
wire as its class name and its sentence; ``error_from_wire`` makes the same class of it again.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from typing import Union

AnyPath = Union[str, "PathLike[str]"]


class ImpastoError(Exception):
    """Base of every error that is told to a user.

    ``message`` is the whole sentence; ``str()`` gives the same text, whatever builtin the class
    also inherits (``KeyError`` and ``OSError`` would format it their own way).
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


# --- what comes in ---------------------------------------------------------------------------


class PlateError(ImpastoError):
    """Something is wrong with the plates."""


class PlateNotFound(PlateError, FileNotFoundError):
    """No frame at all matches the plate pattern."""

    def __init__(self, plates: AnyPath) -> None:
        self.plates = str(plates)
        super().__init__(
            f"No plate was found at {self.plates}. Check the folder, the name and the number of "
            "digits (%04d or ####)."
        )


class FrameMissing(PlateError, FileNotFoundError):
    """One frame in the middle of the range has no file."""

    def __init__(self, frame: int, path: AnyPath, also_missing: str = "") -> None:
        """``also_missing`` is the frame range of the others, empty when this is the only one."""
        self.frame = frame
        self.path = str(path)
        self.also_missing = also_missing
        others = f" Missing too: {also_missing}." if also_missing else ""
        super().__init__(
            f"Frame {frame} is missing: there is no file {self.path}.{others} Render the plate's "
            "frame, or leave it out of the frame range (`impasto render --keep-going` skips it)."
        )


class PlateUnreadable(PlateError, OSError):
    """A plate exists and cannot be read: truncated, damaged, or not an image."""

    def __init__(self, path: AnyPath, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(
            f"The plate {self.path} cannot be read: {_clause(reason)}. Write the frame again, or "
            "leave it out of the frame range (`impasto render --keep-going` skips it)."
        )


class PlateChannelsMissing(PlateError, ValueError):
    """An image lacks one of the channels R, G and B."""

    def __init__(self, path: AnyPath, found: Sequence[str]) -> None:
        self.path = str(path)
        self.found = tuple(found)
        super().__init__(
            f"The plate {self.path} has no R, G and B channels: it holds "
            f"{', '.join(self.found) or 'no channel'}. Write it with rgb or rgba."
        )


class EffectChannelsMissing(PlateError, ValueError):
    """An image lacks the physical channels that an effect's picture is made of."""

    def __init__(
        self, path: AnyPath, needed: Mapping[str, Sequence[str]], found: Sequence[str]
    ) -> None:
        """``needed`` are the channels by effect: of one that was named, or of all."""
        self.path = str(path)
        self.needed = {effect: tuple(names) for effect, names in needed.items()}
        self.found = tuple(found)
        wanted = "; ".join(f"{effect}: {', '.join(n)}" for effect, n in self.needed.items())
        super().__init__(
            f"The file {self.path} cannot be shaded: it holds {', '.join(self.found) or 'nothing'} "
            f"and not the channels of an effect ({wanted}). Name the files that `impasto effect` "
            "wrote, or write the channels under these names."
        )


class MatteChannelMissing(PlateError, ValueError):
    """An image lacks the channel that was named as the matte."""

    def __init__(self, path: AnyPath, channel: str, found: Sequence[str]) -> None:
        self.path = str(path)
        self.channel = channel
        self.found = tuple(found)
        super().__init__(
            f"The matte {self.path} has no channel {channel!r}: it holds "
            f"{', '.join(self.found) or 'no channel'}. Name one of them (--channel)."
        )


class MatteSizeDiffers(PlateError, ValueError):
    """A matte of a sequence has another format than the first one."""

    def __init__(self, path: AnyPath, found: tuple[int, int], expected: tuple[int, int]) -> None:
        """``found`` and ``expected`` are width and height of the format in pixels."""
        self.path = str(path)
        self.found = found
        self.expected = expected
        super().__init__(
            f"The format of the matte {self.path} is {found[0]} by {found[1]} pixels, and it must "
            f"be {expected[0]} by {expected[1]}: the effect would jump in size. Write the matte in "
            "one format, or leave the frame out of the frame range."
        )


# --- what is installed -----------------------------------------------------------------------


class ModelError(ImpastoError):
    """Something is wrong with the installed models."""


class ModelPathInvalid(ModelError, ValueError):
    """A place on the model search path holds no model folders."""

    def __init__(self, place: AnyPath, reason: str) -> None:
        self.place = str(place)
        self.reason = reason
        super().__init__(
            f"The place {self.place} cannot be searched for models: {_clause(reason)}. Correct the "
            "environment variable IMPASTO_MODELS (each entry is a folder of model folders), or "
            "install Impasto again if it is its own folder."
        )


class ModelNotFound(ModelError, LookupError):
    """No model with this id is installed."""

    def __init__(self, model: str, installed: Iterable[str], places: Iterable[AnyPath]) -> None:
        self.model = model
        self.installed = tuple(installed)
        self.places = tuple(str(place) for place in places)
        super().__init__(
            f"No model named {model!r} is installed. {_nearest(model, self.installed)} Searched: "
            f"{', '.join(self.places) or 'nowhere'} (set IMPASTO_MODELS to search elsewhere)."
        )


class StyleNotFound(ModelError, LookupError):
    """No installed model, or not the model that was asked for, has a style of this name."""

    def __init__(self, style: str, installed: Iterable[str], model: str | None = None) -> None:
        self.style = style
        self.installed = tuple(installed)
        self.model = model
        what = (
            f"The model {model!r} has no style named" if model else "No installed model has a style"
        )
        super().__init__(
            f"{what} {style!r}. {_nearest(style, self.installed)} `impasto styles` lists them all."
        )


class NoStyleInstalled(ModelError, LookupError):
    """No usable model is installed at all, and something was to be painted."""

    def __init__(self, places: Iterable[AnyPath]) -> None:
        self.places = tuple(str(place) for place in places)
        super().__init__(
            f"No style is installed: there is no usable model in {', '.join(self.places)}. Set "
            "IMPASTO_MODELS to a folder of model folders; `impasto doctor` tells what is wrong."
        )


class EffectNotFound(ModelError, LookupError):
    """No effect of this name is installed."""

    def __init__(self, effect: str, installed: Iterable[str], places: Iterable[AnyPath]) -> None:
        self.effect = effect
        self.installed = tuple(installed)
        self.places = tuple(str(place) for place in places)
        super().__init__(
            f"No effect named {effect!r} is installed. {_nearest(effect, self.installed)} "
            f"Searched: {', '.join(self.places) or 'nowhere'} (set IMPASTO_MODELS to search "
            "elsewhere). `impasto effects` lists them all."
        )


class ModelIsEffect(ModelError, ValueError):
    """An effect was named where a style is wanted."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"The model {model!r} makes an effect from a matte and paints in no style. Use it with "
            "`impasto effect`, or name a model of styles (`impasto styles` lists them)."
        )


class ModelIsStyle(ModelError, ValueError):
    """A model of styles was named where an effect is wanted."""

    def __init__(self, model: str) -> None:
        self.model = model
        super().__init__(
            f"The model {model!r} paints plates in a style and makes no effect. Use it with "
            "`impasto render`, or name an effect (`impasto effects` lists them)."
        )


class CardMissing(ModelError, FileNotFoundError):
    """A folder on the model search path has no ``card.json``."""

    def __init__(self, folder: AnyPath) -> None:
        self.folder = str(folder)
        super().__init__(
            f"The folder {self.folder} is not a model: it holds no card.json. Copy the whole model "
            "folder (model.onnx, card.json, preview.png), or move this folder elsewhere."
        )


class CardInvalid(ModelError, ValueError):
    """A model card lacks a key, has an unknown one, or holds a value that cannot be."""

    def __init__(self, file: AnyPath, key: str, reason: str) -> None:
        self.file = str(file)
        self.key = key
        self.reason = reason
        where = f", key {key!r}" if key else ""
        super().__init__(
            f"The model card {self.file} is not valid{where}: {_clause(reason)}. Export the model "
            "again, or correct the card."
        )


class ModelFileMissing(ModelError, FileNotFoundError):
    """The network file that a card names is not there."""

    def __init__(self, file: AnyPath) -> None:
        self.file = str(file)
        super().__init__(
            f"The network file {self.file} is missing, though its card names it. Copy the whole "
            "model folder again; with git, check that large files were fetched."
        )


class ModelFileTruncated(ModelError, ValueError):
    """The network file is shorter than its card says."""

    def __init__(self, file: AnyPath, expected_bytes: int, found_bytes: int) -> None:
        self.file = str(file)
        self.expected_bytes = expected_bytes
        self.found_bytes = found_bytes
        super().__init__(
            f"The network file {self.file} is cut short: {found_bytes} bytes of the "
            f"{expected_bytes} that its card names. Copy the model folder again."
        )


class ModelFileMismatch(ModelError, ValueError):
    """The network file is not the one the card was written for."""

    def __init__(self, file: AnyPath, expected_sha256: str, found_sha256: str) -> None:
        self.file = str(file)
        self.expected_sha256 = expected_sha256
        self.found_sha256 = found_sha256
        super().__init__(
            f"The network file {self.file} is not the one its card describes: its SHA-256 is "
            f"{found_sha256}, the card says {expected_sha256}. Copy model.onnx and card.json "
            "together from one export."
        )


class ModelGraphMismatch(ModelError, ValueError):
    """The network is not a valid graph, or its inputs and outputs are not those of its card."""

    def __init__(self, file: AnyPath, reason: str) -> None:
        self.file = str(file)
        self.reason = reason
        super().__init__(
            f"The network file {self.file} does not fit its card: {_clause(reason)}. Export the "
            "model again, so that model.onnx and card.json are written together."
        )


class NetworkRefused(ModelError, ValueError):
    """A file that was to be imported is no network, or none that can be painted with."""

    def __init__(self, file: AnyPath, reason: str) -> None:
        self.file = str(file)
        self.reason = reason
        super().__init__(
            f"The file {self.file} cannot be imported: {_clause(reason)}. Nothing was written. An "
            "import needs one whole ONNX file of standard operators, a picture in, a picture out."
        )


# --- what is asked for -----------------------------------------------------------------------


class RequestError(ImpastoError):
    """Something is wrong with what was asked for."""


class StrengthOutOfRange(RequestError, ValueError):
    """The strength is outside the range the model was trained for, or not a number."""

    def __init__(self, strength: float, minimum: float, maximum: float) -> None:
        self.strength = strength
        self.minimum = minimum
        self.maximum = maximum
        super().__init__(
            f"The strength {strength:g} is out of range. Give a number from {minimum:g} (the plate "
            f"itself) to {maximum:g}."
        )


class StyleWeightsInvalid(RequestError, ValueError):
    """A mix of styles has a negative or infinite weight, or weighs nothing."""

    def __init__(self, weights: Mapping[str, float], reason: str) -> None:
        self.weights = dict(weights)
        self.reason = reason
        shown = ",".join(f"{name}:{weight:g}" for name, weight in self.weights.items())
        super().__init__(
            f"The mix of styles {shown!r} cannot be used: {_clause(reason)}. Give weights of 0 or "
            "more, at least one above 0, such as a:0.6,b:0.4."
        )


class FrameRangeInvalid(RequestError, ValueError):
    """A text is not a frame range."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(
            f"{text!r} is not a frame range: {_clause(reason)}. Write it as 1001-1024, 1001-1024x2 "
            "or 1001,1003,1010-1020."
        )


class PatternInvalid(RequestError, ValueError):
    """A text names neither a sequence of frames nor a single file."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        super().__init__(
            f"{text!r} is not a file pattern: {_clause(reason)}. Write it as plate.%04d.exr, "
            "plate.####.exr, or the name of one file."
        )


class ColourSpaceUnknown(RequestError, LookupError):
    """The colour configuration has no colour space of this name."""

    def __init__(self, name: str, known: Iterable[str], config: str) -> None:
        self.name = name
        self.known = tuple(known)
        self.config = config
        super().__init__(
            f"The colour space {name!r} is not in the OCIO config {config}. "
            f"{_nearest(name, self.known)} Name one of its spaces, or set $OCIO to your config."
        )


class ColourSpaceNeeded(RequestError, ValueError):
    """A plate is log encoded, and which log it is cannot be told from the file."""

    def __init__(self, path: AnyPath) -> None:
        self.path = str(path)
        super().__init__(
            f"The plate {self.path} says that it is log encoded, and there are many logs. Name its "
            "colour space (--colorspace); the built-in OCIO config has ACEScct, a camera's log "
            "needs a config that has it in $OCIO."
        )


class ColourConfigInvalid(RequestError, ValueError):
    """The OpenColorIO config cannot be read or cannot convert the plates."""

    def __init__(self, config: str, reason: str) -> None:
        self.config = config
        self.reason = reason
        super().__init__(
            f"The OCIO config {config} cannot be used: {_clause(reason)}. Set $OCIO to a config "
            "that works, or unset it for the built-in one."
        )


class EffectControlUnknown(RequestError, LookupError):
    """An effect has no control of this name."""

    def __init__(self, name: str, known: Iterable[str], model: str) -> None:
        self.name = name
        self.known = tuple(known)
        self.model = model
        super().__init__(
            f"The effect {model!r} has no control named {name!r}. {_nearest(name, self.known)}"
        )


class EffectControlInvalid(RequestError, ValueError):
    """The value of an effect's control is outside what it takes, or not a number."""

    def __init__(self, name: str, value: float, minimum: float, maximum: float) -> None:
        self.name = name
        self.value = value
        self.minimum = minimum
        self.maximum = maximum
        super().__init__(
            f"The effect's {name} cannot be {value:g}. Give a number from {minimum:g} to "
            f"{maximum:g}."
        )


class OptionInvalid(RequestError, ValueError):
    """What was typed after the command's name cannot be meant so."""

    def __init__(self, option: str, reason: str) -> None:
        self.option = option
        self.reason = reason
        super().__init__(f"{option}: {_clause(reason)}. `--help` says what it takes.")


class ImportNeeds(RequestError, ValueError):
    """A network to be imported leaves open what only a person can say."""

    def __init__(self, file: AnyPath, needs: Sequence[str]) -> None:
        """``needs`` are clauses that begin with the option's name and its choices."""
        self.file = str(file)
        self.needs = tuple(_clause(need) for need in needs)
        super().__init__(
            f"To import {self.file}, these must be given too: {'; '.join(self.needs)}. `impasto "
            "import --dry-run` tells what was found."
        )


# --- what goes out ---------------------------------------------------------------------------


class ResultError(ImpastoError):
    """Something is wrong with the place the results go to."""


class ResultFolderUnwritable(ResultError, PermissionError):
    """The results' folder cannot be made or written."""

    def __init__(self, folder: AnyPath, reason: str) -> None:
        self.folder = str(folder)
        self.reason = reason
        super().__init__(
            f"The folder {self.folder} cannot be written: {_clause(reason)}. Choose another folder "
            "for the results, or change its permissions."
        )


class DiskFull(ResultError, OSError):
    """The disk filled up while a frame was written."""

    def __init__(self, path: AnyPath) -> None:
        self.path = str(path)
        super().__init__(
            f"The disk is full: {self.path} could not be written, and nothing was left under that "
            "name. Free some space, then render the missing frames again."
        )


class ResultsExist(ResultError, FileExistsError):
    """Frames that would be written are already there."""

    def __init__(self, results: AnyPath, frames: str) -> None:
        self.results = str(results)
        self.frames = frames
        super().__init__(
            f"Results are already at {self.results} (frames {frames}) and were left as they are. "
            "Choose another name, or overwrite them (--overwrite)."
        )


class ResultInUse(ResultError, PermissionError):
    """A result cannot be replaced because another program holds it open, as Windows forbids."""

    def __init__(self, path: AnyPath, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(
            f"The result {self.path} cannot be replaced: {_clause(reason)}. If another program has "
            "it open, close it there; or choose another name for the results."
        )


class FrameClaimed(ResultError, FileExistsError):
    """Another process is painting this very frame to this very place."""

    def __init__(self, frame: int, path: AnyPath) -> None:
        self.frame = frame
        self.path = str(path)
        super().__init__(
            f"Frame {frame} is being painted to {self.path} by another process just now. Wait for "
            "it, choose another name for the results, or let both share the range "
            "(`impasto render --resume`)."
        )


class DemoFolderTaken(ResultError, FileExistsError):
    """The demo replaces its files, and this folder holds files that no demo made."""

    def __init__(self, folder: AnyPath, found: str) -> None:
        """``found`` is the name of one of its files."""
        self.folder = str(folder)
        self.found = found
        super().__init__(
            f"The folder {self.folder} is not the demo's: it holds {found}, and the demo would "
            "replace files in it. Name a new or an empty folder (--out)."
        )


class ModelIdTaken(ResultError, FileExistsError):
    """A model of this name is installed already."""

    def __init__(self, model: str, folder: AnyPath) -> None:
        self.model = model
        self.folder = str(folder)
        super().__init__(
            f"A model named {model!r} is already at {self.folder}, and two of one name would hide "
            "each other. Choose another name (--id), or move that folder away first."
        )


class ResultOverPlate(ResultError, ValueError):
    """The results would be written over the plates."""

    def __init__(self, path: AnyPath) -> None:
        self.path = str(path)
        super().__init__(
            f"The result would be written over its own plate, {self.path}. Choose another folder "
            "or name for the results."
        )


# --- the node inside Nuke --------------------------------------------------------------------


class NodeError(ImpastoError):
    """Something keeps the node from rendering before the worker is asked."""


class PlateNotConnected(NodeError, RuntimeError):
    """Render was pressed on a node without a plate."""

    def __init__(self, node: str) -> None:
        self.node = node
        super().__init__(
            f"{node} has nothing to paint: its input img is not connected. Connect the plate."
        )


class MatteNotConnected(NodeError, RuntimeError):
    """Render was pressed on a node of effects without a matte."""

    def __init__(self, node: str) -> None:
        self.node = node
        super().__init__(
            f"{node} has nothing to make an effect of: its input matte is not connected. Connect a "
            "roto shape, or any matte, to it."
        )


class ScriptNotSaved(NodeError, RuntimeError):
    """The results belong beside the script, and the script has no place yet."""

    def __init__(self, results: str) -> None:
        self.results = results
        super().__init__(
            "The script is not saved, so there is no folder to put the results beside it (they go "
            f"to {results}). Save the script, or name another file in Results."
        )


class NodeBusy(NodeError, RuntimeError):
    """Something that must end first is running."""

    def __init__(self, node: str, reason: str) -> None:
        self.node = node
        self.reason = reason
        super().__init__(
            f"{node} cannot render now: {_clause(reason)}. Wait for it to end, or cancel it."
        )


class ControlInvalid(NodeError, ValueError):
    """A control of the node holds what cannot be rendered."""

    def __init__(self, node: str, control: str, reason: str) -> None:
        self.node = node
        self.control = control
        self.reason = reason
        super().__init__(f"{control} of {node} cannot be used: {_clause(reason)}. Correct it.")


class NodeEdited(NodeError, LookupError):
    """Someone edited the node, and a knob of it, or a node inside, that it needs is gone."""

    def __init__(self, node: str, missing: str) -> None:
        """``missing`` names what is gone with its kind, as in "knob strength"."""
        self.node = node
        self.missing = missing
        super().__init__(
            f"{node} has no {missing}: the Group was edited by hand. Undo that edit, "
            "or create a new ImpastoStyle node, choose the same style and connect it instead."
        )


class NodeNewer(NodeError, RuntimeError):
    """The node was made by a newer plugin, and what is in it is not known here."""

    def __init__(self, node: str, found: int, known: int) -> None:
        """``found`` and ``known`` are versions of the node, not of the product."""
        self.node = node
        self.found = found
        self.known = known
        super().__init__(
            f"{node} was made by a newer Impasto (version {found} of the node, this one knows "
            f"{known}), so it is left as it is; frames that were rendered still show. Install the "
            "newer Impasto to render or change it."
        )


class NodeOlder(NodeError, RuntimeError):
    """The node was made by an older plugin and was not brought to the present version yet."""

    def __init__(self, node: str, found: int, known: int) -> None:
        """``found`` and ``known`` are versions of the node, not of the product."""
        self.node = node
        self.found = found
        self.known = known
        super().__init__(
            f"{node} was made by an older Impasto (version {found} of the node, this one makes "
            f"{known}) and was not brought over yet. Press Render: what keeps it from that is said."
        )


class ImpastoNodeNeeded(NodeError, LookupError):
    """Something was to be done with the selected Impasto nodes, and they are not selected."""

    def __init__(self, action: str, needed: str, found: int) -> None:
        """``needed`` is how many nodes the action takes: ``one`` or ``one or more``."""
        self.action = action
        self.needed = needed
        self.found = found
        super().__init__(
            f"{action} needs {needed} Impasto node, and {found or 'none'} of the selected "
            f"nodes {'are' if found > 1 else 'is'} one. Select {needed} in the node graph, and "
            "choose it again."
        )


class VersionNotFound(NodeError, LookupError):
    """The results' path has no earlier version to go back to."""

    def __init__(self, results: str) -> None:
        self.results = results
        super().__init__(
            f"There is no version before that of {results!r}: versions begin with v1. Go up "
            "instead, or type the path of the results that you want."
        )


class PlateRenderFailed(NodeError, RuntimeError):
    """Nuke could not write the plates for the worker."""

    def __init__(self, node: str, plates: AnyPath, reason: str) -> None:
        self.node = node
        self.plates = str(plates)
        self.reason = reason
        super().__init__(
            f"Nuke could not write the plates of {node} to {self.plates}: {_clause(reason)}. "
            "Correct the nodes above it, or the folder, and render again."
        )


# --- looks -----------------------------------------------------------------------------------


class LookError(ImpastoError):
    """Something is wrong with a look, or with the place where looks are kept."""


class LookInvalid(LookError, ValueError):
    """A file, a text or a node is no look, or one that cannot be used."""

    def __init__(self, source: str, key: str, reason: str) -> None:
        """``source`` says what was read: ``The file /show/looks/rain.json``."""
        self.source = source
        self.key = key
        self.reason = reason
        where = f", key {_shortened(key)!r}" if key else ""
        super().__init__(
            f"{source} is not a look that can be used{where}: {_shortened(_clause(reason))}. Copy "
            "or save the look again where it came from, or correct this value."
        )


class LookUnreadable(LookError, OSError):
    """A look's file is gone or cannot be read."""

    def __init__(self, path: AnyPath, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(
            f"The look {self.path} cannot be read: {_clause(reason)}. Look at the folder again; "
            "if someone replaced or removed it, the earlier file is in its folder 'earlier'."
        )


class LookNotSaved(LookError, OSError):
    """A look could not be written."""

    def __init__(self, look: str, folder: AnyPath, reason: str) -> None:
        self.look = look
        self.folder = str(folder)
        self.reason = reason
        super().__init__(
            f"The look {look!r} was not saved in {self.folder}: {_clause(reason)}. Nothing was "
            "changed there. Correct the folder, its permissions or its free space, and save again."
        )


class LookHasNoPlace(LookError, RuntimeError):
    """There is no folder for the looks that were asked for."""

    def __init__(self, which: str, reason: str) -> None:
        """``which`` are the looks: ``of this shot`` or ``of the show``."""
        self.which = which
        self.reason = reason
        super().__init__(
            f"There is no folder for the looks {which}: {_clause(reason)}. Save the script to keep "
            "looks with the shot; set IMPASTO_LOOKS to a folder to share them in the show."
        )


class ShotPatternInvalid(LookError, ValueError):
    """The pattern that should find the shot's name in the script's path does not."""

    def __init__(self, pattern: str, reason: str) -> None:
        self.pattern = pattern
        self.reason = reason
        super().__init__(
            f"The pattern {pattern!r} in IMPASTO_SHOT_PATTERN gives no shot name: "
            f"{_clause(reason)}. Write a regular expression with a group, such as "
            "/shots/(?P<shot>[^/]+)/, or name the shot in IMPASTO_SHOT."
        )


# --- what the panel keeps for its user -------------------------------------------------------


class PanelError(ImpastoError):
    """Something is wrong with what the panel keeps for its user."""


class FavouritesUnusable(PanelError, OSError):
    """The file of favourite styles cannot be read or written."""

    def __init__(self, path: AnyPath, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(
            f"The favourites in {self.path} cannot be used: {_clause(reason)}. The file was left "
            "as it is; correct or remove it, and mark the styles again."
        )


# --- a job for many machines -----------------------------------------------------------------


class FarmError(ImpastoError):
    """A job for a farm cannot be made, or one of its tasks cannot be done on this host."""


class NothingToSend(FarmError, LookupError):
    """There is nothing to paint in what was to be sent to the farm."""

    def __init__(self, subject: AnyPath, reason: str, remedy: str) -> None:
        self.subject = str(subject)
        self.reason = reason
        super().__init__(f"There is nothing to send of {self.subject}: {_clause(reason)}. {remedy}")


class ScriptHasChanges(FarmError, RuntimeError):
    """What is on screen is not what the farm would read."""

    def __init__(self, script: AnyPath) -> None:
        """``script`` is empty for one that was never saved."""
        self.script = str(script)
        found = f"{self.script} has changes that are not saved" if script else "it has no file yet"
        super().__init__(
            f"The script cannot be sent to the farm, which reads it from disk: {found}. Save it, "
            "and send it again."
        )


class NodesInChain(FarmError, RuntimeError):
    """One node's plates show what another one of the same job has yet to paint."""

    def __init__(self, node: str, above: str) -> None:
        self.node = node
        self.above = above
        super().__init__(
            f"{node} paints what {above} has painted, and one job renders all plates first: they "
            f"would show the plate of {above} alone. Send {above} first and {node} when it is done."
        )


class FarmOutputUnreachable(FarmError, PermissionError):
    """A folder that the job is to write to is not there, or takes no file."""

    def __init__(self, host: str, folder: AnyPath, reason: str) -> None:
        self.host = host
        self.folder = str(folder)
        self.reason = reason
        super().__init__(
            f"The host {host} cannot write to {self.folder}: {_clause(reason)}. Make the folder or "
            "mount its drive there, or correct Results or the Write's file, and send the job again."
        )


class FarmJobInvalid(FarmError, ValueError):
    """The file of a job is absent, or no job."""

    def __init__(self, file: AnyPath, reason: str) -> None:
        self.file = str(file)
        self.reason = reason
        super().__init__(
            f"The job {self.file} cannot be used: {_clause(reason)}. Send it again; a job's file "
            "is not written by hand."
        )


class FarmVersionDiffers(FarmError, RuntimeError):
    """The host has another Impasto than the one that wrote the job."""

    def __init__(self, host: str, found: str, wanted: str) -> None:
        self.host = host
        self.found = found
        self.wanted = wanted
        super().__init__(
            f"The host {host} has Impasto {found} and the job was written by Impasto {wanted}: "
            f"frames of two versions would differ. Install {wanted} on the host, or send the job "
            f"again with {found}."
        )


class FarmModelDiffers(FarmError, LookupError):
    """The host has not the very model that the job is to be painted with."""

    def __init__(
        self, host: str, model: str, wanted: str, found: Sequence[str], places: Iterable[AnyPath]
    ) -> None:
        """``wanted`` is the SHA-256 of the network; ``found`` those of namesakes on the host."""
        self.host = host
        self.model = model
        self.wanted = wanted
        self.found = tuple(found)
        there = ", ".join(digest[:12] for digest in found)
        state = f"has another file of that name ({there})" if found else "has none of that name"
        super().__init__(
            f"The host {host} cannot paint with the model {model!r} of the job (SHA-256 "
            f"{wanted[:12]}): it {state}. Searched: {', '.join(map(str, places))}. Send the "
            "model's folder with the job, or copy it to a place that IMPASTO_MODELS names on the "
            "host."
        )


class GpuNotThere(FarmError, RuntimeError):
    """The job asked for a host with a GPU, and here none works."""

    def __init__(self, host: str, reason: str) -> None:
        self.host = host
        self.reason = reason
        super().__init__(
            f"The host {host} was to have a GPU and none works there: {_clause(reason)}. Repair it "
            "(`impasto doctor` names what is missing), or send the job with --device any, which "
            "goes on with the processor."
        )


class ProgramNotFound(FarmError, FileNotFoundError):
    """A program of others that is to be started is not there."""

    def __init__(self, program: str, remedy: str) -> None:
        self.program = program
        super().__init__(f"The program {program!r} cannot be started: it was not found. {remedy}")


class NukeTaskFailed(FarmError, RuntimeError):
    """Nuke, run in terminal mode, did not do what it was asked for."""

    def __init__(self, program: str, exit_code: int, last_lines: Sequence[str]) -> None:
        self.program = program
        self.exit_code = exit_code
        self.last_lines = tuple(last_lines)
        said = "\n".join(last_lines) or "(nothing)"
        super().__init__(
            f"{program} ended with exit code {exit_code}{_signal_meaning(exit_code)}. Correct what "
            f"its last lines say:\n{said}"
        )


class FramesNotRight(FarmError, RuntimeError):
    """The last look at a job's frames found some that are not as they must be."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        """``problems`` are frame ranges with their pattern, by what is wrong with them."""
        self.problems = dict(problems)
        count = "; ".join(f"{frames}: {what}" for what, frames in problems.items())
        super().__init__(
            f"Not every frame is as it must be. {count}. Run the job again: only these frames are "
            "painted."
        )


# --- what tells Nuke where the plugin is -----------------------------------------------------


class InstallError(ImpastoError):
    """Something is wrong with the lines in Nuke's folder, or where they lead."""


class NukeFolderInvalid(InstallError, ValueError):
    """The folder named as Nuke's cannot be one."""

    def __init__(self, folder: AnyPath, reason: str) -> None:
        self.folder = str(folder)
        self.reason = reason
        super().__init__(
            f"{self.folder} cannot be Nuke's folder: {_clause(reason)}. Name the folder of the "
            "show's init.py (--nuke-dir), or leave the option out for your own .nuke."
        )


class NukeFolderUnread(InstallError, LookupError):
    """Nuke, started from this environment, does not look into the folder that was named."""

    def __init__(self, folder: AnyPath) -> None:
        self.folder = str(folder)
        super().__init__(
            f"Nuke does not read {self.folder}: it is neither your own .nuke nor, in this "
            "environment, on NUKE_PATH. Add it to NUKE_PATH where the show sets it."
        )


class PluginFolderInvalid(InstallError, ValueError):
    """The folder of this Impasto is none that Nuke can load."""

    def __init__(self, folder: AnyPath, reason: str) -> None:
        self.folder = str(folder)
        self.reason = reason
        super().__init__(
            f"Nuke cannot load Impasto from {self.folder}: {_clause(reason)}. Run `impasto "
            "nuke-install` from a whole copy of the project, after `make setup` there."
        )


class StartupFileUnreadable(InstallError, OSError):
    """Nuke's ``init.py`` is there and cannot be read."""

    def __init__(self, path: AnyPath, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(
            f"{self.path} cannot be read: {_clause(reason)}. Correct its permissions, and run "
            "`impasto nuke-install` again."
        )


class StartupFileUnwritable(InstallError, PermissionError):
    """Nuke's ``init.py`` cannot be written; it is as it was."""

    def __init__(self, path: AnyPath, reason: str) -> None:
        self.path = str(path)
        self.reason = reason
        super().__init__(
            f"{self.path} cannot be written: {_clause(reason)}. It was left as it was. Correct "
            "that, or write to another folder (--nuke-dir); `--show` prints the lines to add by "
            "hand."
        )


class StartupFileBroken(InstallError, ValueError):
    """Nuke's ``init.py`` is not Python, so that Nuke runs no line of it."""

    def __init__(self, path: AnyPath, line: int, reason: str) -> None:
        """``line`` counts from 1."""
        self.path = str(path)
        self.line = line
        self.reason = reason
        super().__init__(
            f"Nuke cannot run {self.path}: line {line} is not Python 3 ({_clause(reason)}), so "
            "nothing in the file takes effect. Correct that line, and run `impasto nuke-install` "
            "again."
        )


class InstallLinesEdited(InstallError, ValueError):
    """The lines of ``impasto nuke-install`` are no longer as it wrote them."""

    def __init__(self, path: AnyPath, line: int, reason: str) -> None:
        """``line`` is that of the first mark there is, counted from 1."""
        self.path = str(path)
        self.line = line
        self.reason = reason
        super().__init__(
            f"The lines of `impasto nuke-install` in {self.path}, near line {line}, were changed: "
            f"{_clause(reason)}. Nothing was written, since what is yours there cannot be told. "
            "Take those lines out by hand, both marks included, and run it again."
        )


class PluginNotOnPath(InstallError, LookupError):
    """Nothing tells Nuke where the plugin is."""

    def __init__(self, looked_at: Iterable[AnyPath]) -> None:
        """``looked_at`` are the folders whose ``init.py`` and ``menu.py`` Nuke runs."""
        self.looked_at = tuple(str(place) for place in looked_at)
        super().__init__(
            "Nuke does not find Impasto: neither NUKE_PATH nor the init.py and menu.py in "
            f"{', '.join(self.looked_at)} lead to it. Run: impasto nuke-install."
        )


class PluginFolderMoved(InstallError, FileNotFoundError):
    """Nuke is told a folder in which there is no Impasto."""

    def __init__(self, folder: AnyPath, told_by: str) -> None:
        """``told_by`` is the file and line that name the folder."""
        self.folder = str(folder)
        self.told_by = told_by
        super().__init__(
            f"Nuke looks for Impasto in {self.folder} ({told_by}), and it is not there: the "
            "folder was moved or taken away. Run `impasto nuke-install` where Impasto is now."
        )


class TwoInstallations(InstallError, RuntimeError):
    """Nuke is led to more than one Impasto, or to another than this."""

    def __init__(self, places: Iterable[str]) -> None:
        """``places`` each name a folder, its version and what leads there."""
        self.places = tuple(places)
        super().__init__(
            f"There is more than one Impasto: {'; '.join(self.places)}. Which one Nuke uses "
            "depends on their order. Take away what leads to the others (`impasto nuke-install "
            "--remove` takes its own lines), or run `impasto nuke-install` from the one to keep."
        )


# --- the second process ----------------------------------------------------------------------


class WorkerError(ImpastoError):
    """Something is wrong with the worker process."""


class WorkerNotInstalled(WorkerError, RuntimeError):
    """No Python that has the worker's packages was found."""

    TITLE = "The Impasto worker is not installed"

    def __init__(self, looked_at: Iterable[AnyPath], install: str, named_by: str = "") -> None:
        """``install`` is the command to run, such as ``make setup``.

        ``named_by`` is the environment variable that names the one place, if one does: then the
        place is wrong, and nothing else was looked at.
        """
        self.looked_at = tuple(str(place) for place in looked_at)
        self.install = install
        places = ", ".join(self.looked_at) or "nothing"
        if named_by:
            self.reason = f"{named_by} names {places}, and there is no such file"
            remedy = (
                f"Correct {named_by} where it is set: in the environment, or by `impasto "
                f"nuke-install`, which renews it. If no worker is installed, run: {install}."
            )
        else:
            self.reason = f"no Python with its packages was found (looked at {places})"
            remedy = f"Run: {install}. Or set IMPASTO_PYTHON to the Python that has it."
        super().__init__(f"{self.TITLE}: {self.reason}. {remedy}")


class WorkerBroken(WorkerError, RuntimeError):
    """The worker's Python is there and the worker ends before its first message."""

    def __init__(
        self, python: AnyPath, exit_code: int, last_lines: Sequence[str], install: str
    ) -> None:
        """``exit_code`` as Python's ``subprocess`` gives it; ``install`` is the command to run."""
        self.python = str(python)
        self.exit_code = exit_code
        self.last_lines = tuple(last_lines)
        self.install = install
        said = "\n".join(f"    {line}" for line in self.last_lines)
        said = f"It last printed:\n{said}" if said else "It printed nothing."
        super().__init__(
            f"The Impasto worker does not start: {self.python} ended with exit code {exit_code}"
            f"{_signal_meaning(exit_code)} before its first message. Install it again: {install}. "
            f"{said}"
        )


class WorkerVersionDiffers(WorkerError, RuntimeError):
    """The worker's Python has another version of Impasto than the plugin's folder."""

    def __init__(self, python: AnyPath, found: str, plugin: str, install: str) -> None:
        """``found`` and ``plugin`` are versions; ``install`` is the command to run."""
        self.python = str(python)
        self.found = found
        self.plugin = plugin
        self.install = install
        super().__init__(
            f"The worker's Python {self.python} has Impasto {found}, and the plugin is {plugin}: "
            f"its packages may not fit. Install the worker again: {install}. Or name another "
            "Python (IMPASTO_PYTHON)."
        )


class WorkerDied(WorkerError, RuntimeError):
    """The worker process ended while it was needed."""

    def __init__(self, exit_code: int, last_lines: Sequence[str]) -> None:
        """``exit_code`` as Python's ``subprocess`` gives it: negative is a signal's number."""
        self.exit_code = exit_code
        self.last_lines = tuple(last_lines)
        said = "\n".join(f"    {line}" for line in self.last_lines)
        said = f"It last printed:\n{said}" if said else "It printed nothing."
        super().__init__(
            f"The Impasto worker ended unexpectedly with exit code {exit_code}"
            f"{_signal_meaning(exit_code)}. Render again: it will be started afresh. {said}"
        )


class WorkerTimeout(WorkerError, TimeoutError):
    """The worker did not answer in time."""

    def __init__(
        self, waited_for: str, timeout_seconds: float, last_lines: Sequence[str] = ()
    ) -> None:
        self.waited_for = waited_for
        self.timeout_seconds = timeout_seconds
        self.last_lines = tuple(last_lines)
        said = "\n".join(f"    {line}" for line in self.last_lines)
        super().__init__(
            f"The Impasto worker did not send {waited_for} within {timeout_seconds:g} seconds and "
            "was stopped. Render again; if it stays silent, run `impasto doctor`."
            + (f" It last printed:\n{said}" if said else "")
        )


class WorkerUnexpected(WorkerError, RuntimeError):
    """Nuke's side or the worker met something no class here describes: a fault of the program."""

    def __init__(self, error: str, detail: str) -> None:
        self.error = error
        self.detail = detail
        super().__init__(
            f"Impasto met an error it does not know ({error}: {detail}). This is a fault of the "
            "program: please report it with what was printed, which has the whole traceback."
        )


class OutOfMemory(WorkerError, RuntimeError):
    """A frame does not fit into memory, however small the pieces the network is given.

    Not a ``MemoryError``: Python cannot make one of its subclasses without its facts, which
    ``error_from_wire`` must.
    """

    def __init__(self, width: int, height: int, frame: int | None = None, way_on: str = "") -> None:
        """Take what else helps with this model in ``way_on``, a clause, empty for nothing."""
        self.width = width
        self.height = height
        self.frame = frame
        self.way_on = way_on
        which = "a frame" if frame is None else f"frame {frame},"
        remedy = f"render smaller plates, or {way_on}." if way_on else "or render smaller plates."
        super().__init__(
            f"There is not enough memory to paint {which} of {width} by {height} pixels. Close "
            f"other programs, {remedy}"
        )


class ProtocolMismatch(WorkerError, RuntimeError):
    """Nuke's side and the worker are of different versions."""

    def __init__(self, expected: int, found: int) -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"The Impasto worker speaks protocol {found}, this side speaks {expected}: two "
            "versions are installed. Install the worker again from the folder of this plugin."
        )


class MessageInvalid(WorkerError, ValueError):
    """A line on the wire is not a message."""

    def __init__(self, line: str, key: str, reason: str) -> None:
        self.line = line
        self.key = key
        self.reason = reason
        where = f", key {key!r}" if key else ""
        shown = line if len(line) <= 200 else line[:200] + "..."
        super().__init__(
            f"A line between Nuke and the Impasto worker is not a message{where}: "
            f"{_clause(reason)}. The line: {shown!r}. Something else may be printing into it."
        )


class FieldInvalid(ImpastoError, ValueError):
    """A record was built with a value that cannot be; readers name the file and rethrow."""

    def __init__(self, key: str, reason: str) -> None:
        self.key = key
        self.reason = reason
        super().__init__(f"The value of {key!r} cannot be used: {_clause(reason)}.")


class RenderCancelled(ImpastoError, RuntimeError):
    """The user cancelled the render; not a fault."""

    def __init__(self, written: int) -> None:
        self.written = written
        super().__init__(
            f"Cancelled: {written} frame{'' if written == 1 else 's'} had been written and stay."
        )


def error_from_wire(name: str, message: str) -> ImpastoError:
    """Return the error whose class is called ``name``, carrying the sentence ``message``.

    The facts stay behind in the other process: only ``message`` is set. A name that is not in the
    tree becomes a ``WorkerUnexpected`` that quotes it.
    """
    for error_class in error_classes():
        if error_class.__name__ == name:
            error = error_class.__new__(error_class)
            ImpastoError.__init__(error, message)
            return error
    return WorkerUnexpected(name, message)


def error_classes() -> tuple[type[ImpastoError], ...]:
    """Return every class of the tree, parents before their children."""
    found: list[type[ImpastoError]] = [ImpastoError]
    for error_class in found:
        found.extend(error_class.__subclasses__())
    return tuple(found)


def _clause(reason: str) -> str:
    """Return a reason as it may stand inside a sentence: stripped, without a final full stop."""
    return reason.strip().rstrip(".")


def _shortened(text: str) -> str:
    """Return a text that a stranger wrote, cut to what a person reads in a dialog."""
    return text if len(text) <= 300 else text[:200] + "..."


def _nearest(wanted: str, known: Sequence[str]) -> str:
    """Return the sentence that offers the known names nearest to the one asked for."""
    if not known:
        return "None is installed."
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(wanted.casefold(), list(by_folded), n=3, cutoff=0.5)
    if near:
        return f"Did you mean {' or '.join(by_folded[name] for name in near)}?"
    shown = ", ".join(known[:8])
    return f"There are: {shown}{' and more' if len(known) > 8 else ''}."


def _signal_meaning(exit_code: int) -> str:
    """Return what the commonest deaths mean, since the bare number tells a compositor nothing."""
    return {
        -9: " (killed, most often because the machine ran out of memory)",
        -11: " (crashed)",
        -6: " (aborted)",
        -15: " (stopped by another program)",
        3221225477: " (crashed)",  # Windows: STATUS_ACCESS_VIOLATION
    }.get(exit_code, "")
