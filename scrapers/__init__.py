"""What the web says: fetch politely, keep the bytes, copy out the offers."""
