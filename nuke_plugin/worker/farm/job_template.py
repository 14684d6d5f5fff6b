"""Holds the job template: the steps of a job as Open Job Description engines read them.

Specification ``jobtemplate-2023-09`` with the extension ``TASK_CHUNKING``: an engine cuts the
frames into contiguous chunks and may size them by what it measures. Steps depend on steps, so the
painting begins when all plates are there. *Check* runs once in a session, before its first chunk.
"""

from __future__ import annotations

from typing import Any

from nuke_plugin.contract.farm_job import GPU, FarmJob
from nuke_plugin.worker.farm.tasks import CHECK, COMP, PAINT, PLATES, VERIFY

TEMPLATE_VERSION = "jobtemplate-2023-09"

_NOTIFY_SECONDS = 30
"""How long a task may take to stop when it is cancelled: it ends between two tiles."""

_CHECK_SECONDS = 600


def template_of(job: FarmJob) -> dict[str, Any]:
    """Return the template of a job; its values stand apart (``job_bundle``)."""
    painting = _step(
        "Paint",
        PAINT,
        "Frames",
        [] if job.script is None else ["Plates"],
        description="Paint the frames. No Nuke is needed.",
    )
    painting["stepEnvironments"] = [_check_environment()]
    if job.device == GPU:
        painting["hostRequirements"] = {"amounts": [{"name": "amount.worker.gpu", "min": 1}]}
    steps = [painting]
    if job.script is not None:
        plates = _step(
            "Plates", PLATES, "Frames", [], description="Render the nodes' plates in Nuke."
        )
        steps.insert(0, plates)
    if job.outputs:
        comp = _step(
            "Comp", COMP, "CompFrames", ["Paint"], description="Render the script's own Writes."
        )
        steps.append(comp)
    steps.append(
        _step(
            "Verify",
            VERIFY,
            None,
            [steps[-1]["name"]],
            description="Read every frame back and list what is not as it must be.",
        )
    )
    return {
        "specificationVersion": TEMPLATE_VERSION,
        "extensions": ["TASK_CHUNKING"],
        "name": "{{Param.JobName}}",
        "parameterDefinitions": _parameters(job),
        "steps": steps,
    }


def _parameters(job: FarmJob) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {"name": "JobName", "type": "STRING", "minLength": 1, "maxLength": 128},
        {
            "name": "JobFile",
            "type": "PATH",
            "objectType": "FILE",
            "dataFlow": "IN",
            "description": "What is painted, and how. Written by Impasto.",
        },
        {"name": "Frames", "type": "STRING", "description": "Frames to paint."},
        {
            "name": "FramesPerTask",
            "type": "INT",
            "minValue": 1,
            "description": "Frames of the first chunks.",
        },
        {
            "name": "TaskSeconds",
            "type": "INT",
            "minValue": 0,
            "description": "How long a task should take; 0 keeps chunks as they are.",
        },
        {
            "name": "Impasto",
            "type": "STRING",
            "default": "impasto",
            "description": "Impasto's command on the hosts.",
        },
    ]
    if job.script is not None:
        parameters.append(
            {
                "name": "Nuke",
                "type": "STRING",
                "default": "nuke",
                "description": "Nuke's program on the hosts.",
            }
        )
    if job.outputs:
        text = "Frames that the script's own Writes render."
        parameters.append({"name": "CompFrames", "type": "STRING", "description": text})
    return parameters


def _step(
    name: str, task: str, frames: str | None, depends_on: list[str], description: str
) -> dict[str, Any]:
    """Return one step: a command over chunks of frames, or once where ``frames`` is None."""
    step: dict[str, Any] = {"name": name, "description": description}
    if depends_on:
        step["dependencies"] = [{"dependsOn": other} for other in depends_on]
    if frames is not None:
        step["parameterSpace"] = {
            "taskParameterDefinitions": [
                {
                    "name": "Frame",
                    "type": "CHUNK[INT]",
                    "range": f"{{{{Param.{frames}}}}}",
                    "chunks": {
                        "defaultTaskCount": "{{Param.FramesPerTask}}",
                        "targetRuntimeSeconds": "{{Param.TaskSeconds}}",
                        "rangeConstraint": "CONTIGUOUS",
                    },
                }
            ]
        }
    arguments = _arguments(task)
    if frames is not None:
        arguments += ["--frames", "{{Task.Param.Frame}}"]
    if task in (PLATES, COMP):
        arguments += ["--nuke", "{{Param.Nuke}}"]
    step["script"] = {"actions": {"onRun": _action(arguments)}}
    return step


def _check_environment() -> dict[str, Any]:
    return {
        "name": "Check",
        "description": "Find out whether the host has what the job needs.",
        "script": {
            "actions": {"onEnter": {**_action(_arguments(CHECK)), "timeout": _CHECK_SECONDS}}
        },
    }


def _arguments(task: str) -> list[str]:
    return [
        "farm-task",
        task,
        "--job",
        "{{Param.JobFile}}",
        "--path-mapping",
        "{{Session.PathMappingRulesFile}}",
    ]


def _action(arguments: list[str]) -> dict[str, Any]:
    return {
        "command": "{{Param.Impasto}}",
        "args": arguments,
        "cancelation": {
            "mode": "NOTIFY_THEN_TERMINATE",
            "notifyPeriodInSeconds": _NOTIFY_SECONDS,
        },
    }
