"""Plans of what to rent, and when, for a load: the curve, the machines, and the mix that costs least."""
