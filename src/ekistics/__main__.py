"""``python -m ekistics`` is the command line."""

from ekistics.cli import main

if __name__ == "__main__":
    main()
