"""Who is credited for what was learned."""

from __future__ import annotations

from collections.abc import Collection

GROOVE = (
    "drums learned from the Groove MIDI Dataset by Google LLC (Gillick et al. 2019), "
    "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
)
"""Credit of the drum networks; their licence asks for it wherever their music goes."""

CHORALES = (
    "harmony learned from JS Fake Chorales by Omar Peracha (2021), "
    "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
)
"""Credit of the network of harmony, for the same reason."""


def credit_of(generators: Collection[str], *, has_learned_harmony: bool = False) -> str:
    """Return the credit that music of these generators has to bear; empty: none."""
    credits = [GROOVE] if "drums" in generators else []
    return "; ".join([*credits, CHORALES] if has_learned_harmony else credits)
