"""The bridge: owns every byte the kernel reads.  Plain Python, deaf to music."""
