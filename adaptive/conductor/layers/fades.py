"""The fades of a seam."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from adaptive.kernel import layout as kernel


@dataclass(frozen=True, slots=True)
class Fades:
    """Fades of one seam in frames: the length of each, and its start relative to the seam.

    Parameters
    ----------
    out_frames, in_frames : int
        Length; 0: no fade.
    out_start, in_start : int
        Start relative to the seam; negative: before it.
    shape_out, shape_in : int
        Curve, as a shape of the kernel.
    is_out_free, is_in_free : bool
        True if the rule names no curve for the fade-out or fade-in; `into_itself` then makes it linear.
    """

    out_frames: int = 0
    out_start: int = 0
    in_frames: int = 0
    in_start: int = 0
    shape_out: int = kernel.EQUAL_POWER_OUT
    shape_in: int = kernel.EQUAL_POWER_IN
    is_out_free: bool = False
    is_in_free: bool = False

    @lru_cache(maxsize=16)  # noqa: B019  # frozen; at a seam up to 64 layers ask for the same fades
    def into_itself(self) -> Fades:
        """The fades for a file that is crossfaded with itself: linear where the rule names no curve.

        Both clips play the same wave, so the amplitudes of the two add, not the powers.
        """
        return replace(
            self,
            shape_out=kernel.LINEAR if self.is_out_free else self.shape_out,
            shape_in=kernel.LINEAR if self.is_in_free else self.shape_in,
        )
