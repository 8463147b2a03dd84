"""`make smoke`: the newcomer's way through a fresh demo, one line for each step.

Knows the product only from outside: HTTP, WebSocket and a browser.
"""
