"""Deployments, recovery after crashes, events and notifications of nightly screens."""
