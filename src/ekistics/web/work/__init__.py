"""Work in the background, and the commands that run the site."""
