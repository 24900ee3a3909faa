"""The vault: the only home of people's records, encrypted, and every reading of it logged."""
