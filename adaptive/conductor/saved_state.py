"""Saves the musical state, for example into a game's save file, and restores it in the same bar.

Saved: the section and its present bar, bar numbers, states, parameters, where every section was left, the
pick states of playlists and variations, the cooldowns of stingers, tempo, play or stop.
Not saved: tails, reverb and notes that are held over the bar line; fades in progress; a planned transition
(it is decided again); a bridge (its destination is saved instead); requests that wait for receipts.
Bars are composed again at the density of the moment they are restored.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from adaptive.conductor.one_shots import shot_path
from adaptive.conductor.playback import SILENCE, PlaybackState
from adaptive.conductor.playlists import Playlists, PlaylistState
from adaptive.conductor.saved_steering import SavedSteering
from adaptive.conductor.section_ends import Detour, SectionEnds, SectionEndsState
from adaptive.conductor.segment_instance import SegmentInstance
from adaptive.conductor.selector import Selector, SelectorState
from adaptive.conductor.snapshots import SavedSnapshot
from adaptive.conductor.stingers.stingers import Stingers, StingersState
from adaptive.conductor.variation_picker import PickState
from adaptive.errors import InputError, one_line
from adaptive.preset.model import Preset
from adaptive.preset.segments import is_bridge
from adaptive.timebase import BEAT_TOLERANCE

Count = Annotated[int, Meta(ge=0, le=2**53)]
Beats = Annotated[float, Meta(ge=0.0, le=1e9)]
Place = Annotated[float, Meta(ge=-16384.0, le=1e9)]
"""A local beat: negative in an introduction."""

Text = Annotated[str, Meta(max_length=200)]

Condition = Annotated[str, Meta(max_length=1000)]

MSGSPEC_WORDS = {
    "Object contains unknown field": "unknown key",
    "Object missing required field": "missing key",
    "Expected": "expected",
    "Invalid": "invalid",
}


class SavedPick(Struct, frozen=True, forbid_unknown_fields=True):
    """A `PickState` as JSON."""

    count: Count = 0
    left: tuple[Count, ...] = ()
    recent: tuple[Count, ...] = ()


class SavedMusic(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The musical state; as JSON, about a kilobyte.

    Attributes
    ----------
    music : int
        Version of this format.
    preset, digest : str
        Folder of the preset, and the hash of its file.
    seed : int
        Random seed.
    section : str
        The section that plays; empty: silence.
    local_beats : float
        Start of the present bar, in beats since bar 1 of the section; negative in its introduction.
    entered_beats : float
        Local beat at which the section was entered.
    bar : int
        Number of the present bar on the timeline.
    arrivals : int
        Number of transitions so far; it seeds the choice of random entry markers.
    is_playing : bool
        False after a stop message.
    tempo_bpm : float or None
        Tempo that a message asked for, in quarter notes a minute.
    parameters : dict of str to (float, float)
        Target of each parameter, and its smoothed value.
    states : dict of str to str
        Value of each state group.
    left_at : dict of str to float
        Local beat at which each section was left last.
    visits : dict of str to int
        How often each section was entered.
    forgotten : tuple of str
        Sections whose place is not remembered when they are left.
    jumped : (str, str) or None
        The section that was jumped to, and what select wanted then.
    playlists, rounds, interrupted : dict
        State of each playlist, as in `PlaylistState`.
    left_with : dict
        Layer to the variation, by segment, that played when the segment was left.
    variations : dict
        Layer to its pick state by segment.
    spent : tuple of (str, str)
        Section and condition of each select line that is spent.
    interrupted_sections : dict of str to str
        For each section that ends by itself, the section it interrupted.
    detour : tuple of str or None
        The section that plays after one that has ended, that one, and section and condition of the select
        line that was chosen then.
    is_way_back : bool
        Whether that section is what the other one interrupted, which plays until the state is another.
    shots : dict
        Pick states of stingers and fills with several files, by key path.
    rested_s : dict of str to float
        Seconds since each stinger's first beat sounded.
    mix : dict of str to float
        Values of the mixer that messages hold, by key path.
    snapshots : dict
        Snapshots that are on, or that messages and events have turned, by name.
    following : dict
        What messages said of following: the listener's programme and its place, mode and lead.
    steering : SavedSteering or None
        Controls, mood, key and chord that messages hold.
    """

    music: Literal[1] = 1
    preset: Text
    digest: Text
    seed: Count
    section: Text
    local_beats: Place = 0.0
    entered_beats: Place = 0.0
    bar: Annotated[int, Meta(ge=1, le=2**53)] = 1
    arrivals: Count = 0
    is_playing: bool = True
    tempo_bpm: Annotated[float, Meta(ge=20.0, le=400.0)] | None = None
    parameters: dict[Text, tuple[float, float]] = msgspec.field(default_factory=dict)
    states: dict[Text, Text] = msgspec.field(default_factory=dict)
    left_at: dict[Text, Place] = msgspec.field(default_factory=dict)
    visits: dict[Text, Count] = msgspec.field(default_factory=dict)
    forgotten: tuple[Text, ...] = ()
    jumped: tuple[Text, Text] | None = None
    playlists: dict[Text, SavedPick] = msgspec.field(default_factory=dict)
    rounds: dict[Text, Count] = msgspec.field(default_factory=dict)
    interrupted: dict[Text, Text] = msgspec.field(default_factory=dict)
    left_with: dict[Text, dict[Text, Count]] = msgspec.field(default_factory=dict)
    variations: dict[Text, dict[Text, SavedPick]] = msgspec.field(default_factory=dict)
    spent: tuple[tuple[Text, Condition], ...] = ()
    interrupted_sections: dict[Text, Text] = msgspec.field(default_factory=dict)
    detour: tuple[Text, Text, Text, Condition] | None = None
    is_way_back: bool = False
    shots: dict[Annotated[str, Meta(max_length=300)], SavedPick] = msgspec.field(default_factory=dict)
    rested_s: dict[Text, Annotated[float, Meta(ge=-60.0, le=1e9)]] = msgspec.field(default_factory=dict)
    mix: dict[Annotated[str, Meta(max_length=300)], Annotated[float, Meta(ge=-1e9, le=1e9)]] = msgspec.field(
        default_factory=dict
    )
    snapshots: dict[Text, SavedSnapshot] = msgspec.field(default_factory=dict)
    following: dict[Text, Any] = msgspec.field(default_factory=dict)
    steering: SavedSteering | None = None


def read_saved(document: object) -> SavedMusic:
    """Read a saved musical state from decoded JSON.

    Raises
    ------
    InputError
        The document is not a saved state; the message names the key.
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
        message = "this is no saved music: a text in it is not valid Unicode"
    raise InputError(message)


def save(
    playback: PlaybackState,
    playlists: Playlists,
    stingers: Stingers,
    preset: str,
    jumped: tuple[str, str] | None = None,
) -> SavedMusic:
    """The musical state at the control step that was stepped last; `preset` is the folder's name."""
    instance, local, bar = _present(playback)
    # a planned transition is not saved, so what playlists picked for it is not saved either
    requests = [transition.request for transition in playback.transitions]
    lists = next((r.playlists_before for r in requests if r.playlists_before), playlists.state)
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
        # in a bridge, its destination has not been counted yet
        visits=playback.visits | ({instance.section: instance.visit + 1} if instance.section else {}),
        forgotten=tuple(sorted(playback.forgotten)),
        jumped=jumped,
        playlists={name: _saved_pick(pick) for name, pick in lists.picks.items()},
        rounds=dict(lists.rounds),
        interrupted=dict(lists.interrupted),
        left_with={
            name: dict(layer.left_with) for name, layer in playback.assets.stems.items() if layer.pickers
        },
        variations={
            name: {segment: _saved_pick(pick) for segment, pick in layer.picks_at(playback.now, near).items()}
            for name, layer in playback.assets.stems.items()
            if layer.pickers
        },
        shots={path: _saved_pick(pick) for path, pick in _shot_picks(playback).items()},
        rested_s={
            name: (playback.now - sync_point) / rate
            for name, sync_point in stingers.state.sync_points.items()
        },
    )


def _present(playback: PlaybackState) -> tuple[SegmentInstance, float, int]:
    """The instance to save, the start of its present bar in local beats, and that bar's number."""
    instance = playback.instance
    if is_bridge(instance.section):
        instance = playback.destination
        return instance, instance.offset_beats, instance.first_bar
    local = instance.local(playback.tempo.beat_at(playback.now))
    if instance.offset_beats < 0.0:
        bar_start = max(float(instance.bar_start(instance.bar_at(local))), instance.offset_beats)
        return instance, bar_start, instance.bar_number(instance.beat_of(bar_start))
    bar_start = math.floor((local + BEAT_TOLERANCE) / instance.beats_per_bar) * float(instance.beats_per_bar)
    bar_start = max(bar_start, instance.offset_beats, 0.0)
    return instance, bar_start, instance.bar_number(instance.beat_of(bar_start))


def _shot_picks(playback: PlaybackState) -> dict[str, PickState]:
    """Pick states of one-shots, without the fills of planned transitions, which are planned again."""
    picks = dict(playback.shot_picks.state)
    for transition in reversed(playback.transitions):
        if transition.fill_before is not None:
            picks[shot_path("fills", transition.table.fill or "")] = transition.fill_before
    return picks


def _saved_pick(pick: PickState) -> SavedPick:
    return SavedPick(pick.count, pick.left, pick.recent)


def restore(
    saved: SavedMusic, playback: PlaybackState, playlists: Playlists, stingers: Stingers
) -> SegmentInstance:
    """Restore a saved state before playback begins; returns the instance to begin with.

    Raises
    ------
    InputError
        The preset does not have the section that was saved.
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
    playback.visits = {name: count for name, count in saved.visits.items() if name in segments}
    playback.forgotten = set(saved.forgotten) & {saved.section}
    picks = {name: _pick_state(pick) for name, pick in saved.playlists.items()}
    playlists.state = playlists.fitting(PlaylistState(picks, saved.rounds, saved.interrupted))
    for name, layer in playback.assets.stems.items():
        picks = {segment: _pick_state(pick) for segment, pick in saved.variations.get(name, {}).items()}
        layer.set_picks(picks, saved.left_with.get(name, {}))
    shots = {path: _pick_state(pick) for path, pick in saved.shots.items()}
    playback.shot_picks.state = playback.shot_picks.fitting(shots)
    rate = playback.tempo.sample_rate
    rested = {name: -round(seconds * rate) for name, seconds in saved.rested_s.items()}
    stingers.state = stingers.fitting(StingersState(rested))
    return _instance(saved, playback)


def save_section_ends(music: SavedMusic, selector: Selector, section_ends: SectionEnds) -> SavedMusic:
    """Add which select lines are spent, and what follows sections that have ended."""
    detour = section_ends.state.detour
    return msgspec.structs.replace(
        music,
        spent=selector.state.spent,
        interrupted_sections=dict(section_ends.state.interrupted),
        detour=None if detour is None else (detour.section, detour.after, *detour.answer),
        is_way_back=detour is not None and detour.is_way_back,
    )


def restore_section_ends(saved: SavedMusic, selector: Selector, section_ends: SectionEnds) -> None:
    """Restore what `save_section_ends` added."""
    selector.state = SelectorState(saved.spent)
    detour = None
    if saved.detour is not None:
        section, after, *answer = saved.detour
        detour = Detour(section, after, (answer[0], answer[1]), saved.is_way_back)
    section_ends.state = section_ends.fitting(SectionEndsState(saved.interrupted_sections, detour))


def require_section(saved: SavedMusic, preset: Preset) -> None:
    """Check that a preset has the section that was saved.

    Raises
    ------
    InputError
        It does not.
    """
    if saved.section != SILENCE and saved.section not in preset.file.sections:
        message = f"the saved music is in section {saved.section!r}, which this preset does not have"
        raise InputError(message)


def _restore_values(saved: SavedMusic, playback: PlaybackState) -> None:
    for group, value in saved.states.items():
        known = playback.preset.state_groups.get(group)
        if known is not None and value in known.values:
            playback.values.states[group] = value
    for name, numbers in saved.parameters.items():
        if name in playback.layout.parameters and all(math.isfinite(number) for number in numbers):
            low, high = playback.preset.file.parameters[name].range
            target, smoothed = (min(max(number, low), high) for number in numbers)
            is_sent = name not in playback.preset.derived
            playback.engine.set_at_start(playback.layout.parameters[name], target, smoothed, is_sent=is_sent)


def _pick_state(saved: SavedPick) -> PickState:
    return PickState(saved.count, saved.left, saved.recent)


def _instance(saved: SavedMusic, playback: PlaybackState) -> SegmentInstance:
    """The instance to begin with, placed so that the saved bar starts at beat 0 of the timeline."""
    instance = playback.instance_in(saved.section, 0.0, 0.0, saved.bar)
    instance = replace(instance, visit=max(0, saved.visits.get(saved.section, 0) - 1))
    if saved.section == SILENCE:
        return instance
    bar = instance.beats_per_bar
    # an edit may have shortened the introduction
    local = max(saved.local_beats, playback.start_of(saved.section))
    entered = max(min(saved.entered_beats, local), playback.start_of(saved.section))
    start = entered - local
    if entered < 0.0:
        first_bar = saved.bar - instance.bar_at(local) + instance.bar_at(entered)
        return replace(instance, start_beat=start, offset_beats=entered, first_bar=first_bar)
    bars = int((local - (entered - entered % bar) + BEAT_TOLERANCE) // bar)
    return replace(instance, start_beat=start, offset_beats=entered, first_bar=saved.bar - bars)
