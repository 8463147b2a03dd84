"""Files in, words with their places out. Pure: no Django, no database, no network."""
