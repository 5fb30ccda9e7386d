// One LSTM cell, forwards and backwards; formulas and order of the gates as in src/language/lstm-cell.ts.
#pragma once
#include <algorithm>

#include "crew.h"
#include "kernels.h"
#include "rows.h"
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

// z: what the gates receive. cBefore, gates, c, h: rows; cBefore null at the first symbol, gates where they are not kept.
inline void cellForward(const Gates& z, const float* cBefore, int units, Units at, float* gates, float* c, float* h) {
  const Gates now{sigmoid(z.i), hyperbolicTangent(z.g), sigmoid(z.f), sigmoid(z.o)};
  Vector state = now.i * now.g;
  if (cBefore) state += now.f * at.get(cBefore);
  if (gates) putGates(gates, units, at, now);
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
    float* gates = k.gates ? k.gates + 4 * units * row : nullptr;
    eachUnits(k.units, [&](Units at) {
      Gates z = getGates(x, k.units, at);
      for (const float* part : {recurrent, k.bias}) {
        if (!part) continue;
        const Gates more = getGates(part, k.units, at);
        z = {z.i + more.i, z.g + more.g, z.f + more.f, z.o + more.o};
      }
      cellForward(z, cBefore, k.units, at, gates, k.c + units * row, k.h + units * row);
    });
  });
}

// One row, whose dc of the symbol before is added to `dcBefore`, or put there.
inline void cellGradientRow(const CellGradient& k, int64_t row, int64_t before, bool add) {
  const int64_t units = k.units;
  const float* cBefore = k.cBefore ? k.cBefore + units * before : nullptr;
  float* dcBefore = k.dcBefore + units * before;
  float* gates = k.gates + 4 * units * row;
  eachUnits(k.units, [&](Units at) {
    const Vector dc = k.dc ? at.get(k.dc + units * row) : Vector{};
    const Vector back = cellBackward(gates, k.c + units * row, cBefore, k.units, at, at.get(k.dh + units * row), dc, gates);
    at.put(dcBefore, add ? at.get(dcBefore) + back : back);
  });
}

inline void cellGradient(const CellGradient& k) {
  if (!k.parents) {
    eachRow(k.rows, k.units, [&](int64_t row) { cellGradientRow(k, row, row, false); });
    return;
  }
  const int64_t units = k.units;
  const RowsById byParent(k.parents, k.rows, k.before);
  divide(static_cast<int64_t>(k.rows) * units < kShared ? 1 : k.before, [&](int part, int parts) {
    const Part own(k.before, part, parts);
    for (int64_t parent = own.first; parent < own.end; parent++) {
      float* sum = k.dzBefore + 4 * units * parent;
      const int64_t *first = byParent.begin(parent), *end = byParent.end(parent);
      if (first == end) {
        std::fill(sum, sum + 4 * units, 0.0f);
        std::fill(k.dcBefore + units * parent, k.dcBefore + units * (parent + 1), 0.0f);
      }
      for (const int64_t* row = first; row < end; row++) {
        cellGradientRow(k, *row, parent, row > first);
        addRow(sum, k.gates + 4 * units * *row, 4 * units, row == first);
      }
    }
  });
}

}  // namespace fabulist
