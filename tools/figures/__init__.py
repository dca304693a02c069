"""Drawings of our own: people, rooms and cameras as SVG, computed from joint positions. Lengths are centimetres."""
