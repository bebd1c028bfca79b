"""The web: fetch pages politely, archive their bytes, and parse the offers they state."""
