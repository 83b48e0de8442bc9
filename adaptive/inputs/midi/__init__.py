"""MIDI in and out: bytes, ports, mappings, clock."""
