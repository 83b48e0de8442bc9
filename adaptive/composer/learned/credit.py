"""Who is credited for what was learned."""

from __future__ import annotations

GROOVE = (
    "drums learned from the Groove MIDI Dataset by Google LLC (Gillick et al. 2019), "
    "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
)
"""Credit of the drum networks; their licence asks for it wherever their music goes."""


def credit_of(generators: list[str]) -> str:
    """Return the credit that music of these generators has to bear; empty: none."""
    return GROOVE if "drums" in generators else ""
