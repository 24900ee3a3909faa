"""People: accounts, roles by place, tokens."""
