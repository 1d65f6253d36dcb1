"""What is inside cartoonM's mouth: a plane of dark, a bar of teeth, a round tongue."""

from brush import ellipse, group, path


def mouth() -> str:
    """The cavity, fixed to the head."""
    dark = '<rect x="380" y="610" width="264" height="230" fill="#4a1030"/>'
    return group("mouth", [dark, ellipse(512, 690, 120, 66, "#2e0a24")])


def teeth() -> str:
    """The upper teeth, fixed to the head: one white plane."""
    row = "M404 640H620V676Q600 704 560 706L464 706Q424 704 404 676Z"
    shade = "M404 640H620V676Q512 690 404 676Z"
    return group(
        "teeth",
        [
            path(row, "#fffaf0"),
            path(shade, "#d9cfe0"),
            path("M512 640V706", stroke="#d9cfe0", stroke_width=4),
        ],
    )


def jaw() -> str:
    """Tongue and lower teeth, drawn at rest: they ride on the lower lip."""
    return group(
        "jaw",
        [
            ellipse(506, 700, 66, 42, "#ef6a76"),
            ellipse(486, 686, 26, 13, "#f8929a"),
            path("M440 684Q512 706 584 684V720H440Z", "#e9e2ee"),
        ],
    )
