// Rows picked and put by id.
#pragma once
#include <algorithm>
#include <vector>

#include "crew.h"
#include "kernels.h"
#include "panel.h"

namespace fabulist {

// Rows in the order of their ids, so that each sum is one thread's own and what it reads lies together.
class RowsById {
 public:
  RowsById(const int32_t* ids, int64_t rows, int count) : starts_(count + 1, 0), rows_(rows) {
    for (int64_t row = 0; row < rows; row++) starts_[ids[row] + 1]++;
    for (int id = 0; id < count; id++) starts_[id + 1] += starts_[id];
    std::vector<int64_t> next(starts_.begin(), starts_.end() - 1);
    for (int64_t row = 0; row < rows; row++) rows_[next[ids[row]]++] = row;
  }
  const int64_t* begin(int id) const { return rows_.data() + starts_[id]; }
  const int64_t* end(int id) const { return rows_.data() + starts_[id + 1]; }

 private:
  std::vector<int64_t> starts_, rows_;
};

// sum += row; or, the first time, sum = row.
inline void addRow(float* sum, const float* row, int64_t width, bool first) {
  if (first) std::copy(row, row + width, sum);
  else
    for (int64_t column = 0; column < width; column++) sum[column] += row[column];
}

inline void sumRows(const SumRows& k) {
  const int64_t width = k.width;
  std::vector<const float*> rows;
  for (const RowsPart& matrix : k.parts)
    for (int64_t row = 0; row < matrix.rows; row++) rows.push_back(matrix.values + row * width);
  const RowsById byId(k.ids, k.rows, k.count);
  divide(width * (k.rows + k.count) < (1 << 14) ? 1 : k.count, [&](int part, int parts) {
    const Part own(k.count, part, parts);
    for (int id = own.first; id < own.end; id++) {
      float* sum = k.sums + id * width;
      if (byId.begin(id) == byId.end(id)) std::fill(sum, sum + width, 0.0f);
      for (const int64_t* row = byId.begin(id); row < byId.end(id); row++)
        addRow(sum, rows[*row], width, row == byId.begin(id));
    }
  });
}

inline void pickRows(const PickRows& k) {
  divide(k.rows * k.width < (1 << 17) ? 1 : static_cast<int>(k.rows), [&](int part, int parts) {
    const Part own(static_cast<int>(k.rows), part, parts);
    for (int64_t row = own.first; row < own.end; row++) {
      const float* from = k.table + k.ids[row] * k.width;
      std::copy(from, from + k.width, k.picked + row * k.width);
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
