// Numbers side by side: arithmetic on as many as the processor takes at once, by the compiler's vector extension.
#pragma once
#if defined(__AVX512F__)
#include <immintrin.h>
#endif

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace fabulist {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#else
constexpr int kLanes = 8;
#endif

// No stricter alignment than a float's: rows begin anywhere.
typedef float Vector __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));
typedef int32_t Whole __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));

inline Vector load(const float* from) { return *reinterpret_cast<const Vector*>(from); }
inline void store(float* to, Vector values) { *reinterpret_cast<Vector*>(to) = values; }
inline Vector all(float value) { return value - Vector{}; }

// The first `count` lanes, zeros behind them.
inline Vector loadSome(const float* from, int count) {
  Vector values{};
  std::memcpy(&values, from, 4 * count);
  return values;
}
inline void storeSome(float* to, Vector values, int count) { std::memcpy(to, &values, 4 * count); }

// Room that begins with a cache line: a vector that lies across two takes twice as long to load.
struct Free {
  void operator()(float* room) const { std::free(room); }
};
using Room = std::unique_ptr<float[], Free>;
inline Room roomFor(int64_t numbers) {
  void* room = std::aligned_alloc(64, (sizeof(float) * numbers + 63) / 64 * 64);
  if (!room) throw std::bad_alloc();
  return Room(static_cast<float*>(room));
}

// Places of a row that are worked on together: as many as a vector has, or what is left at the row's end.
struct Units {
  int first, count;
  bool whole() const { return count == kLanes; }
  Vector get(const float* row) const { return whole() ? load(row + first) : loadSome(row + first, count); }
  void put(float* row, Vector values) const {
    if (whole()) store(row + first, values);
    else storeSome(row + first, values, count);
  }
};

inline Vector atMost(Vector values, float limit) { return values > limit ? all(limit) : values; }
inline Vector atLeast(Vector values, float limit) { return values < limit ? all(limit) : values; }

// exp(x) = 2^n exp(r) with x = n ln 2 + r and |r| <= ln 2 / 2, where Taylor's first eight terms leave less than a float can tell.
inline Vector exponential(Vector x) {
  x = atLeast(atMost(x, 88.0f), -87.0f);
  // Added to a number this large, a fraction is rounded away, and the whole number stands in the last bits.
  const float large = 12582912.0f;
  const Vector shifted = x * 1.44269504f + large;
  const Vector n = shifted - large;
  // ln 2 in two parts, so that little is lost when n of them are taken off.
  const Vector r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  Vector sum = r * (1.0f / 5040) + 1.0f / 720;
  sum = sum * r + 1.0f / 120;
  sum = sum * r + 1.0f / 24;
  sum = sum * r + 1.0f / 6;
  sum = sum * r + 0.5f;
  sum = sum * r + 1.0f;
  sum = sum * r + 1.0f;
  const Whole power = ((Whole)shifted << 23) + 0x3f800000;
  return sum * (Vector)power;
}

// log x = e ln 2 + 2 artanh(s) with x = 2^e m, m from sqrt(1/2) to sqrt(2), and s = (m - 1) / (m + 1), for float's normal numbers.
inline Vector logarithm(Vector x) {
  // Taking the bits of sqrt(1/2) off leaves the exponent above 23 bits of what m is beyond that.
  const Whole e = ((Whole)x - 0x3f3504f3) >> 23;
  const Vector m = (Vector)((Whole)x - (e << 23));
  const Vector s = (m - 1.0f) / (m + 1.0f), square = s * s;
  Vector sum = square * (1.0f / 9) + 1.0f / 7;
  sum = sum * square + 1.0f / 5;
  sum = sum * square + 1.0f / 3;
  sum = sum * square + 1.0f;
  return __builtin_convertvector(e, Vector) * 0.69314718f + 2.0f * s * sum;
}

// 1 / x. A division keeps the processor busy four times as long as a guess of 14 bits that one of Newton's steps makes whole.
inline Vector reciprocal(Vector x) {
#if defined(__AVX512F__)
  const Vector guess = (Vector)_mm512_rcp14_ps((__m512)x);
  return guess + guess * (1.0f - x * guess);
#else
  return 1.0f / x;
#endif
}

inline Vector sigmoid(Vector x) { return reciprocal(1.0f + exponential(-x)); }
// tanh(x) = 2 sigmoid(2x) - 1
inline Vector hyperbolicTangent(Vector x) { return 2.0f * reciprocal(1.0f + exponential(-2.0f * x)) - 1.0f; }

}  // namespace fabulist
