"""Real surveys with a known truth or published answers, and what is asked of them."""
