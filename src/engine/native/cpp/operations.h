// What each operation takes and gives: its inputs, seen to fit together, its outputs, and the kernel that makes these of those.
#pragma once
#include "call.h"
#include "cell.h"
#include "cross-entropy.h"
#include "kernels.h"
#include "optimizers.h"
#include "product.h"
#include "rows.h"
#include "sequence.h"

namespace fabulist {

// keepsGates: whether the way back is to follow.
template <bool keepsGates>
void computeCell(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t ids = call.length(1, 0), parents = call.length(3, 0);
  const int64_t units = call.length(0, 1) / 4;
  const int64_t rows = ids ? ids : call.length(0, 0);
  Cell cell{static_cast<int>(rows), static_cast<int>(units)};
  cell.x = call.input<float>(0, {-1, 4 * units});
  cell.ids = call.input<int32_t>(1, {rows}, true);
  cell.recurrent = call.input<float>(2, {-1, 4 * units}, true);
  cell.parents = call.input<int32_t>(3, {rows}, true);
  cell.bias = call.input<float>(4, {4 * units}, true);
  cell.cBefore = call.input<float>(5, {-1, units}, true);
  call.within(cell.ids, rows, call.length(0, 0));
  for (int before : {2, 5}) {
    if (call.length(before, 0) == 0) continue;
    if (parents) call.within(cell.parents, rows, call.length(before, 0));
    else call.expect(call.length(before, 0) == rows);
  }
  constexpr int first = keepsGates ? 1 : 0;
  cell.gates = keepsGates ? call.floats(0, {rows, 4 * units}) : nullptr;
  cell.c = call.floats(first, {rows, units});
  cell.h = call.floats(first + 1, {rows, units});
  if (call.ok()) fabulist::cell(cell);
}

inline void computeCellGradient(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t rows = call.length(1, 0), units = call.length(1, 1), parents = call.length(3, 0);
  const int64_t before = parents ? call.length(2, 0) : rows;
  CellGradient cell{static_cast<int>(rows), static_cast<int>(units), static_cast<int>(before)};
  cell.gates = call.inPlace(0, rows * 4 * units);
  cell.c = call.input<float>(1, {rows, units});
  cell.cBefore = call.input<float>(2, {before, units}, !parents);
  cell.parents = call.input<int32_t>(3, {rows}, true);
  cell.dh = call.input<float>(4, {rows, units});
  cell.dc = call.input<float>(5, {rows, units}, true);
  call.within(cell.parents, rows, before);
  cell.dcBefore = call.floats(0, {before, units});
  cell.dzBefore = call.floats(1, {parents ? before : 0, 4 * units});
  if (call.ok()) fabulist::cellGradient(cell);
}

inline void computeSequence(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t steps = call.length(0, 0), batch = call.length(0, 1), units = call.length(2, 0);
  Sequence s{static_cast<int>(steps), static_cast<int>(batch), static_cast<int>(units)};
  s.x = call.input<float>(0, {steps, batch, 4 * units});
  s.bias = call.input<float>(1, {4 * units});
  s.recurrent = call.input<float>(2, {units, 4 * units});
  s.hBefore = call.input<float>(3, {batch, units});
  s.cBefore = call.input<float>(4, {batch, units});
  s.gates = call.floats(0, {steps, batch, 4 * units});
  s.c = call.floats(1, {steps, batch, units});
  s.h = call.floats(2, {steps, batch, units});
  if (call.ok()) sequence(s);
}

inline void computeSequenceGradient(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t steps = call.length(1, 0), batch = call.length(1, 1), units = call.length(1, 2);
  SequenceGradient s{static_cast<int>(steps), static_cast<int>(batch), static_cast<int>(units)};
  s.gates = call.input<float>(0, {steps, batch, 4 * units});
  s.c = call.input<float>(1, {steps, batch, units});
  s.cBefore = call.input<float>(2, {batch, units});
  s.recurrent = call.input<float>(3, {units, 4 * units});
  s.dh = call.input<float>(4, {steps, batch, units});
  s.dz = call.floats(0, {steps, batch, 4 * units});
  if (call.ok()) sequenceGradient(s);
}

inline void computeCrossEntropy(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t rows = call.length(0, 0), symbols = call.length(0, 1);
  CrossEntropy k{static_cast<int>(rows), static_cast<int>(symbols)};
  k.logits = call.input<float>(0, {rows, symbols});
  k.bias = call.input<float>(1, {symbols});
  k.targets = call.input<int32_t>(2, {rows});
  const float* settings = call.input<float>(3, {2});
  k.guessed = settings ? static_cast<int>(settings[0]) : 0;
  k.scale = settings ? settings[1] : 0;
  call.expect(k.guessed > 0 && k.guessed <= symbols);
  call.within(k.targets, rows, symbols);
  k.loss = call.floats(0, {rows});
  k.predicted = call.output<int32_t>(1, TF_INT32, {rows});
  k.slope = call.floats(2, {rows, symbols});
  k.biasSlope = call.floats(3, {symbols});
  if (call.ok()) crossEntropy(k);
}

// The input at `first`, left (rows, inputs), times the one after it: right (inputs, outputs), as it is or laid, or turned.
template <bool turned>
Product productOf(Call& call, int first) {
  const int64_t rows = call.length(first, 0), inputs = call.length(first, 1);
  const bool laid = !turned && call.length(first + 1, 2) > 0;
  const int64_t lines = call.length(first + 1, laid ? 1 : 0);
  int64_t outputs = turned ? lines : call.length(first + 1, 1);
  const float* left = call.input<float>(first, {rows, inputs});
  const float* right = laid     ? call.input<float>(first + 1, {1, lines, kPanel})
                       : turned ? call.input<float>(first + 1, {outputs, inputs})
                                : call.input<float>(first + 1, {inputs, outputs});
  if (laid) {
    outputs = right ? static_cast<int64_t>(right[(lines - 1) * kPanel]) : 0;
    call.expect(outputs > 0 && lines == laidLines(inputs, outputs));
  }
  Product k{static_cast<int>(rows), static_cast<int>(outputs), false, turned, laid, false};
  k.pairs.push_back({left, right, static_cast<int>(inputs)});
  return k;
}

// left, right, and bias (outputs) or none.
template <bool turned, void (*kernel)(const Product&)>
void computeProduct(void*, TF_OpKernelContext* context) {
  Call call(context);
  Product k = productOf<turned>(call, 0);
  k.bias = call.input<float>(2, {k.outputs}, true);
  k.product = call.floats(0, {k.rows, k.outputs});
  if (call.ok()) kernel(k);
}

// The table, the places of the rows, left and right.
inline void computePutProduct(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t count = call.length(0, 0);
  Product k = productOf<false>(call, 2);
  k.places = call.input<int32_t>(1, {k.rows});
  call.within(k.places, k.rows, count);
  k.product = call.inPlace(0, count * k.outputs);
  if (call.ok()) product(k);
}

// p, q, and the share of q.
inline void computeLogMixture(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t rows = call.length(0, 0), width = call.length(0, 1);
  const float* share = call.input<float>(2, {1});
  LogMixture k{rows * width, share ? *share : 0};
  k.p = call.input<float>(0, {rows, width});
  k.q = call.input<float>(1, {rows, width});
  k.logarithms = call.floats(0, {rows, width});
  if (call.ok()) logMixture(k);
}

// The left matrices, each (inputs, rows), and then as many right ones, each (inputs, outputs).
inline void computeGradientProduct(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int pairs = TF_NumInputs(context) / 2;
  const int64_t rows = call.length(0, 1), outputs = call.length(pairs, 1);
  Product k{static_cast<int>(rows), static_cast<int>(outputs), true, false, false, false};
  for (int pair = 0; pair < pairs; pair++) {
    const int64_t inputs = call.length(pair, 0);
    const float* left = call.input<float>(pair, {inputs, rows});
    k.pairs.push_back({left, call.input<float>(pairs + pair, {inputs, outputs}), static_cast<int>(inputs)});
  }
  k.product = call.floats(0, {rows, outputs});
  if (call.ok()) product(k);
}

// Of each parameter its weights and moments, which are changed where they lie, and its gradient; then the settings.
template <int moments, void (*kernel)(const Move&)>
void computeMove(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int parameters = (TF_NumInputs(context) - 1) / (moments + 2);
  const float* settings = call.input<float>(TF_NumInputs(context) - 1, {5});
  if (!settings) return;
  Move k{settings[0], settings[1], settings[2], settings[3], settings[4]};
  for (int at = 0; at < parameters; at++) {
    const int64_t size = call.size(at);
    float* own[moments + 2];
    for (int which = 0; which < moments + 2; which++) own[which] = call.inPlace(which * parameters + at, size);
    k.parameters.push_back({own[0], moments > 1 ? own[1] : nullptr, own[moments], own[moments + 1], size});
  }
  if (call.ok()) kernel(k);
}

inline void computePickRows(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t width = call.length(0, 1), rows = call.length(1, 0);
  PickRows k{rows, width};
  k.table = call.input<float>(0, {-1, width});
  k.ids = call.input<int32_t>(1, {rows});
  call.within(k.ids, rows, call.length(0, 0));
  k.picked = call.floats(0, {rows, width});
  if (call.ok()) pickRows(k);
}

// The tables, as many matrices of rows for them, and the places.
inline void computePutRows(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int tables = (TF_NumInputs(context) - 1) / 2;
  const int64_t rows = call.length(2 * tables, 0);
  PutRows k{rows};
  k.places = call.input<int32_t>(2 * tables, {rows});
  for (int at = 0; at < tables; at++) {
    const int64_t count = call.length(at, 0), width = call.length(at, 1);
    float* table = call.inPlace(at, count * width);
    k.parts.push_back({call.input<float>(tables + at, {rows, width}), table, width});
    call.within(k.places, rows, count);
  }
  if (call.ok()) putRows(k);
}

// A matrix (inputs, outputs) -> (1, lines, kPanel), as `layPanels` has it.
inline void computeLaid(void*, TF_OpKernelContext* context) {
  Call call(context);
  const int64_t inputs = call.length(0, 0), outputs = call.length(0, 1);
  const float* matrix = call.input<float>(0, {inputs, outputs});
  float* to = call.floats(0, {1, laidLines(inputs, outputs), kPanel});
  if (call.ok()) layPanels(matrix, inputs, outputs, to);
}

inline void computeSumRows(void*, TF_OpKernelContext* context) {
  Call call(context);
  constexpr int kParts = 2;
  const int inputs = TF_NumInputs(context);
  const int64_t rows = call.length(0, 0), width = call.length(kParts, 1);
  const int32_t* count = call.input<int32_t>(1, {1});
  SumRows k{rows, static_cast<int>(width), count ? *count : 0};
  k.ids = call.input<int32_t>(0, {rows});
  int64_t all = 0;
  for (int part = kParts; part < inputs; part++) {
    const int64_t own = call.length(part, 0);
    k.parts.push_back({call.input<float>(part, {own, width}), own});
    all += own;
  }
  call.expect(all == rows && k.count > 0);
  call.within(k.ids, rows, k.count);
  k.sums = call.floats(0, {k.count, width});
  if (call.ok()) sumRows(k);
}

}  // namespace fabulist
