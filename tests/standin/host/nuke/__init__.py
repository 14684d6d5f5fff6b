"""The stand-in's `nuke`: the names of Nuke's Python API that the plugin and its tests use."""

from __future__ import annotations

from typing import Any

from nuke_standin.array_knob import Array_Knob
from nuke_standin.boxes import Box
from nuke_standin.callbacks import (
    addAfterFrameRender,
    addAfterRender,
    addBeforeFrameRender,
    addBeforeRender,
    addKnobChanged,
    addOnCreate,
    addOnDestroy,
    addOnScriptClose,
    addOnScriptLoad,
    addOnScriptSave,
    addOnUserCreate,
    removeAfterFrameRender,
    removeAfterRender,
    removeBeforeFrameRender,
    removeBeforeRender,
    removeKnobChanged,
    removeOnCreate,
    removeOnDestroy,
    removeOnScriptClose,
    removeOnScriptLoad,
    removeOnScriptSave,
    removeOnUserCreate,
)
from nuke_standin.choice_knobs import (
    CascadingEnumeration_Knob,
    Channel_Knob,
    ChannelMask_Knob,
    EditableEnumeration_Knob,
    Enumeration_Knob,
    Pulldown_Knob,
    Radio_Knob,
)
from nuke_standin.creation import Nodes, clone, createNode, delete, nodeCopy, nodePaste
from nuke_standin.execution import cancel, execute, executeMultiple, executing
from nuke_standin.formats import Format, addFormat, formats
from nuke_standin.frame_ranges import FrameRange, FrameRanges
from nuke_standin.group import Group, Root
from nuke_standin.interaction import (
    ProgressTask,
    alert,
    ask,
    choice,
    critical,
    debug,
    error,
    getFilename,
    getInput,
    message,
    tprint,
    warning,
)
from nuke_standin.knob import (
    ALWAYS_SAVE,
    DISABLED,
    DO_NOT_WRITE,
    ENDLINE,
    INVISIBLE,
    KNOB_CHANGED_ALWAYS,
    KNOB_CHANGED_RECURSIVE,
    NO_ANIMATION,
    NO_UNDO,
    READ_ONLY,
    STARTLINE,
    Knob,
)
from nuke_standin.main_thread import executeInMainThread, executeInMainThreadWithResult
from nuke_standin.menus import Menu, MenuItem, ToolBar, getPaneFor, menu, toolbar
from nuke_standin.node import Node
from nuke_standin.number_knobs import (
    AColor_Knob,
    BBox_Knob,
    Boolean_Knob,
    Color_Knob,
    Disable_Knob,
    Double_Knob,
    Int_Knob,
    Unsigned_Knob,
    WH_Knob,
    XY_Knob,
    XYZ_Knob,
)
from nuke_standin.other_knobs import (
    TABBEGINCLOSEDGROUP,
    TABBEGINGROUP,
    TABENDGROUP,
    TABKNOB,
    BeginTabGroup_Knob,
    EndTabGroup_Knob,
    Format_Knob,
    Link_Knob,
    Tab_Knob,
)
from nuke_standin.script_text import (
    TO_SCRIPT,
    TO_VALUE,
    WRITE_ALL,
    WRITE_NON_DEFAULT_ONLY,
    WRITE_USER_KNOB_DEFS,
)
from nuke_standin.scripts import (
    allNodes,
    exists,
    expression,
    filename,
    frame,
    modified,
    root,
    script_directory,
    scriptClear,
    scriptName,
    scriptOpen,
    scriptReadFile,
    scriptReadText,
    scriptSave,
    scriptSaveAs,
    selectedNode,
    selectedNodes,
    tcl,
    thisClass,
    thisGroup,
    thisKnob,
    thisNode,
    thisParent,
    thisRoot,
    thisView,
    toNode,
    value,
    views,
)
from nuke_standin.session import session as _session
from nuke_standin.startup import pluginAddPath, pluginAppendPath, pluginPath
from nuke_standin.startup import reset as _reset
from nuke_standin.text_knobs import (
    EvalString_Knob,
    File_Knob,
    Multiline_Eval_String_Knob,
    PyCustom_Knob,
    PyScript_Knob,
    PythonKnob,
    Script_Knob,
    String_Knob,
    Text_Knob,
)
from nuke_standin.undo_log import Undo

GUI: bool = True
INTERACTIVE: bool = True
NUKE_VERSION_MAJOR: int = _session.version_major
NUKE_VERSION_MINOR: int = 0
NUKE_VERSION_RELEASE: int = 1
NUKE_VERSION_STRING: str = f"{NUKE_VERSION_MAJOR}.0v1"
EXE_PATH: str = _session.raw_args[0]
INPUTS: int = 2
HIDDEN_INPUTS: int = 4
EXPRESSIONS: int = 1
LINKINPUTS: int = 8
rawArgs = _session.raw_args
nodes = Nodes()
env: dict[str, Any] = {
    "gui": True,
    "interactive": True,
    "nc": False,
    "studio": False,
    "nukex": False,
    "assist": False,
    "NukeVersionMajor": NUKE_VERSION_MAJOR,
    "NukeVersionMinor": NUKE_VERSION_MINOR,
    "NukeVersionRelease": NUKE_VERSION_RELEASE,
    "NukeVersionString": NUKE_VERSION_STRING,
    "ExecutablePath": EXE_PATH,
}


def sample(n: Node, c: str, x: float, y: float, dx: Any = None, dy: Any = None) -> float:
    return n.sample(c, x, y, dx, dy)


_reset(gui=True)
