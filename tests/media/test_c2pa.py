"""Every video is labelled as synthetic; tampering with a signed video invalidates its signature."""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import av
import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from talkinghead.errors import InputError, OutputError
from talkinghead.media.c2pa import MEDIA_TYPES, SOURCE_TYPE, Credentials
from talkinghead.media.video_writer import write_video
from talkinghead.types import Clip

MakeClip = Callable[..., Clip]
KEYS: dict[str, Callable[[], Any]] = {
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "RSA": lambda: rsa.generate_private_key(65537, 2048),
}
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip


def signer(folder: Path, kind: str = "P-256") -> Credentials:
    """A certificate for signing, issued by an authority of our own, and its key."""
    authority, own = KEYS["P-256"](), KEYS[kind]()
    usage = dict.fromkeys(USAGES, False)

    def issued(name: str, public: Any, role: str, *extra: x509.ExtensionType) -> bytes:
        certificate = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Authority")]))
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2020, 1, 1))
            .not_valid_after(datetime(2090, 1, 1))
            .add_extension(x509.BasicConstraints(role == "key_cert_sign", None), critical=True)
            .add_extension(x509.KeyUsage(**{**usage, role: True}), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        )
        for extension in extra:
            certificate = certificate.add_extension(extension, critical=False)
        return certificate.sign(authority, hashes.SHA256()).public_bytes(Encoding.PEM)

    chain, key = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(
        issued(
            "Studio",
            own.public_key(),
            "digital_signature",
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()),
        )
        + issued("Authority", authority.public_key(), "key_cert_sign")
    )
    key.write_bytes(own.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return Credentials(chain, key)


def read_manifests(path: Path) -> Any:
    """The manifests in a file, and whether they are valid."""
    with c2pa.Reader(str(path)) as reader:
        return json.loads(reader.json())


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm"])
def test_a_comment_says_that_the_video_is_synthetic(
    tmp_path: Path, clip: MakeClip, suffix: str
) -> None:
    write_video(clip(), tmp_path / f"video{suffix}")
    with av.open(str(tmp_path / f"video{suffix}")) as container:
        metadata = {name.lower(): value for name, value in container.metadata.items()}
    assert "Synthetic" in metadata["comment"]


@pytest.mark.parametrize("suffix", list(MEDIA_TYPES))
def test_signed_credentials_say_that_the_video_is_synthetic(
    tmp_path: Path, clip: MakeClip, suffix: str
) -> None:
    target = tmp_path / f"signed{suffix}"
    write_video(clip(), target, credentials=signer(tmp_path))
    manifests = read_manifests(target)
    manifest = manifests["manifests"][manifests["active_manifest"]]
    assert manifests["validation_state"] == "Valid"
    assert manifest["title"] == target.name
    assert SOURCE_TYPE in json.dumps(manifest["assertions"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        ["chain.pem", "key.pem", target.name]
    )


@pytest.mark.parametrize("kind", list(KEYS))
def test_every_common_key_type_signs(tmp_path: Path, clip: MakeClip, kind: str) -> None:
    write_video(clip(), tmp_path / "signed.mp4", credentials=signer(tmp_path, kind))
    assert read_manifests(tmp_path / "signed.mp4")["validation_state"] == "Valid"


def test_a_changed_picture_breaks_the_signature(tmp_path: Path, clip: MakeClip) -> None:
    target = tmp_path / "signed.mp4"
    write_video(clip(), target, credentials=signer(tmp_path))
    data = bytearray(target.read_bytes())
    data[data.index(b"mdat") + 200] ^= 0xFF
    target.write_bytes(data)
    assert read_manifests(target)["validation_state"] == "Invalid"


def test_the_key_of_another_certificate_cannot_sign(tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    own.mkdir()
    other.mkdir()
    mixed = Credentials(signer(own).chain, signer(other).key)
    with pytest.raises(InputError, match="cannot sign"):
        mixed.check(tmp_path / "a.mp4")


def test_an_invalid_key_is_named(tmp_path: Path) -> None:
    credentials = signer(tmp_path)
    with pytest.raises(InputError, match=r"chain\.pem: is not a PEM private key"):
        Credentials(credentials.chain, credentials.chain).check(tmp_path / "a.mp4")


def test_a_format_without_credentials_is_refused(tmp_path: Path, clip: MakeClip) -> None:
    with pytest.raises(OutputError, match="cannot contain credentials"):
        write_video(clip(), tmp_path / "a.mkv", credentials=signer(tmp_path))
    assert not (tmp_path / "a.mkv").exists()


def test_a_signature_that_fails_leaves_the_older_video(tmp_path: Path, clip: MakeClip) -> None:
    target = tmp_path / "video.mp4"
    target.write_bytes(b"older")
    credentials = signer(tmp_path)
    credentials.key.write_bytes(b"damaged")
    with pytest.raises(InputError):
        write_video(clip(), target, credentials=credentials)
    assert target.read_bytes() == b"older"
