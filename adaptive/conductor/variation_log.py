"""Which of several files a stem layer plays: told to the log when one begins to sound."""

from __future__ import annotations

from adaptive.conductor.layers.stems import Playing, StemLayer
from adaptive.conductor.playback import Stage


class Takes:
    """Tells of every take that begins, where a layer has several.

    Parameters
    ----------
    stage : Stage
        What plays.
    """

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.layers = {name: layer for name, layer in stage.material.stems.items() if layer.decks}
        self._told: dict[str, int] = {}

    def take_over(self, before: Takes) -> None:
        """What has been told is told."""
        self._told = {name: told for name, told in before._told.items() if name in self.layers}

    def tell(self) -> None:
        """Tell of those that have begun by now."""
        for name, layer in self.layers.items():
            playing = _sounding(layer, self._stage.now)
            if playing is not None and playing.starts_frame > self._told.get(name, -1):
                self._told[name] = playing.starts_frame
                self._tell(name, layer, playing)

    def _tell(self, name: str, layer: StemLayer, playing: Playing) -> None:
        for part in layer.decks:
            sounds = [sound for sound, _ in layer.sounds[part]]
            take = next((n for n, sound in enumerate(sounds) if sound is playing.sound), None)
            if take is not None:
                file = self._stage.preset.variants(name, part)[take].name
                order = layer.decks[part].order
                self._stage.log_line(
                    "layer", playing.starts_frame, f"{order}: {take + 1} of {len(sounds)}",
                    layer=name, take=file,
                )  # fmt: skip
                return


def _sounding(layer: StemLayer, now: int) -> Playing | None:
    """The clip that began last of those that sound."""
    clips = (clip for clip in layer.clips if clip.sound and clip.starts_frame <= now < clip.ends_frame)
    return max(clips, key=lambda clip: clip.starts_frame, default=None)
