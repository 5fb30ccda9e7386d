// A sequence through one LSTM layer. The weights are laid out once in panels that are read from front to end, and each thread
// keeps its own units from step to step, so that its part of the weights stays in its own cache.
#pragma once
#include <vector>

#include "cell.h"
#include "panel.h"

namespace fabulist {

static_assert(kWide == 4, "a panel holds the four gates of a vector of units");

inline int panelsOf(int units, int each) { return (units + each - 1) / each; }

// recurrent (units, 4 units) -> panels of the four gates of kLanes units: (units, kPanel) each, zeros beyond the last unit.
inline void layGates(const float* recurrent, int units, int panel, float* to) {
  const Units at{panel * kLanes, std::min(kLanes, units - panel * kLanes)};
  for (int k = 0; k < units; k++)
    for (int gate = 0; gate < 4; gate++)
      store(to + k * kPanel + gate * kLanes, at.get(recurrent + (4ll * k + gate) * units));
}

inline void sequence(const Sequence& s) {
  const int64_t units = s.units;
  const int panels = panelsOf(s.units, kLanes);
  const int64_t size = units * kPanel;
  const Room laid = roomFor(panels * size);
  gather(panels, [&](int member, int members, Meeting& meeting) {
    const Part own(panels, member, members);
    for (int panel = own.first; panel < own.end; panel++) layGates(s.recurrent, s.units, panel, laid.get() + panel * size);
    for (int64_t step = 0; step < s.steps; step++) {
      const int64_t before = (step - 1) * s.batch * units;
      const float* h = step == 0 ? s.hBefore : s.h + before;
      const float* c = step == 0 ? s.cBefore : s.c + before;
      for (int panel = own.first; panel < own.end; panel++) {
        const Units at{panel * kLanes, std::min<int>(kLanes, s.units - panel * kLanes)};
        const Gates bias = getGates(s.bias, s.units, at);
        multiplyRows(h, units, s.batch, s.units, laid.get() + panel * size, [&](int row, const Vector* sums) {
          const int64_t place = step * s.batch + row;
          const Gates x = getGates(s.x + 4 * units * place, s.units, at);
          const Gates z{x.i + bias.i + sums[0], x.g + bias.g + sums[1], x.f + bias.f + sums[2], x.o + bias.o + sums[3]};
          cellForward(z, c + units * row, s.units, at, s.gates + 4 * units * place, s.c + units * place,
                      s.h + units * place);
        });
      }
      meeting.wait();
    }
  });
}

inline void sequenceGradient(const SequenceGradient& s) {
  const int64_t units = s.units;
  const int panels = panelsOf(s.units, kPanel);
  const int64_t size = 4 * units * kPanel;
  const Room laid = roomFor(panels * size);
  std::vector<float> dhNext(s.batch * units), dc(s.batch * units);
  gather(panels, [&](int member, int members, Meeting& meeting) {
    const Part own(panels, member, members);
    for (int panel = own.first; panel < own.end; panel++)
      layRows(s.recurrent + 4 * units * kPanel * panel, 4 * units, 4 * s.units,
              std::min(kPanel, s.units - panel * kPanel), laid.get() + panel * size);
    for (int64_t step = s.steps - 1; step >= 0; step--) {
      const float* cBefore = step == 0 ? s.cBefore : s.c + (step - 1) * s.batch * units;
      for (int row = 0; row < s.batch; row++) {
        const int64_t place = step * s.batch + row;
        float* dcRow = dc.data() + units * row;
        for (int first = own.first * kPanel; first < std::min<int>(s.units, own.end * kPanel); first += kLanes) {
          const Units at{first, std::min<int>(kLanes, s.units - first)};
          const Vector dh = at.get(s.dh + units * place) + at.get(dhNext.data() + units * row);
          at.put(dcRow, cellBackward(s.gates + 4 * units * place, s.c + units * place, cBefore + units * row, s.units,
                                     at, dh, at.get(dcRow), s.dz + 4 * units * place));
        }
      }
      if (step == 0) break;
      meeting.wait();
      for (int panel = own.first; panel < own.end; panel++) {
        const int first = panel * kPanel;
        multiplyRows(s.dz + step * s.batch * 4 * units, 4 * units, s.batch, 4 * s.units, laid.get() + panel * size,
                     [&](int row, const Vector* sums) {
                       for (int w = 0; w < kWide && first + w * kLanes < s.units; w++) {
                         const Units at{first + w * kLanes, std::min<int>(kLanes, s.units - first - w * kLanes)};
                         at.put(dhNext.data() + units * row, sums[w]);
                       }
                     });
      }
    }
  });
}

}  // namespace fabulist
