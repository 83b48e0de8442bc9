"""The kinds of processors, by name."""

from __future__ import annotations

from adaptive.kernel.processors.compressor import COMPRESSOR
from adaptive.kernel.processors.delay import DELAY
from adaptive.kernel.processors.descriptor import Processor
from adaptive.kernel.processors.eq import EQ
from adaptive.kernel.processors.reverb import REVERB_PROCESSOR

PROCESSORS: dict[str, Processor] = {
    processor.kind: processor for processor in (EQ, COMPRESSOR, DELAY, REVERB_PROCESSOR)
}
