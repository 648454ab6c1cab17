// field_info FILE: what a file of a field holds, as one line of key=value.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <numeric>

#include "field/field.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: field_info FILE\n");
    return 2;
  }
  try {
    const auto [grid, values] = field::read(argv[1]);
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    const double mean =
        std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    std::printf("rows=%zu columns=%zu spacing=%g time=%g min=%.9g mean=%.9g max=%.9g\n", grid.rows,
                grid.columns, grid.spacing, grid.time, *least, mean, *most);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "field_info: %s\n", error.what());
    return 1;
  }
}
