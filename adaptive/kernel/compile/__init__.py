"""Compiles the kernel: flags, units, cache of machine code.  Nothing here runs on the audio thread."""
