"""The sections of config.toml, and how they are read.

Nothing here acts on a setting.
"""
