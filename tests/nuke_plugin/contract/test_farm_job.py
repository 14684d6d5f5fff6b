"""Promises of a farm's job: it is read as it was written, on another host, or not at all."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from nuke_plugin.contract.effect_request import EffectMoment, RenderEffect
from nuke_plugin.contract.errors import FarmJobInvalid, FarmVersionDiffers, FieldInvalid
from nuke_plugin.contract.farm_job import FarmJob, FarmModel, FarmOutput, FarmPainting
from nuke_plugin.contract.messages import Render
from nuke_plugin.contract.path_mapping import PathMapping, PathRule
from nuke_plugin.contract.version import VERSION

REQUEST = Render(
    id=0,
    plates="/show/plates/p.%04d.exr",
    results="/show/painted/p.%04d.exr",
    frames="1001-1003",
    model="tiny",
    styles={"warm": 1.0},
    strength=1.0,
    colorspace=None,
    keep_going=False,
    overwrite=True,
    fingerprints={"1001": "ab", "1002": "cd"},
)
JOB = FarmJob(
    impasto=VERSION,
    name="comp",
    script="/show/comp.nk",
    nodes=("ImpastoStyle1",),
    paintings=(
        FarmPainting("ImpastoStyle1", REQUEST, "ab"),
        FarmPainting("ImpastoStyle1", replace(REQUEST, frames="1010"), "ab"),
    ),
    models=(FarmModel("tiny", "0" * 64, "/show/models/tiny"),),
    outputs=(FarmOutput("Write1", "/show/comp/c.%04d.exr", "1001-1003"),),
    inputs=("/show/scan/s.%04d.exr",),
    device="any",
    colour_config="/show/config.ocio",
    keep_going=False,
    largest_px=(64, 36),
)


def test_a_job_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Nothing is lost on the way through the file; its frames are those of all paintings."""
    file = tmp_path / "job.json"
    file.write_text(JOB.to_json(), encoding="utf-8")
    assert FarmJob.from_file(file, "node7") == JOB
    assert JOB.frames.to_text() == "1001-1003,1010"
    assert JOB.output_frames.to_text() == "1001-1003"


def test_effects_are_read_as_effects(tmp_path: Path) -> None:
    """A painting's request is told by its keys; one with a key too few is refused by its place."""
    effect = RenderEffect(
        id=0,
        plates="/show/plates/m.%04d.exr",
        results="/show/fire/f.%04d.exr",
        frames="1001",
        model="fire",
        channel="A",
        seed=3,
        scale=1.0,
        intensity=1.0,
        controls={"wind": 0.5},
        moments={"1001": EffectMoment(1001.0)},
        loop=None,
        colorspace=None,
        keep_going=False,
        overwrite=True,
        fingerprints={"1001": "ef"},
    )
    job = replace(JOB, paintings=(*JOB.paintings, FarmPainting("ImpastoEffect1", effect, "ef")))
    file = tmp_path / "job.json"
    file.write_text(job.to_json(), encoding="utf-8")
    read = FarmJob.from_file(file, "node7")
    assert read == job
    mapped = read.mapped(PathMapping((PathRule("/show", False, "/mnt/s"),)))
    assert mapped.paintings[2].request.results == "/mnt/s/fire/f.%04d.exr"
    file.write_text(job.to_json().replace('"seed": 3,', ""), encoding="utf-8")
    with pytest.raises(FarmJobInvalid, match=r"paintings\[2\]\.request\.seed"):
        FarmJob.from_file(file, "node7")


def test_every_path_is_mapped() -> None:
    """Script, plates, results, models, inputs, outputs and colours stand elsewhere; names stay."""
    mapped = JOB.mapped(PathMapping((PathRule("/show", False, "/mnt/s"),)))
    assert "/show/" not in mapped.to_json()
    assert mapped.to_json() == JOB.to_json().replace("/show/", "/mnt/s/")
    built_in = replace(JOB, colour_config="ocio://default")
    assert built_in.mapped(PathMapping()).colour_config == "ocio://default"


def test_another_version_is_refused_by_name(tmp_path: Path) -> None:
    """Host and both versions are said, also when the other version has keys of its own."""
    file = tmp_path / "job.json"
    value = {**json.loads(JOB.to_json()), "impasto": "9.9.9", "seed": 4}
    file.write_text(json.dumps(value), encoding="utf-8")
    with pytest.raises(FarmVersionDiffers, match=f"node7 has Impasto {VERSION} .* Impasto 9.9.9"):
        FarmJob.from_file(file, "node7")


def test_what_is_no_job_is_refused(tmp_path: Path) -> None:
    """An absent file, another text, an unknown key and an unknown device are told with the key."""
    file = tmp_path / "job.json"
    with pytest.raises(FarmJobInvalid, match="cannot be read"):
        FarmJob.from_file(file, "node7")
    file.write_text("frames", encoding="utf-8")
    with pytest.raises(FarmJobInvalid, match="not JSON"):
        FarmJob.from_file(file, "node7")
    file.write_text(json.dumps({**json.loads(JOB.to_json()), "seed": 4}), encoding="utf-8")
    with pytest.raises(FarmJobInvalid, match="seed"):
        FarmJob.from_file(file, "node7")
    with pytest.raises(FieldInvalid, match="any or gpu or cpu"):
        replace(JOB, device="quantum")
