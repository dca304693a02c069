"""What *Check my form* is made of: the settings of a set, its link, questions about pain, and the summary."""
