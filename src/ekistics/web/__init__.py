"""The site: places, observations, people and one workflow, on SQLite or PostgreSQL."""
