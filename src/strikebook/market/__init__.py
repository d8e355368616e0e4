"""Market data: the catalogue of Parquet files, importers, checks, and the synthetic market."""
