"""A stored run as CSV, Excel, Parquet or HTML report: its days read once, its columns defined once, for all four."""
