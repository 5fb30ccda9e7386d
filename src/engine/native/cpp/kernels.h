// What the kernels read and write; all matrices lie row by row.
#pragma once
#include <cstdint>
#include <vector>

namespace fabulist {

// What one LSTM cell reads and computes; the formulas are in src/language/lstm-cell.ts. Gates stand in the order i, g, f, o.
struct Cell {
  int rows, units;
  const float* x;             // (.., 4 units): what comes from below
  const int32_t* ids;         // (rows): the row of x for each row; null: its own
  const float* recurrent;     // (.., 4 units): product of the states before; null at the first symbol
  const int32_t* parents;     // (rows): the row of recurrent and cBefore for each row; null: its own
  const float* bias;          // (4 units) or null
  const float* cBefore;       // (.., units) or null
  float* gates;               // (rows, 4 units): i, g, f, o; null where there is no way back
  float* c;                   // (rows, units)
  float* h;                   // (rows, units)
};

// The way back; the gradients of what stands before are summed over the rows that continue the same row.
struct CellGradient {
  int rows, units;
  int before;                 // rows that are continued
  float* gates;               // (rows, 4 units): dz takes their place
  const float* c;
  const float* cBefore;       // (before, units); null at the first symbol
  const int32_t* parents;     // (rows); null: each row continues its own
  const float* dh;            // (rows, units)
  const float* dc;            // (rows, units) or null
  float* dzBefore;            // (before, 4 units); null without parents, where it is dz
  float* dcBefore;            // (before, units)
};

// A sequence read by one layer: the recurrent product and the cell, step after step.
struct Sequence {
  int steps, batch, units;
  const float* x;             // (steps, batch, 4 units)
  const float* bias;          // (4 units)
  const float* recurrent;     // (units, 4 units)
  const float* hBefore;       // (batch, units)
  const float* cBefore;       // (batch, units)
  float* gates;               // (steps, batch, 4 units)
  float* c;                   // (steps, batch, units)
  float* h;                   // (steps, batch, units)
};

struct SequenceGradient {
  int steps, batch, units;
  const float* gates;
  const float* c;
  const float* cBefore;       // (batch, units)
  const float* recurrent;     // (units, 4 units)
  const float* dh;            // (steps, batch, units): from above
  float* dz;                  // (steps, batch, 4 units)
};

// Cross entropy of softmax(logits + bias).
struct CrossEntropy {
  int rows, symbols;
  int guessed;                // the most likely symbol is looked for among so many first ones
  float scale;                // what each row counts in the slopes
  const float* logits;        // (rows, symbols)
  const float* bias;          // (symbols)
  const int32_t* targets;     // (rows)
  float* loss;                // (rows)
  int32_t* predicted;         // (rows)
  float* slope;               // (rows, symbols): scale (softmax - onehot(target))
  float* biasSlope;           // (symbols): sum of the rows of slope
};

// log((1 - share) p + share q), number by number.
struct LogMixture {
  int64_t size;
  float share;
  const float* p;
  const float* q;
  float* logarithms;
};

// Two matrices of a product.
struct Pair {
  const float* left;          // (rows, inputs), or turned (inputs, rows)
  const float* right;         // (inputs, outputs), or turned (outputs, inputs), or laid (panels, inputs, kPanel)
  int inputs;
};

// Products added up.
struct Product {
  int rows, outputs;
  bool leftTurned, rightTurned, rightLaid;
  bool turned;                // the product is to be turned over: (outputs, rows)
  std::vector<Pair> pairs;
  const float* bias;          // (outputs), added to each row; or null
  float* product;             // (rows, outputs), or a table of such rows
  const int32_t* places;      // (rows): where each row goes in the table; null: they are the rows in turn

  float* row(int64_t at) const { return product + (places ? places[at] : at) * outputs; }
};

struct RowsPart {
  const float* values;        // (rows, width)
  int64_t rows;
};

// Rows added up by id, over several matrices of the same width.
struct SumRows {
  int64_t rows;               // of all parts
  int width, count;
  const int32_t* ids;         // (rows)
  std::vector<RowsPart> parts;
  float* sums;                // (count, width)
};

// Rows of a table by id.
struct PickRows {
  int64_t rows, width;
  const float* table;         // (.., width)
  const int32_t* ids;         // (rows)
  float* picked;              // (rows, width)
};

struct PutPart {
  const float* values;        // (rows, width)
  float* table;               // (.., width)
  int64_t width;
};

// Rows written to places of tables.
struct PutRows {
  int64_t rows;
  const int32_t* places;      // (rows)
  std::vector<PutPart> parts;
};

struct Moved {
  float* weights;
  float* first;               // moment; null where the optimizer has none
  float* second;              // moment
  const float* gradient;
  int64_t size;
};

// A step of an optimizer, whose formulas are in optimizers.h. Adam's `rate` has the first steps' correction in it already.
struct Move {
  float rate, firstDecay, secondDecay, epsilon;
  float longest;              // all gradients together are scaled to be at most so long; 0: left as they are
  std::vector<Moved> parameters;
};

}  // namespace fabulist
