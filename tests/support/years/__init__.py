"""Years of a simulated market, driven through landing, build and publication, and compared with an independent model."""
