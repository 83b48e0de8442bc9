"""Measures the stems and draws them: ``python -m tools.nightfall.look FOLDER [NAME …]``."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import soundfile

from tools.nightfall.__main__ import FOLDER
from tools.nightfall.finish import loudness
from tools.nightfall.stems import STEMS, Stem
from tools.nightfall.theory import BAR, BEAT, LENGTH, RATE

mpl.use("Agg")
from matplotlib import pyplot as plt

NAMES = ("explore", "tension", "combat", "heartbeat", "kill", "hurt", "death", "respawn")
BANDS = (20, 60, 120, 250, 500, 1000, 2000, 4000, 8000, 16000)


def band_levels(sound: Any) -> list[float]:
    """Return the RMS of each band of `BANDS` in dBFS."""
    spectrum = np.abs(np.fft.rfft(sound.mean(axis=1))) ** 2
    hz = np.fft.rfftfreq(len(sound), 1.0 / RATE)
    levels = []
    for low, high in itertools.pairwise(BANDS):
        power = 2.0 * spectrum[(hz >= low) & (hz < high)].sum() / len(sound) ** 2
        levels.append(10.0 * np.log10(power + 1e-12))
    return levels


def looped(sound: Any, lead_frames: int, beats: float, passes: int = 2) -> Any:
    """Return a stem looped as the engine loops it: each pass overlaps the tail of the one before."""
    step = round(beats * BEAT)
    out = np.zeros((lead_frames + step * (passes - 1) + len(sound), 2))
    for number in range(passes):
        part = sound if number == 0 else sound[lead_frames:]
        at = 0 if number == 0 else lead_frames + number * step
        out[at : at + len(part)] += part
    return out


def roughest_step(sound: Any, at: int) -> tuple[float, float]:
    """Return the second difference at a join and the largest one beside it, in dBFS; a click is larger."""
    bend = np.abs(np.diff(sound, 2, axis=0)).max(axis=1)
    here = bend[at - 3 : at + 2].max()
    beside = max(bend[at - 480 : at - 4].max(), bend[at + 3 : at + 480].max())
    return 20 * np.log10(here + 1e-9), 20 * np.log10(beside + 1e-9)


def width(sound: Any) -> float:
    """Return the level of the side signal relative to the mid signal, in dB."""
    middle, side = sound.mean(axis=1), 0.5 * (sound[:, 0] - sound[:, 1])
    return float(10 * np.log10((side**2).mean() / (middle**2).mean() + 1e-9))


def report(stem: Stem, sound: Any) -> str:
    """Return the measurements of a stem in one line."""
    peak = 20 * np.log10(np.abs(sound).max())
    text = f"{stem.file:21} {loudness(sound):6.1f} {peak:6.1f} side {width(sound):5.1f} |"
    text += " ".join(f"{level:5.0f}" for level in band_levels(sound))
    if stem.beats >= 8:
        at = stem.lead_frames + round(stem.beats * BEAT)
        here, beside = roughest_step(looped(sound, stem.lead_frames, stem.beats), at)
        end = 20 * np.log10(np.abs(sound[-480:]).max() + 1e-9)
        text += f" | join {here:5.0f} beside {beside:5.0f} end {end:4.0f}"
    return text


def picture(path: Path, sounds: dict[str, Any], lead_frames: int) -> None:
    """Draw spectrograms, one above the other, with the loudness of each half second."""
    longest = max(map(len, sounds.values()))
    dither = np.random.default_rng(0).normal(0.0, 1e-8, longest)
    figure, axes = plt.subplots(len(sounds), 1, figsize=(15, 2.6 * len(sounds)), squeeze=False)
    for axis, (name, sound) in zip(axes[:, 0], sounds.items(), strict=True):
        axis.specgram(
            sound.mean(axis=1) + dither[: len(sound)],
            NFFT=4096,
            Fs=RATE,
            noverlap=2048,
            vmin=-150,
            vmax=-50,
            cmap="magma",
        )
        axis.set_yscale("symlog", linthresh=200)
        axis.set_ylim(25, 18000)
        frames = RATE // 4
        count = len(sound) // frames
        level = 20 * np.log10(np.sqrt((sound[: count * frames] ** 2).reshape(count, -1).mean(1)) + 1e-6)
        twin = axis.twinx()
        twin.plot((np.arange(count) + 0.5) * 0.25, level, "c", linewidth=0.9)
        twin.set_ylim(-80, 0)
        axis.set_title(name, fontsize=8, loc="left")
        bars = [(lead_frames + bar * BAR * BEAT) / RATE for bar in range(0, LENGTH // BAR + 1, 4)]
        for bar in bars:
            axis.axvline(bar, color="w", linewidth=0.4)
    figure.tight_layout()
    figure.savefig(path, dpi=70)
    plt.close(figure)


def roll(path: Path, stems: list[Stem]) -> None:
    """Draw a piano roll of the notes, with a colour for each patch."""
    figure, axes = plt.subplots(len(stems), 1, figsize=(16, 2.6 * len(stems)), squeeze=False)
    for axis, stem in zip(axes[:, 0], stems, strict=True):
        notes = stem.notes()
        names = sorted({note.patch for note in notes})
        for note in notes:
            colour = f"C{names.index(note.patch)}"
            axis.barh(note.pitch, note.beats, 0.8, note.beat, color=colour, alpha=0.25 + 0.7 * note.velocity)
        for number, name in enumerate(names):
            axis.text(0.2, 0.9 - 0.1 * number, name, color=f"C{number}", transform=axis.transAxes, fontsize=8)
        axis.set_xticks(range(0, 65, 4), [str(bar) for bar in range(1, 18)])
        axis.set_title(stem.file, fontsize=8, loc="left")
        axis.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path, dpi=65)
    plt.close(figure)


def main() -> None:
    """Print the measurements of the named stems, and draw one picture for each section."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'':21}   LUFS   peak           |" + " ".join(f"{low:5}" for low in BANDS[:-1]))
    for section in sys.argv[2:] or NAMES:
        stems = [stem for stem in STEMS if stem.file.startswith(section)]
        sounds = {stem.file: soundfile.read(FOLDER / stem.file)[0] for stem in stems}
        for stem in stems:
            print(report(stem, sounds[stem.file]))
        if len(sounds) > 1:
            length = max(map(len, sounds.values()))
            both = sum(np.pad(sound, ((0, length - len(sound)), (0, 0))) for sound in sounds.values())
            print(f"{'  together':21} {loudness(both):6.1f} {20 * np.log10(np.abs(both).max()):6.1f}")
            sounds["together"] = both
        picture(folder / f"{section}.png", sounds, stems[0].lead_frames)
        roll(folder / f"{section}_roll.png", [stem for stem in stems if stem.notes()] or stems[:1])


if __name__ == "__main__":
    main()
