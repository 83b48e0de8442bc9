"""The kinds of processors, by name."""

from __future__ import annotations

from adaptive.kernel.processors.bit_crusher import BIT_CRUSHER
from adaptive.kernel.processors.chorus import CHORUS
from adaptive.kernel.processors.compressor import COMPRESSOR
from adaptive.kernel.processors.convolution import CONVOLUTION
from adaptive.kernel.processors.delay import DELAY
from adaptive.kernel.processors.descriptor import Processor
from adaptive.kernel.processors.eq import EQ
from adaptive.kernel.processors.gate import GATE
from adaptive.kernel.processors.limiter import LIMITER
from adaptive.kernel.processors.modulated_reverb import MODULATED_REVERB
from adaptive.kernel.processors.reverb import REVERB_PROCESSOR
from adaptive.kernel.processors.saturation import SATURATION
from adaptive.kernel.processors.transient_shaper import TRANSIENT_SHAPER
from adaptive.kernel.processors.width import WIDTH_PROCESSOR

PROCESSORS: dict[str, Processor] = {
    processor.kind: processor
    for processor in (
        EQ,
        COMPRESSOR,
        GATE,
        TRANSIENT_SHAPER,
        SATURATION,
        BIT_CRUSHER,
        CHORUS,
        DELAY,
        WIDTH_PROCESSOR,
        LIMITER,
        REVERB_PROCESSOR,
        MODULATED_REVERB,
        CONVOLUTION,
    )
}
