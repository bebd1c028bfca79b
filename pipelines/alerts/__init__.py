"""Notifies people once about every price change that their rules ask for."""
