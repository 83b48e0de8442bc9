"""Walk through the effects: one bar of drums and chords, as it is and behind each of them.

``python demos/effects.py [PICTURE.png]`` prints how each effect changes the bar; with the name of a picture,
and matplotlib installed, it draws waves and spectra.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

import adaptive

RATE, SECONDS = 48000, 2.0
EFFECTS = {
    "eq": '{ kind = "eq", low_db = -6.0, high_mid_hz = 3000.0, high_mid_db = 6.0 }',
    "compressor": '{ kind = "compressor", threshold_db = -26.0, ratio = 6.0, makeup_db = 6.0 }',
    "gate": '{ kind = "gate", threshold_db = -20.0, hold_ms = 40.0, release_ms = 40.0 }',
    "transient_shaper": '{ kind = "transient_shaper", attack_db = 12.0, sustain_db = -12.0 }',
    "saturation": '{ kind = "saturation", drive_db = 18.0 }',
    "bit_crusher": '{ kind = "bit_crusher", bits = 5.0, rate_hz = 8000.0 }',
    "chorus": '{ kind = "chorus", depth_ms = 4.0 }',
    "delay": '{ kind = "delay", beats = 0.75, mix_db = -6.0 }',
    "width": '{ kind = "width", width = 1.8, mono_below_hz = 150.0 }',
    "limiter": '{ kind = "limiter", gain_db = 9.0 }',
    "reverb": '{ kind = "reverb", mix = 0.4 }',
    "modulated_reverb": '{ kind = "modulated_reverb", character = "plate", mix = 0.4 }',
    "spring": '{ kind = "modulated_reverb", character = "spring", high_cut_hz = 5000.0, mix = 0.4 }',
    "convolution": '{ kind = "convolution", file = "room.wav", mix = 0.4 }',
    "warm_tape": '"warm_tape"',
}


def bar() -> np.ndarray:
    """Two seconds at 120 bpm: a kick on each beat, noise between them, a chord from left to right."""
    t = np.arange(int(RATE * SECONDS)) / RATE
    beat, half = t % 0.5, (t + 0.25) % 0.5
    kick = np.sin(2.0 * np.pi * (48.0 * beat + 4.0 * (1.0 - np.exp(-beat / 0.02)))) * np.exp(-beat / 0.12)
    hat = np.random.default_rng(1).standard_normal(t.size) * np.exp(-half / 0.03)
    chord = [np.sin(2.0 * np.pi * hz * t) * np.exp(-t / 1.5) for hz in (220.0, 277.2, 329.6)]
    middle = 0.35 * kick + 0.05 * hat
    return np.stack([middle + 0.08 * (chord[0] + chord[1]), middle + 0.08 * (chord[1] + chord[2])], axis=1)


def behind(folder: Path, inserts: str) -> np.ndarray:
    """The bar behind some inserts."""
    (folder / "preset.toml").write_text(
        f'schema = 1\nname = "An effect"\ntempo_bpm = 120\n'
        f'[layers.bar]\nstem = "bar.wav"\ninserts = [{inserts}]\n'
        '[sections.bar]\nlayers = ["bar"]\nlength_bars = 1\n',
        encoding="utf-8",
    )
    return adaptive.render(folder, seconds=SECONDS, ending="cut").audio


def spectrum_db(audio: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Middle frequencies of third octaves, and the level in each."""
    power = np.abs(np.fft.rfft(audio.mean(axis=1))) ** 2 / len(audio) ** 2
    hz = np.fft.rfftfreq(len(audio), 1.0 / RATE)
    middles = 31.25 * 2.0 ** (np.arange(29) / 3.0)
    sums = [power[(hz >= m / 1.12) & (hz < m * 1.12)].sum() for m in middles]
    return middles, 10.0 * np.log10(np.maximum(sums, 1e-12))


def told(audio: np.ndarray) -> str:
    """Level, peak, share above 2 kHz and side against middle."""
    middles, levels = spectrum_db(audio)
    power, sides = 10.0 ** (levels / 10.0), audio @ np.array([[0.5, 0.5], [0.5, -0.5]])
    loud, side = (10.0 * np.log10(np.mean(np.square(x)) + 1e-12) for x in (sides[:, 0], sides[:, 1]))
    high = 10.0 * np.log10(power[middles > 2000.0].sum() / power.sum())
    peak = 20.0 * np.log10(np.abs(audio).max())
    return f"{loud:6.1f} dB, peak {peak:5.1f}, above 2 kHz {high:6.1f}, side {side - loud:6.1f}"


def draw(dry: np.ndarray, heard: dict[str, np.ndarray], picture: str) -> None:
    """Draw wave and spectrum of each, with those of the bar itself behind them."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    plt.rcParams.update({"font.size": 6})
    figure, rows = plt.subplots(len(heard), 2, figsize=(7, 0.62 * len(heard)), sharex="col")
    for (name, audio), (wave, spectrum) in zip(heard.items(), rows, strict=True):
        t = np.arange(len(dry))[::24] / RATE
        wave.plot(t, audio.mean(axis=1)[::24], color="#c7603a", lw=0.5)
        wave.plot(t, dry.mean(axis=1)[::24], color="#5a7d9a", lw=0.5, alpha=0.7)
        wave.set(ylabel=name, yticks=[], ylim=(-0.9, 0.9))
        wave.yaxis.label.set(rotation=0, ha="right", va="center")
        spectrum.semilogx(*spectrum_db(dry), color="#5a7d9a", lw=0.8)
        spectrum.semilogx(*spectrum_db(audio), color="#c7603a", lw=0.8)
        spectrum.set(ylim=(-90, -10), yticks=[-80, -50, -20])
    rows[-1][0].set(xlabel="seconds; blue: the bar itself")
    rows[-1][1].set(xlabel="Hz; dB in third octaves")
    figure.tight_layout(h_pad=0.1)
    figure.savefig(picture, dpi=100)


def main() -> None:
    """Render the bar behind each effect, and say what became of it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        soundfile.write(folder / "bar.wav", bar(), RATE, subtype="FLOAT")
        noise = np.random.default_rng(2).standard_normal((RATE // 2, 2))
        room = noise * np.exp(-np.arange(RATE // 2) / (0.08 * RATE))[:, None]  # in place of a recorded one
        soundfile.write(folder / "room.wav", 0.2 * room, RATE, subtype="FLOAT")
        dry = behind(folder, "")
        print(f"{'as it is':18} {told(dry)}")
        heard = {}
        for name, inserts in EFFECTS.items():
            heard[name] = behind(folder, inserts)
            print(f"{name:18} {told(heard[name])}")
    if len(sys.argv) > 1 and sys.argv[1].endswith(".png"):
        draw(dry, heard, sys.argv[1])


if __name__ == "__main__":
    main()
