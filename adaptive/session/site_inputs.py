"""`[[inputs]]` of a site file, beside those of the preset that plays there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec

from adaptive.preset.faults import FaultList
from adaptive.preset.finding import Finding
from adaptive.preset.model import Preset
from adaptive.preset.references import check_inputs
from adaptive.preset.schema import InputTable
from adaptive.site.load import Site


def with_site_inputs(preset: Preset, site: Site | None) -> tuple[Preset, list[Finding]]:
    """Return a preset with the inputs of a site before its own, and what does not fit.

    An input of the site that names nothing of this preset is left out: another preset may have it.
    """
    if site is None or not site.file.inputs:
        return preset, []
    kept: list[InputTable] = []
    findings: list[Finding] = []
    for number, table in enumerate(site.file.inputs):
        found = _faults_of(preset, table)
        if found:
            findings += [replace(one, path=("inputs", number, *one.path[2:])) for one in found]
        else:
            kept.append(table)
    if not kept:
        return preset, _located(findings, site)
    own: Sequence[InputTable] = preset.file.inputs
    file = msgspec.structs.replace(preset.file, inputs=(*kept, *own))
    return replace(preset, file=file), _located(findings, site)


def _located(findings: list[Finding], site: Site) -> list[Finding]:
    """Findings that name the site file and its lines."""
    return [replace(one, file=site.path.name, line=site.source.line_of(one.path)) for one in findings]


def _faults_of(preset: Preset, table: InputTable) -> list[Finding]:
    faults = FaultList(str(preset.folder))
    check_inputs(msgspec.structs.replace(preset.file, inputs=(table,)), faults)
    return faults.findings()
