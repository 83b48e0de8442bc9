"""The pure parts of the comparison: figures, tables, packets, definitions, patches."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import pytest
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_message import OscMessage

from benchmarks.page import page, rounded
from benchmarks.peers import figures, latency, osc, ours, starts, tables, works
from benchmarks.peers.puredata import Patch
from benchmarks.peers.synthdef import AUDIO, Graph


def row(peer: str, percent: list[float], beside: list[float], frames: int = 64) -> dict[str, Any]:
    work = {"kind": works.STEMS, "count": 8, "frames": frames}
    return {**work, "peer": peer, "percent": percent, "beside": beside}


ROWS = [
    {"peer": "A", "version": "A 1"},
    {"peer": "B", "version": "B 2"},
    {"peer": "C", "missing": "`apt-get install c`"},
    row("A", [2.0, 4.0, 3.0], [1.0, 1.0, 1.5]),
    row("B", [1.0, 1.0, 1.0], [0.5, 0.25, 0.5]),
    row(tables.POSTING, [1.2], [9.0]),
]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.0, "0"), (0.0123456, "0.0123"), (4.0, "4.00"), (55.91, "55.9"), (287.6, "288"), (1234.0, "1230")],
)
def test_a_figure_has_three_digits_that_mean_something(value: float, said: str) -> None:
    assert figures.significant(value) == said


def test_repeats_are_told_as_the_median_and_the_range() -> None:
    assert figures.spread([3.0, 1.0, 2.0]) == "2.00 (1.00 to 3.00)"
    assert figures.spread([3.0]) == "3.00"
    assert figures.spread([]) == ""


def test_a_ratio_is_taken_pair_by_pair() -> None:
    assert figures.ratios([1.0, 3.0], [2.0, 2.0]) == [0.5, 1.5]


def test_a_quantile_is_one_of_the_values() -> None:
    assert figures.quantile([4.0, 1.0, 3.0, 2.0], 0.5) == 3.0
    assert figures.quantile([1.0, 2.0], 0.99) == 2.0


def test_our_own_figures_are_those_beside_the_peers_and_each_counts_once() -> None:
    work = (works.STEMS, 8, 64)

    assert tables.own_percent(ROWS, work) == [1.0, 1.0, 1.5, 0.5, 0.25, 0.5]


def test_the_cheapest_engine_is_found_among_those_named() -> None:
    work = (works.STEMS, 8, 64)

    best, alone = tables.best_peer(ROWS, work, ["A", "B"]), tables.best_peer(ROWS, work, ["A"])
    assert best is not None
    assert best[0] == "B"
    assert alone is not None
    assert alone[0] == "A"
    assert tables.best_peer(ROWS, work, ["C"]) is None


def test_a_peer_that_is_worse_and_one_that_is_better_are_printed_alike() -> None:
    text = tables.share_tables(ROWS, {"A": {works.STEMS: "interpolates"}})

    assert "| A | 3.00 (2.00 to 4.00) | interpolates |" in text
    assert "| A | 0.500 (0.250 to 0.500) |" in text
    assert "| B | 0.500 (0.250 to 0.500) |" in text


def test_what_is_not_installed_says_what_to_install() -> None:
    text = tables.presence_table(ROWS, {"A": {works.VOICES: "plays recordings only"}})

    assert "| C | not here: `apt-get install c` |  |" in text
    assert "| A | A 1 | voices: plays recordings only |" in text


def test_a_fault_stands_where_the_figure_would() -> None:
    rows = [row("A", [1.0], [1.0]), {**row("B", [], []), "fault": "no\nsound | at all"}]

    assert "fault: no sound / at all" in tables.share_tables(rows, {})


def test_a_page_shows_each_part_with_its_commit() -> None:
    results = {"x": [{"a": 1}], "measured": {"x": {"commit": "abc"}}}

    text = page(results, {"x": "The X", "y": "The Y"}, {})

    assert "## The X\n\nMeasured: commit abc.\n\n| a |\n|---|\n| 1 |" in text
    assert "The Y" not in text


def test_messages_are_what_another_library_reads() -> None:
    read = OscMessage(osc.message("/a/b", 1, 0.5, "word", b"\1\2\3"))

    assert read.address == "/a/b"
    assert list(read.params) == [1, 0.5, "word", b"\1\2\3"]


def test_bundles_are_what_another_library_reads() -> None:
    read = OscBundle(osc.bundle(1.5, [osc.message("/a"), osc.message("/b", 2)]))

    assert read.num_contents == 2
    assert read.content(1).address == "/b"


def test_a_synth_definition_has_its_units_in_order() -> None:
    graph = Graph("x", {"gain": 0.5})
    graph.unit("Out", AUDIO, (0.0, graph["gain"]), 0)

    data = graph.encode()

    assert data[:10] == b"SCgf" + struct.pack(">ih", 2, 1)
    assert data.index(b"\x07Control") < data.index(b"\x03Out")


def test_every_work_grows_at_64_frames_and_stands_at_three_blocks() -> None:
    for kind in works.TITLES:
        blocks = {work.block_frames for work in works.ALL if work.kind == kind}
        assert blocks == {64, 128, 256}
    assert [work.count for work in works.ALL if work.kind == works.STEMS and work.block_frames == 64] == [
        8,
        32,
        128,
    ]


def heard(us: list[float], ran: int) -> dict[str, Any]:
    return {"us": us, "due": 100.4, "ran": ran, "silent": 1, "lost": 0}


def test_rounds_of_latency_are_put_together_and_missing_cycles_added_up() -> None:
    row = latency._together([heard([1000.0, 2000.0, 3000.0], 98), heard([4000.0], 101)])

    assert row["packets"] == 4
    assert row["p50_ms"] == [2.0, 4.0]
    assert row["max_ms"] == 4.0
    assert (row["cycles"], row["missing"], row["silent"]) == (201, 2, 2)


def test_a_latency_row_that_failed_has_as_many_columns_as_one_that_did_not() -> None:
    measured = {"stress": "idle", "peer": "A", **latency._together([heard([1000.0], 100)])}
    failed = {"stress": "idle", "peer": "B", "fault": "never said 'ready'"}

    first, second = (
        line.count("|") for line in latency.show([measured, failed]).splitlines() if "idle" in line
    )
    assert first == second


def test_without_jack_the_page_says_what_to_install() -> None:
    assert "| all | apt |" in latency.show([{"peer": "all", "missing": "apt"}])


def test_memory_and_engines_are_told_with_whether_they_keep_up() -> None:
    program = {
        "peer": "A",
        "start_s": [0.1],
        "offline_times": [10.0],
        "minute_mb": [23.0],
        "engine_mb": [5.0],
    }
    shared = {"percent": [90.0], "late_percent": [1.0], "longest_ms": [6.0], "mb_an_engine": [4.0]}
    engines = [{"engines": n, "times_real_time": [speed], **shared} for n, speed in ((20, 1.1), (50, 0.9))]

    lines = starts.show([program, *engines]).splitlines()

    assert "| A | 0.100 | 10.0 | 23.0 | 5.00 |  |" in lines
    assert any(line.startswith("| 20 ") and line.endswith("| yes |") for line in lines)
    assert any(line.startswith("| 50 ") and line.endswith("| no |") for line in lines)


def test_numbers_are_kept_to_five_digits_and_counts_whole() -> None:
    assert rounded({"a": [1.23456789, 2], "b": "x"}) == {"a": [1.2346, 2], "b": "x"}


def test_a_patch_names_its_boxes_and_wires_them_to_inlets_in_order(tmp_path: Path) -> None:
    patch = Patch()
    left, right = patch.box("phasor~ 1"), patch.box("line~")
    patch.box("*~", left, right)
    patch.message("0, 1 $1", (left, 1))

    patch.write(tmp_path / "x.pd")

    lines = (tmp_path / "x.pd").read_text(encoding="utf-8").splitlines()
    assert r"#X msg 10 70 0 \, 1 \$1;" in lines
    assert lines[-3:] == ["#X connect 0 0 2 0;", "#X connect 1 0 2 1;", "#X connect 0 1 3 0;"]


@pytest.mark.parametrize("work", [works.Work(works.STEMS, 2, 128), works.Work(works.VOICES, 16, 64)])
def test_our_own_side_plays_what_it_is_to_measure(work: works.Work) -> None:
    played = ours.prepare(work)

    assert played.play(0.3) > 0.0
    assert played.engine.frame > 0.7 * works.RATE
