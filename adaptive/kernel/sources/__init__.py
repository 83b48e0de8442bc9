"""Sources: what makes sound in the kernel, one file a kind."""
