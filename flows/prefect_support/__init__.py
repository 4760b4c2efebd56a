"""Shared by the Prefect flows: stages, artifacts, the server's profile."""
