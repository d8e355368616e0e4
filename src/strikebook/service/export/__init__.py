"""A stored run as CSV, Excel, Parquet or HTML report: one reading of its days, one table of columns, a writer each"""
