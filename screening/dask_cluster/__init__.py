"""Dask clusters: connections, certificates, equal installations, and the costs of stages."""
