"""Signal processing that sources, processors and buses share: ramps, one-pole filters, vectors, meters."""
