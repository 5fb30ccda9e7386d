// Products of matrices of few rows.
#pragma once
#include <algorithm>
#include <memory>

#include "crew.h"
#include "kernels.h"
#include "vector.h"

namespace fabulist {

// Vectors of the right matrix side by side in a panel: what rows times panels leave fits the processor's registers.
constexpr int kWide = 4;
#if defined(__AVX512F__)
constexpr int kTall = 6;
#else
constexpr int kTall = 3;
#endif
constexpr int kPanel = kWide * kLanes;

// Adds `Rows` rows of left, each `inputs` long, times a panel (inputs, kPanel) to sums.
template <int Rows>
inline void multiply(const float* left, int64_t stride, const float* panel, int inputs, Vector (*sums)[kWide]) {
  Vector own[Rows][kWide];
  for (int r = 0; r < Rows; r++)
    for (int w = 0; w < kWide; w++) own[r][w] = Vector{};
  for (int k = 0; k < inputs; k++) {
    const Vector right[kWide] = {load(panel), load(panel + kLanes), load(panel + 2 * kLanes), load(panel + 3 * kLanes)};
    panel += kPanel;
    for (int r = 0; r < Rows; r++) {
      const Vector factor = all(left[r * stride + k]);
      for (int w = 0; w < kWide; w++) own[r][w] += factor * right[w];
    }
  }
  for (int r = 0; r < Rows; r++)
    for (int w = 0; w < kWide; w++) sums[r][w] = own[r][w];
}

// All rows of left times a panel, some at a time; `done(row, sums)` receives each row's kWide vectors.
template <typename Done>
inline void multiplyRows(const float* left, int rows, int inputs, const float* panel, Done done) {
  Vector sums[kTall][kWide];
  const int groups = (rows + kTall - 1) / kTall;
  for (int group = 0; group < groups; group++) {
    const int first = rows * group / groups;
    const int count = rows * (group + 1) / groups - first;
    const float* from = left + static_cast<int64_t>(first) * inputs;
    switch (count) {
      case 1: multiply<1>(from, inputs, panel, inputs, sums); break;
      case 2: multiply<2>(from, inputs, panel, inputs, sums); break;
      case 3: multiply<3>(from, inputs, panel, inputs, sums); break;
#if defined(__AVX512F__)
      case 4: multiply<4>(from, inputs, panel, inputs, sums); break;
      case 5: multiply<5>(from, inputs, panel, inputs, sums); break;
      case 6: multiply<6>(from, inputs, panel, inputs, sums); break;
#endif
    }
    for (int r = 0; r < count; r++) done(first + r, sums[r]);
  }
}

// One part of `count`: from and to.
struct Part {
  int first, end;
  Part(int count, int part, int parts)
      : first(static_cast<int>(static_cast<int64_t>(count) * part / parts)),
        end(static_cast<int>(static_cast<int64_t>(count) * (part + 1) / parts)) {}
};

// Columns [first, end) of each row: sums of rows of the right matrix, four at a time so that the sums are read and written less often.
inline void fewRowsStraight(const FewRows& k, int first, int end) {
  for (int row = 0; row < k.rows; row++) {
    const float* left = k.left + static_cast<int64_t>(row) * k.inputs;
    float* sums = k.product + static_cast<int64_t>(row) * k.outputs;
    if (k.bias) std::copy(k.bias + first, k.bias + end, sums + first);
    else std::fill(sums + first, sums + end, 0.0f);
    int input = 0;
    for (; input + 4 <= k.inputs; input += 4) {
      const float* right = k.right + static_cast<int64_t>(input) * k.outputs;
      const float a = left[input], b = left[input + 1], c = left[input + 2], d = left[input + 3];
      int column = first;
      for (; column + kLanes <= end; column += kLanes) {
        const float* at = right + column;
        store(sums + column, load(sums + column) + (a * load(at) + b * load(at + k.outputs)) +
                                 (c * load(at + 2 * k.outputs) + d * load(at + 3 * k.outputs)));
      }
      for (; column < end; column++) {
        const float* at = right + column;
        sums[column] += a * at[0] + b * at[k.outputs] + c * at[2 * k.outputs] + d * at[3 * k.outputs];
      }
    }
    for (; input < k.inputs; input++)
      for (int column = first; column < end; column++)
        sums[column] += left[input] * k.right[static_cast<int64_t>(input) * k.outputs + column];
  }
}

// Outputs [first, end): each row of the turned matrix is read once, for all rows of left.
inline void fewRowsTurned(const FewRows& k, int first, int end) {
  for (int output = first; output < end; output++) {
    const float* right = k.right + static_cast<int64_t>(output) * k.inputs;
    for (int row = 0; row < k.rows; row++) {
      const float* left = k.left + static_cast<int64_t>(row) * k.inputs;
      Vector one{}, two{};
      int input = 0;
      for (; input + 2 * kLanes <= k.inputs; input += 2 * kLanes) {
        one += load(left + input) * load(right + input);
        two += load(left + input + kLanes) * load(right + input + kLanes);
      }
      one += two;
      float sum = k.bias ? k.bias[output] : 0.0f;
      for (int lane = 0; lane < kLanes; lane++) sum += one[lane];
      for (; input < k.inputs; input++) sum += left[input] * right[input];
      k.product[static_cast<int64_t>(row) * k.outputs + output] = sum;
    }
  }
}

// Columns of the right matrix from `first` on as a panel: (inputs, kPanel), zeros beyond the last column.
inline void layColumns(const FewRows& k, int first, float* to) {
  const int count = std::min(kPanel, k.outputs - first);
  for (int64_t input = 0; input < k.inputs; input++, to += kPanel) {
    const float* from = k.right + input * k.outputs + first;
    if (count == kPanel) std::memcpy(to, from, sizeof(float) * kPanel);
    else std::fill(std::copy(from, from + count, to), to + kPanel, 0.0f);
  }
}

// A panel of the product: the right matrix is read once and lies in the cache for all rows of left.
inline void fewRowsByPanel(const FewRows& k, int first, float* panel) {
  const int count = std::min(kPanel, k.outputs - first);
  layColumns(k, first, panel);
  multiplyRows(k.left, k.rows, k.inputs, panel, [&](int row, const Vector* sums) {
    float* to = k.product + static_cast<int64_t>(row) * k.outputs + first;
    for (int w = 0; w * kLanes < count; w++) {
      const Units at{w * kLanes, std::min(kLanes, count - w * kLanes)};
      at.put(to, k.bias ? sums[w] + at.get(k.bias + first) : sums[w]);
    }
  });
}

// Numbers of the right matrix up to which one thread has read it before another has woken.
constexpr int64_t kAlone = 1 << 18;
// Rows from which on it pays to lay the right matrix out.
constexpr int kLaid = 4;

inline void fewRows(const FewRows& k) {
  const bool laid = !k.turned && k.rows > kLaid;
  const int64_t numbers = static_cast<int64_t>(k.inputs) * k.outputs * (laid ? k.rows : 1);
  const int width = laid ? kPanel : 16;  // whole cache lines, which no two threads should write
  const int strips = (k.outputs + width - 1) / width;
  divide(numbers < kAlone ? 1 : strips, [&](int part, int parts) {
    const Part own(strips, part, parts);
    if (laid) {
      const std::unique_ptr<float[]> panel(new float[static_cast<int64_t>(k.inputs) * kPanel]);
      for (int strip = own.first; strip < own.end; strip++) fewRowsByPanel(k, strip * kPanel, panel.get());
      return;
    }
    const int first = width * own.first, end = std::min(k.outputs, width * own.end);
    if (k.turned) fewRowsTurned(k, first, end);
    else fewRowsStraight(k, first, end);
  });
}

}  // namespace fabulist
