"""The genres by name.  A new genre is a file beside this one and a line here."""

from __future__ import annotations

from collections.abc import Mapping

from adaptive.composer.genres.ambient import AMBIENT
from adaptive.composer.genres.chamber import CHAMBER
from adaptive.composer.genres.cinematic import CINEMATIC
from adaptive.composer.genres.drum_and_bass import DRUM_AND_BASS
from adaptive.composer.genres.folk import FOLK
from adaptive.composer.genres.funk import FUNK
from adaptive.composer.genres.genre import Genre
from adaptive.composer.genres.hiphop import HIPHOP
from adaptive.composer.genres.house import HOUSE
from adaptive.composer.genres.jazz import JAZZ
from adaptive.composer.genres.lofi import LOFI
from adaptive.composer.genres.pop import POP
from adaptive.composer.genres.rock import ROCK

GENRES: Mapping[str, Genre] = {
    genre.name: genre
    for genre in (
        AMBIENT,
        CINEMATIC,
        CHAMBER,
        FOLK,
        JAZZ,
        LOFI,
        HIPHOP,
        FUNK,
        ROCK,
        POP,
        HOUSE,
        DRUM_AND_BASS,
    )
}
"""All genres.  Presets use these names, so they do not change."""
