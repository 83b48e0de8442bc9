"""Side by side: the same works done by this engine and by its peers, in one run on one machine."""
