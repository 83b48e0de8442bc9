"""The sampler beside FluidSynth: the cost of a voice, and how alike General MIDI files sound.

::

    python -m benchmarks.sampler cost [PROGRAM …]
    python -m benchmarks.sampler songs

Needs libfluidsynth and its command, and a SoundFont: that of Debian's ``timgm6mb-soundfont``, or the one that
``ADAPTIVE_SOUNDFONT`` names.  Reverb and chorus are off.

*cost*: CPU time of 64 notes less that of one, for each voice and frame; both in one process, alternating, the
least of eight.  *songs*: each of `songs.SONGS` is rendered by both, brought to one level, and compared: the
root of the mean square of the decibels between two spectra (2,048 frames, Hann, what lies 60 dB below the
loudest counts as there), averaged over time.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

import adaptive
from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.instruments import soundfont
from adaptive.instruments.library import LIBRARY
from adaptive.instruments.soundfonts import find_program
from adaptive.kernel.sources.sampler_settings import SamplerSpec, SampleSet
from adaptive.preset.song import read_song
from benchmarks.songs import SONGS

FONT = Path(os.environ.get("ADAPTIVE_SOUNDFONT", "/usr/share/sounds/sf2/TimGM6mb.sf2"))
RATE, NOTES, FRAMES, ROUNDS = 48000, 64, 9600, 8
PROGRAMS = (0, 16, 48, 73)
FLOOR_DB = -60.0
LATE = 64
"""Frames by which FluidSynth is late: it renders a buffer before it takes the first events."""

Run = Callable[[int], object]


def fluidsynth(notes: int, program: int) -> tuple[Run, int]:
    """FluidSynth with so many notes that are held: what renders frames, and its voices."""
    library = ctypes.CDLL("libfluidsynth.so.3")
    for name in ("new_fluid_settings", "new_fluid_synth"):
        getattr(library, name).restype = ctypes.c_void_p
    library.new_fluid_synth.argtypes = [ctypes.c_void_p]
    settings = ctypes.c_void_p(library.new_fluid_settings())
    library.fluid_settings_setnum(settings, b"synth.sample-rate", ctypes.c_double(RATE))
    for name, value in ((b"synth.polyphony", 512), (b"synth.reverb.active", 0), (b"synth.chorus.active", 0)):
        library.fluid_settings_setint(settings, name, value)
    synth = ctypes.c_void_p(library.new_fluid_synth(settings))
    library.fluid_synth_sfload(synth, str(FONT).encode(), 1)
    for channel in range(8):
        library.fluid_synth_program_change(synth, channel, program)
    for number in range(notes):
        library.fluid_synth_noteon(synth, number // 32 % 8, 48 + number % 32, 90)
    audio = np.zeros((2, RATE), np.float32)
    left, right = (ctypes.c_void_p(row.ctypes.data) for row in audio)

    def run(frames: int) -> object:
        return library.fluid_synth_write_float(synth, frames, left, 0, 1, right, 0, 1), audio

    run(4800)
    return run, library.fluid_synth_get_active_voice_count(synth)


def sampler(notes: int, program: int) -> tuple[Run, int]:
    """Our sampler with the same notes."""
    font = soundfont.read(FONT.resolve())
    samples = SampleSet("bench", soundfont.regions(font, find_program(font, program, 0)))
    engine = Engine(EngineSpec(instruments=(SamplerSpec(0, samples, 512),)))
    posted = [
        commands.play_note(256, 0, float(48 + number % 32), 90 / 127, 0, note=number, which=region)
        for number in range(notes)
        for region in samples.chosen(48 + number % 32, 90)
    ]
    for first in range(0, len(posted), 64):
        engine.post(posted[first : first + 64])
    engine.pull(4800)
    return engine.pull, len(posted)


def cost(programs: tuple[int, ...]) -> None:
    """Print what a voice costs."""
    for program in programs:
        runs: dict[str, tuple[Run, int]] = {}
        for name, made in (("fluidsynth", fluidsynth), ("sampler", sampler)):
            for notes in (1, NOTES):
                runs[f"{name} {notes}"] = made(notes, program)
        least = dict.fromkeys(runs, 1e9)
        for _ in range(ROUNDS):
            for name, (run, _voices) in runs.items():
                begun = time.process_time()
                run(FRAMES)
                least[name] = min(least[name], time.process_time() - begun)
        each = {
            name: (least[f"{name} {NOTES}"] - least[f"{name} 1"])
            / (runs[f"{name} {NOTES}"][1] - runs[f"{name} 1"][1])
            / FRAMES
            for name in ("fluidsynth", "sampler")
        }
        ratio = each["sampler"] / each["fluidsynth"]
        words = ", ".join(f"{name} {1e9 * one:.2f} ns" for name, one in each.items())
        print(f"program {program}: {words} a voice and frame; ratio {ratio:.2f}")


def spectra(audio: Any) -> Any:
    """Magnitudes of one channel, shape (windows, bins)."""
    windows = np.lib.stride_tricks.sliding_window_view(audio, 2048)[::1024] * np.hanning(2048)
    return np.abs(np.fft.rfft(windows))


def distance_db(ours: Any, theirs: Any) -> float:
    """Log-spectral distance of two recordings, shape (frames, 2), of one level."""
    theirs = theirs * np.sqrt((ours**2).sum() / (theirs**2).sum())
    found = []
    for one, other in zip(ours.T, theirs.T, strict=True):
        a, b = spectra(one), spectra(other)
        floor = b.max() * 10 ** (FLOOR_DB / 20)
        decibels = 20 * np.log10(np.maximum(a, floor) / np.maximum(b, floor))
        found.append(float(np.sqrt((decibels**2).mean(axis=1)).mean()))
    return float(np.mean(found))


def songs() -> None:
    """Render the files with both, and print how alike they are."""
    os.environ[LIBRARY] = str(FONT.parent)
    for name, make in SONGS.items():
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            make().save(folder / "song.mid")
            song = read_song(folder / "song.mid")
            (folder / "preset.toml").write_text(
                f'schema = 1\nname = "{name}"\ntempo_bpm = {song.tempo_bpm!r}\n[layers.song]\n'
                'midi = "song.mid"\nlevel_db = -12.0\n'
                f'instrument = {{ soundfont = "{FONT.name}", voices = 256 }}\n'
                '[sections.all]\nlayers = ["song"]\n',
                encoding="utf-8",
            )
            seconds = float(song.quarters) * 60 / song.tempo_bpm
            adaptive.render(folder, seconds=seconds).save(folder / "ours.wav")
            subprocess.run(
                [
                    "fluidsynth", "-ni", "-q", "-R", "0", "-C", "0", "-r", str(RATE), "-g", "0.3",
                    "-o", "synth.polyphony=256", "-O", "float", "-T", "wav", "-F",
                    str(folder / "theirs.wav"), str(FONT), str(folder / "song.mid"),
                ],
                check=True, capture_output=True,
            )  # fmt: skip
            ours, theirs = (soundfile.read(folder / f"{one}.wav")[0] for one in ("ours", "theirs"))
        theirs = theirs[LATE:]
        frames = min(len(ours), len(theirs))
        value = distance_db(ours[:frames], theirs[:frames])
        print(f"{name}: {seconds:.0f} s, {value:.2f} dB apart")


if __name__ == "__main__":
    if sys.argv[1:2] == ["songs"]:
        songs()
    else:
        cost(tuple(map(int, sys.argv[2:])) or PROGRAMS)
