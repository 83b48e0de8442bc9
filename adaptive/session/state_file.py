"""``--state FILE``: writes the musical state at every bar, so that a restart continues in that bar."""

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
"""Ten times the size of the largest state, that of a preset with every variation it may have."""


def read_state(path: Path, preset: Preset, tell: Callable[[str], None]) -> SavedMusic | None:
    """Read a saved state; None if there is no file, or none that fits the preset.

    A file that does not fit is renamed to ``FILE.broken``.

    Parameters
    ----------
    path : Path
        The file.
    preset : Preset
        The preset it must belong to.
    tell : callable
        Is given one sentence if the file is renamed.

    Raises
    ------
    InputError
        The file exists and cannot be read.
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
    """Writes the state whenever a bar begins.  A write that fails leaves the old file as it is.

    Parameters
    ----------
    path : Path
        The file.
    tell : callable
        Is given one sentence, once, if the file cannot be written.
    """

    def __init__(self, path: Path, tell: Callable[[str], None]) -> None:
        self._path, self._tell = path, tell
        self._bar = -1
        self._has_told = False

    def follow(self, performance: Performance) -> None:
        """Write the state if another bar has begun."""
        conductor = performance.conductor
        bar = conductor.instance.bar_number(conductor.tempo.beat_at(conductor.now))
        if bar != self._bar:
            self._bar = bar
            self.write(performance)

    def write(self, performance: Performance) -> None:
        """Write the present state."""
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        try:
            beside.write_bytes(msgspec.json.encode(performance.save()))
            beside.replace(self._path)
        except OSError as error:
            if not self._has_told:
                self._has_told = True
                self._tell(f"{self._path}: the musical state cannot be kept: {error.strerror or error}")
