// Products of matrices.
#pragma once
#include <algorithm>
#include <limits>

#include "crew.h"
#include "kernels.h"
#include "panel.h"
#include "vector.h"

namespace fabulist {

// Columns [first, end) of each row: sums of rows of the right matrix, four at a time so that the sums are read and written less often.
inline void fewRowsStraight(const Product& k, int first, int end) {
  const auto& [leftRows, rightRows, inputs] = k.pairs[0];
  for (int row = 0; row < k.rows; row++) {
    const float* left = leftRows + static_cast<int64_t>(row) * inputs;
    float* sums = k.row(row);
    if (k.bias) std::copy(k.bias + first, k.bias + end, sums + first);
    else std::fill(sums + first, sums + end, 0.0f);
    int input = 0;
    for (; input + 4 <= inputs; input += 4) {
      const float* right = rightRows + static_cast<int64_t>(input) * k.outputs;
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
    for (; input < inputs; input++)
      for (int column = first; column < end; column++)
        sums[column] += left[input] * rightRows[static_cast<int64_t>(input) * k.outputs + column];
  }
}

// Rows from which on it pays to lay the right matrix out.
constexpr int kLaid = 4;

// Sums, lane by lane, of a row times another.
inline Vector multiplyLanes(const float* left, const float* right, int inputs) {
  Vector sums[4] = {};
  int input = 0;
  for (; input + 4 * kLanes <= inputs; input += 4 * kLanes)
    for (int k = 0; k < 4; k++) sums[k] += load(left + input + k * kLanes) * load(right + input + k * kLanes);
  for (; input < inputs; input += kLanes) {
    const Units at{input, std::min(kLanes, inputs - input)};
    sums[0] += at.get(left) * at.get(right);
  }
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// Outputs [first, end): each row of the turned matrix is read once, for all rows of left. The lanes of as many sums as a vector
// has are added up together, by turning them over.
inline void fewRowsTurned(const Product& k, int first, int end) {
  const auto& [left, right, inputs] = k.pairs[0];
  for (int output = first; output < end; output += kLanes) {
    const Units across{output, std::min(kLanes, end - output)};
    Vector sums[kLaid][kLanes] = {};
    for (int lane = 0; lane < across.count; lane++)
      for (int row = 0; row < k.rows; row++)
        sums[row][lane] = multiplyLanes(left + static_cast<int64_t>(row) * inputs,
                                        right + static_cast<int64_t>(output + lane) * inputs, inputs);
    for (int row = 0; row < k.rows; row++) {
      turn(sums[row]);
      Vector total = k.bias ? across.get(k.bias) : Vector{};
      for (const Vector& lanes : sums[row]) total += lanes;
      across.put(k.row(row), total);
    }
  }
}

// Inputs of a panel at most, so that it stays in the processor's second cache: 192 KB of 512-bit vectors.
constexpr int kDeep = 768;
// Numbers of a turned left matrix that are laid out at once: 2 MB.
constexpr int kLaidNumbers = 1 << 19;
// Rows below which it does not pay to lay a panel out once more.
constexpr int kLeastRows = 64;

// Numbers of the right matrix up to which one thread has read it before another has woken.
constexpr int64_t kAlone = 1 << 18;
// Multiplications that one thread has done before another has woken.
constexpr int64_t kAloneProducts = 1 << 19;

// Room that a thread keeps from one product to the next.
struct KeptRoom {
  Room room;
  int64_t size = 0;
  float* of(int64_t numbers) {
    if (size < numbers) {
      room = roomFor(numbers);
      size = numbers;
    }
    return room.get();
  }
};

// Left matrices side by side, the first row in question, and how far apart rows are.
struct LeftRows {
  const float* rows;
  int64_t stride;
};

// Columns [first, first + count) of the right matrices below one another, of that their rows [depth, depth + deep), as a panel.
inline void layPanel(const Product& k, int depth, int deep, int first, int count, float* panel) {
  int start = 0;
  for (const Pair& pair : k.pairs) {
    const int from = std::max(0, depth - start), end = std::min(pair.inputs, depth + deep - start);
    float* to = panel + static_cast<int64_t>(start + from - depth) * kPanel;
    start += pair.inputs;
    if (from >= end) continue;
    const int64_t row = k.rightTurned ? first : from, column = k.rightTurned ? from : first;
    if (k.rightTurned) layRows(pair.right + row * pair.inputs + column, pair.inputs, end - from, count, to);
    else layColumns(pair.right + row * k.outputs + column, k.outputs, end - from, count, to);
  }
}

// Rows `rows` of the product, of that its strips (kPanel columns each) `strips`. left: from the first of those rows on.
inline void productPart(const Product& k, LeftRows left, int inputs, const Part& rows, const Part& strips) {
  thread_local KeptRoom keptPanel, keptStrip;
  float* laid = k.rightLaid ? nullptr : keptPanel.of(static_cast<int64_t>(kDeep) * kPanel);
  // To be turned over where a whole strip is there, or else right where it belongs.
  float* strip = k.turned ? keptStrip.of(static_cast<int64_t>(rows.count()) * kPanel) : nullptr;
  const int layers = (inputs + kDeep - 1) / kDeep;
  for (int at = strips.first; at < strips.end; at++) {
    const int first = at * kPanel, count = std::min(kPanel, k.outputs - first);
    for (int layer = 0; layer < layers; layer++) {
      const Part across(inputs, layer, layers);
      const float* panel = laid;
      if (k.rightLaid) panel = k.pairs[0].right + (static_cast<int64_t>(at) * inputs + across.first) * kPanel;
      else layPanel(k, across.first, across.count(), first, count, laid);
      multiplyRows(left.rows + across.first, left.stride, rows.count(), across.count(), panel,
                   [&](int row, const Vector* sums) {
                     float* to = strip ? strip + static_cast<int64_t>(row) * kPanel : k.row(rows.first + row) + first;
                     for (int w = 0; w * kLanes < count; w++) {
                       const Units own{w * kLanes, std::min(kLanes, count - w * kLanes)};
                       if (layer > 0) own.put(to, own.get(to) + sums[w]);
                       else own.put(to, k.bias ? sums[w] + own.get(k.bias + first) : sums[w]);
                     }
                   });
    }
    if (!strip) continue;
    layTurned(strip, kPanel, rows.count(), count, k.product + static_cast<int64_t>(first) * k.rows + rows.first, k.rows);
  }
}

// left: from row rows.first on.
inline void productRows(const Product& k, LeftRows left, int inputs, const Part& rows) {
  const int strips = panelsOf(k.outputs);
  // Columns divided, the left matrix is read more often; rows divided, the right one is laid out more often.
  int columns = 1, blocks = 1;
  int64_t least = std::numeric_limits<int64_t>::max();
  const int most = static_cast<int64_t>(rows.count()) * inputs * k.outputs < kAloneProducts ? 1 : partsOfAll();
  for (int some = 1; some <= std::min(strips, most); some++) {
    const int others = std::max(1, std::min(most / some, rows.count() / kLeastRows));
    const int64_t effort = static_cast<int64_t>(some) * rows.count() + static_cast<int64_t>(others) * k.outputs;
    if (some * others < columns * blocks || (some * others == columns * blocks && effort >= least)) continue;
    columns = some;
    blocks = others;
    least = effort;
  }
  divide(blocks * columns, [&](int part, int parts) {
    const Part own(blocks * columns, part, parts);
    for (int one = own.first; one < own.end; one++) {
      const Part block(rows.count(), one / columns, blocks);
      const LeftRows from{left.rows + block.first * left.stride, left.stride};
      productPart(k, from, inputs, Part(rows.first + block.first, rows.first + block.end),
                  Part(strips, one % columns, columns));
    }
  });
}

// The left matrices turned over, side by side, some rows at a time: while they are multiplied they lie in the cache.
inline void productOfTurned(const Product& k, int inputs) {
  thread_local KeptRoom kept;
  const int64_t stride = (inputs + 15) / 16 * 16;  // each row begins with a cache line
  const int chunk = std::max<int>(kLeastRows, kLaidNumbers / stride);
  for (int first = 0; first < k.rows; first += chunk) {
    const Part rows(first, std::min(k.rows, first + chunk));
    float* laid = kept.of(rows.count() * stride);
    const int squares = (rows.count() + kLanes - 1) / kLanes;
    divide(squares, [&](int part, int parts) {
      const Part own(squares, part, parts);
      const int from = own.first * kLanes, end = std::min(rows.count(), own.end * kLanes);
      float* to = laid + from * stride;
      for (const Pair& pair : k.pairs) {
        layTurned(pair.left + rows.first + from, k.rows, pair.inputs, end - from, to, stride);
        to += pair.inputs;
      }
    });
    productRows(k, {laid, stride}, inputs, rows);
  }
}

// Sums of no inputs at all.
inline void productOfNothing(const Product& k) {
  for (int64_t row = 0; row < k.rows; row++) {
    float* sums = k.row(row);
    if (k.bias) std::copy(k.bias, k.bias + k.outputs, sums);
    else std::fill(sums, sums + k.outputs, 0.0f);
  }
}

inline void productByPanels(const Product& k) {
  int inputs = 0;
  for (const Pair& pair : k.pairs) inputs += pair.inputs;
  if (inputs == 0) {
    productOfNothing(k);
  } else if (k.leftTurned && k.rows > k.outputs) {
    // The right matrices turned over are fewer rows: (left^T right)^T = right^T left.
    Product other{k.outputs, k.rows, true, false, false, true, {}, nullptr, k.product};
    for (const Pair& pair : k.pairs) other.pairs.push_back({pair.right, pair.left, pair.inputs});
    productOfTurned(other, inputs);
  } else if (k.leftTurned) {
    productOfTurned(k, inputs);
  } else {
    productRows(k, {k.pairs[0].left, inputs}, inputs, Part(0, k.rows));
  }
}

// Lines of kPanel numbers that a matrix takes once it is laid.
inline int64_t laidLines(int64_t inputs, int64_t outputs) { return panelsOf(outputs) * inputs + 1; }

// A matrix (inputs, outputs) -> its panels, (inputs, kPanel) each, and a last line that tells how many outputs there are.
inline void layPanels(const float* matrix, int64_t inputs, int64_t outputs, float* to) {
  const int strips = panelsOf(outputs);
  divide(inputs * outputs < kAlone ? 1 : strips, [&](int part, int parts) {
    const Part own(strips, part, parts);
    for (int strip = own.first; strip < own.end; strip++)
      layColumns(matrix + strip * kPanel, outputs, static_cast<int>(inputs),
                 static_cast<int>(std::min<int64_t>(kPanel, outputs - strip * kPanel)), to + strip * inputs * kPanel);
  });
  std::fill_n(to + strips * inputs * kPanel, kPanel, static_cast<float>(outputs));
}

inline void product(const Product& k) {
  const int64_t numbers = static_cast<int64_t>(k.pairs[0].inputs) * k.outputs;
  if (k.rows > kLaid || k.leftTurned || k.rightLaid) return productByPanels(k);
  const int lines = (k.outputs + 15) / 16;  // whole cache lines, which no two threads should write
  divide(numbers < kAlone ? 1 : lines, [&](int part, int parts) {
    const Part own(lines, part, parts);
    const int first = 16 * own.first, end = std::min(k.outputs, 16 * own.end);
    if (k.rightTurned) fewRowsTurned(k, first, end);
    else fewRowsStraight(k, first, end);
  });
}

}  // namespace fabulist
