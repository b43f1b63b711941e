"""Pictures: those of the pipeline, and frames that the host pushes."""

import ctypes
from ctypes import c_char
from typing import Any, Optional, Tuple

from ._enums import PixelFormat
from ._structs import FLIPPED, RawFrame, RawImage


class Image:
    """A frame that the pipeline processed; see `Pipeline.preview`."""

    def __init__(self, raw: RawImage, data: bytearray) -> None:
        self.width = int(raw.width)
        self.height = int(raw.height)
        self.format = PixelFormat(raw.format)
        self.frame_seq = int(raw.frame_seq)
        self.capture_ns = int(raw.capture_ns)
        self.data = data
        """Rows without gaps, top row first."""

    def array(self) -> Any:
        """A numpy array of height x width x channels (height x width for grey).
        A view of `data`."""
        import numpy

        shape: Tuple[int, ...] = (self.height, self.width)
        if self.format != PixelFormat.GRAY8:
            shape += (self.format.channels,)
        return numpy.frombuffer(self.data, dtype=numpy.uint8).reshape(shape)


def describe_bytes(frame: RawFrame, image: Any, format: Optional[PixelFormat], size: Tuple[int, int]) -> Any:
    """Points `frame` to bytes. The result keeps their memory."""
    if format is None:
        raise ValueError("bytes need a format as well as a size")
    flat = memoryview(image).cast("B")
    width, height = size
    needed = width * height * PixelFormat(format).channels
    if width < 1 or height < 1 or flat.nbytes < needed:
        raise ValueError(f"{width}x{height} {PixelFormat(format).name} needs {needed} bytes, got {flat.nbytes}")
    frame.format, frame.width, frame.height = format, width, height
    # ctypes can use only writable memory; read-only memory is copied.
    memory = (c_char * needed).from_buffer_copy(flat) if flat.readonly else (c_char * needed).from_buffer(flat)
    frame.data = ctypes.addressof(memory)
    return memory


def describe_array(frame: RawFrame, image: Any, format: Optional[PixelFormat]) -> Any:
    """Points `frame` to a numpy array. The result keeps its memory."""
    if not hasattr(image, "__array_interface__"):
        raise TypeError("push_frame takes a numpy array, or bytes with format and size")
    import numpy

    if image.dtype != numpy.uint8 or image.ndim not in (2, 3):
        raise ValueError(f"image must be an array of bytes, height x width (x channels); got {image.dtype} {image.shape}")
    channels = image.shape[2] if image.ndim == 3 else 1
    default = {1: PixelFormat.GRAY8, 3: PixelFormat.BGR8, 4: PixelFormat.BGRA8}.get(channels)
    format = PixelFormat(format) if format is not None else default
    if format is None or format.channels != channels or 0 in image.shape:
        raise ValueError(f"an array of shape {image.shape} cannot be a frame of {format.name if format else 'any'} format")
    height, width = image.shape[:2]
    pixel_strides = tuple(image.strides[1:])
    tight = pixel_strides == ((channels, 1) if image.ndim == 3 else (1,))
    if not tight or abs(image.strides[0]) < width * channels:
        # The columns or channels have gaps between them.
        image = numpy.ascontiguousarray(image)
    stride = image.strides[0]
    frame.format, frame.width, frame.height = format, width, height
    frame.data = image.ctypes.data
    if stride < 0:
        # array[::-1]: its last row is the first in memory.
        frame.data += stride * (height - 1)
        frame.flags ^= FLIPPED
    frame.stride = abs(stride)
    return image
