"""Figures of ``hitlist benchmark models``: bundles measured on rows held out of training."""
