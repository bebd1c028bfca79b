"""What alert rules ask of the published prices, as SQL over v1: changes that can matter, and what surrounds them."""
