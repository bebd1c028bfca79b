"""What alert rules ask of the published prices, as SQL over v1: the changes that can matter, and what surrounds them."""
