"""From the table of an instrument in a preset to the instrument of an engine, whatever its kind is.

A kind whose instruments are not described by numbers alone has a line in `MAKERS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from adaptive.instruments import patches
from adaptive.instruments.grain_files import granular_spec
from adaptive.instruments.incoming import incoming_spec
from adaptive.instruments.numbers import numbers_spec
from adaptive.instruments.soundfonts import sampler_spec
from adaptive.instruments.wavetable_files import wavetable_spec
from adaptive.kernel.sources.descriptor import InstrumentSpec
from adaptive.preset.instrument_tables import AnyInstrumentTable

MAKERS: Mapping[str, Callable[[Any, int, Path], InstrumentSpec]] = {
    "synth": lambda table, bus, _folder: patches.synth_spec(table, bus),
    "sampler": sampler_spec,
    "wavetable": wavetable_spec,
    "granular": granular_spec,
    "incoming": lambda table, bus, _folder: incoming_spec(table, bus),
}
"""Makes an instrument from its table, the row of its bus and the folder of the preset, by kind."""


def instrument_spec(table: Any, bus: int, folder: Path) -> InstrumentSpec:
    """Return the instrument of a table, on a bus; its files are found from the folder of the preset.

    Raises
    ------
    InputError
        A file cannot be read.
    """
    make = MAKERS.get(table.kind)
    if make is not None:
        return make(table, bus, folder)
    return numbers_spec(table, bus)


def table_of(
    instrument: str | AnyInstrumentTable, instruments: Mapping[str, AnyInstrumentTable]
) -> AnyInstrumentTable:
    """Return the table of an instrument: itself, or by its name in the preset or among the built-in patches.

    Raises
    ------
    InputError
        There is none of this name.
    """
    if isinstance(instrument, str):
        return patches.resolve(instrument, instruments)
    return instrument
