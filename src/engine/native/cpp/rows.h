// Rows added up by id.
#pragma once
#include <algorithm>
#include <vector>

#include "crew.h"
#include "kernels.h"
#include "product.h"
#include "vector.h"

namespace fabulist {

inline void sumRows(const SumRows& k) {
  const int64_t width = k.width;
  const int64_t numbers = width * (k.rows + k.count);
  divide(numbers < (1 << 14) ? 1 : k.width, [&](int part, int parts) {
    // Each part has columns of its own, so that no two add to the same sum, whatever the order of the ids.
    const Part lines((k.width + 15) / 16, part, parts);
    const int first = 16 * lines.first, end = std::min(k.width, 16 * lines.end);
    for (int64_t sum = 0; sum < k.count; sum++)
      std::fill(k.sums + sum * width + first, k.sums + sum * width + end, 0.0f);
    const int32_t* id = k.ids;
    for (const RowsPart& matrix : k.parts) {
      for (int64_t row = 0; row < matrix.rows; row++) {
        const float* from = matrix.values + row * width;
        float* to = k.sums + *id++ * width;
        for (int column = first; column < end; column++) to[column] += from[column];
      }
    }
  });
}

inline void putRows(const PutRows& k) {
  // By one thread: there are as many rows as stories told at once, which are copied before another has woken.
  for (const PutPart& one : k.parts)
    for (int64_t row = 0; row < k.rows; row++)
      std::copy(one.values + row * one.width, one.values + (row + 1) * one.width, one.table + k.places[row] * one.width);
}

}  // namespace fabulist
