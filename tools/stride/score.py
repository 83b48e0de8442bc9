"""The notes of *stride*: E minor, 160 a minute, three sections of sixteen bars, one motif.

The motif is 5 - 1 - 2 - 3 of the key, up to the octave and back: B E F♯ G.  A runner hears it once in four
bars.
"""

from __future__ import annotations

from collections.abc import Callable

from tools.nightfall.theory import bass_of, midi, root_of, third_of

BPM, BARS, BAR = 160.0, 16, 4

HARMONY = {
    "easy": "Em Em C C G G D D Em Em C C Am Am Bsus4 B7",
    "steady": "Em C G D Em C Am B7 G D C Em Am C D B7",
    "hard": "Em G D A Em G C B7 C D Em Em Am C D B7",
}
"""One chord for each bar; ``preset.toml`` has the same."""

Part = list[tuple[float, float, float, float]]
"""Notes: beat, length in beats, MIDI pitch, velocity."""

Hits = list[tuple[float, str, float, float]]
"""Hits: beat, piece of the kit, gain, pan."""


def chord_tones(chord: str, low: int) -> list[int]:
    """Root, third and fifth, each at or above a pitch."""
    pitch_class, quality = root_of(chord)
    fifth = 6 if quality.startswith("dim") else 7
    tones = (pitch_class, pitch_class + third_of(quality), pitch_class + fifth)
    return sorted(low + (tone - low) % 12 for tone in tones)


def per_bar(section: str, write: Callable[[int, str], Part]) -> Part:
    """The notes of each bar, which `write` gives from 0 on, one after another."""
    notes: Part = []
    for bar, chord in enumerate(HARMONY[section].split()):
        notes += [
            (BAR * bar + at, beats, pitch, velocity) for at, beats, pitch, velocity in write(bar, chord)
        ]
    return notes


def pad(section: str) -> Part:
    """Held chords, in close position; the root below them."""

    def write(_bar: int, chord: str) -> Part:
        tones = [*chord_tones(chord, midi("G3")), midi("E2") + (bass_of(chord) - midi("E2")) % 12]
        return [(0.0, 4.2, pitch, 0.55) for pitch in tones]

    return per_bar(section, write)


def bass(section: str) -> Part:
    """Easy: on beats 1 and 3 with an upbeat.  Steady: eighths.  Hard: eighths with octaves and pushes."""

    def write(bar: int, chord: str) -> Part:
        root = midi("E1") + (bass_of(chord) - midi("E1")) % 12
        if section == "easy":
            return [(0.0, 1.6, root, 0.8), (2.0, 1.2, root, 0.7), (3.5, 0.45, root + 7, 0.5)]
        notes: Part = []
        for step in range(8):
            is_high = step in ((3, 6) if section == "steady" else (1, 3, 5, 7))
            accent = 0.9 if step % 2 == 0 else 0.68
            notes.append((step / 2, 0.42, root + (12 if is_high else 0), accent))
        if section == "hard" and bar % 4 == 3:
            notes[-2:] = [(3.0, 0.42, root + 7, 0.8), (3.5, 0.42, root + 10, 0.85)]
        return notes

    return per_bar(section, write)


def arpeggio(section: str) -> Part:
    """Chord tones: sparse, in eighths, in sixteenths."""
    order = {"easy": (0, 2, 1, 3), "steady": (0, 1, 2, 3, 2, 1, 3, 1), "hard": (0, 2, 1, 3, 2, 3, 1, 2)}[
        section
    ]

    def write(bar: int, chord: str) -> Part:
        tones = chord_tones(chord, midi("E4"))
        tones.append(tones[0] + 12)
        steps = {"easy": 4, "steady": 8, "hard": 16}[section]
        length = 4.0 / steps
        notes: Part = []
        for step in range(steps):
            if section == "easy" and (step + bar) % 4 == 2:
                continue
            accent = 0.8 if step % (steps // 4) == 0 else 0.55
            notes.append((step * length, length * 0.9, tones[order[step % len(order)]], accent))
        return notes

    return per_bar(section, write)


MOTIF = ((0.0, 1.0, "B4"), (1.0, 0.5, "E5"), (1.5, 0.5, "F#5"), (2.0, 2.0, "G5"))
ANSWERS = (
    ((0.0, 1.5, "F#5"), (1.5, 0.5, "E5"), (2.0, 2.0, "D5")),
    ((0.0, 1.0, "E5"), (1.0, 0.5, "D5"), (1.5, 2.5, "B4")),
    ((0.0, 0.5, "A5"), (0.5, 0.5, "G5"), (1.0, 1.0, "F#5"), (2.0, 2.0, "D#5")),
)
HIGH = ((0.0, 0.75, "B5"), (0.75, 0.75, "G5"), (1.5, 0.5, "A5"), (2.0, 2.0, "B5"))


def lead(section: str) -> Part:
    """The motif in every fourth bar, and an answer after it; in *hard* a high line over bars 9 to 12."""
    notes: Part = []

    def add(bar: int, line: tuple[tuple[float, float, str], ...], velocity: float) -> None:
        notes.extend((BAR * bar + at, beats * 0.95, midi(name), velocity) for at, beats, name in line)

    for group in range(4):
        if section == "hard" and group == 2:
            for bar in (8, 9, 10, 11):
                add(bar, HIGH if bar % 2 == 0 else ANSWERS[1], 0.85)
            continue
        add(4 * group, MOTIF, 0.8)
        add(4 * group + (1 if section == "hard" else 2), ANSWERS[group % 3], 0.7)
        if section == "hard":
            add(4 * group + 2, MOTIF, 0.75)
            add(4 * group + 3, ANSWERS[2 if group == 3 else 0], 0.8)
    return notes


def drums(section: str) -> Hits:
    """Four bars: a kick on every beat, a backbeat, hats that become denser, a fill at the end."""
    hits: Hits = []
    for bar in range(4):
        at = float(BAR * bar)
        for beat in range(4):
            strong = 1.0 if beat == 0 else 0.9
            hits.append((at + beat, "kick", strong * (0.75 if section == "easy" else 1.0), 0.0))
            if beat % 2 == 1:
                hits.append((at + beat, "rim" if section == "easy" else "snare", 0.75, 0.05))
            hits.append((at + beat + 0.5, "hat", 0.42, 0.25))
            if section != "easy":
                hits.append((at + beat, "hat", 0.3, 0.25))
            if section == "hard":
                hits += [(at + beat + 0.25, "hat", 0.2, 0.25), (at + beat + 0.75, "hat", 0.24, 0.25)]
                hits.append((at + beat + 0.5, "hat_open", 0.22, -0.2))
    if section == "hard":
        hits += [(0.0, "crash", 0.5, -0.3), (7.5, "kick", 0.7, 0.0), (10.75, "kick", 0.6, 0.0)]
    if section != "easy":
        toms = ("tom_high", "tom_high", "tom_mid", "tom_low")
        hits += [(14.0 + 0.5 * i, tom, 0.6 + 0.08 * i, 0.3 - 0.2 * i) for i, tom in enumerate(toms)]
    return hits


def percussion() -> Hits:
    """Two bars of sixteenths on shaker and woodblock: it comes in as the effort rises."""
    hits: Hits = []
    for step in range(32):
        accent = (0.5, 0.24, 0.36, 0.28)[step % 4]
        hits.append((step / 4, "shaker", accent, -0.35))
        if step % 16 in (3, 6, 11, 14):
            hits.append((step / 4, "woodblock", 0.3, 0.4))
    return hits
