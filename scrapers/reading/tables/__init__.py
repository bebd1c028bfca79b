"""Tables, and what stands in their place, as records."""
