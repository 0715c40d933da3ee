"""What the columns and cells of a spreadsheet mean. Pure."""
