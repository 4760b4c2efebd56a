"""The hit list as CSV, SD file and workbook, and what its columns mean."""
