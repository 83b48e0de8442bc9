"""Opens a live session: what the command line and the Python API have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from adaptive.engine.bank import Bank
from adaptive.engine.engine import Engine
from adaptive.preset.load import default_search, find, load
from adaptive.preset.model import Preset
from adaptive.session.live import LiveSession
from adaptive.session.live_options import LiveOptions
from adaptive.session.performance import Performance, vocabulary
from adaptive.session.place import output_plan
from adaptive.session.playable import require_playable
from adaptive.session.sink_kinds import SINK_KINDS, SinkSettings
from adaptive.session.site_inputs import with_site_inputs
from adaptive.sinks.choice import SinkChoice
from adaptive.sinks.sink import Sink
from adaptive.sinks.stream import Broadcast

DEFAULT_MEMORY_MB = 1000
"""Megabytes that the stems of a preset may take, decoded."""


def open_preset(name: str | Path) -> Preset:
    """Load a preset by name or path, and check that it can be played.

    Raises
    ------
    PresetError
        The preset has faults; all of them are listed.
    """
    return require_playable(load(name, vocabulary=vocabulary()))


def find_preset(name: str) -> Preset:
    """Load a preset by its name, from the preset folders only.

    Raises
    ------
    PresetError
        There is no such preset, or it has faults.
    """
    return require_playable(load(find(name, default_search()), vocabulary=vocabulary()))


def preset_folders() -> list[Path]:
    """Folders of the presets that can be given by name."""
    found: dict[str, Path] = {}
    for root in default_search():
        if root.is_dir():
            for folder in sorted(root.iterdir()):
                if (folder / "preset.toml").is_file():
                    found.setdefault(folder.name, folder)
    return list(found.values())


def open_live(
    preset: Preset,
    seed: int,
    options: LiveOptions,
    choice: SinkChoice,
    settings: SinkSettings,
    sample_rate: int = 48000,
    bank: Bank | None = None,
    tell: Callable[[str], None] = lambda _sentence: None,
) -> LiveSession:
    """Prepare a session: its files are decoded, and nothing plays yet.

    Parameters
    ----------
    preset : Preset
        What to play.
    seed : int
        Seed of all random decisions.
    options : LiveOptions
        Where to listen, how long to play, what to keep.
    choice : SinkChoice
        The sink: what `choose_kind` has found.
    settings : SinkSettings
        What was asked of the sink.
    sample_rate : int
        Frames a second.
    bank : Bank, optional
        Decoded audio, with its limit of memory.
    tell : callable
        Is given sentences for the user.

    Raises
    ------
    PresetError
        A file cannot be used.
    """
    kind = SINK_KINDS[choice.name]

    def make_sink(engine: Engine, broadcast: Broadcast | None) -> Sink:
        return kind.make(engine, replace(settings, broadcast=broadcast))

    bank = bank or Bank(sample_rate, DEFAULT_MEMORY_MB * 1_000_000)
    plan = output_plan(options.site, settings.channels, options.layout)
    placed, findings = with_site_inputs(preset, options.site)
    for one in findings:
        tell(f"{one.shown}; it is left out")
    performance = Performance(
        placed, seed, sample_rate, plan.channels, bank, rig=plan.rig, ceiling_db=plan.ceiling_db
    )
    return LiveSession(
        performance,
        options,
        make_sink,
        needs_broadcast=kind.needs_broadcast,
        tell=tell,
        load_preset=find_preset,
        list_presets=lambda: [folder.name for folder in preset_folders()],
    )
