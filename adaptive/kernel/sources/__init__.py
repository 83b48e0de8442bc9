"""Sources: sound generators of the kernel, one file for each kind."""
