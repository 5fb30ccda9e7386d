// Softmax, its cross entropy and its slope, row by row while the row is in the cache.
#pragma once
#include <cmath>
#include <limits>
#include <vector>

#include "crew.h"
#include "kernels.h"
#include "product.h"
#include "vector.h"

namespace fabulist {

inline float highestOf(const float* values, int count) {
  float highest = values[0];
  int k = 0;
  if (count >= kLanes) {
    Vector most = load(values);
    for (; k + kLanes <= count; k += kLanes) {
      const Vector here = load(values + k);
      most = here > most ? here : most;
    }
    for (int lane = 0; lane < kLanes; lane++) highest = std::max(highest, most[lane]);
  }
  for (; k < count; k++) highest = std::max(highest, values[k]);
  return highest;
}

// Replaces values by exp(value - highest) and returns their sum.
inline float exponentials(float* values, int count, float highest) {
  Vector sum{};
  int k = 0;
  for (; k + kLanes <= count; k += kLanes) {
    const Vector e = exponential(load(values + k) - highest);
    store(values + k, e);
    sum += e;
  }
  float total = 0;
  for (int lane = 0; lane < kLanes; lane++) total += sum[lane];
  for (; k < count; k++) total += values[k] = std::exp(values[k] - highest);
  return total;
}

// softmax(left right + bias), in the place of the product.
inline void probabilities(const Product& k) {
  product(k);
  for (int64_t row = 0; row < k.rows; row++) {
    float* values = k.row(row);
    const float scale = 1.0f / exponentials(values, k.outputs, highestOf(values, k.outputs));
    for (int output = 0; output < k.outputs; output++) values[output] *= scale;
  }
}

// log softmax(left right + bias), in the place of the product.
inline void logProbabilities(const Product& k) {
  product(k);
  std::vector<float> shares(k.outputs);
  for (int64_t row = 0; row < k.rows; row++) {
    float* values = k.row(row);
    std::copy(values, values + k.outputs, shares.begin());
    const float highest = highestOf(values, k.outputs);
    const float least = highest + std::log(exponentials(shares.data(), k.outputs, highest));
    for (int output = 0; output < k.outputs; output++) values[output] -= least;
  }
}

inline void logMixture(const LogMixture& k) {
  constexpr int64_t kBlock = 1 << 13;
  const int blocks = static_cast<int>((k.size + kBlock - 1) / kBlock);
  // A few blocks one thread has done before another has woken.
  divide(blocks < 8 ? 1 : blocks, [&](int part, int parts) {
    const Part own(blocks, part, parts);
    const int64_t end = std::min(k.size, own.end * kBlock);
    for (int64_t at = own.first * kBlock; at < end; at += kLanes) {
      const Units here{0, static_cast<int>(std::min<int64_t>(kLanes, end - at))};
      const Vector mixed = (1.0f - k.share) * here.get(k.p + at) + k.share * here.get(k.q + at);
      Vector logarithms = logarithm(mixed);
      for (int lane = 0; lane < kLanes; lane++)
        if (mixed[lane] < std::numeric_limits<float>::min()) logarithms[lane] = std::log(mixed[lane]);
      here.put(k.logarithms + at, logarithms);
    }
  });
}

inline void crossEntropy(const CrossEntropy& k) {
  const int64_t symbols = k.symbols;
  std::vector<std::vector<float>> slopes(kMostParts);
  divide(k.rows, [&](int part, int parts) {
    std::vector<float>& columns = slopes[part];
    columns.assign(symbols, 0.0f);
    const Part own(k.rows, part, parts);
    for (int64_t row = own.first; row < own.end; row++) {
      const float* logits = k.logits + symbols * row;
      float* slope = k.slope + symbols * row;
      for (int s = 0; s < symbols; s++) slope[s] = logits[s] + k.bias[s];
      const float guess = highestOf(slope, k.guessed);
      const float highest = k.guessed == symbols ? guess : std::max(guess, highestOf(slope, k.symbols));
      int predicted = 0;
      while (predicted < k.guessed - 1 && slope[predicted] != guess) predicted++;
      const int32_t target = k.targets[row];
      const float right = slope[target] - highest;
      const float total = exponentials(slope, k.symbols, highest);
      k.loss[row] = std::log(total) - right;
      k.predicted[row] = predicted;
      const float scale = k.scale / total;
      for (int s = 0; s < symbols; s++) slope[s] *= scale;
      slope[target] -= k.scale;
      for (int s = 0; s < symbols; s++) columns[s] += slope[s];
    }
  });
  std::fill(k.biasSlope, k.biasSlope + symbols, 0.0f);
  for (const std::vector<float>& columns : slopes)
    for (size_t s = 0; s < columns.size(); s++) k.biasSlope[s] += columns[s];
}

}  // namespace fabulist
