"""Reads MIDI files with mido, and computes times independently of the writer."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from pathlib import Path

from mido import MidiFile

PER_QUARTER = 960


@dataclass(frozen=True)
class Heard:
    """A note as a player would play it."""

    layer: str
    channel: int
    midi: int
    velocity: int
    tick: int
    end_tick: int
    seconds: float
    end_s: float


class ReadBack:
    """A MIDI file: its notes, with times in seconds, and the events of its first track."""

    def __init__(self, path: Path) -> None:
        self.file = MidiFile(path, charset="utf-8")
        self.said: list[tuple[int, str, object]] = []
        tick = 0
        for message in self.file.tracks[0]:
            tick += message.time
            value = [v for k, v in vars(message).items() if k not in {"type", "time"}]
            self.said.append((tick, message.type, value[:2] if message.type == "time_signature" else value[0]
                              if value else None))  # fmt: skip
        self._ticks, self._starts, self._tempos = [0], [0.0], [500000]
        for tick, tempo in self.all("set_tempo"):
            self._starts.append(self.seconds(tick))
            self._ticks.append(tick)
            self._tempos.append(int(str(tempo)))
        self.notes = [note for track in self.file.tracks[1:] for note in self._notes(track)]

    def all(self, kind: str) -> list[tuple[int, object]]:
        """Events of a kind in the first track: (tick, value)."""
        return [(tick, value) for tick, type_, value in self.said if type_ == kind]

    def seconds(self, tick: int) -> float:
        """Seconds at which a player reaches a tick."""
        index = bisect.bisect_right(self._ticks, tick) - 1
        return self._starts[index] + (tick - self._ticks[index]) / PER_QUARTER * self._tempos[index] / 1e6

    def position(self, tick: int) -> str:
        """``bar.beat.tick`` of a tick, computed from the time signatures alone."""
        bar, begins, per_beat, length = 1, 0, PER_QUARTER, 4 * PER_QUARTER
        for at, (beats, unit) in self.all("time_signature"):  # type: ignore[misc]
            if at > tick:
                break
            assert (at - begins) % length == 0, f"a time signature within a bar, at tick {at}"
            bar, begins = bar + (at - begins) // length, at
            per_beat = PER_QUARTER * 4 // unit
            length = beats * per_beat
        bars, rest = divmod(tick - begins, length)
        return f"{bar + bars}.{rest // per_beat + 1}.{rest % per_beat * 960 // per_beat}"

    def _notes(self, track: list) -> list[Heard]:  # type: ignore[type-arg]
        tick, sounding, found = 0, {}, []
        name = ""
        for message in track:
            tick += message.time
            if message.type == "track_name":
                name = message.name
            elif message.type == "note_on":
                assert message.note not in sounding, f"{name}: {message.note} begins before it ended"
                sounding[message.note] = (tick, message)
            elif message.type == "note_off":
                began, on = sounding.pop(message.note)
                found.append(Heard(name, on.channel, on.note, on.velocity, began, tick,
                                   self.seconds(began), self.seconds(tick)))  # fmt: skip
        assert sounding == {}, f"{name}: never ended"
        return sorted(found, key=lambda note: (note.tick, note.midi))
