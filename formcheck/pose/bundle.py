"""MediaPipe Tasks pose bundles: made from the two bare networks, read, and told apart.

A `.task` bundle is an uncompressed zip of two TFLite networks, the person detector and the landmark network. The
Tasks API uses the members as they lie in the file, so they must be stored and should be aligned; and it refuses a
network whose metadata do not say how to scale pixel values, which the networks in MediaPipe's older wheels lack.

Source: TFLite metadata schema (`metadata_schema.fbs`); scaling from MediaPipe's `pose_detection_cpu.pbtxt` (pixels to
-1..1) and `pose_landmark_by_roi_cpu.pbtxt` (pixels to 0..1), written as `(pixel - mean) / std`.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import flatbuffers
import numpy as np
from mediapipe.tasks.metadata import metadata_schema_py_generated as metadata_schema
from mediapipe.tasks.metadata import schema_py_generated as tflite_schema
from numpy.typing import NDArray

DETECTOR_MEMBER: Final = "pose_detector.tflite"
LANDMARKS_MEMBER: Final = "pose_landmarks_detector.tflite"

_TFLITE_IDENTIFIER: Final = b"TFL3"
_METADATA_IDENTIFIER: Final = b"M001"
_METADATA_NAME: Final = b"TFLITE_METADATA"
_ZIP_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_ZIP_MODE: Final = 0o644 << 16
_ZIP_UNIX: Final = 3
_ZIP_LOCAL_HEADER_BYTES: Final = 30
_ZIP_PADDING: Final = struct.Struct("<HHH")
"""Head of the alignment field (ID 0xD935 of the zip registry): ID, size of what follows, alignment."""
_ALIGNMENT_BYTES: Final = 16
"""Of weights, which TFLite's schema asks for (`force_align: 16`)."""

# What the flatbuffers reader raises when offsets lead nowhere: it checks none of them itself.
_UNREADABLE: Final = (struct.error, IndexError, ValueError, TypeError, OverflowError, AttributeError, MemoryError)


class BundleError(ValueError):
    """A file that is not a sound pose bundle; the message ends the sentence "The file ..."."""


@dataclass(frozen=True)
class Normalization:
    """How a network wants its pixels: `(pixel - mean) / std` for each channel, pixel values 0 to 255."""

    mean: float
    std: float


NORMALIZATIONS: Final = {
    DETECTOR_MEMBER: Normalization(mean=127.5, std=127.5),
    LANDMARKS_MEMBER: Normalization(mean=0.0, std=255.0),
}


def add_normalization(tflite: bytes, normalization: Normalization) -> bytes:
    """Return the network with metadata that say how to scale its input picture.

    Metadata that the network already has are replaced. The same input gives the same bytes.

    Parameters
    ----------
    tflite
        A TFLite network whose first input is a picture.
    normalization
        What to write.

    Raises
    ------
    BundleError
        If `tflite` is not a TFLite network.
    """
    model = _unpack(tflite)
    data = np.frombuffer(_metadata(normalization, n_outputs=len(model.subgraphs[0].outputs)), dtype=np.uint8)
    entry = next((entry for entry in model.metadata or [] if entry.name == _METADATA_NAME), None)
    if entry is None:
        entry = tflite_schema.MetadataT()
        entry.name = _METADATA_NAME
        entry.buffer = len(model.buffers)
        model.buffers.append(tflite_schema.BufferT())
        model.metadata = [*(model.metadata or []), entry]
    model.buffers[entry.buffer].data = data
    return _finish(model, _TFLITE_IDENTIFIER)


def read_normalization(tflite: bytes) -> Normalization | None:
    """Return how a network wants its input picture scaled, None if it does not say.

    Raises
    ------
    BundleError
        If `tflite` is not a TFLite network.
    """
    model = _unpack(tflite)
    try:
        for entry in model.metadata or []:
            if entry.name != _METADATA_NAME:
                continue
            data = bytes(model.buffers[entry.buffer].data)
            metadata = metadata_schema.ModelMetadataT.InitFromObj(metadata_schema.ModelMetadata.GetRootAs(data, 0))
            for unit in metadata.subgraphMetadata[0].inputTensorMetadata[0].processUnits or []:
                if unit.optionsType == metadata_schema.ProcessUnitOptions.NormalizationOptions:
                    return Normalization(mean=float(unit.options.mean[0]), std=float(unit.options.std[0]))
    except _UNREADABLE as error:
        raise BundleError("holds a network with unreadable metadata") from error
    return None


def build_bundle(detector: bytes, landmarks: bytes) -> bytes:
    """Return a `.task` bundle of the two bare networks; the same networks give the same bytes.

    Parameters
    ----------
    detector
        The TFLite network that finds people (`pose_detection.tflite`).
    landmarks
        The TFLite network that finds one person's landmarks (`pose_landmark_full.tflite`).

    Raises
    ------
    BundleError
        If either is not a TFLite network.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for member, tflite in ((DETECTOR_MEMBER, detector), (LANDMARKS_MEMBER, landmarks)):
            info = zipfile.ZipInfo(member, _ZIP_EPOCH)
            info.create_system = _ZIP_UNIX  # zipfile would name the host's, and hosts shall give the same bytes
            info.external_attr = _ZIP_MODE
            unpadded = out.tell() + _ZIP_LOCAL_HEADER_BYTES + len(member) + _ZIP_PADDING.size
            padding = -unpadded % _ALIGNMENT_BYTES
            info.extra = _ZIP_PADDING.pack(0xD935, 2 + padding, _ALIGNMENT_BYTES) + bytes(padding)
            archive.writestr(info, add_normalization(tflite, NORMALIZATIONS[member]))
    return out.getvalue()


def read_bundle(path: Path) -> dict[str, bytes]:
    """Return the two networks of a bundle by member name, after checking that MediaPipe can use them.

    Checked are: a zip of exactly the two members, stored, with right checksums; both TFLite; both with metadata that
    give the scaling that the pose networks were trained with.

    Raises
    ------
    BundleError
        If one of these does not hold.
    OSError
        If the file cannot be read.
    """
    members = _read_members(path)
    for name, wanted in NORMALIZATIONS.items():
        found = read_normalization(members[name])
        if found is None:
            raise BundleError(f"holds a {name} that does not say how to scale its input")
        if found != wanted:
            raise BundleError(f"holds a {name} that scales its input in a way no pose network does")
    return members


def content_sha256(tflite: bytes) -> str:
    """Return a fingerprint of what a network computes: its graph and weights, however they are laid out in the file.

    The metadata that `add_normalization` writes are left out, so a bare network and the same network in a bundle have
    one fingerprint, whichever version of flatbuffers wrote the bundle.

    Returns
    -------
    str
        SHA-256, hexadecimal.

    Raises
    ------
    BundleError
        If `tflite` is not a TFLite network.
    """
    model = _unpack(tflite)
    for entry in [entry for entry in model.metadata or [] if entry.name == _METADATA_NAME]:
        model.metadata.remove(entry)
        if entry.buffer == len(model.buffers) - 1:
            model.buffers.pop()
    model.metadata = model.metadata or None
    digest = hashlib.sha256()
    _hash_content(model, digest)
    return digest.hexdigest()


def _read_members(path: Path) -> dict[str, bytes]:
    members: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            if sorted(info.filename for info in infos) != sorted(NORMALIZATIONS):
                raise BundleError(f"does not hold {DETECTOR_MEMBER} and {LANDMARKS_MEMBER} alone")
            if any(info.compress_type != zipfile.ZIP_STORED for info in infos):
                raise BundleError("is compressed, which MediaPipe cannot read")
            for info in infos:
                members[info.filename] = archive.read(info)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error, struct.error) as error:
        raise BundleError("is cut short or altered") from error
    return members


def _unpack(tflite: bytes) -> Any:
    if tflite[4:8] != _TFLITE_IDENTIFIER:
        raise BundleError("holds something that is not a TFLite network")
    try:
        model = tflite_schema.ModelT.InitFromObj(tflite_schema.Model.GetRootAs(tflite, 0))
    except _UNREADABLE as error:
        raise BundleError("holds a TFLite network that cannot be read") from error
    if not model.subgraphs or not model.buffers:
        raise BundleError("holds an empty TFLite network")
    return model


def _metadata(normalization: Normalization, n_outputs: int) -> bytes:
    options = metadata_schema.NormalizationOptionsT()
    options.mean, options.std = [normalization.mean], [normalization.std]
    unit = metadata_schema.ProcessUnitT()
    unit.optionsType = metadata_schema.ProcessUnitOptions.NormalizationOptions
    unit.options = options
    picture = metadata_schema.ImagePropertiesT()
    picture.colorSpace = metadata_schema.ColorSpaceType.RGB
    content = metadata_schema.ContentT()
    content.contentPropertiesType = metadata_schema.ContentProperties.ImageProperties
    content.contentProperties = picture
    tensor = metadata_schema.TensorMetadataT()
    tensor.name, tensor.content, tensor.processUnits = "image", content, [unit]
    graph = metadata_schema.SubGraphMetadataT()
    graph.inputTensorMetadata = [tensor]
    # The Tasks API compares the number of output entries with the network's outputs; they may be empty.
    graph.outputTensorMetadata = [metadata_schema.TensorMetadataT() for _ in range(n_outputs)]
    metadata = metadata_schema.ModelMetadataT()
    metadata.subgraphMetadata = [graph]
    return _finish(metadata, _METADATA_IDENTIFIER)


class _AligningBuilder(flatbuffers.Builder):  # type: ignore[misc]  # flatbuffers has no types
    """Aligns every array, because the generated Python code for TFLite's schema leaves out its `force_align`."""

    def CreateNumpyVector(self, x: NDArray[Any]) -> int:  # noqa: N802  # flatbuffers' own name
        """Write an array so that its first byte is aligned in the finished file."""
        self.Prep(_ALIGNMENT_BYTES, x.nbytes)
        return int(super().CreateNumpyVector(x))


def _finish(table: Any, identifier: bytes) -> bytes:
    builder = _AligningBuilder(0)
    builder.Finish(table.Pack(builder), identifier)
    return bytes(builder.Output())


def _hash_content(value: Any, digest: Any) -> None:
    """Feed a decoded flatbuffers table to a hash, field by field in order of name, each value after its kind and size.

    Fields that are absent, zero or false are left out, so that a schema that has learnt more such fields since gives
    the same fingerprint.
    """
    if isinstance(value, np.ndarray):
        digest.update(b"a%d:" % value.size + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, bytes):
        digest.update(b"b%d:" % len(value) + value)
    elif isinstance(value, list):
        digest.update(b"l%d:" % len(value))
        for item in value:
            _hash_content(item, digest)
    elif isinstance(value, (bool, int, float, str)):
        digest.update(f"s{value!r};".encode())
    elif value is not None:
        for name, item in sorted(vars(value).items()):
            if item is not None and not (isinstance(item, (bool, int, float)) and not item):
                digest.update(f"f{name};".encode())
                _hash_content(item, digest)
        digest.update(b"e;")
