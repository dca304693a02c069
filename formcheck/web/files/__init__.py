"""Videos, landmarks and documents of sets, for the browsers of those who may see them."""
