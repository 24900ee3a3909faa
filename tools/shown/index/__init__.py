"""The city index and the national report: every choice shown, and what it does."""
