"""The nouns, settings, times and text that every part shares. Pure: the only I/O is reading settings."""
