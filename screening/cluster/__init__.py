"""Dask clusters: connections, certificates, equal installations, what a stage costs."""
