"""pyo patches as layers: a process for each, which renders into a ring that the kernel plays."""
