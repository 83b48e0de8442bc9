"""General MIDI files, arranged here from tunes in the public domain, to compare renders of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mido import Message, MetaMessage, MidiFile, MidiTrack, bpm2tempo

QUARTER = 480
DRUMS = 9


class Score:
    """Collects notes and controls, and writes them as a MIDI file."""

    def __init__(self, tempo_bpm: float) -> None:
        self._rows: list[tuple[int, Message | MetaMessage]] = []
        self.tempo(0.0, tempo_bpm)

    def tempo(self, beat: float, tempo_bpm: float) -> None:
        """Change the tempo at a beat."""
        self._add(beat, MetaMessage("set_tempo", tempo=bpm2tempo(tempo_bpm)))

    def program(self, channel: int, number: int, volume: int = 100, pan: int = 64) -> None:
        """Set what a channel plays, how loudly and where, from the beginning on."""
        self._add(0.0, Message("program_change", channel=channel, program=number))
        self.control(0.0, channel, 7, volume)
        self.control(0.0, channel, 10, pan)

    def control(self, beat: float, channel: int, number: int, value: int) -> None:
        """Move a controller."""
        self._add(beat, Message("control_change", channel=channel, control=number, value=value))

    def bend(self, beat: float, channel: int, value: int) -> None:
        """Move the pitch wheel, from -8192 to 8191."""
        self._add(beat, Message("pitchwheel", channel=channel, pitch=value))

    def generator(self, beat: float, channel: int, number: int, steps: int) -> None:
        """Add to a generator of a SoundFont, in steps of its non-registered parameter."""
        data = 8192 + steps
        for control, value in ((99, 120), (98, number), (38, data & 127), (6, data >> 7)):
            self.control(beat, channel, control, value)

    def note(self, beat: float, beats: float, channel: int, key: int, velocity: int = 90) -> None:
        """Play a note."""
        self._add(beat, Message("note_on", channel=channel, note=key, velocity=velocity))
        self._add(beat + beats, Message("note_off", channel=channel, note=key))

    def save(self, path: Path) -> None:
        """Write the file."""
        track, last = MidiTrack(), 0
        for tick, message in sorted(self._rows, key=lambda row: row[0]):
            track.append(message.copy(time=tick - last))
            last = tick
        file = MidiFile(ticks_per_beat=QUARTER)
        file.tracks.append(track)
        file.save(path)

    def _add(self, beat: float, message: Message | MetaMessage) -> None:
        self._rows.append((round(beat * QUARTER), message))


def tune(score: Score, channel: int, text: str, velocity: int = 90, shift: int = 0) -> float:
    """Play words such as ``64:1 65:0.5 r:2`` (key or rest, beats); return where they end."""
    beat = 0.0
    for word in text.split():
        key, beats = word.split(":")
        if key != "r":
            score.note(beat, 0.95 * float(beats), channel, int(key) + shift, velocity)
        beat += float(beats)
    return beat


ODE = (
    "64:1 64:1 65:1 67:1 67:1 65:1 64:1 62:1 60:1 60:1 62:1 64:1 64:1.5 62:0.5 62:2 "
    "64:1 64:1 65:1 67:1 67:1 65:1 64:1 62:1 60:1 60:1 62:1 64:1 62:1.5 60:0.5 60:2"
)
SAINTS = (
    "r:1 60:1 64:1 65:1 67:4 r:1 60:1 64:1 65:1 67:4 r:1 60:1 64:1 65:1 67:2 64:2 60:2 64:2 62:4 "
    "r:1 64:1 64:1 62:1 60:3 60:1 64:2 67:1 67:1 65:4 r:1 64:1 65:1 67:2 64:2 60:2 62:2 60:3"
)
SLEEVES = (
    "r:2 69:1 72:2 74:1 76:1.5 77:0.5 76:1 74:2 71:1 67:1.5 69:0.5 71:1 72:2 69:1 69:1.5 68:0.5 69:1 "
    "71:2 68:1 64:2 69:1 72:2 74:1 76:1.5 77:0.5 76:1 74:2 71:1 67:1.5 69:0.5 71:1 72:1.5 71:0.5 69:1 "
    "68:1.5 66:0.5 68:1 69:3"
)


def chords(score: Score, channel: int, roots: str, beats: float, velocity: int = 60) -> None:
    """Play triads, minor where the name has an ``m``, one after the other."""
    for number, word in enumerate(roots.split()):
        root, third = int(word.rstrip("m")), 3 if word.endswith("m") else 4
        for key in (root, root + third, root + 7):
            score.note(number * beats, 0.98 * beats, channel, key, velocity)


def ode() -> Score:
    """Beethoven's Ode to Joy for strings, flute with vibrato, harp, timpani and horn; it slows down."""
    score = Score(112)
    score.program(0, 73, 110, 70)
    score.program(1, 48, 90, 50)
    score.program(2, 46, 100, 30)
    score.program(3, 60, 80, 90)
    score.program(4, 47, 110)
    end = tune(score, 0, ODE, 88, 12)
    tune(score, 3, ODE, 70, -5)
    chords(score, 1, "48 43 48 43 48 43 48 43 48 43 48 43 48 43 48 48", 2.0)
    for beat in range(int(end)):
        score.note(beat, 0.9, 2, 60 + (0, 4, 7, 12)[beat % 4], 70 + beat % 4 * 8)
        if beat % 4 == 0:
            score.note(beat, 0.5, 4, 36 if beat % 8 == 0 else 43, 80)
        score.control(beat + 0.5, 0, 1, (beat * 7) % 90)
    score.tempo(24.0, 96.0)
    return score


def saints() -> Score:
    """When the Saints Go Marching In for a band: trumpet with bends, piano, bass, drums, organ."""
    score = Score(168)
    score.program(0, 56, 105, 60)
    score.program(1, 0, 95, 40)
    score.program(2, 32, 105)
    score.program(3, 16, 60, 100)
    score.program(DRUMS, 0, 110)
    end = int(tune(score, 0, SAINTS, 100, 0))
    chords(score, 3, "48 48 48 48 48 48 48 43 48 48 48 53 48 43 48", 4.0, 55)
    for beat in range(end):
        score.note(beat, 0.9, 2, (36, 43)[beat % 2], 95)
        for key in (60, 64, 67) if beat % 2 else ():
            score.note(beat, 0.5, 1, key, 75)
        score.note(beat, 0.1, DRUMS, 36 if beat % 2 == 0 else 38, 100)
        for half in (0.0, 2 / 3):
            score.note(beat + half, 0.1, DRUMS, 46 if beat % 4 == 3 and half else 42, 70)
        if beat % 8 == 4:
            for step in range(8):
                score.bend(beat - 0.5 + step / 16, 0, -4096 + 585 * (step % 8))
            score.bend(beat, 0, 0)
    return score


def sleeves() -> Score:
    """Greensleeves for guitar, pan flute, choir and cello, with the pedal and a swell."""
    score = Score(90)
    score.program(0, 75, 100, 75)
    score.program(1, 24, 105, 45)
    score.program(2, 52, 70)
    score.program(3, 42, 95, 30)
    end = int(tune(score, 0, SLEEVES, 85, 0))
    chords(score, 2, "57m 57m 55 55 57m 57m 52 52 57m 57m 55 55 57m 52 57m", 3.0, 60)
    roots = (45, 45, 43, 43, 45, 45, 40, 40) * 3
    for bar in range(end // 3):
        score.control(3 * bar + 2, 1, 64, 127)
        score.control(3 * bar + 4.9, 1, 64, 0)
        for step in range(6):
            score.note(3 * bar + 2 + step / 2, 0.4, 1, roots[bar] + (0, 7, 12, 15, 12, 7)[step], 70)
        score.note(3 * bar + 2, 2.8, 3, roots[bar] - 0, 80)
        score.control(3 * bar + 2, 2, 11, 60 + (bar * 12) % 60)
    return score


def generators() -> Score:
    """The Ode with generators of the SoundFont that move: filter, vibrato, pan, level, tuning, times."""
    score = Score(112)
    score.program(0, 73, 110, 70)
    score.program(1, 48, 90, 64)
    score.program(2, 0, 100, 64)
    end = tune(score, 0, ODE, 88, 12)
    chords(score, 1, "48 43 48 43 48 43 48 43 48 43 48 43 48 43 48 48", 2.0)
    score.generator(0.0, 2, 51, 12)
    score.generator(0.0, 2, 38, 1200)
    for beat in range(int(end)):
        score.note(beat, 0.4, 2, 48 + (0, 4, 7, 12)[beat % 4], 80)
        score.generator(beat + 0.1, 1, 8, -1800 + 50 * beat)
        score.generator(beat + 0.1, 1, 9, 120)
        score.generator(beat + 0.2, 0, 6, 4 * beat)
        score.generator(beat + 0.2, 0, 24, 50)
        score.generator(beat + 0.3, 2, 17, -400 + 25 * beat)
        score.generator(beat + 0.3, 1, 48, 3 * beat)
        score.generator(beat + 0.4, 0, 52, -30 if beat % 8 > 3 else 30)
    score.generator(16.0, 1, 34, 2400)
    score.control(24.0, 1, 121, 0)
    return score


SONGS: dict[str, Callable[[], Score]] = {
    "ode": ode, "saints": saints, "sleeves": sleeves, "generators": generators,
}  # fmt: skip
"""The files by name."""
