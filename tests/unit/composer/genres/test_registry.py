"""Every genre is well made, and sounds like itself."""

from __future__ import annotations

from fractions import Fraction

import pytest

from adaptive.composer.genres.registry import GENRES
from adaptive.composer.meter import meter
from adaptive.composer.plan.colour import COLOURS, LADDERS
from adaptive.composer.plan.form import parse_form
from adaptive.composer.plan.grammar import GRAMMARS
from adaptive.composer.plan.progression import written_phrases
from adaptive.composer.registry import GENERATORS
from adaptive.instruments.kits import KITS
from adaptive.instruments.patches import PATCHES
from adaptive.music.scale import Key
from adaptive.preset.patch_library import library
from tools import genre_table
from tools.pieces import ENSEMBLES, compose

every = pytest.mark.parametrize("name", GENRES)


@every
def test_what_a_genre_names_is_there(name: str) -> None:
    genre = GENRES[name]
    slowest, usual, fastest = genre.tempo_bpm

    assert slowest <= usual <= fastest
    assert genre.colour in COLOURS.keys() & LADDERS.keys()
    assert len({len(parse_form(form)) for form in genre.forms}) == 1
    assert Key.parse(genre.key).mode in genre.progressions
    assert genre.styles.keys() == GENERATORS.keys() & genre.styles.keys()
    for generator, style in genre.styles.items():
        assert style in GENERATORS[generator].styles
    for layer in genre.layers:
        is_kit = layer.generator == "drums"
        factory = {name for name, patch in library().items() if (patch.role == "drums") == is_kit}
        assert layer.instrument in {*factory, *(KITS if is_kit else PATCHES)}


@every
def test_written_progressions_have_four_bars_twice_and_close_on_the_tonic(name: str) -> None:
    for mode, texts in GENRES[name].progressions.items():
        for text in texts:
            first, answer = written_phrases(text, meter(4, 4))
            assert (len(first.bars), len(answer.bars)) == (4, 4)
            assert answer.close == "authentic"
            assert {*first.functions, *answer.functions} <= GRAMMARS[mode][0].keys()


@every
def test_bridges_have_four_bars_twice(name: str) -> None:
    for mode, texts in GENRES[name].bridges.items():
        for text in texts:
            first, answer = written_phrases(text, meter(4, 4))
            assert (len(first.bars), len(answer.bars)) == (4, 4)
            assert {*first.functions, *answer.functions} <= GRAMMARS[mode][0].keys()


def onsets(name: str, layer: str, piece: str, bars: int = 16) -> list[set[Fraction]]:
    """Onsets of a piece of the kit in each bar that has drums."""
    _, written = compose(ENSEMBLES[name], 3, bars)
    return [{note.onset for note in bar[layer] if note.pitch == piece} for bar in written if bar[layer]]


def test_house_has_four_on_the_floor_and_open_hats_between() -> None:
    kicks, hats = onsets("house", "beat", "kick"), onsets("house", "beat", "hat_open")
    four = {Fraction(beat) for beat in range(4)}
    between = {beat + Fraction(1, 2) for beat in four}

    assert sum(kick >= four for kick in kicks) >= 0.8 * len(kicks)
    assert sum(len(hat & between) >= 3 for hat in hats) >= 0.8 * len(hats)


def test_jazz_walks_in_quarters_and_comps_in_sevenths() -> None:
    plan, bars = compose(ENSEMBLES["jazz"], 3, 16)
    walked = sum({note.onset for note in bar["bass"]} >= {Fraction(n) for n in range(4)} for bar in bars)
    qualities = {chord.quality for n in range(16) for _, chord in plan.bar(n).harmony.chords}

    assert walked >= 12
    assert qualities <= {"maj7", "maj9", "m7", "m9", "9", "13", "7b9", "m7b5", "m69", "7", "m6", "add9", "69"}
    assert max(len({note.midi for note in bar["guitar"]}) for bar in bars) >= 3


def test_jazz_states_its_head_improvises_on_its_chords_and_states_it_again() -> None:
    plan, bars = compose(ENSEMBLES["jazz"], 2, 72)
    tunes = [[(n.onset, n.midi) for n in bar["horn"]] for bar in bars]
    written = [plan.bar(number).harmony.chords for number in range(72)]

    assert tunes[0:7] == tunes[8:15] == tunes[64:71]
    assert written[0:8] == written[32:40] == written[64:72]
    assert sum(one == other for one, other in zip(tunes[0:8], tunes[32:40], strict=True)) <= 1


def test_jazz_trades_fours_between_the_horn_and_the_drums() -> None:
    plan, bars = compose(ENSEMBLES["jazz"], 2, 64)
    alone = [number for number in range(64) if plan.bar(number).is_drum_solo]
    strokes = [{note.pitch for note in bars[number]["brushes"]} for number in alone]

    assert alone == [*range(52, 56), *range(60, 64)]
    assert all(not notes for number in alone for name, notes in bars[number].items() if name != "brushes")
    assert all(any(piece.startswith(("tom", "snare")) for piece in pieces) for pieces in strokes)
    assert len({frozenset(pieces) for pieces in strokes}) > 1
    assert all(bars[number]["horn"] for number in range(56, 59))


def test_comping_in_jazz_has_a_riff_of_its_theme_and_walks_return_with_their_chords() -> None:
    _, bars = compose(ENSEMBLES["jazz"], 2, 16)
    riff = [{note.onset for note in bar["guitar"]} for bar in bars]
    walks = [[(note.onset, note.midi) for note in bar["bass"]] for bar in bars]

    assert riff[0] == riff[2] == riff[4] == riff[6]
    assert riff[1] == riff[5]
    assert walks[0:7] == walks[8:15]


def test_jazz_has_a_ride_and_a_hat_by_foot_on_two_and_four() -> None:
    hats = onsets("jazz", "brushes", "hat_pedal")

    assert sum(hat >= {Fraction(1), Fraction(3)} for hat in hats) >= 0.7 * len(hats)


def test_drum_and_bass_breaks_the_beat_at_its_tempo() -> None:
    kicks = onsets("drum_and_bass", "breaks", "kick")

    assert 165.0 <= ENSEMBLES["drum_and_bass"].tempo_bpm <= 178.0
    assert all(Fraction(0) in kick for kick in kicks)
    assert all(Fraction(1) not in kick for kick in kicks)
    assert any(place.denominator > 1 for kick in kicks for place in kick)


def test_folk_stays_in_its_mode_over_a_drone_of_the_tonic() -> None:
    plan, bars = compose(ENSEMBLES["folk"], 3, 16)
    dorian = Key.parse("D dorian").pitch_classes
    notes = [note.midi % 12 for n, bar in enumerate(bars) for note in bar["fiddle"]
             if plan.bar(n).harmony.key.mode == "dorian"]  # fmt: skip

    assert {note.midi % 12 for bar in bars for note in bar["pipes"]} <= {2, 9}
    assert set(notes) <= dorian


def test_rock_plays_power_chords() -> None:
    plan, _ = compose(ENSEMBLES["rock"], 3, 8)

    assert {chord.quality for n in range(8) for _, chord in plan.bar(n).harmony.chords} == {"5"}


def test_genres_of_one_seed_have_tunes_of_their_own() -> None:
    tunes = set()
    for name in ("jazz", "house", "pop", "rock"):
        plan, _ = compose(ENSEMBLES[name], 1, 2)
        tunes.add(tuple((note.onset, note.length) for note in plan.bar(0).tune))

    assert len(tunes) == 4


def test_the_page_of_the_genres_is_up_to_date() -> None:
    assert genre_table.page() == genre_table.PAGE.read_text(encoding="utf-8")
