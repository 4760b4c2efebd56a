"""Deployments, automations and messages on the Prefect server."""
