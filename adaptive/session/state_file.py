"""``--state FILE``: the musical state kept on disk, bar by bar, so that a crash goes on in the same bar."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from adaptive.conductor.saved_state import SavedMusic, read_saved, require_section
from adaptive.errors import InputError
from adaptive.inputs.json_text import parse_json
from adaptive.preset.model import Preset
from adaptive.session.performance import Performance
from adaptive.session.reload.replace import require_same_preset

MOST_BYTES = 1_000_000
"""A state of every deck a preset may have is a tenth of this."""


def read_state(path: Path, preset: Preset, tell: Callable[[str], None]) -> SavedMusic | None:
    """The state a file holds; None where there is none, or none that fits: that is put aside.

    Raises
    ------
    InputError
        The file is there and may not be read.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise InputError(message) from error
    try:
        saved = read_saved(parse_json(content))
        require_same_preset(saved, preset)
        require_section(saved, preset)
    except InputError as error:
        aside = path.with_suffix(f"{path.suffix}.broken")
        with contextlib.suppress(OSError):
            path.replace(aside)
        tell(f"{path}: {error}; it is kept as {aside.name}, and the music begins anew")
        return None
    return saved


class StateFile:
    """Writes the state whenever a bar begins; whole or not at all.

    Parameters
    ----------
    path : Path
        The file.
    tell : callable
        Takes one sentence if it cannot be written.
    """

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._path, self._tell = path, tell
        self._bar = -1
        self._has_told = False

    def follow(self, performance: Performance) -> None:
        """Write if another bar has begun since."""
        conductor = performance.conductor
        bar = conductor.instance.bar_number(conductor.tempo.beat_at(conductor.now))
        if bar != self._bar:
            self._bar = bar
            self.write(performance)

    def write(self, performance: Performance) -> None:
        """Write the state of this moment."""
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        try:
            beside.write_bytes(msgspec.json.encode(performance.save()))
            beside.replace(self._path)
        except OSError as error:
            if not self._has_told:
                self._has_told = True
                self._tell(f"{self._path}: the musical state cannot be kept: {error.strerror or error}")
