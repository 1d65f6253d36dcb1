"""Signs videos as synthetic with C2PA Content Credentials, on request."""

from __future__ import annotations  # c2pa is optional: annotations must not import it

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from talkinghead.errors import InputError, OutputError
from talkinghead.media.atomic_write import atomic_write, require_readable
from talkinghead.media.synthetic_label import SOFTWARE, SOURCE_TYPE

if TYPE_CHECKING:
    from c2pa import Builder, Signer

MEDIA_TYPES: Final = {
    ".mp4": "video/mp4", ".mov": "video/quicktime", ".webp": "image/webp", ".gif": "image/gif",
}  # fmt: skip
_CURVES: Final = {"secp256r1": b"es256", "secp384r1": b"es384", "secp521r1": b"es512"}


@dataclass(frozen=True)
class Credentials:
    """Signs C2PA Content Credentials (c2pa.org, specification 2). Needs the package c2pa-python.

    `chain` is a PEM file of certificates, the signer's first; `key` is a PEM file of the signer's
    private key without a passphrase.
    """

    chain: Path
    key: Path

    def check(self, target: Path) -> None:
        """Sign a picture of one pixel, to report errors before a long rendering starts.

        Raises OutputError for a format that cannot contain credentials, InputError when
        certificate and key cannot sign.
        """
        _media_type(target)
        picture = io.BytesIO()
        Image.new("RGB", (1, 1)).save(picture, "PNG")
        with self._signing() as signer:
            _builder("png", "image/png").sign(signer, "image/png", picture, io.BytesIO())

    def sign(self, path: Path, name: str) -> None:
        """Embed signed credentials, with the title `name`, into the file at `path`."""
        kind = _media_type(path)
        with (
            self._signing() as signer,
            atomic_write(path) as signed,
            path.open("rb") as source,
            signed.open("w+b") as written,
        ):
            _builder(name, kind).sign(signer, kind, source, written)

    @contextmanager
    def _signing(self) -> Iterator[Signer]:
        try:
            import c2pa
        except ImportError as missing:
            raise InputError(
                "Content Credentials need a package that is not installed; pip install "
                "'talkinghead[credentials]'"
            ) from missing
        chain, key = (
            require_readable(path, InputError).read_bytes() for path in (self.chain, self.key)
        )
        algorithm = _algorithm(key, self.key)
        try:
            info = c2pa.C2paSignerInfo(algorithm, chain, key, None)
            with c2pa.Signer.from_info(info) as signer:
                yield signer
        except c2pa.C2paError as problem:
            raise InputError(
                f"{self.chain}: cannot sign ({problem}); give the signer's certificate chain as "
                "PEM, and the signer's private key"
            ) from problem


def _algorithm(key: bytes, path: Path) -> bytes:
    """C2PA's name of the signature algorithm of a private key."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        private = load_pem_private_key(key, password=None)
    except (TypeError, ValueError) as problem:
        raise InputError(
            f"{path}: is not a PEM private key without a passphrase; convert it to one"
        ) from problem
    if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name in _CURVES:
        return _CURVES[private.curve.name]
    if isinstance(private, rsa.RSAPrivateKey):
        return b"ps256"
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return b"ed25519"
    raise InputError(
        f"{path}: this type of key cannot sign C2PA credentials; use ECDSA (P-256), Ed25519 or RSA"
    )


def _media_type(target: Path) -> str:
    kind = MEDIA_TYPES.get(target.suffix.lower())
    if kind is None:
        raise OutputError(
            f"{target}: {target.suffix} files cannot contain credentials; "
            f"use {', '.join(MEDIA_TYPES)}"
        )
    return kind


def _builder(name: str, kind: str) -> Builder:
    import c2pa

    action = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE}
    manifest = {
        "claim_generator_info": [{"name": SOFTWARE}],
        "title": name,
        "format": kind,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action]}}],
    }
    return c2pa.Builder(json.dumps(manifest))
