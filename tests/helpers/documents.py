"""Damages the documents that are read from files (traces, presets, saved music, audio, logs) and reads them.

Each must be refused by one of our errors, with one clear sentence for each fault, or accepted; and what is
accepted must be playable.
"""

from __future__ import annotations

import contextlib
import io
import json
import tomllib
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import soundfile

from adaptive.analysis.stems import read_stem
from adaptive.conductor.messages import FireEvent, SetState, SetTempo
from adaptive.engine.bank import Bank
from adaptive.errors import AudioFileError, InputError, PresetError, TraceError, one_line
from adaptive.inputs.trace import read_trace
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.check import check as check_preset
from adaptive.preset.load import read, read_document
from adaptive.preset.model import Preset
from adaptive.session.explain import explain_log
from adaptive.session.performance import Performance, vocabulary
from adaptive.session.playable import require_playable
from adaptive.session.state_file import read_state
from tests.helpers.hostile import Report, Watch
from tests.helpers.mutation import Chance, as_json, damaged, damaged_json, damaged_tree
from tests.helpers.presets import HEAD, Player, make_preset
from tests.helpers.seeds import BODY, GENERATED, STEMS, TRACE, TRACE_LINES

RATE = 8000
"""Sample rate at which accepted documents are played for a moment."""

PLAYED = 40
"""One in so many accepted documents is played, because that takes a hundred times as long as reading it."""


def play_a_moment(preset: Preset, bank: Bank, saved: Any = None, control_steps: int = 4) -> Performance:
    """Begin, and render some control steps; nothing may be raised."""
    performance = Performance(preset, 1, RATE, bank=bank)
    performance.begin(saved)
    for _ in range(control_steps):
        block = performance.engine.pull(CONTROL_STEP_FRAMES)
        assert np.isfinite(block).all()
        performance.engine.drain_replies()
        performance.step()
    return performance


def play_or_refuse(preset: Preset) -> None:
    """Play a preset; it may still be refused because of its audio files."""
    with contextlib.suppress(AudioFileError, PresetError):
        play_a_moment(preset, Bank(RATE, 100_000_000))


def traces(folder: Path, report: Report, chance: Chance, watch: Watch, count: int) -> None:
    """Trace files of a few lines, at `read_trace`."""
    preset = make_preset(folder / "small", BODY)
    path = folder / "run.jsonl"
    whole = b"\n".join(TRACE_LINES)
    for _ in range(count):
        if chance.is_one_in(2):
            content = damaged(chance, [whole])
        else:
            lines = list(TRACE_LINES)
            lines[chance.below(len(lines))] = damaged_json(chance, TRACE, TRACE_LINES)
            content = b"\n".join(lines)
        path.write_bytes(content)
        try:
            trace = read_trace(path, preset, RATE)
            report.accepted += 1
            assert all(len(name) < 300 for name in trace.ignored)
        except TraceError as refusal:
            report.refuse(refusal)
        except Exception as fault:
            report.fail(content, fault)
        watch.count()


def preset_seeds(folder: Path) -> list[bytes]:
    """Presets that together have every table; their audio files are written into the folder."""
    small = make_preset(folder / "small", BODY)
    return [(HEAD + body).encode() for body in (BODY, GENERATED, STEMS)] if small else []


def presets(folder: Path, report: Report, chance: Chance, watch: Watch, count: int) -> None:
    """Presets as text and as trees, at `load.read`."""
    seeds = preset_seeds(folder)
    trees = [tomllib.loads(seed.decode()) for seed in seeds]
    words, where = vocabulary(), folder / "small"
    for seed in seeds:
        play_a_moment(require_playable(read(seed, where, words)), Bank(RATE))
    for _ in range(count):
        content: Any = damaged(chance, seeds) if chance.is_one_in(4) else damaged_tree(chance, trees)
        if isinstance(content, dict) and chance.is_one_in(8):
            content = as_toml(content)
        try:
            if isinstance(content, bytes):
                preset = read(content, where, words)
            else:  # parsing TOML takes half the time, and is not tested here
                preset = read_document(toml_only(content), "", where, words)
            require_playable(preset)
            report.accepted += 1
            if chance.is_one_in(PLAYED):
                play_or_refuse(preset)
                for finding in check_preset(preset, dict.fromkeys(preset.stems.values(), 4.0)):
                    report.hear(str(finding))
        except PresetError as refusal:
            report.refuse(refusal)
        except Exception as fault:
            report.fail(repr(content), fault)
        watch.count()


def toml_only(tree: Any) -> Any:
    """A tree without what TOML cannot express: None and lone surrogates."""
    if isinstance(tree, dict):
        return {toml_only(key): toml_only(inner) for key, inner in tree.items()}
    if isinstance(tree, list):
        return [toml_only(inner) for inner in tree]
    if isinstance(tree, str):
        return tree.encode("utf-8", "replace").decode()
    return "" if tree is None else tree


def as_toml(tree: Any) -> bytes:
    """A tree as TOML: tables inline, so that any tree can be written."""
    if not isinstance(tree, dict):
        tree = {"x_tree": tree}
    return "\n".join(f"{_text(key)} = {_inline(value)}" for key, value in tree.items()).encode(
        "utf-8", "replace"
    )


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "")


def _inline(value: Any) -> str:
    match value:
        case None:
            return '""'
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{_text(key)} = {_inline(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_inline, value)) + "]"
        case str():
            return _text(value)
        case _:
            return repr(value)


def states(folder: Path, report: Report, chance: Chance, watch: Watch, count: int) -> None:
    """State files, at `read_state`; accepted ones are continued from."""
    preset, path = make_preset(folder / "small", BODY), folder / "state.json"
    bank = Bank(RATE)
    performance = play_a_moment(preset, bank, control_steps=400)
    kept = performance.save()
    trees = [msgspec.to_builtins(kept), {**msgspec.to_builtins(kept), "section": "fight", "local_beats": 8.0}]
    texts = [as_json(tree) for tree in trees]
    for _ in range(count):
        content = damaged_json(chance, trees, texts)
        path.write_bytes(content)
        told: list[str] = []
        try:
            saved = read_state(path, preset, told.append)
            if saved is None:
                report.refused += 1
                report.hear("".join(told))
                continue
            report.accepted += 1
            if chance.is_one_in(PLAYED):
                play_a_moment(preset, bank, saved)
        except InputError as refusal:
            report.refuse(refusal)
        except Exception as fault:
            report.fail(content, fault)
        finally:
            watch.count()


def audio_seeds() -> list[bytes]:
    """A sixteenth of a second of noise in every format a stem may have."""
    noise = (0.2 * np.random.default_rng(1).standard_normal((500, 2))).astype(np.float32)
    found = []
    for kind, subtype in (
        ("WAV", "PCM_16"), ("WAV", "FLOAT"), ("WAV", "PCM_24"), ("WAVEX", "PCM_16"), ("FLAC", "PCM_16"),
        ("OGG", "VORBIS"), ("MP3", None), ("AIFF", "PCM_16"), ("RF64", "PCM_16"), ("WAV", "IMA_ADPCM"),
    ):  # fmt: skip
        if kind in soundfile.available_formats():
            file = io.BytesIO()
            soundfile.write(file, noise, RATE, format=kind, subtype=subtype)
            found.append(file.getvalue())
    return found


def audio(folder: Path, report: Report, chance: Chance, watch: Watch, count: int) -> None:
    """Audio files damaged mostly in their headers, at `Bank.load` and `read_stem`."""
    seeds, path = audio_seeds(), folder / "stem.wav"
    readers: tuple[Callable[[Path], object], ...] = (lambda p: Bank(48000, 50_000_000).load(p), read_stem)
    for number in range(count):
        seed = chance.one_of(seeds)
        head = chance.one_of((64, 64, 256, len(seed)))
        content = damaged(chance, [seed[:head]]) + seed[head:]
        path.write_bytes(content)
        try:
            readers[number % 2](path)
            report.accepted += 1
        except AudioFileError as refusal:
            report.refuse(refusal)
        except Exception as fault:
            report.fail(content[:100], fault)
        watch.count()


def logs(folder: Path, report: Report, chance: Chance, watch: Watch, count: int) -> None:
    """Decision logs, at `explain_log`."""
    player = Player(make_preset(folder / "small", BODY))
    script = {40: [SetState("place", "shelter")], 200: [FireEvent("hit")], 400: [SetTempo(100.0)]}
    player.play(3 * 48000, script)
    lines = [line.encode() for line in player.text if '"kind": "note"' not in line]
    trees, path = [json.loads(line) for line in lines], folder / "run.log.jsonl"
    for _ in range(count):
        content = list(lines[:8])
        content[chance.below(len(content))] = damaged_json(chance, trees, lines)
        path.write_bytes(b"\n".join(content))
        try:
            for sentence in explain_log(path, chance.one_of((None, "1.5", "1.1.0"))):
                report.hear(one_line(sentence))
            report.accepted += 1
        except InputError as refusal:
            report.refuse(refusal)
        except Exception as fault:
            report.fail(b"\n".join(content), fault)
        watch.count()


DOCUMENTS: dict[str, Callable[[Path, Report, Chance, Watch, int], None]] = {
    "traces": traces,
    "presets": presets,
    "states": states,
    "audio": audio,
    "logs": logs,
}


def run(name: str, folder: str, seed: int, count: int) -> Report:
    """Read damaged documents; returns the report."""
    report, here = Report(), Path(folder) / f"{name}{seed}"
    here.mkdir(parents=True, exist_ok=True)
    watch = Watch(report, count)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        DOCUMENTS[name](here, report, Chance(seed), watch, count)
    watch.end()
    return report
