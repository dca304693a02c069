"""Streamlit's server and what it runs: the frame around the pages, the routes, start and end."""
