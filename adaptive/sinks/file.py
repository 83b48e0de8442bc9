"""Audio files: WAV, FLAC and OGG through libsndfile."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import soundfile

from adaptive.composer.blend import blend_text
from adaptive.composer.genres.mixing import has_learned
from adaptive.composer.learned.credit import credit_of
from adaptive.engine.file_names import for_libsndfile
from adaptive.errors import InputError, MachineError
from adaptive.preset.model import Preset

FORMATS = {
    ".wav": ("WAV", "PCM_24"),
    ".flac": ("FLAC", "PCM_24"),
    ".ogg": ("OGG", "VORBIS"),
}


MOST_FLAC_CHANNELS = 8


def credits_of(preset: Preset) -> dict[str, str]:
    """Title, artist and licence of a preset, and the credit of what is learned, for the tags of a file."""
    made = preset.file.credits
    tags = {"title": preset.file.name, "artist": made.composer, "license": made.license}
    made_by = [(layer.generator, layer.style) for layer in preset.file.layers.values() if layer.generator]
    styles = tuple(blend_text(style) for generator, style in made_by if generator != "drums")
    has_learned_harmony = preset.file.steer.learned and has_learned(styles)
    generators = {generator for generator, _ in made_by}
    tags["comment"] = credit_of(generators, has_learned_harmony=has_learned_harmony)
    return {name: value for name, value in tags.items() if value}


class AudioFileSink:
    """Writes frames to an audio file.

    Parameters
    ----------
    path : Path
        ``.wav`` (24 bit), ``.flac`` (24 bit) or ``.ogg`` (Vorbis).
    sample_rate, channels : int
        Sample rate in Hz, and number of channels.
    tags : dict
        Values of ``title``, ``artist``, ``license`` and ``comment``.

    Raises
    ------
    InputError
        The suffix is not one of these, it holds fewer channels, or the file cannot be written.
    """

    def __init__(self, path: Path, sample_rate: int, channels: int, tags: dict[str, str]) -> None:
        if path.suffix.lower() not in FORMATS:
            message = f"{path.name}: a file must end in .wav, .flac or .ogg (render also writes .mid)"
            raise InputError(message)
        kind, subtype = FORMATS[path.suffix.lower()]
        if kind == "FLAC" and channels > MOST_FLAC_CHANNELS:
            message = (
                f"{path.name}: a FLAC file holds {MOST_FLAC_CHANNELS} channels at most, not {channels};"
                " write a .wav"
            )
            raise InputError(message)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = soundfile.SoundFile(
                for_libsndfile(path), "w", sample_rate, channels, format=kind, subtype=subtype
            )
        except (soundfile.LibsndfileError, OSError) as error:
            message = f"{path}: cannot be written: {error}"
            raise InputError(message) from error
        for name, value in tags.items():
            setattr(self._file, name, value)

    def __enter__(self) -> AudioFileSink:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def write(self, frames: np.ndarray[Any, np.dtype[np.float32]]) -> None:
        """Write frames, shape (frames, channels).

        Raises
        ------
        MachineError
            The file cannot be written, for example because the disk is full.
        """
        try:
            self._file.write(frames)
        except (soundfile.LibsndfileError, OSError) as error:
            message = f"{self._file.name}: cannot be written any further (is the disk full?): {error}"
            raise MachineError(message) from error
