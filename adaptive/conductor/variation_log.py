"""Logs which of its variations a stem layer plays, when the variation begins to sound."""

from __future__ import annotations

from adaptive.conductor.layers.clip_in_use import ClipInUse
from adaptive.conductor.layers.stems import StemLayer
from adaptive.conductor.playback import PlaybackState


class VariationLog:
    """Logs every variation that begins in layers that have several.

    Parameters
    ----------
    playback : PlaybackState
        What plays; receives the log lines.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self._playback = playback
        self.layers = {name: layer for name, layer in playback.assets.stems.items() if layer.pickers}
        self._logged: dict[str, int] = {}

    def take_over(self, before: VariationLog) -> None:
        """Keep what has been logged, so that nothing is logged twice."""
        self._logged = {name: told for name, told in before._logged.items() if name in self.layers}

    def report(self) -> None:
        """Log the variations that have begun since the last call."""
        for name, layer in self.layers.items():
            playing = _sounding(layer, self._playback.now)
            if playing is not None and playing.starts_frame > self._logged.get(name, -1):
                self._logged[name] = playing.starts_frame
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
