"""Sets of visemes of other programs: the 15 of Oculus Lipsync and OpenXR, and Azure's 0 to 21."""

from collections.abc import Mapping
from typing import Final

from talkinghead.speech.phonemes import SILENCE
from talkinghead.speech.visemes import RHUBARB, VisemeSet

# Meta's reference of Oculus Lipsync, whose visemes OpenXR and Ready Player Me have, too. Without
# diphthongs of its own: they begin with one viseme and end with another.
OCULUS: Final = VisemeSet(
    {
        "sil": SILENCE, "PP": "P B M", "FF": "F V", "TH": "TH DH", "DD": "T D", "kk": "K G",
        "CH": "CH JH SH ZH", "SS": "S Z", "nn": "N L NG", "RR": "R ER", "aa": "AA AE AH AW AY",
        "E": "EH EY", "ih": "IH IY Y", "oh": "AO OW OY", "ou": "UH UW W",
    },
    "sil",
    "PP",
    {"AW": "ou", "AY": "ih", "EY": "ih", "OW": "ou", "OY": "ih"},
)  # fmt: skip
# Microsoft's table of SAPI's phonemes. Azure gives th of "think" the viseme of d, t and n.
AZURE: Final = VisemeSet(
    {
        "0": SILENCE, "1": "AE AH", "2": "AA", "3": "AO", "4": "EH EY UH", "5": "ER",
        "6": "IH IY Y", "7": "UW W", "8": "OW", "9": "AW", "10": "OY", "11": "AY", "12": "HH",
        "13": "R", "14": "L",
        "15": "S Z", "16": "SH CH JH ZH", "17": "DH", "18": "F V", "19": "D T N TH", "20": "K G NG",
        "21": "P B M",
    },
    "0",
    "21",
    {},
)  # fmt: skip
VISEME_SETS: Final[Mapping[str, VisemeSet]] = {
    "rhubarb": RHUBARB,
    "oculus": OCULUS,
    "azure": AZURE,
}
