"""Which of several files a stem layer plays: told to the log when one begins to sound."""

from __future__ import annotations

from adaptive.conductor.layers.stems import ClipInUse, StemLayer
from adaptive.conductor.playback import PlaybackState


class VariationLog:
    """Tells of every take that begins, where a layer has several.

    Parameters
    ----------
    playback : PlaybackState
        What plays.
    """

    def __init__(self, playback: PlaybackState) -> None:
        self._playback = playback
        self.layers = {name: layer for name, layer in playback.assets.stems.items() if layer.pickers}
        self._told: dict[str, int] = {}

    def take_over(self, before: VariationLog) -> None:
        """What has been told is told."""
        self._told = {name: told for name, told in before._told.items() if name in self.layers}

    def tell(self) -> None:
        """Tell of those that have begun by now."""
        for name, layer in self.layers.items():
            playing = _sounding(layer, self._playback.now)
            if playing is not None and playing.starts_frame > self._told.get(name, -1):
                self._told[name] = playing.starts_frame
                self._tell(name, layer, playing)

    def _tell(self, name: str, layer: StemLayer, playing: ClipInUse) -> None:
        for segment in layer.pickers:
            sounds = [sound for sound, _ in layer.sounds[segment]]
            take = next((n for n, sound in enumerate(sounds) if sound is playing.sound), None)
            if take is not None:
                file = self._playback.preset.variants(name, segment)[take].name
                order = layer.pickers[segment].order
                self._playback.log_line(
                    "layer", playing.starts_frame, f"{order}: {take + 1} of {len(sounds)}",
                    layer=name, take=file,
                )  # fmt: skip
                return


def _sounding(layer: StemLayer, now: int) -> ClipInUse | None:
    """The clip that began last of those that sound."""
    clips = (clip for clip in layer.clips if clip.sound and clip.starts_frame <= now < clip.ends_frame)
    return max(clips, key=lambda clip: clip.starts_frame, default=None)
