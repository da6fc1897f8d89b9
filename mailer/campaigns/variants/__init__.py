"""Which readers get which letter, in which language and why; the letters rendered.

Who the readers are is decided in audiences/segments.
"""
