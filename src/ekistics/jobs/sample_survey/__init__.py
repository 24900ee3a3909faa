"""A made-up household survey of the made-up city: to learn, to show, and to test with a known truth."""
