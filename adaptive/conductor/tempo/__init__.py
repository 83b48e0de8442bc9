"""Which tempo the music has: the sources that may ask for one, and the range of what can be played."""
