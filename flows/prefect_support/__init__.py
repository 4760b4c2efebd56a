"""Parts shared by the Prefect flows: stages, artifacts, the server profile."""
