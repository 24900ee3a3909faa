"""The door for programs: typed operations under /api/v1, described by OpenAPI."""
