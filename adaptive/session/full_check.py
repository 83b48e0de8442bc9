"""All that `adaptive check` finds, for the command line and for ``--watch``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from adaptive.analysis.lint import check_files
from adaptive.analysis.measured import LIMIT_BYTES, Measured, beyond_limit, measure_file
from adaptive.engine.bank import Stamp, stamp_of
from adaptive.engine.chunked_frames import LOOK_AHEAD_S as DISK_LOOK_AHEAD_S
from adaptive.engine.decode import decoded_bytes
from adaptive.engine.disk_stream import HEAD_S
from adaptive.engine.impulses import impulse_response
from adaptive.engine.stream_choice import STREAM_BYTES, StreamChoice
from adaptive.errors import AudioFileError, InputError
from adaptive.preset.check import check, ordered
from adaptive.preset.finding import Finding, fault
from adaptive.preset.model import Preset
from adaptive.preset.stems import key_of, named_responses, streamed_files
from adaptive.preset.timing import PREPARE_S
from adaptive.session.playable import instrument_remarks

MOST_NAMED = 4
"""Streamed files that are named; of more, the number is told."""

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
        streamed = choice_of(preset, self._limit_bytes)
        resident = {
            name: replace(file, size_bytes=min(file.size_bytes, STREAM_BYTES))
            if streamed.is_streamed(preset.stems[name].resolve())
            else file
            for name, file in files.items()
        }
        for name, text in beyond_limit(resident, self._limit_bytes):
            faults.append(fault(key_of(preset.file, name), text))
        return {preset.stems[name]: file for name, file in files.items()}, faults

    def _measured_file(self, path: Path) -> Measured:
        key = path, stamp_of(path)
        if key not in self._measured:
            self._measured[key] = measure_file(path, self._limit_bytes)
        return self._measured[key]


def choice_of(preset: Preset, limit_bytes: int) -> StreamChoice:
    """Which files of a preset are streamed."""
    choice = StreamChoice()
    choice.choose(*streamed_files(preset.file, preset.stems), preset.stems.values(), limit_bytes, USUAL_RATE)
    return choice


def stream_sentences(preset: Preset, limit_bytes: int) -> Iterator[str]:
    """Say which stems are streamed, what of them is in memory, and how far ahead they are read."""
    choice = choice_of(preset, limit_bytes)
    paths = dict.fromkeys(preset.stems.values())
    streamed = [path for path in paths if choice.is_streamed(path.resolve())]
    if not streamed:
        return
    yield from choice.remarks
    sizes = {path: decoded_bytes(path, USUAL_RATE) for path in paths}
    whole = sum(sizes.values())
    needed = sum(min(STREAM_BYTES, sizes[path]) if path in streamed else sizes[path] for path in paths)
    names = ", ".join(path.name for path in streamed[:MOST_NAMED])
    names += f" and {len(streamed) - MOST_NAMED} more" if len(streamed) > MOST_NAMED else ""
    yield (
        f"streamed from disk: {names}; recordings need about {needed / 1e6:.0f} MB of memory instead of "
        f"{whole / 1e6:.0f} MB; each stream is read {DISK_LOOK_AHEAD_S:g} s ahead, {HEAD_S:g} s are in "
        f"memory at starts and markers, and an entry at another place is decided {PREPARE_S:g} s before it "
        "(`prepare_s`)"
    )


def _responses(preset: Preset) -> Iterator[Finding]:
    """What is wrong with the impulse responses of inserts."""
    for at, name in named_responses(preset.file):
        try:
            impulse_response(str(preset.stems[name]), USUAL_RATE)
        except AudioFileError:
            continue  # told as of every file
        except InputError as error:
            yield fault(at, str(error))
