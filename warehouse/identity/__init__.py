"""Resolves what pages print into GPUs and providers."""
