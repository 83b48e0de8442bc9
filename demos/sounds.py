"""Play every factory patch over its range, and every kit: ``python demos/sounds.py [PICTURES]``.

It prints how loud each patch is, where the middle of its spectrum lies over its range, and how wide it is;
with a folder, and matplotlib installed, it draws wave, spectrogram and spectrum over pitch of each.
"""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

from adaptive.engine import commands
from adaptive.engine.engine import Engine
from adaptive.engine.spec import EngineSpec
from adaptive.instruments.kinds import instrument_spec
from adaptive.kernel.sources.drum_pieces import PIECE_NAMES
from adaptive.preset.patch_library import FactoryPatch, library

RATE, NOTE_S = 48000, 0.5
NOTES = 5


def keys_of(patch: FactoryPatch) -> list[int]:
    """Five keys from the bottom to the top of a patch's range; of a kit, its pieces."""
    if patch.role == "drums":
        return list(range(len(PIECE_NAMES)))
    return [round(key) for key in np.linspace(*patch.range, NOTES)]


def played(patch: FactoryPatch) -> np.ndarray:
    """The keys of a patch, half a second each: float32, shape (keys, frames, 2)."""
    keys, frames = keys_of(patch), int(NOTE_S * RATE)
    engine = Engine(EngineSpec(instruments=[instrument_spec(patch.instrument, 0, Path())]))
    is_kit = patch.role == "drums"
    engine.post(
        [
            commands.play_note(
                number * frames, 0, 60.0 if is_kit else float(key), 0.7, int(0.85 * frames),
                which=key if is_kit else 0,
            )
            for number, key in enumerate(keys)
        ]
    )  # fmt: skip
    return np.asarray(engine.pull(len(keys) * frames)).reshape(len(keys), frames, 2)


def middle_hz(audio: np.ndarray) -> float:
    """The middle of a spectrum."""
    power = np.abs(np.fft.rfft(audio.mean(axis=1))) ** 2
    return float((power * np.fft.rfftfreq(len(audio), 1.0 / RATE)).sum() / (power.sum() + 1e-20))


def told(patch: FactoryPatch, heard: np.ndarray) -> str:
    """Level, middle of the spectrum from low to high keys, and how alike both channels are."""
    whole = heard.reshape(-1, 2).astype(np.float64)
    level = 10.0 * np.log10(np.mean(whole**2) + 1e-12)
    alike = np.corrcoef(whole.T)[0, 1]
    low, high = middle_hz(heard[0]), middle_hz(heard[-1])
    kind, words = patch.instrument.kind, " ".join(patch.words)
    return f"{level:6.1f} dB, {low:5.0f} to {high:5.0f} Hz, left and right {alike:5.2f}; {kind}; {words}"


def draw(patch: FactoryPatch, heard: np.ndarray, picture: Path) -> None:
    """Draw wave, spectrogram and spectrum over pitch."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    mono = heard.mean(axis=2)
    figure, (wave, spectrogram, spectra) = plt.subplots(1, 3, figsize=(12, 2.6), layout="constrained")
    wave.plot(np.arange(mono.size) / RATE, mono.reshape(-1), linewidth=0.3, color="#7fb4d6")
    wave.set(title=patch.name, xlabel="s", ylim=(-0.6, 0.6))
    spectrogram.specgram(mono.reshape(-1) + 1e-9, NFFT=2048, Fs=RATE, noverlap=1536, vmin=-140, cmap="magma")
    spectrogram.set(yscale="symlog", ylim=(50, 20000), xlabel="s", ylabel="Hz")
    power = np.abs(np.fft.rfft(mono * np.hanning(mono.shape[1]), axis=1)) ** 2
    hz = np.fft.rfftfreq(mono.shape[1], 1.0 / RATE)
    edges = 40.0 * 2.0 ** (np.arange(55) / 6.0)
    bands = [power[:, (hz >= a) & (hz < b)].sum(axis=1) for a, b in pairwise(edges)]
    levels = 10.0 * np.log10(np.array(bands) + 1e-6)
    spectra.pcolormesh(np.arange(len(mono) + 1), edges, levels, vmin=levels.max() - 80, cmap="magma")
    keys = keys_of(patch)
    names = [PIECE_NAMES[key] if patch.role == "drums" else str(key) for key in keys]
    spectra.set_xticks(
        np.arange(len(keys)) + 0.5, names, rotation=90 if patch.role == "drums" else 0, fontsize=7
    )
    spectra.set(yscale="log", ylabel="Hz", title="spectrum over pitch")
    figure.savefig(picture, dpi=60)
    plt.close(figure)


def main() -> None:
    """Play and tell all, and draw them if a folder is given."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    for name, patch in library().items():
        heard = played(patch)
        print(f"{name:16}{told(patch, heard)}")
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
            draw(patch, heard, folder / f"{name}.png")
    print(f"{len(library())} patches")


if __name__ == "__main__":
    main()
