"""Changes the product one small step at a time, and asks whether a test sees it.

Of the tools that exist, mutmut 3 changes no decorated function and nothing outside of
functions, and Cosmic Ray runs the same tests for every change. The statements that move
messages are built in cached functions, and the states stand in modules, so neither
would try what matters most here.
"""
