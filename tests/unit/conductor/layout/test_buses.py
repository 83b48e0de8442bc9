from __future__ import annotations

from pathlib import Path

import pytest

from adaptive.conductor.layout import builder
from adaptive.conductor.layout.builder import lay_out
from adaptive.conductor.layout.buses import place_buses
from adaptive.conductor.layout.layout import PresetLayout
from adaptive.conductor.layout.row_allocator import NoSpareRowsError, Occupancy
from adaptive.kernel import layout as k
from adaptive.preset.load import load
from tests.unit.preset.preset_files import write

BODY = """
schema = 1
name = "Test"
tempo_bpm = 100
[parameters.heat]
default = 0.5
[layers.pad]
generator = "pad"
bus = "far"
sends = { echo = { over = "heat", points = [[0, -20], [1, 0]] }, reverb = -9 }
inserts = [
    { kind = "eq", id = "tone", high_db = { over = "heat", points = [[0, -12], [1, 6]] } },
    { kind = "delay", beats = 0.75, bypass = true },
]
[buses.far]
output = "hall"
level_db = -6
sends = { reverb = -30 }
[buses.hall]
inserts = [{ kind = "reverb", mix = 0.5 }]
[buses.echo]
cutoff_hz = 900
[sections.one]
layers = ["pad"]
length_bars = 4
[master]
inserts = [{ kind = "eq", low_cut_hz = 30 }]
"""


@pytest.fixture
def layout(tmp_path: Path) -> PresetLayout:
    return lay_out(load(write(tmp_path, BODY)))


def test_each_level_of_buses_begins_a_group_and_the_master_comes_last(tmp_path: Path) -> None:
    rows = place_buses(load(write(tmp_path, BODY)).file, 24)

    assert rows.rows == {"far": 24, "echo": 25, "hall": 32, "reverb": 33}
    assert (rows.first, rows.master) == (24, 40)
    assert (rows.output("master"), rows.output("hall")) == (40, 32)


def test_strips_and_buses_are_routed_by_name(layout: PresetLayout) -> None:
    buses, rows = layout.spec.buses, layout.buses.rows
    pad, far = buses[layout.layers["pad"].bus], buses[rows["far"]]

    assert pad.output == rows["far"]
    assert dict(zip(pad.sends, pad.send_gains, strict=True)) == pytest.approx(
        {rows["reverb"]: 10.0 ** (-9.0 / 20.0), rows["echo"]: 10.0 ** (-10.0 / 20.0)}
    )
    assert (far.output, far.sends, far.gain) == (
        rows["hall"],
        (rows["reverb"],),
        pytest.approx(0.501, abs=1e-3),
    )
    assert buses[rows["hall"]].output == buses[rows["reverb"]].output == layout.buses.master
    assert buses[rows["echo"]].cutoff_hz == 900.0


def test_inserts_begin_at_their_curves_and_keep_their_bypass(layout: PresetLayout) -> None:
    tone, echo = layout.spec.buses[layout.layers["pad"].bus].inserts

    assert (tone.kind, tone.name, tone.values["high_db"]) == ("eq", "tone", -3.0)
    assert (echo.kind, echo.name, echo.is_bypassed) == ("delay", "delay", True)


def test_curves_of_sends_and_inserts_are_mapped(layout: PresetLayout) -> None:
    found = {(one.kind, one.send, one.insert, one.name) for one in layout.spec.mappings}

    assert found == {(k.MAP_SEND_DB, 1, "", ""), (k.MAP_INSERT, 0, "tone", "high_db")}


def test_what_has_an_insert_on_the_master_has_a_bus_for_it(layout: PresetLayout) -> None:
    assert layout.buses.master is not None
    assert [insert.kind for insert in layout.spec.buses[layout.buses.master].inserts] == ["eq"]


def test_an_edit_with_more_sends_than_fit_asks_for_another_engine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "SPARE_SENDS", 1)
    before = lay_out(load(write(tmp_path, BODY)))
    occupancy = Occupancy(before.spec, set(), lambda _row: False)
    one = BODY.replace("sends = { reverb = -30 }", "sends = { reverb = -30, hall = -6 }")
    two = one.replace("cutoff_hz = 900", "cutoff_hz = 900\nsends = { reverb = -6 }")

    assert lay_out(load(write(tmp_path, one)), before=before, occupancy=occupancy)
    with pytest.raises(NoSpareRowsError, match="no room for so many more sends"):
        lay_out(load(write(tmp_path, two)), before=before, occupancy=occupancy)


def test_inserts_listen_to_the_rows_of_what_they_name(tmp_path: Path) -> None:
    body = BODY.replace('{ kind = "eq", low_cut_hz = 30 }', '{ kind = "compressor", key = "echo" }').replace(
        '{ kind = "reverb", mix = 0.5 }', '{ kind = "compressor", key = "pad" }'
    )
    layout = lay_out(load(write(tmp_path, body)))
    buses, rows = layout.spec.buses, layout.buses

    assert buses[rows.rows["hall"]].inserts[0].key == layout.layers["pad"].bus
    assert rows.master is not None
    assert buses[rows.master].inserts[0].key == rows.rows["echo"]
