"""Every combination of exit, entry, bridge, other tempo, wrapping, and a request on a bar line, as text."""

from __future__ import annotations

import dataclasses
from itertools import product
from pathlib import Path

import msgspec

from adaptive.conductor.messages import SetState
from adaptive.engine.bank import Bank
from adaptive.kernel.layout import CONTROL_STEP_FRAMES
from adaptive.preset.model import Preset
from adaptive.preset.schema import Entry, Grid, TransitionTable
from adaptive.session.performance import Performance
from tests.helpers.presets import RATE, STEM_LAYERS, control_step_of, make_preset, write_sine

GOLDEN = Path(__file__).parents[3] / "golden" / "conductor" / "seam_table.txt"

EXITS = {
    "immediate": "immediate",
    "beat": "beat",
    "bar": "bar",
    "2 beats + ½": Grid(every_beats=2, offset_beats=0.5),
    "2 bars": Grid(every_bars=2),
    "3 bars + 1": Grid(every_bars=3, offset_bars=1),
    "phrase": "phrase",
    "marker lift": Grid(marker="lift"),
    "any marker": Grid(marker="any"),
    "end": "end",
}
ENTRIES = {
    "start": "start",
    "same": "same_position",
    "last": "last_position",
    "lift": Entry("lift"),
    "matching": Entry("matching"),
    "random": Entry("random"),
}
ASKED = {"in a bar": 5.3, "on a bar line": 6.0, "near the end": 7.9, "on the end": 8.0}
"""Seconds of four-bar passes of four seconds, each on a control step, or rounded up to one."""

BODY = (
    STEM_LAYERS
    + """
[sections.calm]
layers = ["calm"]
length_bars = 4
phrase_bars = 2
markers = { lift = 3, early = "1.3" }
[sections.fight]
layers = ["fight"]
length_bars = 4
markers = { early = "2.2", lift = 4 }
{differs}
[bridges.alarm]
stem = "alarm.wav"
length_beats = 6
"""
)


def preset_of(folder: Path, differs: str) -> Preset:
    folder.mkdir()
    write_sine(folder / "alarm.wav", 300.0, beats=6)
    write_sine(folder / "fight.wav", 331.0, beats=16 if not differs else 24)
    return make_preset(folder, BODY.replace("{differs}", differs))


def planned_rows(preset: Preset, bank: Bank, rule: TransitionTable) -> list[str]:
    """What is planned by a rule when fight is asked for at each of the times, and then cancelled."""
    file = msgspec.structs.replace(preset.file, transitions=(rule,))
    lines: list[str] = []
    performance = Performance(dataclasses.replace(preset, file=file), bank=bank, write_log=lines.append)
    performance.begin()
    conductor = performance.conductor
    conductor.playback.left_at["fight"] = 5.0  # it was left at beat 6
    rows = []
    for asked, at_s in ASKED.items():
        lines.clear()
        control_step = control_step_of(at_s)
        conductor.step(control_step, [SetState("section", "fight")])
        planned = [line for line in map(msgspec.json.decode, lines) if line.get("status") == "planned"]
        seams = [seam.frame for seam in conductor.playback.transitions]
        assert seams == [line["frame"] for line in planned]
        assert all(frame >= control_step * CONTROL_STEP_FRAMES + conductor.look_ahead for frame in seams)
        conductor.step(control_step, [SetState("section", "calm")])
        assert conductor.playback.transitions == []
        notes = [line["note"] for line in planned if "note" in line]
        where = " ".join(
            f"{ln['position']:>8} {ln['frame'] / RATE:8.4f} {ln['bound_by']:10}" for ln in planned
        )
        entry = planned[-1]["section_position"]
        rows.append(f"{asked:14} {where} enters {entry:8} {'; '.join(notes)}".rstrip())
    return rows


def test_every_combination_lies_where_the_table_says(tmp_path: Path, update_golden: bool) -> None:
    bank = Bank(RATE)
    presets = {
        "same tempo": preset_of(tmp_path / "same", ""),
        "180 in 3/4": preset_of(tmp_path / "other", 'tempo_bpm = 180\nmeter = "3/4"'),
    }
    rows = []
    for (tempo, preset), bridge, (exit_name, exit_at), (entry_name, enter_at) in product(
        presets.items(), (None, "alarm"), EXITS.items(), ENTRIES.items()
    ):
        case = f"{tempo}, over a bridge" if bridge else tempo
        rows.append(f"── {case}: exit at {exit_name}, enter at {entry_name}")
        rule = TransitionTable(exit_at=exit_at, enter_at=enter_at, bridge=bridge)
        rows += planned_rows(preset, bank, rule)
    text = "\n".join(rows) + "\n"
    if update_golden:
        GOLDEN.write_text(text, encoding="utf-8", newline="\n")

    assert GOLDEN.read_text(encoding="utf-8") == text
