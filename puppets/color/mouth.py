"""What is inside color's mouth: violet dark, pale teeth, a hot tongue."""

from brush import ellipse, group, path, ribbon


def mouth() -> str:
    """The cavity, fixed to the head."""
    dark = '<rect x="380" y="620" width="264" height="220" fill="#4a0f78"/>'
    return group("mouth", [dark, ellipse(512, 716, 80, 46, "#1b0838", filter="url(#soft12)")])


def teeth() -> str:
    """The upper teeth, fixed to the head."""
    row = "M428 656H596L588 690Q560 706 512 706T436 690Z"
    parts = [
        path("M420 640H604V676H420Z", "#e01483"),
        path(row, "#fffaf1"),
        path("M520 650H600L590 690Q560 706 524 706Z", "#c9e9ff"),
    ]
    for x in (458, 484, 512, 540, 566):
        parts.append(ribbon([(x, 676), (x, 704)], [3, 1], "#9a7bd0", opacity=0.7))
    parts.append(path("M428 656H596V676Q512 688 428 676Z", "#8a5bc0", opacity=0.5))
    return group("teeth", parts)


def jaw() -> str:
    """Tongue and lower teeth, drawn at rest: they ride on the lower lip."""
    return group(
        "jaw",
        [
            ellipse(512, 700, 56, 36, "#ff3d6e"),
            path("M512 662H570V720H520Z", "#a51fb8", opacity=0.6),
            ribbon([(478, 684), (492, 676), (508, 676)], [1, 9, 1], "#ffc0a8"),
            path("M446 690Q512 704 578 690V716H446Z", "#e6dcf5"),
        ],
    )
