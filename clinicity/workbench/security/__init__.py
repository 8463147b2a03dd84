"""`make security`: what tools and rules of our own find, each finding explained or mended.

A finding counts as explained when the line it points to says why, after the tool's own mark:
`# noqa: S608  (constants only)` or `# nosec B105  the name, not the secret`. Reports lie
under `var/reports/`; what has no database to ask says so.
"""
