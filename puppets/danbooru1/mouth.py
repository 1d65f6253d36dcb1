"""What is inside her mouth: dark rose, one bright row of teeth, the tongue."""

from brush import curve, ellipse, group, path, ribbon


def mouth() -> str:
    """The cavity, fixed to the head."""
    return group(
        "mouth",
        [
            '<rect x="440" y="640" width="144" height="150" fill="#a03448"/>',
            ellipse(512, 682, 60, 34, "#6d1c35", filter="url(#soft4)"),
        ],
    )


def teeth() -> str:
    """The upper row, one piece of white with a shaded rim."""
    row = curve([(474, 676), (484, 684), (512, 689), (540, 684), (550, 676)])
    return group(
        "teeth",
        [
            path(f"{row}L550 650L474 650Z", "#fffaf6"),
            ribbon(
                [(478, 680), (494, 686), (512, 688), (530, 686), (546, 680)], (1, 2, 1), "#d9a3ac"
            ),
        ],
    )


def jaw() -> str:
    """The tongue, as it lies when the mouth is shut: it rides on the lower lip."""
    tongue = curve(
        [(480, 700), (484, 676), (500, 665), (512, 668), (524, 665), (540, 676), (544, 700)]
    )
    return group(
        "jaw",
        [
            path(f"{tongue}Z", "#ee7f86"),
            path(f"{tongue}Z", "url(#tongue)"),
            ribbon([(512, 670), (511, 678), (512, 688)], (0.5, 3, 0.5), "#c9536a"),
            ellipse(499, 674, 8, 3, "#ffc9c4", opacity=0.9),
        ],
    )
