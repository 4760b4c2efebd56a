"""Training of networks, forests and teachers on arrays; needs no chemistry."""
