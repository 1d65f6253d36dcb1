"""Her face: skin in two tones, blush, a nose of one stroke, brows, and the shut lips."""

from brush import Point, clip_to, curve, ellipse, path, ribbon
from hair import BANGS, SIDES, outline
from shape import BROW, CENTRE, JAW, LOWER_EDGE, MEETING, UPPER_EDGE, mirrored

LINE = "#8a4a55"
SHADE = "#eeb3a6"


def skin() -> list[str]:
    """The face with the shadow of the bangs and of the right side."""
    top: list[Point] = [(700, 380), (640, 250), (512, 220), (384, 250), (324, 380)]
    face = curve([*JAW, *top], True)
    shadows = [
        f'<g transform="translate(9 20)">{path(outline(s, w, 0.42), SHADE)}</g>' for s, w in BANGS
    ]
    shadows += [
        f'<g transform="translate(16 0)">{path(outline(s, w, 0.6), SHADE)}</g>' for s, w in SIDES
    ]
    core: list[Point] = [
        (716, 480), (690, 560), (676, 620), (640, 676), (588, 716), (540, 742), (512, 757),
        (512, 790), (740, 760),
    ]  # fmt: skip
    inside = [
        path(face, "url(#skin)"),
        '<rect x="300" y="200" width="430" height="190" fill="#eeb3a6"/>',
        *shadows,
        path(curve(core, True), "#f1bcae", opacity=0.85),
        ellipse(386, 632, 54, 27, "url(#blush)"),
        ellipse(638, 632, 54, 27, "url(#blush)"),
        ellipse(420, 690, 60, 24, "#fff3e4", opacity=0.55, filter="url(#soft12)"),
    ]
    for x in (368, 384, 400, 624, 640, 656):  # the hatching that means a blush
        inside.append(ribbon([(x + 5, 622), (x, 631), (x - 4, 641)], (0.4, 2.6, 0.4), "#e2687a"))
    edge = ribbon(JAW[1:16], (1.6, 4.2, 3.2, 5.4, 2), LINE)
    return [clip_to("faceShape", face, inside), edge]


def nose() -> list[str]:
    return [
        path("M513 612C519 622 521 630 517 634C511 636 505 635 501 633"
            "C508 630 512 622 513 612Z", SHADE),
        ribbon([(500, 633), (508, 637), (517, 635)], (0.5, 3, 0.8), LINE),
        ellipse(508, 617, 3.2, 6, "#fffaf2", opacity=0.95, transform="rotate(12 508 617)"),
    ]  # fmt: skip


def brows() -> list[str]:
    """Thin and a little raised; drawn over the hair, as the custom is."""
    parts = []
    for row in (BROW, mirrored(BROW)[::-1]):
        parts.append(ribbon(row, (2, 8, 8.5, 6, 0.8), "#2b2458", opacity=0.86))
    return parts


def lips() -> list[str]:
    """Where they meet, a soft red, a light below."""
    red = curve([*UPPER_EDGE, *LOWER_EDGE[-2:0:-1]], True)
    meet: list[Point] = [(470, 674), *MEETING, (CENTRE * 2 - 470, 674)]
    return [
        path(red, "#ec9a95", opacity=0.3, filter="url(#soft2)"),
        ribbon([(497, 701), (512, 704), (529, 701)], (0.4, 3, 0.4), "#d98f86"),
        ribbon(meet, (1, 4, 4.6, 4.8, 4, 1), "#7c2f42"),
    ]


def flower(x: float, y: float, size: float, turn: float) -> list[str]:
    """A cherry blossom of five notched petals."""
    petals = []
    for i in range(5):
        petals.append(
            f'<g transform="translate({x} {y}) rotate({turn + 72 * i}) scale({size})">'
            '<path d="M0 0C-13 -8 -15 -25 -5 -32L0 -27L5 -32C15 -25 13 -8 0 0Z" fill="url(#petal)"'
            ' stroke="#c9587f" stroke-width="1.6"/>'
            '<path d="M0 -4L0 -15" stroke="#e0799a" stroke-width="1.4"/></g>'
        )
    stamens = [ellipse(x, y, 5 * size, 5 * size, "#fff2b8", stroke="#d9905c", stroke_width=1.5)]
    return petals + stamens
