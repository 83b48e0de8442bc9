"""What the files of a preset sound like beside each other: loops off the grid, loudness that jumps."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adaptive.analysis.loudness import SILENT_LUFS, integrated_lufs
from adaptive.engine.bank import Audio
from adaptive.music.scale import Key
from adaptive.preset.faults import KeyPath
from adaptive.preset.finding import Finding, warning
from adaptive.preset.lengths import covered_beats, section_length_beats, section_stems, stem_loop_beats
from adaptive.preset.model import Preset
from adaptive.preset.segments import BRIDGE, is_bridge

OFF_GRID_S = 0.03
"""A file that ends so near to a bar line, and not on it, was meant to end on it."""

ON_GRID_S = 0.005

LOUD_PEAK = 1.06
"""Half a decibel above full scale: a file at full scale may come to that by being resampled."""

MOST_TAIL_BEATS = 1.0
END_S, LOUD_END_DB = 0.05, -10.0
"""A tail has died away where its file ends; what is louder there was cut in the middle of the music."""

EVEN_BPM, HEARD_END_DB = 0.02, -45.0
"""A file that would fill its bars at a whole tempo was made at that tempo, if it has not died away where it
ends, or others say the same; trimmed silence and tails end lower, and at whole tempi by chance."""

VARIATION_LU = 3.0
"""Variations of one stem that differ by more are heard as another level, not as another take."""

_KEY = re.compile(r"(?:^|[_\-. ])([A-G][#b]?)[_\-. ]?(m|min|minor|maj|major)(?=$|[_\-. ])")
_MODES = {"m": "minor", "min": "minor", "minor": "minor", "maj": "major", "major": "major"}

LAYER_LU, SECTION_LU = 10.0, 12.0
"""One layer from section to section; the sums of two sections that lead to each other."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A file: seconds, loudness in LUFS, peak, level of its last 50 ms against the whole in dB."""

    seconds: float
    lufs: float
    peak: float
    end_db: float = -math.inf


def measure(audio: Audio, sample_rate: int = 48000) -> Measured:
    """Measure decoded audio, shape (channels, frames)."""
    peak = float(np.abs(audio).max(initial=0.0))
    end = audio[:, -round(END_S * sample_rate) :]
    whole, last = (float(np.sqrt(np.mean(np.square(piece, dtype=np.float64)))) for piece in (audio, end))
    end_db = 20.0 * math.log10(last / whole) if last > 0.0 else -math.inf
    return Measured(audio.shape[1] / sample_rate, integrated_lufs(audio, sample_rate), peak, end_db)


def check_files(preset: Preset, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    """Find loops off the grid, silent and clipped files, and loudness that jumps.

    Parameters
    ----------
    preset : Preset
        Names the files.
    files : mapping of Path to Measured
        Each file that could be read.
    """
    yield from _check_each(preset, files)
    seconds = {path: file.seconds for path, file in files.items()}
    for segment in preset.segments:
        yield from _check_grid(preset, segment, seconds)
        yield from _check_tails(preset, segment, files)
        yield from _check_keys(preset, segment)
        yield from _check_variations(preset, segment, files)
    yield from _check_tempo(preset, files)
    yield from _check_levels(preset, files)


def _at(segment: str, layer: str, preset: Preset) -> KeyPath:
    if is_bridge(segment):
        return ("bridges", segment.removeprefix(BRIDGE), "stem")
    written = preset.file.layers[layer].stem
    return ("layers", layer, "stem", segment) if isinstance(written, dict) else ("layers", layer, "stem")


def _check_each(preset: Preset, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    names = {path: name for name, path in preset.stems.items()}
    for path, file in files.items():
        if file.lufs <= SILENT_LUFS:
            yield warning((names[path],), "is silent from beginning to end")
        elif file.peak > LOUD_PEAK:
            over_db = 20.0 * math.log10(file.peak)
            yield warning(
                (names[path],),
                f"peaks {over_db:.1f} dB above full scale: make the file quieter, or `level_db` lower",
            )


def _loops(
    preset: Preset, segment: str, seconds: Mapping[Path, float]
) -> Iterator[tuple[str, Path, int, float]]:
    """Stems that loop within a part: layer, file, beats of the loop, beats the file covers."""
    length = section_length_beats(preset, segment, seconds)
    for layer, path in section_stems(preset, segment):
        loop = stem_loop_beats(preset, segment, seconds[path], length) if path in seconds else None
        if loop is not None:
            yield layer, path, loop, covered_beats(preset, segment, seconds[path])


def _check_grid(preset: Preset, segment: str, seconds: Mapping[Path, float]) -> Iterator[Finding]:
    """A loop that nearly fills its bars was cut a little beside them."""
    told = set()
    for layer, path, loop, covered in _loops(preset, segment, seconds):
        over_s = (covered - loop) * preset.segments[segment].beat_s
        if path in told:
            continue
        if ON_GRID_S < abs(over_s) <= OFF_GRID_S:
            told.add(path)
            side = "after" if over_s > 0 else "before"
            yield warning(
                _at(segment, layer, preset),
                f"{path.name} ends {abs(over_s) * 1000.0:.0f} ms {side} its last bar does: the loop is off"
                " the grid; check `tempo_bpm` and `first_beat_s`, or cut it to the bar",
            )


def _check_tempo(preset: Preset, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    """Loops made at another tempo: each pass has a hole at its end, or plays into the next."""
    found: dict[tuple[str, int], list[tuple[str, Path, float, int]]] = {}
    seconds = {path: file.seconds for path, file in files.items()}
    for segment, table in preset.segments.items():
        for layer, path, loop, covered in _loops(preset, segment, seconds):
            missing_s = (loop - covered) * table.beat_s
            meant_bpm = 60.0 / table.beat_s * loop / covered
            # what a lead-in holds may complete the end
            is_explained = -OFF_GRID_S <= missing_s <= table.first_beat_s + OFF_GRID_S
            if not is_explained and abs(meant_bpm - round(meant_bpm)) <= EVEN_BPM:
                found.setdefault((segment, round(meant_bpm)), []).append((layer, path, covered, loop))
    for (segment, meant_bpm), stems in found.items():
        layer, path, covered, loop = stems[0]
        paths = {path for _, path, _, _ in stems}
        if len(paths) == 1 and files[path].end_db < HEARD_END_DB:
            continue
        missing_s = (loop - covered) * preset.segments[segment].beat_s
        what = (
            f"{missing_s:.2f} s of each pass are silent"
            if missing_s > 0
            else "the end plays over the next pass"
        )
        more = f" (and {len(paths) - 1} more like it)" if len(paths) > 1 else ""
        yield warning(
            _at(segment, layer, preset),
            f"{path.name} lasts {covered:.2f} beats and loops every {loop}{more}: {what}; "
            f"at {meant_bpm} BPM it would fill them: is `tempo_bpm` right?",
        )


def _check_tails(preset: Preset, segment: str, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    """A file that is cut anywhere loops early, and what is left of it plays over the next pass."""
    seconds = {path: file.seconds for path, file in files.items()}
    told = set()
    for layer, path, loop, covered in _loops(preset, segment, seconds):
        if path in told:
            continue
        if covered - loop > MOST_TAIL_BEATS and files[path].end_db > LOUD_END_DB:
            told.add(path)
            yield warning(
                _at(segment, layer, preset),
                f"{path.name} lasts {covered:.2f} beats: it loops every {loop}, and the {covered - loop:.2f}"
                " behind them play over the next pass, as loud to their end as the rest; cut it to its bars",
            )


def _check_keys(preset: Preset, segment: str) -> Iterator[Finding]:
    """A file whose name declares another key than its section."""
    key, told = Key.parse(preset.segments[segment].key), set()
    for layer, path in section_stems(preset, segment):
        declared = declared_key(path.stem)
        if declared is None or declared.pitch_classes == key.pitch_classes or path in told:
            continue
        told.add(path)
        yield warning(
            _at(segment, layer, preset),
            f"{path.name} says {declared}, and `{segment}` is in {key}",
        )


def declared_key(name: str) -> Key | None:
    """Key that a file's name declares, such as ``drums_F#m`` or ``pad-Bb-major``; None if it has none.

    A single letter declares nothing: it may be a number of a take.

    Examples
    --------
    >>> str(declared_key("02_strings_F#m_140bpm")), declared_key("take_A")
    ('F# minor', None)
    """
    found = _KEY.search(name)
    return None if found is None else Key.parse(f"{found[1]} {_MODES[found[2].lower()]}")


def _check_variations(preset: Preset, segment: str, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    for layer in preset.segments[segment].layers:
        takes = [files[path] for path in preset.variants(layer, segment) if path in files]
        heard = [take.lufs for take in takes if take.lufs > SILENT_LUFS]
        if len(heard) > 1 and max(heard) - min(heard) > VARIATION_LU:
            apart = max(heard) - min(heard)
            yield warning(
                _at(segment, layer, preset), f"takes turns with files {apart:.1f} LU apart in loudness"
            )


def _check_levels(preset: Preset, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    for layer in preset.file.layers:
        heard = {
            segment: max(files[path].lufs for path in preset.variants(layer, segment) if path in files)
            for segment in preset.file.sections
            if layer in preset.segments[segment].layers
            and any(path in files for path in preset.variants(layer, segment))
        }
        if heard and max(heard.values()) - min(heard.values()) > LAYER_LU:
            loud, soft = max(heard, key=heard.__getitem__), min(heard, key=heard.__getitem__)
            yield warning(
                ("layers", layer, "stem"),
                f"is {heard[loud] - heard[soft]:.1f} LU louder in `{loud}` than in `{soft}`",
            )
    sums = {segment: _sum_lufs(preset, segment, files) for segment in preset.file.sections}
    heard = {segment: lufs for segment, lufs in sums.items() if lufs > SILENT_LUFS}
    if heard and max(heard.values()) - min(heard.values()) > SECTION_LU:
        loud, soft = max(heard, key=heard.__getitem__), min(heard, key=heard.__getitem__)
        yield warning(
            ("sections", soft),
            f"its stems are {heard[loud] - heard[soft]:.1f} LU softer than those of `{loud}`, all together",
        )


def _sum_lufs(preset: Preset, segment: str, files: Mapping[Path, Measured]) -> float:
    """Loudness of a section's stems together, as if they had nothing in common."""
    power = 0.0
    for layer in preset.segments[segment].layers:
        takes = [files[path].lufs for path in preset.variants(layer, segment) if path in files]
        power += 10.0 ** (max(takes) / 10.0) if takes else 0.0
    return 10.0 * math.log10(power) if power else SILENT_LUFS
