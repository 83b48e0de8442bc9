"""Draws spectrograms of *stride* at its slowest, own and fastest tempo: ``python -m tools.stride.look``."""

from __future__ import annotations

from pathlib import Path

import matplotlib as mpl
import numpy as np

import adaptive

mpl.use("Agg")
import matplotlib.pyplot as plt

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "docs" / "pictures" / "stride_spectrograms.png"
TEMPI, BEATS, FIRST_BAR = (148.0, 160.0, 185.0), 16, 17
FFT, HOP = 2048, 512


def excerpt(tempo_bpm: float) -> tuple[np.ndarray, int]:
    """Four bars of *hard*, from the beginning of its second pass on, at a tempo."""
    seconds = (4 * FIRST_BAR + BEATS) * 60.0 / min(tempo_bpm, 160.0)
    beginning = {"push": 0.9, "cadence": tempo_bpm}
    take = adaptive.render("stride", seconds=seconds, parameters=beginning, seed=1, ending="cut")
    bars = [one for one in take.log if one["kind"] == "follow"]
    line = next(one for one in bars if one["position"].startswith(f"{FIRST_BAR}."))
    beat = 60.0 / tempo_bpm * take.sample_rate
    first = line["frame"] - round(int(line["position"].split(".")[2]) / 960 * beat)
    return take.audio[first : first + round(BEATS * beat)].mean(axis=1), take.sample_rate


def spectrogram_db(sound: np.ndarray) -> np.ndarray:
    """Level of each frequency over time, in decibels, shape (frequencies, times)."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, FFT)[::HOP] * np.hanning(FFT)
    return 20.0 * np.log10(np.abs(np.fft.rfft(windows, axis=1)).T + 1e-3)


def main() -> None:
    """Draw the picture."""
    figure, axes = plt.subplots(len(TEMPI), 1, figsize=(11, 8))
    for axis, tempo in zip(axes, TEMPI, strict=True):
        sound, rate = excerpt(tempo)
        axis.imshow(
            spectrogram_db(sound), origin="lower", aspect="auto", cmap="magma", vmin=-20, vmax=50,
            extent=(0, BEATS, 0, rate / 2000),
        )  # fmt: skip
        axis.set_ylim(0, 12)
        axis.set_ylabel(f"{tempo:g} BPM\nkHz")
        axis.set_xticks(range(0, BEATS + 1, 4))
    axes[-1].set_xlabel("beats; four bars of hard")
    figure.tight_layout()
    figure.savefig(OUT, dpi=90)


if __name__ == "__main__":
    main()
