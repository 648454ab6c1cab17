"""Fields on a regular grid, read and written as HDF5 files by the C++ library //field."""

from fieldio._fieldio import FileError, read, write

__all__ = ["FileError", "read", "write"]
