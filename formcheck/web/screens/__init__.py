"""The pages of the app, a module each with its `page` function.

Not called `pages`: Streamlit would take the files of such a folder beside its script for pages of their own.
"""
