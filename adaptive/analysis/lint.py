"""Checks the audio files of a preset: loops off the grid, wrong tempo or key, differences in loudness."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from adaptive.analysis.loudness import SILENT_LUFS
from adaptive.analysis.measured import Measured
from adaptive.analysis.other_tempo import SAME_TEMPO, OtherTempo, filled_tempo
from adaptive.engine.loops import ROUNDING_S
from adaptive.music.scale import Key
from adaptive.preset.faults import KeyPath
from adaptive.preset.finding import Finding, warning
from adaptive.preset.lengths import (
    covered_beats,
    held_intro_beats,
    section_length_beats,
    section_stems,
    stem_loop_beats,
)
from adaptive.preset.model import Preset
from adaptive.preset.segments import BRIDGE, is_bridge
from adaptive.preset.stems import key_of

OFF_GRID_S = 0.03
"""A file that ends this near to a bar line was meant to end on it."""

LOUD_PEAK = 1.06
"""Half a decibel above full scale; resampling may raise the peak of a file at full scale to this."""

MOST_TAIL_BEATS = 1.0
LOUD_END_DB = -10.0
"""A tail decays before the end of its file.

If the last 50 ms are louder than this against the whole file, the file was cut within the music.
"""

LOUD_EDGE_DB = -20.0
"""A tail of some milliseconds is recognised by its last 2 ms, which are softer than this."""

EVEN_BPM, AUDIBLE_END_DB = 0.02, -45.0
"""A file was made at another tempo if it would fill its bars at a whole number of BPM, within `EVEN_BPM`.

A single file is reported only if its end is louder than `AUDIBLE_END_DB`, because trimmed silence and decayed
tails may end at a whole tempo by chance; several files with the same tempo are always reported.
"""

VARIATION_LU = 3.0
"""Variations of one layer that differ by more are heard as a change of level."""

_KEY = re.compile(r"(?:^|[_\-. ])([A-G][#b]?)[_\-. ]?(m|min|minor|maj|major)(?=$|[_\-. ])")
_MODES = {"m": "minor", "min": "minor", "minor": "minor", "maj": "major", "major": "major"}

LAYER_LU, SECTION_LU = 10.0, 12.0
"""The largest difference in loudness of one layer between sections, and between the sums of sections."""


def check_files(preset: Preset, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    """Find loops off the grid, wrong tempi and keys, silent and clipped files, and differences in loudness.

    Parameters
    ----------
    preset : Preset
        The preset that uses the files.
    files : mapping of Path to Measured
        The measurements of each file that could be read.
    """
    yield from _check_each(preset, files)
    for segment in preset.segments:
        yield from _check_grid(preset, segment, files)
        other = _other_tempi(preset, segment, files)
        yield from _check_other_tempo(preset, segment, other)
        yield from _check_tails(preset, segment, files, other)
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
    yield from _check_remarks(names, files)
    for path, file in files.items():
        if file.lufs <= SILENT_LUFS:
            yield warning(key_of(preset.file, names[path]), f"{path.name} is silent from beginning to end")
        elif file.peak > LOUD_PEAK:
            over_db = 20.0 * math.log10(file.peak)
            yield warning(
                key_of(preset.file, names[path]),
                f"{path.name} peaks {over_db:.1f} dB above full scale: make the file quieter, or `level_db`"
                " lower",
            )


def _check_remarks(names: Mapping[Path, str], files: Mapping[Path, Measured]) -> Iterator[Finding]:
    """Tell what is unusual in files; what is true of several is told once."""
    told: dict[str, list[Path]] = {}
    for path, file in files.items():
        for remark in file.remarks:
            told.setdefault(remark, []).append(path)
    for remark, paths in told.items():
        more = f" (and {len(paths) - 1} more like it)" if len(paths) > 1 else ""
        yield warning((names[paths[0]],), remark + more)


def _loops(
    preset: Preset, segment: str, seconds: Mapping[Path, float]
) -> Iterator[tuple[str, Path, int, float]]:
    """Stems that loop within a part: layer, file, beats of the loop, beats the file covers."""
    length = section_length_beats(preset, segment, seconds)
    for layer, path in section_stems(preset, segment):
        held = held_intro_beats(preset, segment, layer)
        loop = stem_loop_beats(preset, segment, seconds[path], length, held) if path in seconds else None
        if loop is not None:
            yield layer, path, loop, covered_beats(preset, segment, seconds[path], held)


def _lead_in_s(preset: Preset, segment: str, layer: str) -> float:
    """Seconds that a layer's stem holds before beat 1 of its loop, an introduction among them."""
    table = preset.segments[segment]
    return table.first_beat_s + held_intro_beats(preset, segment, layer) * table.beat_s


def _check_grid(preset: Preset, segment: str, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    """Find loops that end up to 30 ms beside their last bar line, without a lead-in or tail as the reason.

    A lead-in as long as what is missing completes the file; a surplus that decays is a tail.
    """
    seconds = {path: file.seconds for path, file in files.items()}
    table, reported = preset.segments[segment], set()
    for layer, path, loop, covered in _loops(preset, segment, seconds):
        over_s = (covered - loop) * table.beat_s
        is_completed = over_s < 0.0 and -over_s <= _lead_in_s(preset, segment, layer) + ROUNDING_S
        # what a wrapped stem holds after its pass is not heard
        is_tail = over_s > 0.0 and (files[path].edge_db < LOUD_EDGE_DB or preset.is_wrapped(layer))
        if (
            path in reported
            or is_completed
            or is_tail
            or not ROUNDING_S < round(abs(over_s), 6) <= OFF_GRID_S
        ):
            continue
        reported.add(path)
        side = "after" if over_s > 0 else "before"
        what = "the surplus plays over the next pass" if over_s > 0 else "each pass ends in silence"
        yield warning(
            _at(segment, layer, preset),
            f"{path.name} ends {abs(over_s) * 1000.0:.0f} ms {side} its last bar does: {what};"
            " check `tempo_bpm` and `first_beat_s`, or cut it to the bar",
        )


def _check_tempo(preset: Preset, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    """Find loops made at another tempo: each pass ends with silence, or overlaps the next."""
    found: dict[tuple[str, int], list[tuple[str, Path, float, int]]] = {}
    seconds = {path: file.seconds for path, file in files.items()}
    for segment, table in preset.segments.items():
        for layer, path, loop, covered in _loops(preset, segment, seconds):
            missing_s = (loop - covered) * table.beat_s
            meant_bpm = 60.0 / table.beat_s * loop / covered
            # the lead-in may complete the end of the file
            is_explained = -OFF_GRID_S <= missing_s <= _lead_in_s(preset, segment, layer) + OFF_GRID_S
            if not is_explained and abs(meant_bpm - round(meant_bpm)) <= EVEN_BPM:
                found.setdefault((segment, round(meant_bpm)), []).append((layer, path, covered, loop))
    for (segment, meant_bpm), stems in found.items():
        layer, path, covered, loop = stems[0]
        paths = {path for _, path, _, _ in stems}
        if len(paths) == 1 and files[path].end_db < AUDIBLE_END_DB:
            continue
        missing_s = (loop - covered) * preset.segments[segment].beat_s
        if missing_s > 0.0:
            what = f"{missing_s:.2f} s of each pass are silent"
        elif preset.is_wrapped(layer):
            what = "the end is not heard"
        else:
            what = "the end plays over the next pass"
        more = f" (and {len(paths) - 1} more like it)" if len(paths) > 1 else ""
        yield warning(
            _at(segment, layer, preset),
            f"{path.name} lasts {covered:.2f} beats and loops every {loop}{more}: {what}; "
            f"at {meant_bpm} BPM it would fill them: is `tempo_bpm` right?",
        )


def _other_tempi(
    preset: Preset, segment: str, files: Mapping[Path, Measured]
) -> dict[Path, tuple[float, OtherTempo]]:
    """Files that do not fill their bars, but would at another tempo: the beats they cover, and that tempo.

    A file that does not loop, or is as loud after its loop as within it, is listened to; of others the name
    is read.
    """
    seconds = {path: file.seconds for path, file in files.items()}
    table, found = preset.segments[segment], {}
    loops = {path: (loop, covered) for _, path, loop, covered in _loops(preset, segment, seconds)}
    for layer, path in section_stems(preset, segment):
        if path not in seconds or path in found:
            continue
        covered = covered_beats(preset, segment, seconds[path], held_intro_beats(preset, segment, layer))
        loop = loops[path][0] if path in loops else None
        if loop is not None and abs(covered - round(covered)) * table.beat_s <= OFF_GRID_S:
            continue
        is_odd = loop is None or _is_cut_music(preset, layer, covered - loop, files[path])
        quarters = table.meter[0] * 4.0 / table.meter[1]
        length_s = seconds[path] - table.first_beat_s
        other = filled_tempo(path, length_s, table.tempo_bpm, quarters, by_ear=is_odd)
        if other is not None:
            found[path] = covered, other
    return found


def _check_other_tempo(
    preset: Preset, segment: str, other: Mapping[Path, tuple[float, OtherTempo]]
) -> Iterator[Finding]:
    """Ask for the tempo of a section whose files were made at another one."""
    first = next(iter(other.items()), None)
    if first is None:
        return
    path, (covered, tempo) = first
    same = [name for name, (_, one) in other.items() if abs(one.bpm / tempo.bpm - 1.0) < SAME_TEMPO]
    more = f" (and {len(same) - 1} more like it)" if len(same) > 1 else ""
    name = segment.removeprefix(BRIDGE)
    kind = "bridges" if is_bridge(segment) else "sections"
    tables = preset.file.bridges if is_bridge(segment) else preset.file.sections
    written = tables[name].tempo_bpm
    at: KeyPath = (kind, name) if written is None else (kind, name, "tempo_bpm")
    yield warning(
        at,
        f"`{path.name}`{more} lasts {covered:.2f} beats at the {preset.segments[segment].tempo_bpm:g} BPM of"
        f" `{name}`, and {tempo.bars} bars at {tempo.bpm:g} BPM, as {tempo.source} says:"
        f" {'is `tempo_bpm` missing here' if written is None else 'is this tempo right'}?",
    )


def _is_cut_music(preset: Preset, layer: str, over_beats: float, file: Measured) -> bool:
    """Whether more than a beat of loud music follows the loop of a file, and overlaps the next pass."""
    return not preset.is_wrapped(layer) and over_beats > MOST_TAIL_BEATS and file.end_db > LOUD_END_DB


def _check_tails(
    preset: Preset,
    segment: str,
    files: Mapping[Path, Measured],
    other: Mapping[Path, tuple[float, OtherTempo]],
) -> Iterator[Finding]:
    """Find files with more than a beat of loud music after their loop, which overlaps the next pass."""
    seconds = {path: file.seconds for path, file in files.items()}
    reported = set()
    for layer, path, loop, covered in _loops(preset, segment, seconds):
        if path in reported or path in other:
            continue
        if _is_cut_music(preset, layer, covered - loop, files[path]):
            reported.add(path)
            yield warning(
                _at(segment, layer, preset),
                f"{path.name} lasts {covered:.2f} beats: it loops every {loop}, and the other"
                f" {covered - loop:.2f} play over the next pass, as loud at their end as the rest;"
                " cut the file to its bars",
            )


def _check_keys(preset: Preset, segment: str) -> Iterator[Finding]:
    """Find files whose name declares another key than that of the section."""
    key, reported = Key.parse(preset.segments[segment].key), set()
    for layer, path in section_stems(preset, segment):
        declared = declared_key(path.stem)
        if declared is None or declared.pitch_classes == key.pitch_classes or path in reported:
            continue
        reported.add(path)
        yield warning(
            _at(segment, layer, preset),
            f"{path.name} says {declared}, and `{segment}` is in {key}",
        )


def declared_key(name: str) -> Key | None:
    """Return the key that a file's name declares, such as ``drums_F#m`` or ``pad-Bb-major``, or None.

    A single letter is not a key, because it may be the letter of a variation.

    Examples
    --------
    >>> str(declared_key("02_strings_F#m_140bpm")), declared_key("take_A")
    ('F# minor', None)
    """
    found = _KEY.search(name)
    return None if found is None else Key.parse(f"{found[1]} {_MODES[found[2].lower()]}")


def _check_variations(preset: Preset, segment: str, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    for layer in preset.segments[segment].layers:
        variations = [files[path] for path in preset.variations(layer, segment) if path in files]
        loudness = [file.lufs for file in variations if file.lufs > SILENT_LUFS]
        if len(loudness) > 1 and max(loudness) - min(loudness) > VARIATION_LU:
            apart = max(loudness) - min(loudness)
            yield warning(_at(segment, layer, preset), f"its variations are {apart:.1f} LU apart in loudness")


def _check_levels(preset: Preset, files: Mapping[Path, Measured]) -> Iterator[Finding]:
    for layer in preset.file.layers:
        loudness = {
            segment: max(files[path].lufs for path in preset.variations(layer, segment) if path in files)
            for segment in preset.file.sections
            if layer in preset.segments[segment].layers
            and any(path in files for path in preset.variations(layer, segment))
        }
        if loudness and max(loudness.values()) - min(loudness.values()) > LAYER_LU:
            loud, soft = max(loudness, key=loudness.__getitem__), min(loudness, key=loudness.__getitem__)
            yield warning(
                ("layers", layer, "stem"),
                f"is {loudness[loud] - loudness[soft]:.1f} LU louder in `{loud}` than in `{soft}`",
            )
    sums = {segment: _sum_lufs(preset, segment, files) for segment in preset.file.sections}
    loudness = {segment: lufs for segment, lufs in sums.items() if lufs > SILENT_LUFS}
    if loudness and max(loudness.values()) - min(loudness.values()) > SECTION_LU:
        loud, soft = max(loudness, key=loudness.__getitem__), min(loudness, key=loudness.__getitem__)
        apart = loudness[loud] - loudness[soft]
        text = f"its stems are {apart:.1f} LU softer than those of `{loud}`, all together"
        yield warning(("sections", soft), text)


def _sum_lufs(preset: Preset, segment: str, files: Mapping[Path, Measured]) -> float:
    """Return the loudness of a section's stems together in LUFS, as if they were uncorrelated."""
    power = 0.0
    for layer in preset.segments[segment].layers:
        variations = [files[path].lufs for path in preset.variations(layer, segment) if path in files]
        power += 10.0 ** (max(variations) / 10.0) if variations else 0.0
    return 10.0 * math.log10(power) if power else SILENT_LUFS
