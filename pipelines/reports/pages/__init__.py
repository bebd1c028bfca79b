"""The kinds of pages, one module each: what a page says, as facts for its template."""
