"""All components on one page."""
