"""The engine between conductor and kernel: owns all memory the kernel reads, and knows nothing of music."""
