"""The ranking of scored compounds, in an order that depends on nothing but the scores."""
