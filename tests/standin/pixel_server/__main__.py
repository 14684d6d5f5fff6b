"""Computes pictures for the stand-in host: one JSON request a line on stdin, one answer on stdout.

Runs on the worker's Python (numpy, OpenEXR); the host may be any Python Nuke has.
"""

from __future__ import annotations

import json
import sys
from collections import OrderedDict
from typing import Any

import exr_file
import movie_file
import numpy as np
from mixing import NotModelled
from operators import OPERATORS
from picture import Format, Picture, black, channel_name, selected

_CACHED_READS = 48


class Failure(Exception):
    """A node that cannot show its picture."""

    def __init__(self, node: str, text: str) -> None:
        super().__init__(text)
        self.node = node


class Server:
    """Keeps what Reads have loaded: as in Nuke, a rewritten file shows after its Read's reload."""

    def __init__(self) -> None:
        self.reads: OrderedDict[tuple[str, int], Picture | exr_file.ReadFailure] = OrderedDict()

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do what one request asks; raises `Failure` or `NotModelled`."""
        if request["do"] == "forget":
            self.reads.clear()
            return {}
        if request["do"] == "store":
            exr_file.store(request["file"], request)
            return {}
        if request["do"] == "load":
            return exr_file.load(request["file"])
        if request["do"] == "movie":
            pictures = [self.picture(wanted) for wanted in request["pictures"]]
            movie_file.write(request["file"], pictures, request["rate"])
            return {}
        picture = self.picture(request)
        return getattr(self, f"_{request['do']}")(request, picture)

    def picture(self, request: dict[str, Any]) -> Picture:
        """Compute the request's operations and return the picture of its target."""
        made: list[Picture] = []
        default = black(Format(**request["format"]))

        def shown(index: int | None) -> Picture:
            return default if index is None else made[index]

        for operation in request["operations"]:
            if operation["op"] == "read":
                made.append(self.read(operation))
                continue
            extra = {}
            if operation.get("mask"):
                extra["mask"] = shown(operation["mask"]["input"])
            pictures = [shown(index) for index in operation.get("inputs", [])]
            made.append(OPERATORS[operation["op"]](operation, pictures, extra))
        return shown(request["target"])

    def read(self, operation: dict[str, Any]) -> Picture:
        """Return what a Read shows, by its on_error where the file cannot be read."""
        loaded = self._load(operation["file"], operation["frame"], operation["version"])
        if isinstance(loaded, exr_file.ReadFailure):
            loaded = self._instead(operation, loaded)
        if operation["auto_alpha"] and "rgba.alpha" not in loaded.channels:
            ones = np.ones(
                (loaded.bbox[3] - loaded.bbox[1], loaded.bbox[2] - loaded.bbox[0]), np.float32
            )
            loaded = Picture(
                {**loaded.channels, "rgba.alpha": ones}, loaded.bbox, loaded.format, loaded.metadata
            )
        return loaded

    def _instead(self, operation: dict[str, Any], failure: exr_file.ReadFailure) -> Picture:
        format = Format(**operation["format"])
        choice = operation["on_error"]
        if choice == "black":
            names = selected("rgb", [])
            return Picture(
                {n: np.zeros((format.height, format.width), np.float32) for n in names},
                format.box,
                format,
            )
        if choice == "checkerboard":
            board = (
                np.add.outer(np.arange(format.height) // 2, np.arange(format.width) // 2) % 2
            ).astype(np.float32)
            return Picture(dict.fromkeys(selected("rgb", []), board), format.box, format)
        if choice == "nearest frame" and operation["nearest"] is not None:
            near = self._load(operation["nearest"], operation["frame"], operation["version"])
            if isinstance(near, Picture):
                return near
        raise Failure(operation["node"], str(failure))

    def _load(self, path: str, frame: int, version: int) -> Picture | exr_file.ReadFailure:
        key = (path, version)
        if key not in self.reads:
            try:
                self.reads[key] = exr_file.read(path, frame)
            except exr_file.ReadFailure as failure:
                self.reads[key] = failure
            while len(self.reads) > _CACHED_READS:
                self.reads.popitem(last=False)
        return self.reads[key]

    # -- answers ------------------------------------------------------------------
    def _info(self, request: dict[str, Any], picture: Picture) -> dict[str, Any]:
        size = {
            "width": picture.format.width,
            "height": picture.format.height,
            "aspect": picture.format.aspect,
        }
        metadata = {name: _plain(value) for name, value in picture.metadata.items()}
        return {
            "channels": list(picture.channels),
            "bbox": list(picture.bbox),
            "format": size,
            "metadata": metadata,
        }

    def _sample(self, request: dict[str, Any], picture: Picture) -> dict[str, Any]:
        x, y = int(np.floor(request["x"])), int(np.floor(request["y"]))
        width, height = max(1, round(request["dx"] or 1)), max(1, round(request["dy"] or 1))
        left, bottom = x - (width - 1) // 2, y - (height - 1) // 2
        box = (left, bottom, left + width, bottom + height)
        return {"value": float(picture.over(box, channel_name(request["channel"])).mean())}

    def _rows(self, request: dict[str, Any], picture: Picture) -> dict[str, Any]:
        return {
            "rows": picture.over(picture.format.box, channel_name(request["channel"]))
            .astype(float)
            .tolist()
        }

    def _write(self, request: dict[str, Any], picture: Picture) -> dict[str, Any]:
        if request["interleave"] != "channels, layers and views":
            raise NotModelled(f"interleave {request['interleave']!r}")
        names = selected(request["channels"], list(picture.channels))
        if not names:
            raise Failure(request["node"], "Missing input channel")
        try:
            exr_file.write(request["file"], picture, names, request)
        except OSError as failure:
            raise Failure(request["node"], f"{request['file']}: {failure.strerror}") from failure
        return {}


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int, float, bool)):
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    return str(value)


def main() -> None:
    """Answer requests until stdin ends."""
    server = Server()
    for line in sys.stdin:
        try:
            answer = server.answer(json.loads(line))
        except Failure as failure:
            answer = {"error": str(failure), "node": failure.node}
        except NotModelled as failure:
            answer = {"not_modelled": str(failure)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


main()
