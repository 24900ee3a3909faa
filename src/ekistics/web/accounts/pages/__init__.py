"""Pages of accounts, tokens and people."""
