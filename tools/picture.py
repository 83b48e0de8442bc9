"""Draws a render: its sections, the notes of its generated layers, its spectrogram and its loudness.

``python -m tools.picture OUT.flac LOG.jsonl PICTURE.png``
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pyloudnorm
import soundfile

mpl.use("Agg")
from matplotlib import pyplot as plt  # imported after the backend is chosen

COLOURS = ("#e0a458", "#7fb4d6", "#c77d9c", "#8fbf7f", "#b9a5e0", "#d6c96f", "#6fd6c4", "#d6856f")
BANDS = ("#26324a", "#3a2c46", "#4a2630", "#2c4636")


def sections_of(lines: list[dict[str, Any]], end: float) -> list[tuple[float, float, str]]:
    """Return start, end and name of every section that plays, in order; times in seconds."""
    starts = [
        (line["t"], line["section"] if line["kind"] == "layer" else line["target"])
        for line in lines
        if (line["kind"] == "layer" and "section" in line)
        or (line["kind"] == "transition" and line["t"] == 0)
    ]
    stops = [t for t, _ in starts[1:]] + [end]
    return [(start, stop, name or "silence") for (start, name), stop in zip(starts, stops, strict=True)]


def draw(audio: Path, log: Path, picture: Path) -> None:
    """Draw the picture of an audio file and its log."""
    data, rate = soundfile.read(audio)
    lines = [json.loads(text) for text in log.read_text(encoding="utf-8").splitlines()]
    end = len(data) / rate
    plt.rcParams.update({"font.size": 8, "axes.facecolor": "#131217", "figure.facecolor": "#131217"})
    plt.rcParams.update(
        dict.fromkeys(("text.color", "axes.labelcolor", "xtick.color", "ytick.color"), "#cfcbc4")
    )
    figure, (roll, spectrum, loudness) = plt.subplots(
        3, 1, figsize=(14, 9), sharex=True, gridspec_kw={"height_ratios": [4, 4, 1.4]}
    )
    _draw_sections(roll, lines, end)
    _draw_notes(roll, lines)
    mono = data.mean(axis=1)
    spectrum.specgram(mono, NFFT=4096, Fs=rate, noverlap=2048, cmap="magma", vmin=-130, vmax=-40)
    spectrum.set(ylim=(30, 16000), yscale="symlog", ylabel="Hz")
    _draw_loudness(loudness, data, rate)
    figure.tight_layout()
    figure.savefig(picture, dpi=110)


def _draw_sections(axes: Any, lines: list[dict[str, Any]], end: float) -> None:
    names = list(dict.fromkeys(name for _, _, name in sections_of(lines, end)))
    for start, stop, name in sections_of(lines, end):
        axes.axvspan(start, stop, color=BANDS[names.index(name) % len(BANDS)], lw=0)
        axes.text(start + 0.3, 110, name, fontsize=7, va="top")
    for line in lines:
        if line["kind"] == "stinger" and line.get("status") == "scheduled":
            axes.axvline(line["t"], color="#e8e6e1", lw=0.5, ymax=0.06)


def _draw_notes(axes: Any, lines: list[dict[str, Any]]) -> None:
    notes = [line for line in lines if line["kind"] == "note"]
    layers = sorted({note["layer"] for note in notes})
    for number, layer in enumerate(layers):
        own = [note for note in notes if note["layer"] == layer]
        sizes = [2 + 10 * note["velocity"] for note in own]
        colour = COLOURS[number % len(COLOURS)]
        times, pitches = [note["t"] for note in own], [note["midi"] for note in own]
        axes.scatter(times, pitches, s=sizes, color=colour, label=layer, lw=0)
    axes.set(ylim=(20, 112), ylabel="MIDI pitch")
    if layers:
        axes.legend(loc="lower right", ncols=len(layers), fontsize=7, facecolor="#131217", edgecolor="none")


def _draw_loudness(axes: Any, data: np.ndarray, rate: int) -> None:
    meter = pyloudnorm.Meter(rate)
    step, width = rate, 3 * rate
    starts = range(0, max(1, len(data) - width), step)
    levels = [meter.integrated_loudness(data[at : at + width]) for at in starts]
    axes.plot([(at + width / 2) / rate for at in starts], np.maximum(levels, -50), color="#e0a458", lw=1)
    whole = meter.integrated_loudness(data)
    axes.axhline(whole, color="#8d8a84", lw=0.6)
    axes.set(ylim=(-40, -10), ylabel="LUFS, 3 s", xlabel=f"seconds (integrated: {whole:.1f} LUFS)")


if __name__ == "__main__":
    draw(*(Path(argument) for argument in sys.argv[1:4]))
