"""The sections of config.toml: their types, their faults, and how they are read."""
