// Optimizers, all parameters at once: each number is read and written once, since the memory is the limit.
#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "crew.h"
#include "kernels.h"
#include "panel.h"

namespace fabulist {

// Numbers that are worked on together: enough that no thread waits for the next, few enough that all have some.
constexpr int64_t kStretch = 1 << 14;

// Calls work(parameter, from, end) for stretches of all parameters; `part` as `divide` has it.
template <typename Work>
void eachStretch(const Move& k, Work work) {
  int64_t stretches = 0;
  for (const Moved& one : k.parameters) stretches += (one.size + kStretch - 1) / kStretch;
  divide(static_cast<int>(stretches), [&](int part, int parts) {
    const Part own(static_cast<int>(stretches), part, parts);
    int stretch = 0;
    for (const Moved& one : k.parameters)
      for (int64_t from = 0; from < one.size; from += kStretch, stretch++)
        if (stretch >= own.first && stretch < own.end) work(part, one, from, std::min(one.size, from + kStretch));
  });
}

// The length of all gradients together.
inline double lengthOf(const Move& k) {
  std::vector<double> sums(kMostParts, 0.0);
  eachStretch(k, [&](int part, const Moved& one, int64_t from, int64_t end) {
    Vector squares{};
    int64_t at = from;
    for (; at + kLanes <= end; at += kLanes) squares += load(one.gradient + at) * load(one.gradient + at);
    double sum = 0;
    for (int lane = 0; lane < kLanes; lane++) sum += squares[lane];
    for (; at < end; at++) sum += static_cast<double>(one.gradient[at]) * one.gradient[at];
    sums[part] += sum;
  });
  double total = 0;
  for (double sum : sums) total += sum;
  return std::sqrt(total);
}

// What all gradients are multiplied with.
inline float scaleOf(const Move& k) {
  const double length = k.longest > 0 ? lengthOf(k) : 0;
  return length > k.longest ? static_cast<float>(k.longest / length) : 1.0f;
}

// Adam (Kingma and Ba 2015): m <- m + (g - m)(1 - b1)   v <- v + (g^2 - v)(1 - b2)   w <- w - rate m / (sqrt(v) + epsilon)
inline void adam(const Move& k) {
  const float scale = scaleOf(k), rate = k.rate, epsilon = k.epsilon;
  const float fresh = 1.0f - k.firstDecay, freshSquare = 1.0f - k.secondDecay;
  eachStretch(k, [=](int, const Moved& one, int64_t from, int64_t end) {
    float* __restrict weights = one.weights;
    float* __restrict first = one.first;
    float* __restrict second = one.second;
    const float* __restrict gradient = one.gradient;
    for (int64_t at = from; at < end; at++) {
      const float g = gradient[at] * scale;
      const float m = first[at] + (g - first[at]) * fresh;
      const float v = second[at] + (g * g - second[at]) * freshSquare;
      first[at] = m;
      second[at] = v;
      weights[at] -= rate * m / (std::sqrt(v) + epsilon);
    }
  });
}

// RMSProp: s <- s + (g^2 - s)(1 - b2)   w <- w - rate g / sqrt(s + epsilon)
inline void rmsProp(const Move& k) {
  const float scale = scaleOf(k), rate = k.rate, epsilon = k.epsilon, fresh = 1.0f - k.secondDecay;
  eachStretch(k, [=](int, const Moved& one, int64_t from, int64_t end) {
    float* __restrict weights = one.weights;
    float* __restrict second = one.second;
    const float* __restrict gradient = one.gradient;
    for (int64_t at = from; at < end; at++) {
      const float g = gradient[at] * scale;
      const float s = second[at] + (g * g - second[at]) * fresh;
      second[at] = s;
      weights[at] -= rate * g / std::sqrt(s + epsilon);
    }
  });
}

}  // namespace fabulist
