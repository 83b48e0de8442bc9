"""Players of notes: clips in rotation, chokes, and a state that replays the same hits."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace

from adaptive.conductor.layers.note_players import InstrumentPlayer, KitPlayer, KitSound, note_player_of
from adaptive.conductor.layout.layout import LayerPlace
from adaptive.engine.commands import Command
from adaptive.kernel.layout import CLIP_START, CLIP_STOP
from adaptive.music.note import Note

PLACE = LayerPlace("drums", 3, 4, range(8, 11))
KIT = {
    name: KitSound(None, number, 0.5, 0.0, choke)  # type: ignore[arg-type]
    for number, (name, choke) in enumerate(
        [("kick", None), ("kick:2", None), ("open_hat", "hat"), ("closed_hat", "hat")]
    )
}


def note(pitch: str, velocity: float = 1.0) -> Note:
    return Note(Fraction(0), Fraction(1), pitch, 36, velocity)


def kit_player() -> KitPlayer:
    return KitPlayer(PLACE, KIT, 576)


def started(commands: list[Command]) -> list[tuple[int, int]]:
    """Clip and sound of each start."""
    return [(one.target, one.i0) for one in commands if one.operation == CLIP_START]


def test_hits_use_the_clips_in_rotation_and_the_variants_of_a_piece_alternate() -> None:
    player = kit_player()
    posted = [one for frame in range(4) for one in player.play(note("kick"), frame, 1, 5)]

    assert started(posted) == [(8, 0), (9, 1), (10, 0), (8, 1)]


def test_a_hit_chokes_the_one_that_rings_in_its_group() -> None:
    player = kit_player()
    first = player.play(note("open_hat"), 100, 1, 5)
    player.play(note("kick"), 150, 1, 5)
    second = player.play(note("closed_hat"), 200, 1, 5)

    assert [one.operation for one in first] == [CLIP_START]
    assert [(one.operation, one.frame, one.target) for one in second] == [
        (CLIP_STOP, 200, 8),
        (CLIP_START, 200, 10),
    ]


def test_after_a_restore_the_same_hits_get_the_same_clips_and_variants() -> None:
    player = kit_player()
    player.play(note("kick"), 0, 1, 5)
    state = player.state()
    first = player.play(note("kick"), 10, 1, 5) + player.play(note("open_hat"), 20, 1, 5)
    player.restore(state)

    assert player.play(note("kick"), 10, 1, 5) + player.play(note("open_hat"), 20, 1, 5) == first


def test_a_piece_that_the_kit_does_not_have_is_not_played() -> None:
    assert kit_player().play(note("gong"), 0, 1, 5) == []


def test_a_note_on_a_synthesiser_lasts_at_least_one_frame() -> None:
    player = InstrumentPlayer(LayerPlace("bass", 3, 4, range(0), instrument=2))
    (posted,) = player.play(note("C2"), 50, 0, 5)

    assert (posted.frame, posted.target, posted.i0) == (50, 2, 1)


def test_a_synthesiser_fades_as_a_whole_and_a_kit_rings_out() -> None:
    synth = note_player_of(LayerPlace("pad", 3, 4, range(0), instrument=7), SimpleNamespace())  # type: ignore[arg-type]
    faded = synth.fade(100, 0.0, 480, group=5)

    assert isinstance(synth, InstrumentPlayer)
    assert [(one.frame, one.target, one.group) for one in faded] == [(100, 7, 5)]
    assert (synth.can_fade, synth.is_percussive, list(synth.recordings())) == (True, False, [])
    kit = kit_player()
    assert kit.fade(100, 0.0, 480) == []
    assert (kit.can_fade, kit.is_percussive, len(list(kit.recordings()))) == (False, True, len(KIT))
