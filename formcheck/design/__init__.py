"""How everything looks: tokens, marks of levels, components and drawings, for pages, reports and documents alike."""
