"""What an audio file really holds: headers, real end, channels, and how much memory it will take."""
