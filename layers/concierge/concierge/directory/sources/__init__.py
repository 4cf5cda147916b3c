"""Sources of membership events, a module each.

A module offers `reads(event)`, whether an event is one of its source, and `read(event, now=...)`, what it says. A new
shape is a new module here and a line in `directory.events.SOURCES`.
"""
