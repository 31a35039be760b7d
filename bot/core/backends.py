"""Hardware backends: a row of data each. What they need, and how a machine shows that it has it.

A backend is where a stack computes. Its row says what is looked for on a machine (`signs`, any of
which will do), what a cell gets of it (`variables` that are set, `passes` that are handed on,
`devices` and `image` for containers), where its wheels are (`indexes`, `local`), how far numbers
may differ (`tolerance`), and which runner has it (`runs_on` for GitHub Actions, `resource` for the
workers of a cluster). Whether it is here is found out by `effects.hardware`.

>>> BACKENDS["vulkan"].resource
'vulkan'
>>> elsewhere("vulkan", "cpu: AMD EPYC")
'it was to compute on vulkan, and the engine says that it computes on cpu: AMD EPYC'
>>> elsewhere("vulkan", "vulkan: llvmpipe")
''
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from bot.core.model import Json

CPU: Final = "cpu"
Kind = Literal["always", "system", "files", "loader", "command"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One way in which a machine shows its hardware, and what to do where it does not.

    `system` names an operating system; `files` are patterns of paths, in the first of which
    `holds` must stand where it is given; `loader` is a shared library and the patterns of the
    drivers' manifests that it reads, where none of the variables in `passes` names others;
    `command` is a command that ends with 0 and prints `holds`.
    """

    kind: Kind
    what: tuple[str, ...] = ()
    holds: str = ""
    cure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """A hardware target; see the top of this page for what each word of it means."""

    name: str
    about: str
    signs: tuple[Sign, ...]
    tolerance: str
    runs_on: tuple[str, ...]
    resource: str = ""
    system: str = ""  # the only operating system that has it, where there is one
    devices: tuple[str, ...] = ()
    image: str = "python:3.12-slim"
    indexes: tuple[str, ...] = ()
    local: str = ""
    variables: tuple[tuple[str, str], ...] = ()
    passes: tuple[str, ...] = ()


_TORCH: Final = "https://download.pytorch.org/whl"
_SELF: Final = ("self-hosted", "linux")
_INTEL: Final = "https://github.com/intel/compute-runtime"

_ROWS: Final = (
    Backend(
        name=CPU,
        about="the processor; which of its instructions a build uses is the engine's choice",
        signs=(Sign(kind="always"),),
        tolerance="numbers differ with the instruction set (AVX2, AVX-512) and with threads",
        runs_on=("ubuntu-latest",),
    ),
    Backend(
        name="vulkan",
        about="any graphics card with a Vulkan 1.2 driver, or Mesa's llvmpipe on a processor",
        signs=(
            Sign(
                kind="loader",
                what=(
                    "vulkan",
                    "/usr/share/vulkan/icd.d/*.json",
                    "/usr/local/share/vulkan/icd.d/*.json",
                    "/etc/vulkan/icd.d/*.json",
                ),
                cure="install a driver; mesa-vulkan-drivers brings one for the processor",
            ),
        ),
        tolerance="half precision in products of matrices: 5e-3 nats against cpu on llvmpipe",
        runs_on=("ubuntu-latest",),
        resource="vulkan",
        devices=("/dev/dri",),
        variables=(("GGML_VK_VISIBLE_DEVICES", "0"),),
        passes=("VK_DRIVER_FILES", "VK_ICD_FILENAMES", "VK_ADD_DRIVER_FILES"),
    ),
    Backend(
        name="cuda",
        about="NVIDIA, CUDA 12",
        signs=(
            Sign(
                kind="command",
                what=("nvidia-smi", "-L"),
                holds="GPU",
                cure="install the driver of the card, which brings nvidia-smi",
            ),
        ),
        tolerance="TF32 is off; not measured yet",
        runs_on=(*_SELF, "cuda"),
        resource="cuda",
        devices=("/dev/nvidia0", "/dev/nvidiactl", "/dev/nvidia-uvm"),
        image="nvidia/cuda:12.8.1-runtime-ubuntu24.04",
        indexes=(f"{_TORCH}/cu128",),
        local="cu128",
        variables=(("CUBLAS_WORKSPACE_CONFIG", ":4096:8"), ("NVIDIA_TF32_OVERRIDE", "0")),
        passes=("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "LD_LIBRARY_PATH"),
    ),
    Backend(
        name="rocm",
        about="AMD, ROCm 6",
        signs=(
            Sign(kind="files", what=("/dev/kfd",), cure="install the kernel driver amdgpu-dkms"),
        ),
        tolerance="as on cuda; not measured yet",
        runs_on=(*_SELF, "rocm"),
        resource="rocm",
        devices=("/dev/kfd", "/dev/dri"),
        image="rocm/dev-ubuntu-24.04:6.4",
        indexes=(f"{_TORCH}/rocm6.4",),
        local="rocm6.4",
        passes=("HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES", "HSA_OVERRIDE_GFX_VERSION"),
    ),
    Backend(
        name="metal",
        about="Apple's own graphics processors; wheels and packages for macOS use them as they are",
        signs=(Sign(kind="system", what=("Darwin",), cure="run it on a Mac"),),
        tolerance="half precision in products of matrices; not measured yet",
        runs_on=("macos-latest",),
        resource="metal",
        system="Darwin",
        image="",
    ),
    Backend(
        name="openvino-gpu",
        about="Intel's graphics processors through OpenVINO, whose word for them is GPU",
        signs=(
            Sign(
                kind="files",
                what=("/sys/class/drm/renderD*/device/vendor",),
                holds="0x8086",
                cure=f"install the OpenCL driver: {_INTEL}",
            ),
        ),
        tolerance="half precision unless told otherwise; not measured yet",
        runs_on=(*_SELF, "openvino-gpu"),
        resource="openvino-gpu",
        devices=("/dev/dri",),
    ),
    Backend(
        name="openvino-npu",
        about="Intel's neural processors through OpenVINO, whose word for them is NPU",
        signs=(
            Sign(
                kind="files",
                what=("/dev/accel/accel*",),
                cure="install the driver: https://github.com/intel/linux-npu-driver",
            ),
        ),
        tolerance="half precision always; not measured yet",
        runs_on=(*_SELF, "openvino-npu"),
        resource="openvino-npu",
        devices=("/dev/accel",),
    ),
)
BACKENDS: Final[Mapping[str, Backend]] = {row.name: row for row in _ROWS}


def said_of(says: Mapping[str, Json]) -> tuple[tuple[str, str], ...]:
    """Return where the modules of a cell say that they compute, and on how many threads.

    A guest says `device` as `<backend>: <name of the device>`, or as its engine's own word.
    """
    for told in says.values():
        device = told.get("device") if isinstance(told, dict) else None
        if isinstance(told, dict) and isinstance(device, str) and device:
            threads = told.get("threads")
            counted = (("threads", str(threads)),) if isinstance(threads, int) else ()
            return (("device", device), *counted)
    return ()


def elsewhere(backend: str, device: str) -> str:
    """Return why an answer of `device` is none of `backend`, or nothing where it is one.

    An engine that does not say where it computes is believed on the processor only.
    """
    if not device:
        untold = f"it was to compute on {backend}, and no part of the stack says where it computes"
        return "" if backend == CPU else untold
    kind = device.partition(":")[0].strip().lower()
    if kind == backend or (backend == CPU and kind not in BACKENDS):
        return ""
    return f"it was to compute on {backend}, and the engine says that it computes on {device}"
