"""All that `adaptive check` finds, for the command line and for ``--watch``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from adaptive.analysis.lint import check_files
from adaptive.analysis.measured import LIMIT_BYTES, Measured, beyond_limit, measure_file
from adaptive.engine.bank import Stamp, stamp_of
from adaptive.engine.impulses import impulse_response
from adaptive.errors import AudioFileError, InputError
from adaptive.preset.check import check, ordered
from adaptive.preset.finding import Finding, fault
from adaptive.preset.model import Preset
from adaptive.preset.stems import key_of, named_responses
from adaptive.session.playable import instrument_remarks

USUAL_RATE = 48_000
"""Frames a second at which impulse responses are read to be checked."""


class FullCheck:
    """Checks presets and their files; a file that has not changed is measured once.

    Parameters
    ----------
    limit_bytes : int
        What all stems together may take.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._measured: dict[tuple[Path, Stamp], Measured] = {}

    def findings(self, preset: Preset) -> list[Finding]:
        """Return all faults and warnings of a preset that can be loaded, in the order of its file."""
        files, faults = self._measure(preset)
        found = check(preset, {path: file.seconds for path, file in files.items()})
        remarks = instrument_remarks(preset)
        return ordered(preset, [*faults, *found, *remarks, *check_files(preset, files)])

    def _measure(self, preset: Preset) -> tuple[Mapping[Path, Measured], list[Finding]]:
        files: dict[str, Measured] = {}
        faults = []
        for name, path in preset.stems.items():
            try:
                files[name] = self._measured_file(path)
            except AudioFileError as error:
                faults.append(fault(key_of(preset.file, name), str(error)))
        faults += _responses(preset)
        for name, text in beyond_limit(files, self._limit_bytes):
            faults.append(fault(key_of(preset.file, name), text))
        return {preset.stems[name]: file for name, file in files.items()}, faults

    def _measured_file(self, path: Path) -> Measured:
        key = path, stamp_of(path)
        if key not in self._measured:
            self._measured[key] = measure_file(path, self._limit_bytes)
        return self._measured[key]


def _responses(preset: Preset) -> Iterator[Finding]:
    """What is wrong with the impulse responses of inserts."""
    for at, name in named_responses(preset.file):
        try:
            impulse_response(str(preset.stems[name]), USUAL_RATE)
        except AudioFileError:
            continue  # told as of every file
        except InputError as error:
            yield fault(at, str(error))
