#include "field/field.h"

#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <numeric>
#include <string>

namespace {

namespace fs = std::filesystem;

class FieldTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(folder_);
  }
  fs::path at(const char* name) const { return folder_ / name; }

  fs::path folder_;
};

field::Field waves(std::size_t rows, std::size_t columns) {
  field::Field field{{.rows = rows, .columns = columns, .spacing = 0.25, .time = 1.5}, {}};
  for (std::size_t i = 0; i < rows * columns; ++i)
    field.values.push_back(std::sin(static_cast<double>(i) * 0.1));
  return field;
}

std::string message_of(const fs::path& file) {
  try {
    field::read(file);
  } catch (const field::FileError& error) {
    return error.what();
  }
  return "";
}

TEST_F(FieldTest, ReadsWhatItWroteBitForBit) {
  field::Field field =
      waves(130, 1100);  // more than one chunk each way, none of them full at the end
  field.values[5] = -0.0;
  field.values[6] = std::numeric_limits<double>::denorm_min();
  field.values[7] = std::numeric_limits<double>::quiet_NaN();
  field::write(at("a.h5"), field.grid, field.values);
  const auto [grid, values] = field::read(at("a.h5"));
  EXPECT_EQ(grid.rows, 130u);
  EXPECT_EQ(grid.columns, 1100u);
  EXPECT_EQ(grid.spacing, 0.25);
  EXPECT_EQ(grid.time, 1.5);
  ASSERT_EQ(values.size(), field.values.size());
  EXPECT_EQ(std::memcmp(values.data(), field.values.data(), values.size() * sizeof(double)), 0);
}

TEST_F(FieldTest, ReplacesAFileAsAWholeAndLeavesNothingBeside) {
  field::write(at("a.h5"), waves(4, 4).grid, waves(4, 4).values);
  field::write(at("a.h5"), waves(2, 3).grid, waves(2, 3).values);
  EXPECT_EQ(field::read(at("a.h5")).values.size(), 6u);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(FieldTest, RefusesWhatIsNoField) {
  const field::Field field = waves(3, 3);
  EXPECT_THROW(field::write(at("a.h5"), {.rows = 3, .columns = 4, .spacing = 1}, field.values),
               std::invalid_argument);
  EXPECT_THROW(field::write(at("a.h5"), {.rows = 3, .columns = 3, .spacing = 0}, field.values),
               std::invalid_argument);
  EXPECT_FALSE(fs::exists(at("a.h5")));
}

TEST_F(FieldTest, NamesTheFileAndTheReason) {
  EXPECT_NE(message_of(at("none.h5")).find("none.h5: cannot be opened as HDF5"), std::string::npos);
  std::ofstream(at("text.h5")) << "not HDF5\n";
  EXPECT_NE(message_of(at("text.h5")).find("text.h5: cannot be opened as HDF5"), std::string::npos);
  EXPECT_THROW(field::write(at("no such folder/a.h5"), waves(2, 2).grid, waves(2, 2).values),
               field::FileError);

  const hid_t other = H5Fcreate(at("other.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Fclose(other);
  EXPECT_NE(message_of(at("other.h5")).find("other.h5: temperature: "), std::string::npos);
}

TEST_F(FieldTest, FindsDamage) {
  const field::Field field = waves(64, 64);
  field::write(at("a.h5"), field.grid, field.values);
  // The values are most of the file: its middle is one of them.
  const auto middle = static_cast<std::streamoff>(fs::file_size(at("a.h5"))) / 2;
  std::fstream file(at("a.h5"), std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(middle);
  const auto flipped = static_cast<char>(file.get() ^ 0x10);
  file.seekp(middle);
  file.put(flipped);
  file.close();
  EXPECT_NE(message_of(at("a.h5")).find("a.h5: cannot be read"), std::string::npos);
}

}  // namespace
