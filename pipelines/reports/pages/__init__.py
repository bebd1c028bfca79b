"""The page kinds of the site, one module each."""
