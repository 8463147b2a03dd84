"""Cells of a table that a spreadsheet opens without running any of it."""

# A cell that begins so is a formula to Excel, LibreOffice or Google (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """The cell, with a mark of text before it where it would be a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA) else cell
