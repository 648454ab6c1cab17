#include "field/field.h"

#include <hdf5.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

namespace field {
namespace {

constexpr const char* kDataset = "temperature";
constexpr const char* kUnits = "K";

// The innermost message of HDF5's error stack, which says most.
std::string reason() {
  std::string text;
  const auto take = [](unsigned, const H5E_error2_t* error, void* target) -> herr_t {
    if (error->desc != nullptr) *static_cast<std::string*>(target) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, take, &text);
  H5Eclear2(H5E_DEFAULT);
  return text.empty() ? "no reason given" : text;
}

// Errors are thrown with their reason, not printed; the caller's own handler comes back afterwards.
class QuietErrors {
 public:
  QuietErrors() {
    H5Eget_auto2(H5E_DEFAULT, &handler_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  }
  ~QuietErrors() { H5Eset_auto2(H5E_DEFAULT, handler_, data_); }
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

 private:
  H5E_auto2_t handler_ = nullptr;
  void* data_ = nullptr;
};

using Close = herr_t (*)(hid_t);

class Handle {
 public:
  Handle(hid_t id, Close close) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept
      : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }
  // Closing writes what is left: where that matters, its failure must be seen.
  bool close() { return close_(std::exchange(id_, H5I_INVALID_HID)) >= 0; }

 private:
  hid_t id_;
  Close close_;
};

// One file that is read or written, for messages that name it.
class Subject {
 public:
  explicit Subject(const std::filesystem::path& file) : name_(file.string()) {}

  void check(bool good, const char* what) const {
    if (!good) throw FileError(name_ + ": " + what + ": " + reason());
  }
  Handle open(hid_t id, Close close, const char* what) const {
    check(id >= 0, what);
    return {id, close};
  }
  [[noreturn]] void refuse(const std::string& what) const { throw FileError(name_ + ": " + what); }

 private:
  std::string name_;
};

void write_number(const Subject& subject, hid_t owner, const char* name, double value) {
  const Handle space = subject.open(H5Screate(H5S_SCALAR), H5Sclose, name);
  const hid_t type = H5T_IEEE_F64LE;
  const Handle attribute =
      subject.open(H5Acreate2(owner, name, type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, name);
  subject.check(H5Awrite(attribute, H5T_NATIVE_DOUBLE, &value) >= 0, name);
}

double read_number(const Subject& subject, hid_t owner, const char* name) {
  const Handle attribute = subject.open(H5Aopen(owner, name, H5P_DEFAULT), H5Aclose, name);
  const Handle space = subject.open(H5Aget_space(attribute), H5Sclose, name);
  if (H5Sget_simple_extent_npoints(space) != 1)
    subject.refuse(std::string(name) + " is not one number");
  double value = 0;
  subject.check(H5Aread(attribute, H5T_NATIVE_DOUBLE, &value) >= 0, name);
  return value;
}

void write_units(const Subject& subject, hid_t owner) {
  const Handle type = subject.open(H5Tcopy(H5T_C_S1), H5Tclose, "units");
  subject.check(H5Tset_size(type, std::char_traits<char>::length(kUnits)) >= 0, "units");
  const Handle space = subject.open(H5Screate(H5S_SCALAR), H5Sclose, "units");
  const Handle attribute = subject.open(
      H5Acreate2(owner, "units", type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, "units");
  subject.check(H5Awrite(attribute, type, kUnits) >= 0, "units");
}

// Rows are chunks, compressed where that HDF5 can, and each with a checksum.
Handle storage(const Subject& subject, const std::array<hsize_t, 2>& extent) {
  Handle properties = subject.open(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, "storage");
  const std::array<hsize_t, 2> chunk = {std::min<hsize_t>(extent[0], 64),
                                        std::min<hsize_t>(extent[1], 1024)};
  subject.check(H5Pset_chunk(properties, 2, chunk.data()) >= 0, "chunks");
  if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) {
    subject.check(H5Pset_shuffle(properties) >= 0 && H5Pset_deflate(properties, 4) >= 0,
                  "compression");
  }
  subject.check(H5Pset_fletcher32(properties) >= 0, "checksums");
  return properties;
}

void write_new(const std::filesystem::path& file, const Grid& grid,
               std::span<const double> values) {
  const Subject subject(file);
  Handle out = subject.open(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT),
                            H5Fclose, "cannot be created");
  {
    const std::array<hsize_t, 2> extent = {grid.rows, grid.columns};
    const Handle space =
        subject.open(H5Screate_simple(2, extent.data(), nullptr), H5Sclose, "extent");
    const Handle properties = storage(subject, extent);
    const Handle data = subject.open(
        H5Dcreate2(out, kDataset, H5T_IEEE_F64LE, space, H5P_DEFAULT, properties, H5P_DEFAULT),
        H5Dclose, kDataset);
    subject.check(
        H5Dwrite(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0,
        "cannot be written");
    write_number(subject, data, "spacing", grid.spacing);
    write_number(subject, data, "time", grid.time);
    write_units(subject, data);
  }
  subject.check(out.close(), "cannot be written");
}

Grid read_grid(const Subject& subject, hid_t data) {
  const Handle space = subject.open(H5Dget_space(data), H5Sclose, "extent");
  if (H5Sget_simple_extent_ndims(space) != 2)
    subject.refuse(std::string(kDataset) + " has not two dimensions");
  std::array<hsize_t, 2> extent{};
  subject.check(H5Sget_simple_extent_dims(space, extent.data(), nullptr) >= 0, "extent");
  return {.rows = extent[0],
          .columns = extent[1],
          .spacing = read_number(subject, data, "spacing"),
          .time = read_number(subject, data, "time")};
}

}  // namespace

void write(const std::filesystem::path& file, const Grid& grid, std::span<const double> values) {
  if (grid.rows == 0 || grid.columns == 0 ||
      grid.columns > std::numeric_limits<std::size_t>::max() / grid.rows ||
      grid.rows * grid.columns != values.size()) {
    throw std::invalid_argument("the values do not fill the grid");
  }
  if (!(grid.spacing > 0) || !std::isfinite(grid.spacing))
    throw std::invalid_argument("the spacing is not positive");
  const QuietErrors quiet;
  // Beside it, for only within one file system is renaming atomic; with the process's id, for there
  // may be several writers.
  std::filesystem::path part = file;
  part += ".part" + std::to_string(::getpid());
  try {
    write_new(part, grid, values);
    std::filesystem::rename(part, file);
  } catch (const std::exception& error) {
    std::error_code ignored;
    std::filesystem::remove(part, ignored);
    if (dynamic_cast<const std::filesystem::filesystem_error*>(&error) != nullptr)
      throw FileError(error.what());
    throw;
  }
}

Field read(const std::filesystem::path& file) {
  const QuietErrors quiet;
  const Subject subject(file);
  const Handle in = subject.open(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose,
                                 "cannot be opened as HDF5");
  const Handle data = subject.open(H5Dopen2(in, kDataset, H5P_DEFAULT), H5Dclose, kDataset);
  Field field{.grid = read_grid(subject, data), .values = {}};
  field.values.resize(field.grid.rows * field.grid.columns);
  subject.check(
      H5Dread(data, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, field.values.data()) >= 0,
      "cannot be read");
  return field;
}

}  // namespace field
