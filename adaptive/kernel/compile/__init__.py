"""Compiling the kernel: flags, units, the cache of machine code.  Nothing here runs on the audio thread."""
