"""Sells the seats of a house."""
