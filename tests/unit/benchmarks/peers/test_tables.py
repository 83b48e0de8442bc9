from __future__ import annotations

from benchmarks.peers import tables, works
from tests.unit.benchmarks.peers.rows import ROWS, row


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


def test_a_peer_that_is_not_installed_is_shown_with_what_to_install() -> None:
    text = tables.presence_table(ROWS, {"A": {works.VOICES: "plays recordings only"}})

    assert "| C | not installed: `apt-get install c` |  |" in text
    assert "| A | A 1 | voices: plays recordings only |" in text


def test_a_fault_is_shown_in_place_of_the_figure() -> None:
    rows = [row("A", [1.0], [1.0]), {**row("B", [], []), "fault": "no\nsound | at all"}]

    assert "fault: no sound / at all" in tables.share_tables(rows, {})
