"""Closed intervals of whole numbers."""

from .merge import merge, total_length

__all__ = ["merge", "total_length"]
