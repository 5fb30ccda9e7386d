// One LSTM cell, forwards and backwards; formulas and order of the gates as in src/language/lstm-cell.ts.
#pragma once
#include <algorithm>

#include "crew.h"
#include "kernels.h"
#include "vector.h"

namespace fabulist {

struct Gates {
  Vector i, g, f, o;
};

inline Gates getGates(const float* row, int units, Units at) {
  return {at.get(row), at.get(row + units), at.get(row + 2 * units), at.get(row + 3 * units)};
}

inline void putGates(float* row, int units, Units at, const Gates& gates) {
  at.put(row, gates.i);
  at.put(row + units, gates.g);
  at.put(row + 2 * units, gates.f);
  at.put(row + 3 * units, gates.o);
}

// z: what the gates receive. cBefore, gates, c, h: rows; cBefore null at the first symbol.
inline void cellForward(const Gates& z, const float* cBefore, int units, Units at, float* gates, float* c, float* h) {
  const Gates now{sigmoid(z.i), hyperbolicTangent(z.g), sigmoid(z.f), sigmoid(z.o)};
  Vector state = now.i * now.g;
  if (cBefore) state += now.f * at.get(cBefore);
  putGates(gates, units, at, now);
  at.put(c, state);
  at.put(h, now.o * hyperbolicTangent(state));
}

// Rows; dc: what comes from the symbol after, or zeros. Returns dc of the symbol before.
inline Vector cellBackward(const float* gates, const float* c, const float* cBefore, int units, Units at, Vector dh,
                           Vector dc, float* dz) {
  const Gates was = getGates(gates, units, at);
  const Vector tanhC = hyperbolicTangent(at.get(c));
  const Vector d = dc + dh * was.o * (1.0f - tanhC * tanhC);
  const Vector before = cBefore ? at.get(cBefore) : Vector{};
  putGates(dz, units, at,
           {d * was.g * was.i * (1.0f - was.i), d * was.i * (1.0f - was.g * was.g),
            d * before * was.f * (1.0f - was.f), dh * tanhC * was.o * (1.0f - was.o)});
  return d * was.f;
}

template <typename Work>
void eachUnits(int units, Work work) {
  for (int first = 0; first < units; first += kLanes) work(Units{first, units - first < kLanes ? units - first : kLanes});
}

// Rows are worth more than one thread from so many numbers on.
constexpr int kShared = 1 << 15;

template <typename Work>
void eachRow(int rows, int width, Work work) {
  const int most = static_cast<int64_t>(rows) * width < kShared ? 1 : rows;
  divide(most, [&](int part, int parts) {
    const int64_t end = static_cast<int64_t>(rows) * (part + 1) / parts;
    for (int64_t row = static_cast<int64_t>(rows) * part / parts; row < end; row++) work(row);
  });
}

inline void cell(const Cell& k) {
  const int64_t units = k.units;
  eachRow(k.rows, k.units, [&](int64_t row) {
    const float* x = k.x + 4 * units * (k.ids ? k.ids[row] : row);
    const int64_t parent = k.parents ? k.parents[row] : row;
    const float* recurrent = k.recurrent ? k.recurrent + 4 * units * parent : nullptr;
    const float* cBefore = k.cBefore ? k.cBefore + units * parent : nullptr;
    eachUnits(k.units, [&](Units at) {
      Gates z = getGates(x, k.units, at);
      for (const float* part : {recurrent, k.bias}) {
        if (!part) continue;
        const Gates more = getGates(part, k.units, at);
        z = {z.i + more.i, z.g + more.g, z.f + more.f, z.o + more.o};
      }
      cellForward(z, cBefore, k.units, at, k.gates + 4 * units * row, k.c + units * row, k.h + units * row);
    });
  });
}

inline void cellGradient(const CellGradient& k) {
  const int64_t units = k.units;
  const int vectors = (k.units + kLanes - 1) / kLanes;
  const int most = static_cast<int64_t>(k.rows) * k.units < kShared ? 1 : vectors;
  // Each part has units of its own, so that no two threads add to the same sum.
  divide(most, [&](int part, int parts) {
    const int from = vectors * part / parts * kLanes;
    const int end = std::min(k.units, vectors * (part + 1) / parts * kLanes);
    for (int64_t row = 0; k.parents && row < k.before; row++) {
      for (int gate = 0; gate < 4; gate++)
        std::fill(k.dzBefore + (4 * row + gate) * units + from, k.dzBefore + (4 * row + gate) * units + end, 0.0f);
      std::fill(k.dcBefore + row * units + from, k.dcBefore + row * units + end, 0.0f);
    }
    for (int64_t row = 0; row < k.rows; row++) {
      const int64_t parent = k.parents ? k.parents[row] : row;
      const float* cBefore = k.cBefore ? k.cBefore + units * parent : nullptr;
      float* dz = k.dz + 4 * units * row;
      for (int first = from; first < end; first += kLanes) {
        const Units at{first, std::min(kLanes, k.units - first)};
        const Vector dc = k.dc ? at.get(k.dc + units * row) : Vector{};
        const Vector before = cellBackward(k.gates + 4 * units * row, k.c + units * row, cBefore, k.units, at,
                                           at.get(k.dh + units * row), dc, dz);
        float* sum = k.dcBefore + units * parent;
        at.put(sum, k.parents ? at.get(sum) + before : before);
        if (!k.parents) continue;
        float* sums = k.dzBefore + 4 * units * parent;
        for (int64_t gate = 0; gate < 4; gate++)
          at.put(sums + gate * units, at.get(sums + gate * units) + at.get(dz + gate * units));
      }
    }
  });
}

}  // namespace fabulist
