"""Libraries of compounds, read as streams of records: SMILES, tables, SD files, Parquet."""
