"""Outlines of bodies: smooth closed curves and limbs of changing thickness, from a few points.

Drawings are in centimetres, x to the right, y down as in SVG, the floor at y = 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

_STEPS_PER_SPAN = 4
_CAP_STEPS = 5


class Point(NamedTuple):
    """A place in a drawing, cm."""

    x: float
    y: float

    def moved(self, dx: float = 0.0, dy: float = 0.0) -> Point:
        """Return the point shifted by so many centimetres."""
        return Point(self.x + dx, self.y + dy)

    def towards(self, other: Point, share: float) -> Point:
        """Return the point at a share of the way to another; 0 is here, 1 is there."""
        return Point(self.x + share * (other.x - self.x), self.y + share * (other.y - self.y))


class Node(NamedTuple):
    """Where the middle line of a limb passes, and how thick the limb is there."""

    at: Point
    radius: float


def polar(origin: Point, angle_deg: float, length: float) -> Point:
    """Return the point so far from another, at an angle from straight down; positive angles point to the right."""
    angle = math.radians(angle_deg)
    return Point(origin.x + length * math.sin(angle), origin.y + length * math.cos(angle))


def turned(points: Sequence[Point], angle_deg: float, about: Point) -> list[Point]:
    """Turn points about another; positive angles turn clockwise as seen."""
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    return [
        Point(
            about.x + cos * (p.x - about.x) - sin * (p.y - about.y),
            about.y + sin * (p.x - about.x) + cos * (p.y - about.y),
        )
        for p in points
    ]


def bent_joint(start: Point, end: Point, first: float, second: float, *, forward: bool) -> Point:
    """Return where the joint between two segments lies when their outer ends are given.

    Parameters
    ----------
    start, end
        Outer ends, such as hip and ankle, or shoulder and wrist.
    first, second
        Lengths of the segments from `start` and to `end`, cm.
    forward
        Whether the joint points to the right of the line for someone walking from `start` down to `end` seen in the
        drawing: for a leg that faces right, the knee in front.

    Returns
    -------
    Point
        The joint. Ends too far apart give a straight limb that does not quite reach.
    """
    dx, dy = end.x - start.x, end.y - start.y
    span = min(max(math.hypot(dx, dy), 1e-6), (first + second) * 0.9999)
    along = (first**2 - second**2 + span**2) / (2 * span)
    aside = math.sqrt(max(first**2 - along**2, 0.0)) * (1 if forward else -1)
    ux, uy = dx / math.hypot(dx, dy), dy / math.hypot(dx, dy)
    return Point(start.x + along * ux + aside * uy, start.y + along * uy - aside * ux)


def smooth_path(points: Sequence[Point]) -> str:
    """Return SVG path data of a closed curve through points (uniform Catmull-Rom splines as cubic Béziers)."""
    n = len(points)
    parts = [f"M{_xy(points[0])}"]
    for i in range(n):
        before, start, end, after = (points[(i + k) % n] for k in (-1, 0, 1, 2))
        handle_1 = Point(start.x + (end.x - before.x) / 6, start.y + (end.y - before.y) / 6)
        handle_2 = Point(end.x - (after.x - start.x) / 6, end.y - (after.y - start.y) / 6)
        parts.append(f"C{_xy(handle_1)} {_xy(handle_2)} {_xy(end)}")
    return "".join(parts) + "Z"


def limb_path(nodes: Sequence[Node]) -> str:
    """Return SVG path data of a limb: its middle line smoothed, its thickness carried over, both ends round."""
    line = _smoothed(nodes)
    directions = [_direction(line, i) for i in range(len(line))]
    left = [_beside(node, d, 1.0) for node, d in zip(line, directions, strict=True)]
    right = [_beside(node, d, -1.0) for node, d in zip(line, directions, strict=True)]
    end = _cap(line[-1], directions[-1], 90.0)
    start = _cap(line[0], directions[0], 270.0)
    outline = [*left, *end, *reversed(right), *start]
    return line_path(outline) + "Z"


def line_path(points: Sequence[Point]) -> str:
    """Return SVG path data of straight lines from point to point."""
    return f"M{_xy(points[0])}L" + " ".join(_xy(p) for p in points[1:])


def _smoothed(nodes: Sequence[Node]) -> list[Node]:
    ends = [nodes[0], *nodes, nodes[-1]]
    out = []
    for a, b, c, d in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
        for step in range(_STEPS_PER_SPAN):
            t = step / _STEPS_PER_SPAN
            x, y, radius = (
                _spline(p, q, r, s, t)
                for p, q, r, s in zip(
                    (*a.at, a.radius), (*b.at, b.radius), (*c.at, c.radius), (*d.at, d.radius), strict=True
                )
            )
            out.append(Node(Point(x, y), radius))
    return [*out, nodes[-1]]


def _spline(p: float, q: float, r: float, s: float, t: float) -> float:
    return 0.5 * (2 * q + (r - p) * t + (2 * p - 5 * q + 4 * r - s) * t**2 + (3 * q - p - 3 * r + s) * t**3)


def _direction(line: Sequence[Node], i: int) -> float:
    """Return the direction of the middle line there, radians."""
    before, after = line[max(i - 1, 0)].at, line[min(i + 1, len(line) - 1)].at
    return math.atan2(after.y - before.y, after.x - before.x)


def _beside(node: Node, direction: float, sign: float) -> Point:
    angle = direction + sign * math.pi / 2
    return Point(node.at.x + node.radius * math.cos(angle), node.at.y + node.radius * math.sin(angle))


def _cap(node: Node, direction: float, from_deg: float) -> list[Point]:
    """Return the half circle around an end, from one side to the other."""
    first = direction + math.radians(from_deg)
    angles = [first - math.pi * k / _CAP_STEPS for k in range(1, _CAP_STEPS)]
    return [Point(node.at.x + node.radius * math.cos(a), node.at.y + node.radius * math.sin(a)) for a in angles]


def _xy(point: Point) -> str:
    return f"{point.x:.1f} {point.y:.1f}"
