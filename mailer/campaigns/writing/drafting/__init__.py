"""Writing a letter bit by bit: blocks saved one at a time, versions, gaps."""
