from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from adaptive.composer.learned.harmony import PhraseDrawing, draw_chords
from adaptive.composer.learned.harmony_weights import HarmonyNetwork, loaded_harmony
from adaptive.composer.meter import meter
from adaptive.composer.plan.grammar import CLOSES, MAJOR_CHORDS, MINOR_CHORDS
from adaptive.composer.plan.progression import PhraseGoal, chords_of, write_phrase
from adaptive.composer.seeding import seeded
from adaptive.music.scale import Key

NETWORK = loaded_harmony().harmony
HALF = PhraseDrawing("5", "half", (1, 0, 0, 0, 0))


def drawn(seed: int, drawing: PhraseDrawing = HALF) -> list[str]:
    assert NETWORK is not None
    return draw_chords(NETWORK, drawing, seeded(seed))


def test_a_phrase_begins_at_home_and_ends_as_the_plan_wants() -> None:
    phrases = [drawn(seed) for seed in range(20)]

    assert {phrase[-1] for phrase in phrases} == {"5"}
    assert {phrase[0] for phrase in phrases} <= {"1", "1/3"}
    assert len({tuple(phrase) for phrase in phrases}) > 15
    assert all(len(phrase) == 6 for phrase in phrases)


def test_the_same_seed_gives_the_same_chords() -> None:
    assert drawn(7) == drawn(7)
    # settled by whole numbers, so that every machine draws them
    assert drawn(1) == ["1", "6:m", "5/7", "1", "#4:dim/6", "5"]


def test_a_head_is_kept_and_led_on_from() -> None:
    head = ("1", "6:m7", "2:7/#4")
    longer = replace(HALF, close="authentic", closing="1", lengths=(0,) * 8, head=head)
    after = [drawn(seed, longer)[3] for seed in range(20)]

    assert drawn(3, replace(HALF, head=head))[:3] == list(head)
    assert sum(chord[0] == "5" for chord in after) > 10  # the dominant of the dominant resolves


def test_a_head_that_the_network_does_not_know_does_no_harm() -> None:
    assert drawn(1, replace(HALF, head=("b5:mmaj7",)))[0] == "b5:mmaj7"
    assert drawn(1, replace(HALF, closing="b5:mmaj7"))[-1] == "b5:mmaj7"


def test_more_tension_leaves_the_key_more_often() -> None:
    outside = {
        tension: sum(
            chord not in {"1", "1/3", "4", "4/6", "5", "5/7", "5:7", "5:7/7", "6:m", "6:m7", "2:m", "2:m7"}
            for seed in range(30)
            for chord in drawn(seed, replace(HALF, tension=tension))
        )
        for tension in (0.0, 1.0)
    }

    assert outside[1.0] > 1.5 * outside[0.0]


@pytest.mark.parametrize("mode", ["major", "minor"])
def test_closes_are_reached_by_dominants_that_resolve(mode: str) -> None:
    assert NETWORK is not None
    key, dominants, sevenths, resolved = Key.parse(f"C {mode}"), 0, 0, 0
    for seed in range(30):
        goal = PhraseGoal(4, "authentic", "half", 0.6)
        written = write_phrase(mode, meter(4, 4), goal, seeded(seed), NETWORK)
        chords = [chord for bar in chords_of(key, written) for _, chord in bar]
        assert chords[-1].root == key.tonic
        dominants += str(chords[-2].root) == "G" or "dim" in chords[-2].quality
        for one, other in pairwise(chords):
            sevenths += one.quality == "7"
            resolved += one.quality == "7" and (other.root.pitch_class - one.root.pitch_class) % 12 in {
                1,
                2,
                5,
            }

    assert dominants >= 26
    assert sevenths > 10
    assert resolved >= 0.9 * sevenths


@pytest.mark.parametrize("rhythm", ["slow", "bar", "half"])
@pytest.mark.parametrize("bars", [1, 2, 3, 5, 12])
def test_phrases_of_every_length_and_rhythm_are_written_with_and_without_a_head(
    bars: int, rhythm: str
) -> None:
    first = write_phrase("minor", meter(5, 4), PhraseGoal(bars, "open", rhythm), seeded(1), NETWORK)
    goal = PhraseGoal(bars, "authentic", rhythm, head=first.bars[:1], temperature=0.0)
    second = write_phrase("minor", meter(5, 4), goal, seeded(1), NETWORK)

    assert len(first.bars) == len(second.bars) == bars
    assert second.bars[0] == first.bars[0]
    assert len(chords_of(Key.parse("F# minor"), second)) == bars


@pytest.mark.parametrize(("mode", "names"), [("major", MAJOR_CHORDS), ("minor", MINOR_CHORDS)])
def test_the_network_knows_the_chords_of_every_close(mode: str, names: dict[str, str]) -> None:
    network: HarmonyNetwork | None = NETWORK
    assert network is not None
    for closes in CLOSES[mode].values():
        for name in closes:
            assert names[name] in network.chords
