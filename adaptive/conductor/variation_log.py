"""Logs which of its variations a stem layer plays, when the variation begins to sound."""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.conductor.layers.clip_in_use import ClipInUse
from adaptive.conductor.layers.stems import StemLayer
from adaptive.conductor.playback import PlaybackState


class VariationLog:
    """Logs every variation that begins in layers that have several.

    Parameters
    ----------
    playback : PlaybackState
        What plays; receives the log lines.

    Attributes
    ----------
    state : Mapping of str to int
        Layer to the frame at which its last logged variation began; it is replaced and never changed.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self._playback = playback
        self.layers = {name: layer for name, layer in playback.assets.stems.items() if layer.pickers}
        self.state: Mapping[str, int] = {}

    def fitting(self, state: Mapping[str, int]) -> Mapping[str, int]:
        """What of a state is of layers of this preset, so that nothing is logged twice."""
        return {name: told for name, told in state.items() if name in self.layers}

    def report(self) -> None:
        """Log the variations that have begun since the last call."""
        for name, layer in self.layers.items():
            playing = _sounding(layer, self._playback.now)
            if playing is not None and playing.starts_frame > self.state.get(name, -1):
                self.state = {**self.state, name: playing.starts_frame}
                self._log(name, layer, playing)

    def _log(self, name: str, layer: StemLayer, playing: ClipInUse) -> None:
        for segment in layer.pickers:
            sounds = [sound for sound, _ in layer.sounds[segment]]
            variation = next((n for n, sound in enumerate(sounds) if sound is playing.sound), None)
            if variation is not None:
                file = self._playback.preset.variations(name, segment)[variation].name
                order = layer.pickers[segment].order
                self._playback.log_line(
                    "layer", playing.starts_frame, f"{order}: {variation + 1} of {len(sounds)}",
                    layer=name, take=file,
                )  # fmt: skip
                return


def _sounding(layer: StemLayer, now: int) -> ClipInUse | None:
    """Of the clips that sound, the one that began last."""
    clips = (clip for clip in layer.clips if clip.sound and clip.starts_frame <= now < clip.ends_frame)
    return max(clips, key=lambda clip: clip.starts_frame, default=None)
