// A scalar field on a regular grid, kept in HDF5.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <vector>

namespace field {

struct Grid {
  std::size_t rows = 0;
  std::size_t columns = 0;
  double spacing = 0;  // metres, the same in both directions
  double time = 0;     // seconds
};

struct Field {
  Grid grid;
  std::vector<double> values;  // kelvin, row by row
};

// A file cannot be written, or does not hold what write() writes. The message names the file and
// HDF5's own reason.
class FileError : public std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Replaces `file` as a whole: a reader sees the old field or the new one. Checksums are kept with
// the values, so that read() finds damage. Throws std::invalid_argument when the values do not fill
// the grid or the spacing is not positive.
void write(const std::filesystem::path& file, const Grid& grid, std::span<const double> values);

Field read(const std::filesystem::path& file);

}  // namespace field
