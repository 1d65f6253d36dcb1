"""CartoonM's head: skin, ears, beard and a great wave of hair; one plane of shade over all."""

from brush import Point, clip_to, curve, ellipse, group, path
from face import brows, eye, lips, moustache, nose
from shape import (
    HAIR,
    HAIR_DARK,
    HAIR_LIGHT,
    LEFT_EYE,
    NIGHT,
    RIGHT_EYE,
    SKIN,
    SKIN_DARK,
    jaw,
    mirrored,
)

CROWN: list[Point] = [(712, 330), (680, 240), (600, 190), (512, 178), (424, 190), (344, 240)]
CROWN.append((312, 330))
SKULL = curve([*jaw(), *CROWN], True)
CHEEK: list[Point] = [(306, 430), (342, 452), (350, 530), (376, 596), (430, 622), (512, 612)]
BEARD = curve([*CHEEK, *mirrored(CHEEK[:-1])]) + "L" + curve(jaw()[::-1])[1:] + "Z"
SIDE = "M300 300C296 360 300 420 318 452C334 410 342 366 352 330L420 300L330 260Z"
WAVE = (
    "M318 452C300 420 290 352 296 300C250 214 312 128 392 110C440 52 560 18 668 52"
    "C770 84 802 176 760 262C742 300 730 318 726 340C724 380 720 424 706 452"
    "C700 400 694 366 672 332C600 348 470 344 352 330C340 366 332 410 318 452Z"
)


def _hair() -> list[str]:
    return [
        path(SIDE, HAIR_DARK),
        path("M734 296C730 360 724 424 706 452C700 400 694 366 672 332L640 290Z", HAIR_DARK),
        path(
            "M352 330C270 290 276 150 392 110C440 52 560 18 668 52C770 84 802 176 760 262"
            "C742 300 712 322 672 332C600 348 470 344 352 330Z",
            HAIR,
        ),
        path(
            "M352 330C300 270 330 160 440 128C560 92 690 110 742 180C700 132 560 130 470 176"
            "C400 212 360 270 352 330Z",
            HAIR_LIGHT,
        ),
        path(
            "M392 332C392 270 450 210 540 190C640 168 720 200 752 250C700 222 620 216 552 240"
            "C490 262 452 296 452 337Z",
            HAIR_LIGHT,
        ),
        path(
            "M514 342C520 300 566 268 626 264C676 260 716 274 738 296C724 314 700 326 672 332"
            "C622 342 566 344 514 342Z",
            HAIR_DARK,
        ),
        path("M408 120C470 70 560 50 640 66C560 62 480 84 430 126Z", "#6a72c4"),
    ]


def _ear(sign: int) -> list[str]:
    x = 512 + sign * 212
    return [
        ellipse(x, 500, 42, 56, SKIN if sign < 0 else SKIN_DARK),
        ellipse(x + sign * 2, 500, 24, 36, SKIN_DARK if sign < 0 else "#824127"),
        ellipse(x - sign * 8, 504, 22, 32, SKIN if sign < 0 else SKIN_DARK),
    ]


def _pencil() -> list[str]:
    """Behind the ear, and in front of the hair."""
    body = [
        path("M-16 -150H16V96H-16Z", "#ffc02e"),
        path("M0 -150H16V96H0Z", "#e59a12"),
        path("M-16 -150H16V-172Q0 -184 -16 -172Z", "#ef6a76"),
        path("M-16 -156H16V-134H-16Z", "#cfd6e6"),
        path("M-16 96H16L0 138Z", "#ffe2b0"),
        path("M-6 122H6L0 138Z", "#272a5e"),
    ]
    return ['<g transform="translate(736 400) rotate(24)">', *body, "</g>"]


def head() -> str:
    """The head's group, mouth closed."""
    shadow = path("M300 320H730V372C600 396 440 392 340 362L318 452H300Z", SKIN_DARK)
    skin = [
        path(SKULL, SKIN),
        shadow,
        ellipse(392, 556, 46, 40, "#e2825c", opacity=0.75),
        ellipse(632, 556, 46, 40, "#e2825c", opacity=0.75),
    ]
    hairs = [
        path(BEARD, HAIR),
        path(
            "M306 430L342 452L350 530C356 580 372 600 400 612C350 640 330 700 372 780"
            "C320 720 306 640 306 430Z",
            HAIR_LIGHT,
        ),
        path("M440 818C470 800 554 800 584 818C560 834 464 834 440 818Z", HAIR_LIGHT, opacity=0.6),
    ]
    face = [*skin, *hairs, *nose(), *moustache(), *lips()]
    half = clip_to("half", SKULL, [path("M512 100H760V900H512Z", NIGHT, opacity=0.2)])
    wave = _hair()
    return group(
        "head",
        [
            *_ear(-1),
            *_ear(1),
            ellipse(288, 556, 13, 13, "#ffd24d"),
            clip_to("face", SKULL, face),
            half,
            *eye(LEFT_EYE, -1),
            *eye(RIGHT_EYE, 1),
            clip_to("wave", WAVE, wave),
            *brows(),
            *_pencil(),
        ],
    )
