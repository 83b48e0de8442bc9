"""The records of a sampler's regions: numbers, and where the frames are, in memory or streamed from disk."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adaptive.kernel.dsp.interpolate import SHORT_BEFORE, SHORT_TAPS
from adaptive.kernel.layout import CHUNK_FRAMES
from adaptive.kernel.sources.sample_source import Loop, SampleSource, SampleStream, spans_of
from adaptive.kernel.sources.sampler_record import DESTINATIONS, MODULATOR, REGION
from adaptive.kernel.sources.sampler_regions import (
    OCTAVES_A_DB,
    Modulator,
    Recording,
    Region,
    RegionEnvelope,
)
from adaptive.units import db_to_gain, hz_to_pitch

Array = np.ndarray[Any, Any]

FALL_DB = 96.0
"""What a decay to nothing or a release falls in its time, as SoundFont counts it."""

OPEN_HZ = 19000.0
"""A filter with this cutoff, or a higher one, that nothing moves is left out."""

FILTER_DESTINATIONS = {"cutoff", "resonance", "lfo_cutoff", "modulation_cutoff"}
LEAST_SUSTAIN = 2.0**-24  # -144 dB
CHOKE_GROUPS = 1 << 20
"""More than there are choke groups in a file."""

StreamKey = tuple[int, Loop | None]
"""Identity of a source, and the loop that follows it."""

PADDING = 4 * SHORT_TAPS
"""Frames of silence, or of a loop's beginning, behind a recording: more than are read at a time."""

SAMPLE_HEAD_S = 1.5
"""What of a streamed recording stays in memory from each place on at which a region begins, at most."""

HEADS_BYTES = 64_000_000
"""About what all heads of an instrument may take; heads of one with more recordings are shorter."""

SHORTEST_STREAM = 4 * CHUNK_FRAMES
"""Recordings of fewer frames, 0.7 s at 48 kHz, stay in memory."""

HIGHEST_RATIO = 4.0
"""How many times as fast a recording may play for its head to last as long as is said."""


@dataclass(frozen=True, eq=False, slots=True)
class SampleRecords:
    """What the kernel reads of a sampler's regions.

    Parameters
    ----------
    regions, modulators : ndarray
        Records of `REGION` and of `MODULATOR`.
    streams : tuple
        For each region the streams of its fields ``data`` and ``plain``; None: it is in memory.
    troubles : tuple of str
        Recordings that could not be read, as part of sentences; they are silent.
    memory_bytes : int
        What its recordings take, heads of streams included.
    is_streamed : bool
        Whether any of it is streamed.
    """

    regions: Array
    modulators: Array
    streams: tuple[tuple[SampleStream | None, SampleStream | None], ...] = ()
    troubles: tuple[str, ...] = ()
    memory_bytes: int = 0
    is_streamed: bool = False
    _kept: tuple[Array, ...] = field(default=(), repr=False)

    def each_stream(self) -> Iterator[SampleStream]:
        """Its streams, each once."""
        seen = {id(one): one for pair in self.streams for one in pair if one is not None}
        yield from seen.values()


def may_stream(region: Region) -> bool:
    """Whether a region's recording can be streamed: not if modulators move where notes begin in it."""
    source = region.recording.source
    is_moved = any(one.destination == "start" for one in region.modulators)
    return source is not None and source.may_stream and source.frames >= SHORTEST_STREAM and not is_moved


def laid_loops(region: Region) -> tuple[Loop | None, ...]:
    """The ways in which a region needs its recording: with copies behind its loop, as it is, or both."""
    if region.loop is None:
        return (None,)
    return (region.loop, None) if region.loops_until_release else (region.loop,)


def whole_bytes(regions: Sequence[Region]) -> int:
    """Memory that the recordings of regions take when all of them are in memory."""
    needed = {
        (id(region.recording), loop): region.recording.size if loop is None else loop[1]
        for region in regions
        for loop in laid_loops(region)
    }
    return 4 * (sum(needed.values()) + PADDING * len(needed))


def head_spans(regions: Sequence[Region]) -> dict[StreamKey, tuple[int, list[tuple[int, int]]]]:
    """What stays in memory of recordings that are streamed: channels, and spans (first frame, frames).

    A head lasts `SAMPLE_HEAD_S` at the highest key of its region; less, if all heads together would take
    more than `HEADS_BYTES`.
    """
    places: dict[StreamKey, tuple[int, list[tuple[int, float]]]] = {}
    for region in regions:
        source = region.recording.source
        if source is None or not may_stream(region):
            continue
        above = (region.keys[1] - region.root_key) * region.key_cents + region.tune_cents
        highest = min(2.0 ** (min(max(above, -4800.0), 4800.0) / 1200.0), HIGHEST_RATIO)
        for loop in laid_loops(region):
            known = places.setdefault((id(source), loop), (source.channels, []))
            known[1].append((region.start, region.recording.sample_rate * highest))

    def spans(begun: Sequence[tuple[int, float]], seconds: float) -> list[tuple[int, int]]:
        return spans_of((first, max(1, round(seconds * rate))) for first, rate in begun)

    a_second = sum(
        4 * channels * count for channels, begun in places.values() for _, count in spans(begun, 1.0)
    )
    seconds = min(SAMPLE_HEAD_S, HEADS_BYTES / max(a_second, 1))
    return {key: (channels, spans(begun, seconds)) for key, (channels, begun) in places.items()}


def head_bytes(spans: Sequence[tuple[int, int]]) -> int:
    """Memory that the chunks of spans take in a channel."""
    chunks = {
        number
        for first, count in spans
        for number in range(first // CHUNK_FRAMES, -(-(first + count) // CHUNK_FRAMES))
    }
    return 4 * CHUNK_FRAMES * len(chunks)


def streamed_bytes(regions: Sequence[Region]) -> int:
    """Memory that recordings of regions take when they are streamed and nothing plays."""
    rest = [region for region in regions if not may_stream(region)]
    heads = head_spans(regions).values()
    return whole_bytes(rest) + sum(channels * head_bytes(spans) for channels, spans in heads)


def unreadable(regions: Sequence[Region]) -> tuple[str, ...]:
    """Recordings that cannot be read, as part of sentences."""
    troubles: dict[str, None] = {}
    sources = {id(region.recording.source): region.recording.source for region in regions}
    for source in sources.values():
        if source is not None:
            try:
                source.read(0, source.frames)
            except OSError as error:
                troubles[_trouble(source, error)] = None
            source.close()
    return tuple(troubles)


def _trouble(source: SampleSource, error: OSError) -> str:
    return f"{source.name} cannot be read: {error.strerror or error}"


def sample_records(
    regions: Sequence[Region], channels: Sequence[int], sample_rate: int, *, is_streamed: bool
) -> SampleRecords:
    """Lay out recordings and make the records of regions.

    Parameters
    ----------
    regions : sequence of Region
        What is played.
    channels : sequence of int
        The channel of each, whose controls move it.
    sample_rate : int
        Of the engine.
    is_streamed : bool
        Whether recordings are streamed, where that is possible.
    """
    rows = np.zeros(len(regions), REGION)
    modulators: list[Modulator] = []
    placed: dict[tuple[Modulator, ...], int] = {}
    for row, region, channel in zip(rows, regions, channels, strict=True):
        _fill(row, region, sample_rate)
        if region.modulators not in placed:
            placed[region.modulators] = len(modulators)
            modulators += region.modulators
        row["first_modulator"] = placed[region.modulators]
        row["modulator_count"] = len(region.modulators)
        row["channel"] = channel
        for name in ("choke_group", "choked_by"):  # groups of one channel do not choke another
            row[name] += CHOKE_GROUPS * channel if row[name] else 0
    place = _Layout()
    pairs = []
    for row, region in zip(rows, regions, strict=True):
        streams: list[SampleStream | None] = []
        for loop in laid_loops(region):
            if is_streamed and may_stream(region):
                address, stream = place.stream(region.recording, loop)
            else:
                address, stream = place.resident(region.recording, loop), None
            marks = 0 if stream is None else stream.at_marks
            streams.append(stream)
            if loop is not None or region.loop is None:
                row["data"], row["at_marks"] = address, marks
            if loop is None:
                row["plain"], row["at_plain_marks"] = address, marks
        pairs.append((streams[0], streams[-1]))
    if is_streamed:
        place.pin_heads(regions)

    return SampleRecords(
        rows, _modulator_rows(modulators), tuple(pairs), tuple(place.troubles), place.memory_bytes,
        any(one is not None for pair in pairs for one in pair), tuple(place.kept),
    )  # fmt: skip


class _Layout:
    """Gives recordings their places in memory, each once."""

    def __init__(self) -> None:
        self.troubles: dict[str, None] = {}
        self.memory_bytes = 0
        self.kept: list[Array] = []
        self._data: dict[tuple[int, Loop | None], Array] = {}
        self._streams: dict[tuple[int, Loop | None], SampleStream] = {}
        self._last: tuple[SampleSource, Array] | None = None

    def resident(self, recording: Recording, loop: Loop | None) -> int:
        """Address of the first frame of a recording, with what is read before and behind it."""
        key = (id(recording), loop)
        if key not in self._data:
            frames = self._frames(recording)
            if loop is None:
                behind = np.zeros(PADDING, np.float32)
            else:
                frames = frames[: loop[1]]
                behind = np.resize(frames[loop[0] :], PADDING)
            self._data[key] = np.concatenate(
                [np.zeros(SHORT_BEFORE, np.float32), frames, behind], dtype=np.float32
            )
            self.kept.append(self._data[key])
            self.memory_bytes += self._data[key].nbytes
        data = self._data[key]
        return int(data.ctypes.data) + data.itemsize * SHORT_BEFORE

    def _frames(self, recording: Recording) -> Array:
        """Frames of a recording; those of the other channel of the same source are not read again."""
        source = recording.source
        if source is None:
            return recording.frames
        if self._last is None or self._last[0] is not source:
            try:
                self._last = source, source.read(0, source.frames)
            except OSError as error:
                self.troubles[_trouble(source, error)] = None
                self._last = source, np.zeros((source.channels, source.frames), np.float32)
            source.close()
        return self._last[1][recording.channel]

    def stream(self, recording: Recording, loop: Loop | None) -> tuple[int, SampleStream]:
        """Address of the first frame of a recording, and the stream that it is in."""
        source = recording.source
        assert source is not None
        key = (id(source), loop)
        if key not in self._streams:
            self._streams[key] = source.stream(loop)
        return self._streams[key].address(recording.channel), self._streams[key]

    def pin_heads(self, regions: Sequence[Region]) -> None:
        """Keep the beginnings of streams in memory."""
        for key, (channels, spans) in head_spans(regions).items():
            for first, count in spans:
                self._streams[key].pin(first, count)
            self.memory_bytes += channels * head_bytes(spans)
        for region in regions:
            if region.recording.source is not None:
                region.recording.source.close()


def _fill(row: Any, region: Region, rate: int) -> None:
    """Write what a region says, apart from where its frames are."""
    recording, loop = region.recording, region.loop
    row["frames"] = region.end or recording.size
    if loop is not None:
        row["loop_end"], row["loop_frames"] = loop[1], loop[1] - loop[0]
    row["loops_until_release"], row["plays_to_its_end"] = (
        region.loops_until_release,
        region.plays_to_its_end,
    )
    row["choke_group"], row["choked_by"] = region.choke_group, region.choked_by
    row["is_choked_slowly"] = region.is_choked_slowly
    row["off_rate"] = FALL_DB * OCTAVES_A_DB / (region.choke_s * rate) if region.choke_s > 0.0 else 0.0
    row["start"] = region.start
    row["ratio"] = recording.sample_rate / rate
    row["root"], row["key_scale"] = region.root_key, region.key_cents / 100.0
    row["tune"] = region.tune_cents / 100.0
    row["fixed_pitch"] = -1.0 if region.fixed_key is None else region.fixed_key
    row["fixed_velocity"] = -1.0 if region.fixed_velocity is None else region.fixed_velocity / 127.0
    row["gain"], row["pan"] = db_to_gain(region.level_db), region.pan
    row["cutoff_pitch"] = hz_to_pitch(region.cutoff_hz)
    row["resonance"] = region.resonance_db * OCTAVES_A_DB
    is_moved = region.modulation_cutoff_cents < 0.0 or region.lfo.cutoff_cents != 0.0
    is_moved |= any(one.destination in FILTER_DESTINATIONS for one in region.modulators)
    row["is_filtered"] = region.cutoff_hz < OPEN_HZ or region.resonance_db > 0.0 or is_moved
    for which, envelope in enumerate((region.amplitude, region.modulation)):
        _fill_envelope(row, which, envelope, rate)
    depths = (region.modulation_cutoff_cents, region.modulation_pitch_cents)
    row["has_modulation"] = any(depths) or any(
        one.destination in {"modulation_pitch", "modulation_cutoff"} for one in region.modulators
    )
    row["modulation_pitch"] = region.modulation_pitch_cents / 100.0
    row["modulation_cutoff"] = region.modulation_cutoff_cents / 100.0
    for which, lfo in enumerate((region.lfo, region.vibrato)):
        row["lfo_delay"][which] = _octaves(lfo.delay_s * rate)
        row["lfo_rate"][which] = _octaves(lfo.rate_hz / rate)
        row["lfo_pitch"][which] = lfo.pitch_cents / 100.0
    row["lfo_cutoff"] = region.lfo.cutoff_cents / 100.0
    row["lfo_octaves"] = region.lfo.level_db * OCTAVES_A_DB


NO_TIME = -1000.0
"""Octaves of a frame; no modulator makes a time of it."""


def _octaves(number: float) -> float:
    return math.log2(number) if number > 0.0 else NO_TIME


def _fill_envelope(row: Any, which: int, envelope: RegionEnvelope, rate: int) -> None:
    for name in ("delay", "attack", "hold", "decay", "release"):
        row[name][which] = _octaves(getattr(envelope, f"{name}_s") * rate)
    row["sustain"][which] = (
        -math.log2(max(envelope.sustain, LEAST_SUSTAIN)) if which == 0 else envelope.sustain
    )
    row["hold_octaves"][which] = envelope.hold_cents / 1200.0
    row["decay_octaves"][which] = envelope.decay_cents / 1200.0


def _modulator_rows(modulators: Sequence[Modulator]) -> Array:
    rows = np.zeros(max(1, len(modulators)), MODULATOR)
    for row, one in zip(rows, modulators, strict=False):
        row["source"], row["amount_source"] = one.source.packed, one.amount_source.packed
        row["destination"] = DESTINATIONS.index(one.destination)
        row["is_absolute"], row["amount"] = one.is_absolute, one.amount
    return rows
