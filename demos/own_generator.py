"""Write music with a function of your own: a generator, and a preset that names it."""

import tempfile
from fractions import Fraction
from pathlib import Path

import adaptive

PRESET = """
schema    = 1
name      = "Bells"
tempo_bpm = 90
key       = "D dorian"

[parameters.wind]
default = 0.3

[layers.bells]
generator = "wind_bells"
density   = { over = "wind", points = [[0.0, 0.1], [1.0, 0.9]] }

[layers.ground]
generator = "pad"
level_db  = -9.0

[sections.garden]
layers      = ["bells", "ground"]
length_bars = 8
chords      = ["Dm7", "G", "Dm7", "Am7"]
"""


@adaptive.register_generator("wind_bells", instrument="bell")
def wind_bells(context: adaptive.BarContext) -> adaptive.WrittenBar:
    """Ring notes of the chord at chance sixteenths: the more, the greater the density."""
    rng = context.rng(context.bar)  # the same bar gets the same chance, whenever it is written
    _onset, chord = context.harmony.chords[0]
    pitches, notes = [tone.at(5) for tone in chord.tones], []
    for sixteenth in range(4 * context.beats):
        if rng.random() < 0.5 * context.density:
            pitch, velocity = pitches[rng.integers(len(pitches))], float(rng.uniform(0.3, 0.9))
            onset = Fraction(sixteenth, 4)
            notes.append(adaptive.Note(onset, Fraction(1), str(pitch), pitch.midi, velocity))
    return adaptive.WrittenBar(tuple(notes))


with tempfile.TemporaryDirectory() as folder:
    (Path(folder) / "preset.toml").write_text(PRESET, encoding="utf-8")
    with adaptive.play(folder) as music:
        print(music, music.parameters["wind"])
        music.on("note", lambda note: note.layer == "bells" and print(note.position, note.pitch))
        music.wait(12)
        music.parameters["wind"].ramp_to(1.0, seconds=15)
        music.wait(25)
