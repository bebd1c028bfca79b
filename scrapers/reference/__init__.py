"""Published data that are no GPU prices of a provider: exchange rates and other catalogs."""
