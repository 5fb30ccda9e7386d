// Rows times panels: a panel is some columns of a matrix laid out so that they are read from front to end.
#pragma once
#include <algorithm>

#include "vector.h"

namespace fabulist {

// Vectors of a matrix side by side in a panel: what rows times panels leave fits the processor's registers.
constexpr int kWide = 4;
#if defined(__AVX512F__)
constexpr int kTall = 6;
#else
constexpr int kTall = 3;
#endif
constexpr int kPanel = kWide * kLanes;
// Panels of so many columns, the last of them filled up with zeros.
constexpr int panelsOf(int64_t columns) { return static_cast<int>((columns + kPanel - 1) / kPanel); }
// How many rows of a panel ahead are asked for: it comes from the second cache while the sums are multiplied.
constexpr int kAhead = 8;

// One part of `count`: from and to.
struct Part {
  int first, end;
  Part(int first, int end) : first(first), end(end) {}
  Part(int count, int part, int parts)
      : first(static_cast<int>(static_cast<int64_t>(count) * part / parts)),
        end(static_cast<int>(static_cast<int64_t>(count) * (part + 1) / parts)) {}
  int count() const { return end - first; }
};

// Sets sums to `Rows` rows of left, `stride` apart, times a panel (inputs, kPanel).
template <int Rows>
inline void multiply(const float* left, int64_t stride, const float* panel, int inputs, Vector (*sums)[kWide]) {
  Vector own[Rows][kWide];
  for (int r = 0; r < Rows; r++)
    for (int w = 0; w < kWide; w++) own[r][w] = Vector{};
  for (int k = 0; k < inputs; k++) {
    // Sums, factors and one vector of the panel: as many as there are registers.
    Vector factors[Rows];
    for (int r = 0; r < Rows; r++) factors[r] = all(left[r * stride + k]);
    for (int w = 0; w < kWide; w++) {
      const Vector right = load(panel + w * kLanes);
      __builtin_prefetch(panel + kAhead * kPanel + w * kLanes);
      for (int r = 0; r < Rows; r++) own[r][w] += factors[r] * right;
    }
    panel += kPanel;
  }
  for (int r = 0; r < Rows; r++)
    for (int w = 0; w < kWide; w++) sums[r][w] = own[r][w];
}

// All rows of left, `stride` apart, times a panel, some at a time; `done(row, sums)` receives each row's kWide vectors.
template <typename Done>
inline void multiplyRows(const float* left, int64_t stride, int rows, int inputs, const float* panel, Done done) {
  Vector sums[kTall][kWide];
  const int groups = (rows + kTall - 1) / kTall;
  for (int group = 0; group < groups; group++) {
    const Part own(rows, group, groups);
    const float* from = left + own.first * stride;
    switch (own.count()) {
      case 1: multiply<1>(from, stride, panel, inputs, sums); break;
      case 2: multiply<2>(from, stride, panel, inputs, sums); break;
      case 3: multiply<3>(from, stride, panel, inputs, sums); break;
#if defined(__AVX512F__)
      case 4: multiply<4>(from, stride, panel, inputs, sums); break;
      case 5: multiply<5>(from, stride, panel, inputs, sums); break;
      case 6: multiply<6>(from, stride, panel, inputs, sums); break;
#endif
    }
    for (int r = 0; r < own.count(); r++) done(own.first + r, sums[r]);
  }
}

// A square of kLanes rows turned over by perfect shuffles (Stone 1971): each round puts the numbers of the first half of the rows
// between those of the second, and the whole has as many rounds as its side has doublings.
inline void turn(Vector (&rows)[kLanes]) {
  Whole low, high;
  for (int lane = 0; lane < kLanes; lane++) {
    const int from = lane / 2 + (lane % 2) * kLanes;
    low[lane] = from;
    high[lane] = from + kLanes / 2;
  }
  for (int round = 1; round < kLanes; round *= 2) {
    Vector next[kLanes];
    for (int row = 0; row < kLanes / 2; row++) {
      next[2 * row] = __builtin_shuffle(rows[row], rows[row + kLanes / 2], low);
      next[2 * row + 1] = __builtin_shuffle(rows[row], rows[row + kLanes / 2], high);
    }
    for (int row = 0; row < kLanes; row++) rows[row] = next[row];
  }
}

// (rows, columns) turned over: to[column][row]; the rows of either are `stride` and `toStride` apart.
inline void layTurned(const float* from, int64_t stride, int rows, int columns, float* to, int64_t toStride) {
  for (int row = 0; row < rows; row += kLanes) {
    for (int column = 0; column < columns; column += kLanes) {
      const Units across{column, std::min(kLanes, columns - column)}, down{row, std::min(kLanes, rows - row)};
      Vector square[kLanes] = {};
      for (int k = 0; k < down.count; k++) square[k] = across.get(from + (row + k) * stride);
      turn(square);
      for (int k = 0; k < across.count; k++) down.put(to + (column + k) * toStride, square[k]);
    }
  }
}

// `count` columns as a panel (rows, kPanel), zeros beyond the last.
inline void layColumns(const float* from, int64_t stride, int rows, int count, float* to) {
  for (int row = 0; row < rows; row++, from += stride, to += kPanel) {
    std::memcpy(to, from, sizeof(float) * count);
    std::fill(to + count, to + kPanel, 0.0f);
  }
}

// `count` rows as a panel (columns, kPanel): turned over, zeros beyond the last.
inline void layRows(const float* from, int64_t stride, int columns, int count, float* to) {
  layTurned(from, stride, count, columns, to, kPanel);
  for (int column = 0; count < kPanel && column < columns; column++)
    std::fill(to + column * kPanel + count, to + (column + 1) * kPanel, 0.0f);
}

}  // namespace fabulist
