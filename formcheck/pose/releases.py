"""The pose models that formcheck can install: where each comes from and how it is known to be the right one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class PackageMember:
    """One file inside a wheel or a package of npm."""

    path: str
    """In the archive, such as `package/vision_bundle.mjs`."""
    sha256: str

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True)
class WheelSource:
    """A wheel of the package index that carries the two bare networks; pip fetches it, held to its hash."""

    requirement: str
    """Such as `mediapipe==0.10.21`."""
    sha256: str
    size_bytes: int
    platform: str
    """The wheel's own tags are asked for, since the networks in it run anywhere."""
    python_version: str
    abi: str
    detector: PackageMember
    landmarks: PackageMember


@dataclass(frozen=True)
class NpmPackage:
    """A package of npm, of one version, held to the hash of its tarball."""

    name: str
    version: str
    sha512: str
    """Of the tarball, hexadecimal; what npm calls its integrity, otherwise written."""
    size_bytes: int

    @property
    def spec(self) -> str:
        """What npm is asked for."""
        return f"{self.name}@{self.version}"

    @property
    def file_name(self) -> str:
        """The name that `npm pack` gives the tarball."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


@dataclass(frozen=True)
class NpmSource:
    """A package of npm that carries the two bare networks."""

    package: NpmPackage
    detector: PackageMember
    landmarks: PackageMember


@dataclass(frozen=True)
class ModelRelease:
    """A pose model as its makers published it."""

    name: str
    """Such as `full`; the file is `pose_landmarker_full.task`."""
    source: WheelSource | NpmSource
    published_sha256: tuple[str, ...] = ()
    """SHA-256 of bundles that Google published under this name."""
    built_sha256: tuple[str, ...] = ()
    """SHA-256 of bundles that are built here with versions of flatbuffers that were tried: such a file need not be
    taken apart to know that it is sound."""
    content_sha256: tuple[str, str] | None = None
    """Fingerprints of the detector and the landmark network (`bundle.content_sha256`), for a bundle that is built
    here: its bytes depend on the version of flatbuffers that wrote it, what it computes does not."""

    @property
    def known_sha256(self) -> tuple[str, ...]:
        """SHA-256 of files that are known to be this model, whole and unaltered."""
        return self.published_sha256 + self.built_sha256


_DETECTOR_CONTENT: Final = "3fc522ed49ac5a97b7687e63397eeed206229d66645b61f04261c04b6391ec68"
"""Of the detector, which all models share."""

_FULL: Final = ModelRelease(
    name="full",
    source=WheelSource(
        requirement="mediapipe==0.10.21",
        sha256="05dc4a9e593655a79558d05d6227d31018c2537a4bd3362b51e230cf22aecfe3",
        size_bytes=35_622_638,
        platform="manylinux_2_28_x86_64",
        python_version="3.11",
        abi="cp311",
        detector=PackageMember(
            "mediapipe/modules/pose_detection/pose_detection.tflite",
            "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
        ),
        landmarks=PackageMember(
            "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
            # Also published in MediaPipe's own `third_party/external_files.bzl`.
            "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
        ),
    ),
    # Revision 1 and what `latest` gives, for those who put Google's own bundle into the models folder.
    published_sha256=(
        "5134a3aad27a58b93da0088d431f366da362b44e3ccfbe3462b3827a839011b1",
        "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad",
    ),
    built_sha256=("34b0e0dd5861368b979ca38623348883d20b575bbd4f0a2888207a2b5f939468",),
    content_sha256=(
        _DETECTOR_CONTENT,
        "3ee431a41c8791e5a636b202bca917c7f465b9dcfde3ea7f264746e6b7c212a4",
    ),
)

_POSE_PACKAGE: Final = NpmPackage(
    name="@mediapipe/pose",
    version="0.5.1675469404",
    sha512="0c566c3564ec4a9851219a699d40aeba7cc18873f615d25747d7a173b98c8b82"
    "86fa83da387d049b777a92becfcbe4d2c935c2d5da07f3c29c176f24dac071b1",
    size_bytes=40_985_403,
)
"""Its `full` network has the hash of the one in the wheel, and the three share a detector."""
_POSE_DETECTOR: Final = PackageMember(
    # What the package calls its packed assets is this one network.
    "package/pose_solution_packed_assets.data",
    "a63c614bef30d35947f13be361820b1e4e3bec9cfeebf4d11216a18373108e85",
)
# Google publishes no checksums of its bundles. The published ones here are those that many unrelated public projects
# pin for revision 1, for those who put Google's own bundle into the models folder.
_LITE: Final = ModelRelease(
    name="lite",
    source=NpmSource(
        _POSE_PACKAGE,
        _POSE_DETECTOR,
        PackageMember(
            "package/pose_landmark_lite.tflite",
            "f17bfbecadb61c3be1baa8b8d851cc6619c870a87167b32848ad20db306b9d61",
        ),
    ),
    published_sha256=("59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a",),
    built_sha256=("4d9e5e59688cfd4e81ba1e8beb699eeb1579119cd0e5c4eec05722abd6aefc19",),
    content_sha256=(_DETECTOR_CONTENT, "da2ebc28d05ff175cf6b35dede61d3ce8b3e35167761e21f93e4ea5857cc6c9c"),
)
_HEAVY: Final = ModelRelease(
    name="heavy",
    source=NpmSource(
        _POSE_PACKAGE,
        _POSE_DETECTOR,
        PackageMember(
            "package/pose_landmark_heavy.tflite",
            "59e42d71bcd44cbdbabc419f0ff76686595fd265419566bd4009ef703ea8e1fe",
        ),
    ),
    published_sha256=("64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b",),
    built_sha256=("42b3a7976a5a9aedb1357885d07294b0e514d0dbb9a859a7835a00cba4485bf0",),
    content_sha256=(_DETECTOR_CONTENT, "bb7c5644acdb684c15e5580afec054bc705c07cdaf4a298324face0293160771"),
)

RELEASES: Final = {release.name: release for release in (_LITE, _FULL, _HEAVY)}
"""By name, from the smallest to the largest."""

DEFAULT_MODEL: Final = "full"
"""The one that every accuracy figure of formcheck was measured with, and that is installed on first use."""


def remedy(name: str) -> str:
    """Return what to do when the model of this name is missing or could not be fetched."""
    return (
        f"With an internet connection run `formcheck models install {name}`, "
        "or set FORMCHECK_POSE_MODEL to a pose landmarker .task file that you have."
    )
