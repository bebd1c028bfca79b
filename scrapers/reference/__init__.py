"""Published data other than a provider's GPU prices: exchange rates and other catalogs."""
