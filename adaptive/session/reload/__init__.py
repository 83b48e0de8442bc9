"""Changes of the preset while it plays: watched, applied, or taken over by another performance."""
