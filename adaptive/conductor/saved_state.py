"""The musical state as something to keep: saved into a game's file, restored in the same bar.

What comes back: the section and the bar it was in, bar numbers, states, parameters, where every section was
left, whose turn it is, how long stingers must rest, tempo, play or stop.
What does not: what rings (tails, reverb, notes held over the bar line), fades under way, a seam that was
planned (what decides it decides again), a bridge (its destination begins), requests that wait for receipts.
Bars that were written by density are written again by the present one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.playlists import Playlists, PlaylistState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.stingers.stingers import Stingers
from adaptive.conductor.variation_picker import PickState
from adaptive.errors import InputError, one_line
from adaptive.preset.model import Preset
from adaptive.preset.segments import is_bridge
from adaptive.timebase import HAIR

Count = Annotated[int, Meta(ge=0, le=2**53)]
Beats = Annotated[float, Meta(ge=0.0, le=1e9)]
Text = Annotated[str, Meta(max_length=200)]

MSGSPEC_WORDS = {
    "Object contains unknown field": "no such key is in it:",
    "Object missing required field": "it lacks the key",
    "Expected": "expected",
    "Invalid": "invalid",
}


class SavedPick(Struct, frozen=True, forbid_unknown_fields=True):
    """What has been drawn from a deck."""

    count: Count = 0
    left: tuple[Count, ...] = ()
    recent: tuple[Count, ...] = ()


class SavedMusic(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The musical state; as JSON, about a kilobyte.

    Attributes
    ----------
    music : int
        Version of this form.
    preset, digest : str
        Folder of the preset and the hash of its file.
    seed : int
        Of chance.
    section : str
        What plays; empty: silence.
    local_beats : float
        Beginning of the bar it is in, in beats since the section's own beginning.
    entered_beats : float
        Where in the section it was entered.
    bar : int
        Number of that bar on the timeline.
    parameters : dict of str to (float, float)
        Where each was sent to, and where it was on the way there.
    rested_s : dict of str to float
        How long ago each stinger's first beat sounded.
    """

    music: Literal[1] = 1
    preset: Text
    digest: Text
    seed: Count
    section: Text
    local_beats: Beats = 0.0
    entered_beats: Beats = 0.0
    bar: Annotated[int, Meta(ge=1, le=2**53)] = 1
    arrivals: Count = 0
    is_playing: bool = True
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)] | None = None
    parameters: dict[Text, tuple[float, float]] = msgspec.field(default_factory=dict)
    states: dict[Text, Text] = msgspec.field(default_factory=dict)
    left_at: dict[Text, Beats] = msgspec.field(default_factory=dict)
    playlists: dict[Text, SavedPick] = msgspec.field(default_factory=dict)
    rounds: dict[Text, Count] = msgspec.field(default_factory=dict)
    interrupted: dict[Text, Text] = msgspec.field(default_factory=dict)
    left_with: dict[Text, dict[Text, Count]] = msgspec.field(default_factory=dict)
    variations: dict[Text, dict[Text, SavedPick]] = msgspec.field(default_factory=dict)
    rested_s: dict[Text, Annotated[float, Meta(ge=-60.0, le=1e9)]] = msgspec.field(default_factory=dict)


def read_saved(document: object) -> SavedMusic:
    """Check what somebody says is a musical state.

    Raises
    ------
    InputError
        It is none; the sentence says where.
    """
    try:
        return msgspec.convert(document, SavedMusic)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at `$")
        place = one_line(at.strip("`.")[:80])
        for theirs, ours in MSGSPEC_WORDS.items():
            what = what.replace(theirs, ours)
        message = f"this is no saved music: {f'{place}: ' if place else ''}{one_line(what[:200])}"
    except UnicodeError:  # half a surrogate pair, which JSON may smuggle in
        message = "this is no saved music: a text in it is no text"
    raise InputError(message)


def save(playback: PlaybackState, playlists: Playlists, stingers: Stingers, preset: str) -> SavedMusic:
    """The musical state at the tick that was stepped last."""
    instance, local, bar = _present(playback)
    turn = next(
        (s.request.turn_before for s in playback.transitions if s.request.turn_before), playlists.snapshot()
    )
    near = {instance.section, *(transition.target.section for transition in playback.transitions)}
    rate = playback.tempo.sample_rate
    return SavedMusic(
        preset=preset,
        digest=playback.preset.text_digest,
        seed=playback.seed,
        section=instance.section,
        local_beats=local,
        entered_beats=min(instance.offset_beats, local),
        bar=bar,
        arrivals=playback.arrivals,
        is_playing=playback.is_playing,
        tempo_bpm=playback.tempo_wanted,
        parameters=playback.engine.targets(playback.layout.parameters),
        states=dict(playback.values.states),
        left_at=dict(playback.left_at),
        playlists={name: _saved(pick) for name, pick in turn.picks.items()},
        rounds=dict(turn.rounds),
        interrupted=dict(turn.interrupted),
        left_with={
            name: dict(layer.left_with) for name, layer in playback.assets.stems.items() if layer.pickers
        },
        variations={
            name: {segment: _saved(pick) for segment, pick in layer.hands_at(playback.now, near).items()}
            for name, layer in playback.assets.stems.items()
            if layer.pickers
        },
        rested_s={
            name: (playback.now - sync_point) / rate for name, sync_point in stingers.last_apexes().items()
        },
    )


def _present(playback: PlaybackState) -> tuple[SegmentInstance, float, int]:
    """The passage, the beginning of its present bar in local beats, and that bar's number."""
    instance = playback.instance
    if is_bridge(instance.section):
        instance = playback.last
        return instance, instance.offset_beats, instance.first_bar
    local = instance.local(playback.tempo.beat_at(playback.now))
    begun = math.floor((local + HAIR) / instance.beats_per_bar) * float(instance.beats_per_bar)
    begun = max(begun, instance.offset_beats, 0.0)
    return instance, begun, instance.bar_number(instance.beat_of(begun))


def _saved(pick: PickState) -> SavedPick:
    return SavedPick(pick.count, pick.left, pick.recent)


def restore(
    saved: SavedMusic, playback: PlaybackState, playlists: Playlists, stingers: Stingers
) -> SegmentInstance:
    """Bring a stage that has not begun into a saved state; returns the passage to begin with.

    Raises
    ------
    InputError
        The preset has no such section.
    """
    segments = playback.preset.segments
    require_section(saved, playback.preset)
    _restore_values(saved, playback)
    playback.is_playing, playback.tempo_wanted, playback.arrivals = (
        saved.is_playing,
        saved.tempo_bpm,
        saved.arrivals,
    )
    playback.left_at = {name: beats for name, beats in saved.left_at.items() if name in segments}
    playlists.restore(_turn(saved, playlists, playback.preset.file.playlists))
    for name, layer in playback.assets.stems.items():
        picks = {segment: _hand(pick) for segment, pick in saved.variations.get(name, {}).items()}
        layer.take_turns(picks, saved.left_with.get(name, {}))
    rate = playback.tempo.sample_rate
    stingers.rest({name: -round(seconds * rate) for name, seconds in saved.rested_s.items()})
    return _instance(saved, playback)


def require_section(saved: SavedMusic, preset: Preset) -> None:
    """Refuse music in a section that a preset has not.

    Raises
    ------
    InputError
        It has not.
    """
    if saved.section != SILENCE and saved.section not in preset.file.sections:
        message = f"the saved music is in section {saved.section!r}, which this preset has not"
        raise InputError(message)


def _restore_values(saved: SavedMusic, playback: PlaybackState) -> None:
    for group, value in saved.states.items():
        known = playback.preset.state_groups.get(group)
        if known is not None and value in known.values:
            playback.values.states[group] = value
    for name, numbers in saved.parameters.items():
        if name in playback.layout.parameters and all(math.isfinite(number) for number in numbers):
            low, high = playback.preset.file.parameters[name].range
            goal, now = (min(max(number, low), high) for number in numbers)
            is_sent = name not in playback.preset.derived
            playback.engine.set_at_start(playback.layout.parameters[name], goal, now, is_sent=is_sent)


def _turn(saved: SavedMusic, playlists: Playlists, tables: Mapping[str, Any]) -> PlaylistState:
    turn = playlists.snapshot()
    for name, saved_hand in saved.playlists.items():
        pick = _hand(saved_hand)
        if name in tables and pick.fits(len(tables[name].play)):
            turn.picks[name] = pick
            turn.rounds[name] = saved.rounds.get(name, 0)
    for name, section in saved.interrupted.items():
        if name in tables and playlists.is_within(section, name):
            turn.interrupted[name] = section
    return turn


def _hand(saved: SavedPick) -> PickState:
    return PickState(saved.count, saved.left, saved.recent)


def _instance(saved: SavedMusic, playback: PlaybackState) -> SegmentInstance:
    """The passage, so laid that the saved bar begins at beat 0 of the timeline."""
    instance = playback.instance_in(saved.section, 0.0, 0.0, saved.bar)
    if saved.section == SILENCE:
        return instance
    bar = instance.beats_per_bar
    entered = min(saved.entered_beats, saved.local_beats)
    start = entered - saved.local_beats
    bars = int((saved.local_beats - (entered - entered % bar) + HAIR) // bar)
    return replace(instance, start_beat=start, offset_beats=entered, first_bar=saved.bar - bars)
