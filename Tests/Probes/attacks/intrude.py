# SPDX-License-Identifier: Apache-2.0
# intrude.py PROCESS: what each way into the memory and the descriptors of another process comes to. Run by
# ProgramBoundaryTests.
import ctypes, errno, os, sys

libc = ctypes.CDLL(None, use_errno=True)
process = int(sys.argv[1])


class Vector(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("length", ctypes.c_size_t)]


def said(result):
    return "done" if result >= 0 else errno.errorcode[ctypes.get_errno()]


def opened(name, flags):
    try:
        os.close(os.open(f"/proc/{process}/{name}", flags))
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]


# PTRACE_SEIZE, which stops nobody, and PTRACE_ATTACH.
print("seize", said(libc.ptrace(0x4206, process, 0, 0)))
print("attach", said(libc.ptrace(16, process, 0, 0)))
buffer = ctypes.create_string_buffer(8)
here, there = Vector(ctypes.addressof(buffer), 8), Vector(ctypes.addressof(buffer), 8)
print("readv", said(libc.process_vm_readv(process, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)))
print("writev", said(libc.process_vm_writev(process, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)))
print("getfd", said(libc.syscall(438, os.pidfd_open(process), 0, 0)))
for name, flags in (("mem", os.O_RDWR), ("environ", os.O_RDONLY), ("maps", os.O_RDONLY)):
    print(name, opened(name, flags))
