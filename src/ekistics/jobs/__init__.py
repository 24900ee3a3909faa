"""One run() a task: read, compute, check, write."""
