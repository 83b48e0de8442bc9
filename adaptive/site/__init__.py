"""The site file: what belongs to a place and not to the music, such as its sound card and its speakers."""
