"""The role of a layer in a mix, and how loud a layer of that role usually is.

References
----------
B. De Man, B. Leonard, R. King, J. D. Reiss, "An analysis and evaluation of audio features for multitrack
music mixtures", ISMIR 2014: eight songs, each mixed by eight engineers.  Loudness relative to the mix: lead
vocal -2.7 ± 1.6 LU, bass -9.5 ± 3.5, kick -13.2 ± 4.1, snare -16.8 ± 6.2, other drums -12.7 ± 5.5.
"""

from __future__ import annotations

from adaptive.analysis.bands import CENTRES_HZ
from adaptive.analysis.mix_profile import LayerProfile
from adaptive.analysis.names import word_set

LEAD, BASS, DRUMS, PERCUSSION, OTHER = "lead", "bass", "drums", "percussion", "accompaniment"
MASTER = "master"
"""The role of the whole mix, which has no other level to be compared with."""

USUAL_LU = {
    LEAD: (-9.0, -1.0),
    BASS: (-15.0, -4.0),
    DRUMS: (-16.0, -3.0),
    PERCUSSION: (-24.0, -6.0),
    OTHER: (-24.0, -2.0),
}
"""Loudness of a layer below that of the mix: softest and loudest.

The mean of the study plus and minus 1.5 standard deviations.  A tune without words may be softer than a
voice; kick, snare and other drums are one layer; of what accompanies no figure is published.
"""

GENERATOR_ROLES = {"bass": BASS, "melody": LEAD, "countermelody": LEAD, "drums": DRUMS}
PERCUSSIVE_STYLES = frozenset({"shaker", "pulse"})

_WORDS = (
    (BASS, word_set("bass sub subbass contrabass tuba undertow")),
    (PERCUSSION, word_set("perc percussion shaker tambourine claps hat hats cymbals heartbeat footsteps")),
    (DRUMS, word_set("drum drums kick snare beat beats groove taiko toms kit")),
    (LEAD, word_set("lead tune melody vocal vocals vox voice solo theme")),
)  # fmt: skip


def role_of(name: str, generator: str | None, style: str, profile: LayerProfile | None) -> str:
    """The role of a layer: by its generator, else by its name, else by its sound.

    Parameters
    ----------
    name : str
        Of the layer.
    generator : str or None
        Its generator; None: it plays recordings.
    style : str
        Style of the generator.
    profile : LayerProfile or None
        What was measured of it.
    """
    if generator == "drums" and style in PERCUSSIVE_STYLES:
        return PERCUSSION
    if generator is not None:
        return GENERATOR_ROLES.get(generator, OTHER)
    words = set(name.split("_"))
    for role, known in _WORDS:
        if words & known:
            return role
    if profile is not None:
        bands = profile.whole.mid + profile.whole.side
        if bands[CENTRES_HZ < 170.0].sum() > 0.8 * max(bands.sum(), 1e-20):
            return BASS
    return OTHER


def usual_lu(role: str, layers: int) -> tuple[float, float]:
    """The softest and the loudest that a layer of a role usually is, below the mix, among so many layers.

    Of few layers each is louder: of two alike, each is 3 LU below the mix.
    """
    low, high = USUAL_LU[role]
    if layers < 2:
        return -200.0, 20.0
    return low, max(high, {2: -1.0, 3: -2.0}.get(layers, high))
