"""The bars of a layer that plays a MIDI file."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from adaptive.composer.bar_source import BarRequest
from adaptive.composer.context import WrittenBar
from adaptive.composer.percussion import PIECES
from adaptive.music.channel_note import DRUM_CHANNEL, ChannelNote
from adaptive.preset.song import Song, SongEvent

DRUM_PLAYERS, SONG = {"kit", "drums"}, "song"
"""Players that want drums only and no controls, and the one that plays all that a file has."""

_PIECE_OF_KEY = {key: piece for piece, key in PIECES.items()}


class SongSource:
    """Gives the bars of a MIDI file, whatever the section, its harmony and its energy are.

    Parameters
    ----------
    song : Song
        The file.
    channels : frozenset of int
        The channels that are played.
    player : str
        What plays them, see `LayerPlace.player`: a kit plays the drums, a SoundFont all channels with their
        controls, and another instrument those of all channels but the drums.
    """

    def __init__(self, song: Song, channels: frozenset[int], player: str) -> None:
        self.song, self._player = song, player
        if player in DRUM_PLAYERS:
            channels &= {DRUM_CHANNEL}
        elif player != SONG:
            channels -= {DRUM_CHANNEL}
        self._channels = channels

    @property
    def is_immediate(self) -> bool:
        """True."""
        return True

    def ask(self, request: BarRequest, *, is_ahead: bool = False) -> None:
        """Do nothing: the file is read already."""

    def take(self, request: BarRequest, *, may_wait: bool = False) -> WrittenBar:
        """The bar of the file with the number of the section's; the file repeats after its last bar."""
        context = request.context
        length = Fraction(4 * context.beats, context.beat_unit)
        events = self.song.bar(context.bar, length, self._channels)
        beats = Fraction(context.beat_unit, 4)
        return WrittenBar(tuple(self._placed(one, beats) for one in events if self._is_played(one)))

    def _is_played(self, event: SongEvent) -> bool:
        return self._player not in DRUM_PLAYERS or isinstance(event, ChannelNote)

    def _placed(self, event: SongEvent, beats: Fraction) -> SongEvent:
        """An event in the beats of the meter; drums of a kit are named by their pieces."""
        onset, duration = event.onset * beats, event.duration * beats
        pitch = _PIECE_OF_KEY.get(event.midi, "") if self._player in DRUM_PLAYERS else event.pitch
        return replace(event, onset=onset, duration=duration, pitch=pitch)
