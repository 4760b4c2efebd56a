"""What the Prefect flows share: stages, artifacts, the server's profile."""
