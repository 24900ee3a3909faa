"""Commands of the site, called by the command line."""
